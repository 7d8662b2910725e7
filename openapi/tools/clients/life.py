"""A claim's life through whatever client a generator has made. What it prints is compared with what was to happen."""

import sys
from typing import Any, NamedTuple


class Answer(NamedTuple):
    status: int
    body: Any
    etag: str = ""

    @property
    def said(self):
        """The code; of a refusal without one the gateway's words."""
        return getattr(self.body, "code", None) or self.body.message


def life(api):
    """Arguments: the URL, the member, keys for creates."""
    member, *keys = sys.argv[2:]

    for amount in (1234567.89, 999999999.99):
        created = api.create(member, keys.pop(), amount)
        print("created", created.status, created.body.claim_amount)
        claim_id = created.body.claim_id
        read = api.get(member, claim_id)
        print("read", read.status, read.body.claim_amount, read.body.version)
        updated = api.update(member, claim_id, read.etag, read.body.claim_amount)
        print("updated", updated.status, updated.body.claim_amount, updated.body.version)
        stale = api.update(member, claim_id, read.etag, read.body.claim_amount)
        print("stale", stale.status, stale.said)
        print("deleted", api.delete(member, claim_id).status)
        gone = api.get(member, claim_id)
        print("gone", gone.status, gone.said)

    for _ in range(5):
        api.create(f"{member}-pages", keys.pop(), 500)
    token = None
    while True:
        page = api.list(f"{member}-pages", 2, token).body
        print("page", len(page.claims))
        token = page.next_token
        if not token:
            break

    # Of this member the claims have a status that nobody knew when the client was made.
    api.create(f"{member}-future", keys.pop(), 500)
    print("future", api.list(f"{member}-future", 2, None).body.claims[0].status)

    # Of these members everything goes wrong, each in another way.
    with open("cases.txt", encoding="utf-8") as cases:
        for n, operation in enumerate(cases.read().split()):
            who = f"{member}-case-{n}"
            answer = {
                "createClaim": lambda: api.create(who, keys[0], 500),
                "listClaims": lambda: api.list(who, 2, None),
                "getClaim": lambda: api.get(who, claim_id),
                "updateClaim": lambda: api.update(who, claim_id, "*", 500),
                "deleteClaim": lambda: api.delete(who, claim_id),
                "listClaimHistory": lambda: api.history(who, claim_id),
            }[operation]()
            print(n, operation, answer.status, answer.said)
