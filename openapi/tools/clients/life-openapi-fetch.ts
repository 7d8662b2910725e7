import createClient from "openapi-fetch";

import type { paths } from "./claims.js";
import { life } from "./life.js";

const api = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

await life({
  create: (memberId, key, body) =>
    api.POST("/claim", { params: { query: { memberId }, header: { "Idempotency-Key": key } }, body }),
  list: (query) => api.GET("/claim", { params: { query } }),
  get: (memberId, claimId) => api.GET("/claim/{claimId}", { params: { path: { claimId }, query: { memberId } } }),
  update: (memberId, claimId, ifMatch, body) =>
    api.PUT("/claim/{claimId}", { params: { path: { claimId }, query: { memberId }, header: { "If-Match": ifMatch } }, body }),
  delete: (memberId, claimId) => api.DELETE("/claim/{claimId}", { params: { path: { claimId }, query: { memberId } } }),
  history: (memberId, claimId) => api.GET("/claim/{claimId}/history", { params: { path: { claimId }, query: { memberId } } }),
});
