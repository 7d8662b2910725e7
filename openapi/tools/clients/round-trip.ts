// Create, get, update and delete one claim with the client that openapi-typescript makes of the committed contract.
// Usage: node round-trip.js BASE_URL
import createClient from "openapi-fetch";
import { v7 as uuidv7 } from "uuid";

import type { components, paths } from "./claims.js";

type Problem = components["schemas"]["Problem"];
type Refusal = components["schemas"]["Refusal"];

const baseUrl = process.argv[2];
if (!baseUrl) throw new Error("usage: node round-trip.js BASE_URL");
const api = createClient<paths>({ baseUrl });
const memberId = "ts-member";

// Mint the key once, before the first attempt, and send it with every attempt: it becomes the claim's id.
const key = uuidv7();
const create = () =>
  api.POST("/claim", {
    params: {
      query: { memberId },
      header: { "Idempotency-Key": key },
    },
    // Nothing personal in a URL: policy and name stand in the body.
    body: {
      policyId: "123",
      memberName: "John Doe",
      policyType: "Health",
      claimAmount: 19.99,
      description: "snow accident",
      status: "pending",
    },
  });

const created = await create();
const claim = must(created);
equal(created.response.status, 201);
equal(claim.claimId, key);
equal(claim.claimAmount, 19.99);
equal((await create()).response.status, 200);

const path = { claimId: claim.claimId };
const got = await api.GET("/claim/{claimId}", { params: { path, query: { memberId } } });
equal(must(got).description, "snow accident");
const etag = got.response.headers.get("ETag") ?? "";
equal(etag, '"1"');

const update = () =>
  api.PUT("/claim/{claimId}", {
    params: { path, query: { memberId }, header: { "If-Match": etag } },
    body: { policyType: "Health", claimAmount: 450.5, description: "snow accident", status: "in_review" },
  });
equal(must(await update()).version, 2);
const stale = await update();
equal(code(stale.error), "version_mismatch");

const page = must(await api.GET("/claim", { params: { query: { memberId, status: "in_review", limit: 10 } } }));
equal(page.claims.length, 1);

const deleted = await api.DELETE("/claim/{claimId}", { params: { path, query: { memberId } } });
equal(deleted.response.status, 204);
const gone = await api.GET("/claim/{claimId}", { params: { path, query: { memberId } } });
equal(code(gone.error), "claim_not_found");

// What the gateway refuses is a problem with a code, or the few words that nobody can shape.
const elsewhere = (url: string) => createClient<paths>({ baseUrl: url }).GET("/claim", { params: { query: { memberId } } });
const refused = await elsewhere(`${baseUrl}/nothing`);
equal(refused.response.status, 403);
equal(code(refused.error), "forbidden");
const bare = await elsewhere(new URL("/no-such-stage", baseUrl).href);
equal(bare.response.status, 403);
equal(code(bare.error), undefined);
equal(bare.error && "message" in bare.error ? bare.error.message : undefined, "Forbidden");
console.log("TypeScript: create, get, update, list and delete; both forms of a 403");

function code(error: Problem | Refusal | undefined) {
  return error?.code;
}

function must<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function equal(actual: unknown, expected: unknown) {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}
