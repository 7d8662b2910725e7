//! The schemas: derived from the structs, written here for the newtypes and the open enumerations.

use private_api_contract::{
    document, schema,
    schemas::{EXAMPLE_ID, closed, opaque_id, open, string},
};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema,
    openapi::{ObjectBuilder, Ref, SchemaFormat, Type},
};

use crate::{
    Claim, ClaimAmount, ClaimId, ClaimPage, ClaimStatus, CreateClaimRequest, Description, MemberId, MemberName,
    PolicyId, PolicyType, ProblemCode, UpdateClaimRequest,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

schema! {
    ClaimId => string("The id of a claim, a UUIDv7: a member's claims sort by the time their id was minted.")
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .examples([EXAMPLE_ID]);
    MemberId => opaque_id("Whose claim it is. Opaque; never put a name in it.");
    PolicyId => opaque_id("Under which policy the claim is made.");
    MemberName => string("The member's name: no control characters.")
        .min_length(Some(1))
        .max_length(Some(NAME_MAX))
        .pattern(Some("^[^\\u0000-\\u001F\\u007F-\\u009F]+$"))
        .examples(["John Doe"]);
    Description => string("What happened, in the member's words.")
        .max_length(Some(DESCRIPTION_MAX))
        .examples(["snow accident"]);
    // No `multipleOf: 0.01`: validators on binary floats refuse 19.99 with it.
    ClaimAmount => ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some("An amount in the deployment's currency, with at most two decimals; exact to the cent."))
        .minimum(Some(ClaimAmount::MIN.cents() as f64 / 100.0))
        .maximum(Some(ClaimAmount::MAX.cents() as f64 / 100.0))
        .examples([json!(500), json!(19.99)]);
    PolicyType => open("What the claim's policy insures.", PolicyType::KNOWN.iter().map(PolicyType::as_str));
    ClaimStatus => open("Where a claim stands.", ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str));
    ProblemCode => open("What went wrong, as a stable word to branch on.", ProblemCode::KNOWN.iter().map(ProblemCode::as_str));
}

/// A request's policy type.
pub(crate) fn known_policy_type() -> Ref {
    Ref::builder()
        .ref_location_from_schema_name("KnownPolicyType")
        .description(Some("What the policy insures."))
        .build()
}

/// A request's status.
pub(crate) fn known_claim_status() -> Ref {
    Ref::builder()
        .ref_location_from_schema_name("KnownClaimStatus")
        .description(Some("Where the claim stands now."))
        .build()
}

/// All named schemas.
pub(super) fn components() -> Value {
    let mut schemas = document::schemas::<ProblemCode>();
    for (name, schema) in [
        ("ClaimId", json!(ClaimId::schema())),
        ("MemberId", json!(MemberId::schema())),
        ("PolicyId", json!(PolicyId::schema())),
        ("MemberName", json!(MemberName::schema())),
        ("Description", json!(Description::schema())),
        ("ClaimAmount", json!(ClaimAmount::schema())),
        ("PolicyType", json!(PolicyType::schema())),
        ("ClaimStatus", json!(ClaimStatus::schema())),
        (
            "KnownPolicyType",
            json!(closed("What a policy may insure.", PolicyType::KNOWN.iter().map(PolicyType::as_str))),
        ),
        (
            "KnownClaimStatus",
            json!(closed("The statuses of a claim.", ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str))),
        ),
        ("Claim", json!(Claim::schema())),
        ("ClaimPage", json!(ClaimPage::schema())),
        ("CreateClaimRequest", json!(CreateClaimRequest::schema())),
        ("UpdateClaimRequest", json!(UpdateClaimRequest::schema())),
    ] {
        schemas[name] = schema;
    }
    // The Rust type has no such field: a new claim is pending, so there is nothing to keep.
    schemas["CreateClaimRequest"]["properties"]["status"] = json!({
        "type": "string",
        "description": "A new claim is `pending`; the body may say so.",
        "enum": [ClaimStatus::Pending.as_str()],
    });
    for (name, description, example) in [
        ("Claim", "A claim as the service answers it. More fields may come.", claim()),
        ("ClaimPage", "One page of a member's claims, newest first.", page()),
        ("CreateClaimRequest", "What a new claim says. Other fields are refused.", create()),
        (
            "UpdateClaimRequest",
            "Replaces the four fields that may change; all are required. In `approved`, `denied`, `paid` and \
             `withdrawn` only `status` may differ from what is stored.",
            update(),
        ),
        ("Problem", "An error (RFC 9457). Branch on `code`.", problem()),
        ("FieldError", "One wrong field of a request.", problem()["errors"][0].clone()),
    ] {
        schemas[name]["description"] = description.into();
        schemas[name]["examples"] = json!([example]);
    }
    schemas
}

pub(super) fn create() -> Value {
    json!({"policyType": "Health", "claimAmount": 500, "description": "snow accident", "status": "pending"})
}

pub(super) fn update() -> Value {
    json!({"policyType": "Health", "claimAmount": 450.5, "description": "snow accident", "status": "in_review"})
}

pub(super) fn claim() -> Value {
    json!({
        "claimId": EXAMPLE_ID, "memberId": "123", "policyId": "123", "memberName": "John Doe",
        "policyType": "Health", "claimAmount": 500, "description": "snow accident", "status": "pending",
        "createdAt": "2026-11-22T16:00:00.123Z", "updatedAt": "2026-11-22T16:00:00.123Z", "version": 1,
    })
}

pub(super) fn page() -> Value {
    json!({"claims": [claim()], "nextToken": EXAMPLE_ID})
}

fn problem() -> Value {
    super::responses::example(&ProblemCode::ValidationFailed)
}
