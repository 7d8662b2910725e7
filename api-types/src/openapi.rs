//! The OpenAPI 3.1 document of the contract, made from this crate's types (feature `openapi`).
//!
//! The schemas come from the types by `utoipa`; what no type says — paths, parameters, answers, headers — stands in the
//! modules here, once. **Requests are strict** (closed enumerations, no unknown fields), **responses are tolerant**
//! (the values of today are listed, others are legal), so that generated clients survive tomorrow's server.
//!
//! ```
//! let document = claims_api_types::openapi::document();
//! assert_eq!(document["openapi"], "3.1.0");
//! assert_eq!(document["paths"]["/claim"]["post"]["operationId"], "createClaim");
//! ```

mod operations;
mod parameters;
mod responses;
mod schemas;

use private_api_contract::document::{SERVERS, servers, sigv4};
use serde_json::{Value, json};

pub(crate) use schemas::{changed_value, known_claim_status, known_policy_type};

/// The version of the contract, `info.version`. Independent of the crates' versions.
///
/// A change that can break an existing consumer needs a new major version; `cargo xtask openapi` says when.
pub const CONTRACT_VERSION: &str = "1.2.0";

/// The whole contract as an OpenAPI 3.1 document.
#[must_use]
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Private claims API",
            "version": CONTRACT_VERSION,
            "summary": "Insurance claims of members, reachable only from inside a VPC.",
            "description": format!("{DESCRIPTION}\n\n{SERVERS}"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": servers("claims-local", "claims.internal"),
        "tags": [{"name": "claims", "description": "Claims of one member under one policy."}],
        // Without IAM authorization the network is the only lock; with it, requests are signed as well.
        "security": [{}, {"sigv4": []}],
        "paths": operations::paths(),
        "components": {
            "schemas": schemas::components(),
            "headers": responses::headers(),
            "responses": responses::shared(),
            "securitySchemes": {"sigv4": sigv4()},
        },
    })
}

const DESCRIPTION: &str = "\
Create, list, read, update and delete the claims of a member.

**Exactly once.** A create's `Idempotency-Key` is a UUIDv7 that becomes the claim's id: mint one before the first attempt and
send it with every attempt. Conditional updates are repeated safely in the same way.

**No lost updates.** `ETag` is the claim's version; `If-Match` makes an update or a delete conditional.

**Strict requests, tolerant responses.** Unknown body fields and values are refused. Be ready for new fields and for new
values of `status`, `policyType` and `code` in answers.

**Errors** are `application/problem+json` (RFC 9457); branch on `code`. A few errors of the gateway cannot be shaped and are
`{\"message\": …}`.

**Absent means absent.** Optional fields are left out, never `null`. Unknown query parameters are ignored.";
