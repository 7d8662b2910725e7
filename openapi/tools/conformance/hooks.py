"""What the contract's schemas cannot tell schemathesis: how to make header values that the server takes.

"At most five minutes ahead" is no schema's to say, so the keys of creates are UUIDv7s of now. And the coverage phase forbids
punctuation in headers unless they have a format that it knows.
"""

import atexit
import json
from collections import Counter

import schemathesis
from hypothesis import strategies as st
from uuid_utils import uuid4, uuid7

schemathesis.openapi.format("key-of-a-create", st.builds(lambda: str(uuid7())))
schemathesis.openapi.format("key-of-a-write", st.builds(lambda: str(uuid4())))
schemathesis.openapi.format("page-token", st.builds(lambda: str(uuid7())))
schemathesis.openapi.format("history-token", st.sampled_from(["1-1-1", "1-2-1", "3-40-2"]))
schemathesis.openapi.format("entity-tag", st.sampled_from(["*", '"1"', '"2"', '"3"', '"9007199254740993"']))

schemathesis.openapi.format("asserted-id", st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"].values():
        for operation in (o for o in path.values() if isinstance(o, dict)):
            for header in (p for p in operation.get("parameters", []) if p["in"] == "header"):
                key = "key-of-a-create" if operation["operationId"] == "createClaim" else "key-of-a-write"
                header["schema"]["format"] = {
                    "If-Match": "entity-tag", "If-None-Match": "entity-tag", "Idempotency-Key": key, "X-On-Behalf-Of": "asserted-id",
                }[header["name"]]
                header["schema"].pop("examples", None)
    # A token is opaque, and one that nobody has answered may be refused: one of the form that this server answers.
    for path, form in ("/claim", "page-token"), ("/claim/{claimId}/history", "history-token"):
        token = next(p for p in raw_schema["paths"][path]["get"]["parameters"] if p["name"] == "nextToken")
        token["schema"]["format"] = form
    # "In the query or in the body, and in one of the two" is no schema's to say either: in the body, as our own clients do.
    create = raw_schema["paths"]["/claim"]["post"]
    once = ["policyId", "memberName"]
    create["parameters"] = [parameter for parameter in create["parameters"] if parameter["name"] not in once]
    raw_schema["components"]["schemas"]["CreateClaimRequest"]["required"] += once


@schemathesis.hook
def map_body(context, body):
    # "At most two decimals" is said in prose: validators on binary floats would refuse 19.99 under multipleOf 0.01.
    if isinstance(body, dict) and isinstance(body.get("claimAmount"), float) and 0.01 <= body["claimAmount"] <= 999999999.99:
        body["claimAmount"] = round(body["claimAmount"], 2)
    return body


CASES = Counter()


@schemathesis.hook
def after_call(context, case, response):
    CASES[case.meta.generation.mode.value if case.meta else "unknown"] += 1


@atexit.register
def tell_what_was_sent():
    with open("cases.json", "w") as file:
        json.dump(CASES, file)


@schemathesis.check
def problem_is_documented(ctx, response, case):
    """A problem's code is one that the contract lists for this answer; its status and request id are the answer's."""
    if response.headers.get("content-type", [""])[0] != "application/problem+json" or case.method != case.operation.method.upper():
        return
    problem = response.json()
    documented = case.operation.responses.find_by_status_code(response.status_code)
    assert problem["code"] in documented.definition["x-problem-codes"], f"{problem['code']} is not documented here"
    assert problem.get("status", response.status_code) == response.status_code
    assert problem["requestId"] == response.headers["x-amzn-requestid"][0]
