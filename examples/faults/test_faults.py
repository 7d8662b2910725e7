"""How to test your own error handling from Python: claims-local goes wrong when a request asks for it.

    claims-local --port 9000 --faults-by-header &
    CLAIMS_API_URL=http://127.0.0.1:9000/dev python3 -m unittest test_faults.py
"""

import http.client
import json
import os
import time
import unittest
import urllib.error
import urllib.request
import uuid

URL = os.environ["CLAIMS_API_URL"]
CREATE = "/claim?memberId=py&policyId=9&memberName=John%20Doe"
BODY = json.dumps({"policyType": "Health", "claimAmount": 19.99, "description": "snow accident"}).encode()


def new_key():
    """A UUIDv7: the time in milliseconds, then chance."""
    number = int(time.time() * 1000) << 80 | uuid.uuid4().int & (1 << 80) - 1
    return str(uuid.UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62))


def send(path, body=None, fault=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if fault:
        headers["X-Local-Fault"] = fault
    request = urllib.request.Request(URL + path, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, json.load(answer)


class Faults(unittest.TestCase):
    def test_a_lost_answer_is_no_second_claim(self):
        create = {"path": CREATE, "body": BODY, "Content_Type": "application/json", "Idempotency_Key": new_key()}
        # It is applied, and the connection is reset.
        with self.assertRaises((ConnectionError, urllib.error.URLError, http.client.HTTPException)):
            send(fault="reset-after", **create)
        # The same key again is the same claim: 200 and not 201.
        status, claim = send(**create)
        self.assertEqual((status, claim["claimId"]), (200, create["Idempotency_Key"]))

    def test_a_throttled_caller_is_told_how_long_to_wait(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            send("/claim?memberId=py", fault="throttle=7")
        with refused.exception as answer:
            self.assertEqual((answer.code, answer.headers["Retry-After"]), (429, "7"))
            self.assertEqual(json.load(answer)["code"], "throttled")

    def test_a_fault_that_is_none_is_said_so(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            send("/claim?memberId=py", fault="earthquake")
        with refused.exception as answer:
            self.assertEqual(answer.code, 400)
            self.assertIn("reset-before", json.load(answer)["message"])


if __name__ == "__main__":
    unittest.main()
