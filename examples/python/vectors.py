"""Runs contract/vectors with the client that openapi-python-client makes, on `ExactlyOnce`.

Usage: python vectors.py BASE_URL retry.json, against claims-local --faults-by-header
"""

import json
import sys
import time

import httpx
from exactly_once import ATTEMPTS, CERTAINTY, KEY, ExactlyOnce, NoAnswer

from claims_client import Client
from claims_client.api.claims import create_claim, delete_claim, get_claim, list_claims, update_claim
from claims_client.models import Claim, ClaimPage, CreateClaimRequest, KnownClaimStatus, KnownPolicyType, UpdateClaimRequest
from claims_client.types import UNSET

URL = sys.argv[1]
with open(sys.argv[2], encoding="utf-8") as file:
    DATA = json.load(file)
RUN = f"{int(time.time() * 1000):x}"
plain = Client(base_url=URL)


class Script(httpx.BaseTransport):
    """Makes each attempt go wrong as the vector says, and remembers its key."""

    def __init__(self, faults):
        self.faults = faults
        self.keys = []
        self.transport = httpx.HTTPTransport()

    def handle_request(self, request):
        request.headers.pop("X-Local-Fault", None)
        if len(self.keys) < len(self.faults):
            request.headers["X-Local-Fault"] = self.faults[len(self.keys)]
        self.keys.append(request.headers.get(KEY))
        return self.transport.handle_request(request)

    def close(self):
        self.transport.close()


def new_claim():
    return CreateClaimRequest(
        policy_id="9",
        member_name="John Doe",
        policy_type=KnownPolicyType.HEALTH,
        claim_amount=1234567.89,
        description="snow",
    )


def changed():
    return UpdateClaimRequest(
        policy_type=KnownPolicyType.HEALTH,
        claim_amount=999999999.99,
        description="snow",
        status=KnownClaimStatus.IN_REVIEW,
    )


def send(api, vector, member, claim_id):
    on = {"client": api, "member_id": member}
    condition = {"if_match": vector.get("ifMatch", UNSET)}
    match vector["operation"]:
        case "create":
            return create_claim.sync_detailed(body=new_claim(), **on)
        case "read":
            return get_claim.sync_detailed(claim_id, **on)
        case "list":
            return list_claims.sync_detailed(**on)
        case "update":
            return update_claim.sync_detailed(claim_id, body=changed(), **on, **condition)
        case "delete":
            return delete_claim.sync_detailed(claim_id, **on, **condition)
        case other:
            raise ValueError(other)


def run(number, vector):
    name, operation = vector["name"], vector["operation"]
    member = f"py-{RUN}-{number}"
    nothing = vector.get("given") == "nothing" or operation == "create"
    given = create_claim.sync(client=plain, member_id=f"{member}-other" if nothing else member, body=new_claim())
    assert isinstance(given, Claim), given

    script, waits = Script(vector["faults"]), []
    policy = DATA["policy"]
    transport = ExactlyOnce(
        script,
        attempts=policy["attempts"],
        longest_retry_after=policy["longestRetryAfter"],
        sleep=waits.append,
    )
    with Client(base_url=URL, httpx_args={"transport": transport}) as api:
        try:
            answer = send(api, vector, member, given.claim_id)
        except NoAnswer as failed:
            assert (failed.certainty, failed.attempts) == (vector["certainty"], vector["attempts"]), name
            assert failed.key == script.keys[0] and "status" not in vector, name
        else:
            said = answer.headers[CERTAINTY], answer.headers[ATTEMPTS]
            assert said == (vector["certainty"], str(vector["attempts"])), (name, said)
            assert answer.status_code == vector.get("status", answer.status_code), (name, answer.status_code)
            code = getattr(answer.parsed, "code", UNSET)
            assert (None if code is UNSET else code) == vector.get("code"), (name, code)
    assert len(script.keys) == vector["attempts"], name
    assert len(set(script.keys)) == 1, f"{name}: one key for all attempts"
    assert (script.keys[0] is None) == (operation in ("read", "list")), name
    for wait, least in zip(waits, vector.get("waitsAtLeast", [])):
        assert wait >= least, (name, waits)

    page = list_claims.sync(client=plain, member_id=member)
    assert isinstance(page, ClaimPage)
    assert len(page.claims) == vector.get("claims", len(page.claims)), name
    if "version" in vector:
        assert page.claims[0].version == vector["version"], name


for number, vector in enumerate(DATA["vectors"]):
    run(number, vector)
assert len(DATA["vectors"]) >= 30
print(f"Python: {len(DATA['vectors'])} vectors")
