// Starts PROGRAM as tests in Node do, never reads what it says, and asks it COUNT times. MODE: never, stops, closes
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";

const [program, mode, count] = process.argv.slice(2);
const child = spawn(program, ["--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
let greeting = "";
while (!greeting.includes("Ctrl-C")) greeting += (await once(child.stdout, "data"))[0];
child.stdout.pause();
const [origin] = greeting.match(/http:\/\/127\.0\.0\.1:\d+/);
if (mode === "closes") {
  child.stdout.destroy();
  child.stderr.destroy();
}
for (let n = 0; n < count / 2; n += 1) {
  const created = await fetch(`${origin}/dev/claim?memberId=m-${n}&policyId=1&memberName=J`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ policyType: "Health", claimAmount: n + 1, description: `number ${n}` }),
  });
  assert.equal(created.status, 201);
  const claim = await created.json();
  if (mode === "stops" && n === 0) {
    await once(child.stderr, "data");
    child.stderr.pause();
  }
  const found = await fetch(`${origin}/dev/claim?memberId=m-${n}`);
  assert.equal(found.status, 200);
  assert.deepEqual((await found.json()).claims, [claim]);
}
const ended = once(child, "exit");
child.kill("SIGTERM");
assert.deepEqual(await ended, [0, null]);
process.exit(0);
