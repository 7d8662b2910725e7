# Starts PROGRAM as tests in Python do, never reads what it says, and asks it COUNT times. MODE: never, stops, closes
import http.client
import json
import subprocess
import sys

program, mode, count = sys.argv[1:4]
child = subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
port = None
for line in child.stdout:
    if port is None and b"http://127.0.0.1:" in line:
        port = int(line.split(b"http://127.0.0.1:")[1].split(b"/")[0])
    if b"Ctrl-C" in line:
        break
if mode == "closes":
    child.stdout.close()
    child.stderr.close()
connection = http.client.HTTPConnection("127.0.0.1", port)
for n in range(int(count) // 2):
    body = json.dumps({"policyType": "Health", "claimAmount": n + 1, "description": f"number {n}"})
    where = f"/dev/claim?memberId=m-{n}&policyId=1&memberName=J"
    connection.request("POST", where, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    created = json.loads(answer.read())
    assert answer.status == 201, (n, answer.status, created)
    if mode == "stops" and n == 0:
        child.stderr.readline()
    connection.request("GET", f"/dev/claim?memberId=m-{n}")
    answer = connection.getresponse()
    found = json.loads(answer.read())
    assert answer.status == 200 and found["claims"] == [created], (n, answer.status, found)
child.terminate()
assert child.wait() == 0, child.returncode
