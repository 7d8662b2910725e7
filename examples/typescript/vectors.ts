// Runs contract/vectors with the client that openapi-typescript makes, on `exactlyOnce`.
// Usage: node vectors.js BASE_URL retry.json, against claims-local --faults-by-header
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";

import type { components, paths } from "./claims.js";
import { ATTEMPTS, KEY, NoAnswer, certaintyOf, exactlyOnce } from "./exactly-once.js";

interface Vector {
  name: string;
  operation: "create" | "read" | "list" | "update" | "delete";
  faults: string[];
  attempts: number;
  certainty: string;
  given?: string;
  ifMatch?: string;
  status?: number;
  code?: string;
  claims?: number;
  version?: number;
  waitsAtLeast?: number[];
}

const [baseUrl = "", file = ""] = process.argv.slice(2);
if (!baseUrl || !file) throw new Error("usage: node vectors.js BASE_URL retry.json");
const { policy, vectors } = JSON.parse(readFileSync(file, "utf8")) as {
  policy: { attempts: number; longestRetryAfter: number };
  vectors: Vector[];
};
const plain = createClient<paths>({ baseUrl });
const run = Date.now().toString(36);

function newClaim(): components["schemas"]["CreateClaimRequest"] {
  return { policyId: "9", memberName: "John Doe", policyType: "Health", claimAmount: 1234567.89, description: "snow" };
}

async function perform(number: number, vector: Vector) {
  const { name, operation, ifMatch } = vector;
  const memberId = `ts-${run}-${number}`;
  const nothing = vector.given === "nothing" || operation === "create";
  const given = await plain.POST("/claim", {
    params: { query: { memberId: nothing ? `${memberId}-other` : memberId } },
    body: newClaim(),
  });
  assert(given.data, name);

  const keys: (string | null)[] = [];
  const waits: number[] = [];
  const api = createClient<paths>({
    baseUrl,
    fetch: exactlyOnce({
      attempts: policy.attempts,
      longestRetryAfter: policy.longestRetryAfter,
      sleep: async (seconds) => void waits.push(seconds),
      fetch: (request) => {
        const fault = vector.faults[keys.length];
        if (fault) request.headers.set("X-Local-Fault", fault);
        keys.push(request.headers.get(KEY));
        return fetch(request);
      },
    }),
  });
  const path = { claimId: given.data.claimId };
  const params = { path, query: { memberId }, header: ifMatch ? { "If-Match": ifMatch } : {} };
  const call = {
    create: () => api.POST("/claim", { params: { query: { memberId } }, body: newClaim() }),
    read: () => api.GET("/claim/{claimId}", { params: { path, query: { memberId } } }),
    list: () => api.GET("/claim", { params: { query: { memberId } } }),
    update: () =>
      api.PUT("/claim/{claimId}", {
        params,
        body: { policyType: "Health", claimAmount: 999999999.99, description: "snow", status: "in_review" },
      }),
    delete: () => api.DELETE("/claim/{claimId}", { params }),
  }[operation];

  try {
    const { response, error } = await call();
    assert.equal(certaintyOf(response), vector.certainty, name);
    assert.equal(response.headers.get(ATTEMPTS), String(vector.attempts), name);
    if (vector.status) assert.equal(response.status, vector.status, name);
    assert.equal(error?.code, vector.code, name);
  } catch (failed) {
    if (!(failed instanceof NoAnswer)) throw failed;
    assert.equal(failed.certainty, vector.certainty, name);
    assert.equal(failed.attempts, vector.attempts, name);
    assert.equal(vector.status, undefined, name);
    assert.equal(failed.key, keys[0] ?? undefined, name);
  }
  assert.equal(keys.length, vector.attempts, name);
  assert.equal(new Set(keys).size, 1, `${name}: one key for all attempts`);
  assert.equal(keys[0] === null, operation === "read" || operation === "list", name);
  vector.waitsAtLeast?.forEach((least, i) => assert((waits[i] ?? 0) >= least, `${name}: ${waits.join()}`));

  const claims = (await plain.GET("/claim", { params: { query: { memberId } } })).data?.claims;
  if (vector.claims !== undefined) assert.equal(claims?.length, vector.claims, name);
  if (vector.version !== undefined) assert.equal(claims?.[0]?.version, vector.version, name);
}

for (const [number, vector] of vectors.entries()) await perform(number, vector);
assert(vectors.length >= 30);
console.log(`TypeScript: ${vectors.length} vectors`);
