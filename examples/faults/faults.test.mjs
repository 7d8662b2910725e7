// How to test your own error handling from JavaScript or TypeScript: claims-local goes wrong when a request asks for it.
// With Node's own test runner; in TypeScript the same lines do, with your generated types around them.
//
//     claims-local --port 9000 --faults-by-header &
//     CLAIMS_API_URL=http://127.0.0.1:9000/dev node --test faults.test.mjs

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

const api = process.env.CLAIMS_API_URL;
const create = "/claim?memberId=js&policyId=9&memberName=John%20Doe";
const body = JSON.stringify({ policyType: "Health", claimAmount: 19.99, description: "snow accident" });

/** A UUIDv7: the time in milliseconds, then chance. */
function newKey() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const filing = (key, headers = {}) =>
  fetch(api + create, {
    method: "POST",
    body,
    headers: { "Content-Type": "application/json", "Idempotency-Key": key, ...headers },
  });

test("a lost answer is no second claim", async () => {
  const key = newKey();
  // It is applied, and the connection is reset.
  await assert.rejects(filing(key, { "X-Local-Fault": "reset-after" }));
  // The same key again is the same claim: 200 and not 201.
  const answer = await filing(key);
  assert.deepEqual([answer.status, (await answer.json()).claimId], [200, key]);
});

test("a throttled caller is told how long to wait", async () => {
  const answer = await fetch(`${api}/claim?memberId=js`, { headers: { "X-Local-Fault": "throttle=7" } });
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "7"]);
  assert.equal((await answer.json()).code, "throttled");
});

test("a storage that is busy for a moment is nobody's trouble", async () => {
  const answer = await fetch(`${api}/claim?memberId=js`, { headers: { "X-Local-Fault": "storage-throttled" } });
  assert.equal(answer.status, 200);
});
