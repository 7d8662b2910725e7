import { createClient } from "./claims-hey-api/client/index.js";
import { createClaim, deleteClaim, getClaim, listClaimHistory, listClaims, updateClaim } from "./claims-hey-api/index.js";
import { life } from "./life.js";

const client = createClient({ baseUrl: process.argv[2] ?? "" });

await life({
  create: (memberId, key, body) => createClaim({ client, query: { memberId }, headers: { "Idempotency-Key": key }, body }),
  list: (query) => listClaims({ client, query }),
  get: (memberId, claimId) => getClaim({ client, path: { claimId }, query: { memberId } }),
  update: (memberId, claimId, ifMatch, body) =>
    updateClaim({ client, path: { claimId }, query: { memberId }, headers: { "If-Match": ifMatch }, body }),
  delete: (memberId, claimId) => deleteClaim({ client, path: { claimId }, query: { memberId } }),
  history: (memberId, claimId) => listClaimHistory({ client, path: { claimId }, query: { memberId } }),
});
