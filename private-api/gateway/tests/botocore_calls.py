"""Calls the API at argv[1] as botocore signs, in the header and in the query. Prints a status for each call.

Credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
"""

import os
import sys
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
credentials = Credentials(*(os.environ.get(name) for name in names))


def status(auth, method, path, body=None):
    headers = {"Content-Type": "application/json"} if body else {}
    request = AWSRequest(method, sys.argv[1] + path, headers, body)
    auth(credentials, "execute-api", "eu-central-1").add_auth(request)
    sent = request.prepare()
    call = urllib.request.Request(sent.url, sent.body, dict(sent.headers), method=method)
    try:
        with urllib.request.urlopen(call) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


for auth in (SigV4Auth, SigV4QueryAuth):
    print(status(auth, "GET", "/order"))
    print(status(auth, "GET", "/order?z=1&a=%C3%A9%20b&a=&A=2%2F3"))
    print(status(auth, "GET", "/order/a%20b%2Fc~d.e/"))
    if auth is SigV4Auth:
        print(status(auth, "POST", "/order", '{"name": "Zo\u00eb"}'.encode()))
