"""Signs the requests on stdin again, with botocore, and compares. Prints how many agree; fails at the first that does not."""

import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

requests = json.load(sys.stdin)
for wanted in requests:
    credentials = Credentials(wanted["key_id"], wanted["secret"], wanted["token"])
    auth = SigV4Auth(credentials, wanted["service"], wanted["region"])
    request = AWSRequest(wanted["method"], wanted["url"], wanted["headers"], wanted["body"])
    # The time of the request, not of this check.
    request.context["timestamp"] = wanted["headers"]["x-amz-date"]
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    if signature != wanted["signature"]:
        sys.exit(f"{wanted['mode']} {wanted['method']}: botocore signs {signature}\n{canonical}")
print(len(requests))
