// Create, get, update and delete one claim with the client that openapi-typescript makes of the committed contract.
// Usage: node round-trip.js BASE_URL
import createClient from "openapi-fetch";
import { v7 as uuidv7 } from "uuid";

import type { components, paths } from "./claims.js";

type Problem = components["schemas"]["Problem"];

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
console.log("TypeScript: create, get, update, list and delete");

// The few errors of the gateway that nobody can shape have no code.
function code(error: Problem | components["schemas"]["GatewayMessage"] | undefined) {
  return error && "code" in error ? error.code : undefined;
}

function must<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function equal(actual: unknown, expected: unknown) {
  if (actual !== expected) throw new Error(`expected ${String(expected)}, got ${String(actual)}`);
}
