"""Create, get, update and delete one claim with the client that openapi-python-client makes of the committed contract.

Usage: python round_trip.py BASE_URL
"""

import sys
from urllib.parse import urljoin

from uuid_utils import uuid7  # from Python 3.14 on, the standard library has uuid.uuid7

from claims_client import Client
from claims_client.api.claims import create_claim, delete_claim, get_claim, list_claims, update_claim
from claims_client.models import (
    Claim,
    ClaimPage,
    CreateClaimRequest,
    CreateClaimRequestStatus,
    KnownClaimStatus,
    KnownPolicyType,
    Problem,
    Refusal,
    UpdateClaimRequest,
)
from claims_client.types import UNSET

api = Client(base_url=sys.argv[1])
member = "py-member"

# Mint the key once, before the first attempt, and send it with every attempt: it becomes the claim's id.
key = str(uuid7())


def create():
    return create_claim.sync_detailed(
        client=api,
        member_id=member,
        idempotency_key=key,
        # Nothing personal in a URL: policy and name stand in the body.
        body=CreateClaimRequest(
            policy_id="123",
            member_name="John Doe",
            policy_type=KnownPolicyType.HEALTH,
            claim_amount=19.99,
            description="snow accident",
            status=CreateClaimRequestStatus.PENDING,
        ),
    )


created = create()
claim = created.parsed
assert isinstance(claim, Claim), created
assert (created.status_code, str(claim.claim_id), claim.claim_amount) == (201, key, 19.99)
assert create().status_code == 200, "the same key makes the same claim"

got = get_claim.sync_detailed(claim.claim_id, client=api, member_id=member)
assert got.parsed == claim
etag = got.headers["ETag"]


def update():
    return update_claim.sync_detailed(
        claim.claim_id,
        client=api,
        member_id=member,
        if_match=etag,
        body=UpdateClaimRequest(
            policy_type=KnownPolicyType.HEALTH,
            claim_amount=450.5,
            description="snow accident",
            status=KnownClaimStatus.IN_REVIEW,
        ),
    )


updated = update().parsed
assert isinstance(updated, Claim)
assert (updated.version, updated.status, updated.claim_amount) == (2, "in_review", 450.5)
stale = update()
assert stale.status_code == 412 and isinstance(stale.parsed, Problem), stale
assert stale.parsed.code == "version_mismatch"

page = list_claims.sync(client=api, member_id=member, status=KnownClaimStatus.IN_REVIEW, limit=10)
assert isinstance(page, ClaimPage) and page.claims == [updated]

assert delete_claim.sync_detailed(claim.claim_id, client=api, member_id=member).status_code == 204
gone = get_claim.sync(claim.claim_id, client=api, member_id=member)
assert isinstance(gone, Problem) and gone.code == "claim_not_found"

# What the gateway refuses is a problem with a code, or the few words that nobody can shape.
refused = list_claims.sync_detailed(client=Client(base_url=sys.argv[1] + "/nothing"), member_id=member)
assert refused.status_code == 403 and isinstance(refused.parsed, Refusal), refused
assert refused.parsed.code == "forbidden"
bare = list_claims.sync_detailed(client=Client(base_url=urljoin(sys.argv[1], "/no-such-stage")), member_id=member)
assert bare.status_code == 403 and isinstance(bare.parsed, Refusal), bare
assert (bare.parsed.code, bare.parsed.message) == (UNSET, "Forbidden")
print("Python: create, get, update, list and delete; both forms of a 403")
