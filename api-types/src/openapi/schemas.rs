//! The schemas: derived from the structs, written here for the newtypes and the open enumerations.

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, Ref, RefOr, Schema, SchemaFormat, Type, extensions::ExtensionsBuilder},
};

use crate::{
    Claim, ClaimAmount, ClaimId, ClaimPage, ClaimStatus, CreateClaimRequest, Description, FieldError, FieldErrorCode,
    MemberId, MemberName, NextToken, PolicyId, PolicyType, Problem, ProblemCode, Timestamp, UpdateClaimRequest,
    Version,
    text::{DESCRIPTION_MAX, ID_MAX, NAME_MAX},
};

/// Any hyphenated UUID; the only form the service reads.
pub(super) const UUID_PATTERN: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/// Gives a type its schema by an expression that makes an `ObjectBuilder`.
macro_rules! schema {
    ($($name:ident => $schema:expr;)+) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }
        impl ToSchema for $name {}
    )+};
}

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
    Timestamp => string("A moment in UTC to the millisecond, RFC 3339.")
        .format(Some(SchemaFormat::Custom("date-time".to_owned())))
        .examples(["2026-11-22T16:00:00.123Z"]);
    NextToken => string("Where the next page starts. Opaque: pass it back as it came.").examples([EXAMPLE_ID]);
    // No `multipleOf: 0.01`: validators on binary floats refuse 19.99 with it.
    ClaimAmount => ObjectBuilder::new()
        .schema_type(Type::Number)
        .description(Some("An amount in the deployment's currency, with at most two decimals; exact to the cent."))
        .minimum(Some(ClaimAmount::MIN.cents() as f64 / 100.0))
        .maximum(Some(ClaimAmount::MAX.cents() as f64 / 100.0))
        .examples([json!(500), json!(19.99)]);
    Version => ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("How often the claim has been written: 1 when created, one more with each update."))
        .minimum(Some(1))
        .examples([json!(1)]);
    PolicyType => open("What the claim's policy insures.", PolicyType::KNOWN.iter().map(PolicyType::as_str));
    ClaimStatus => open("Where a claim stands.", ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str));
    ProblemCode => open("What went wrong, as a stable word to branch on.", ProblemCode::KNOWN.iter().map(ProblemCode::as_str));
    FieldErrorCode => open("What is wrong with a field.", FieldErrorCode::KNOWN.iter().map(FieldErrorCode::as_str));
}

pub(super) const EXAMPLE_ID: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10";

fn string(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

fn opaque_id(description: &str) -> ObjectBuilder {
    string(description).min_length(Some(1)).max_length(Some(ID_MAX)).pattern(Some("^[A-Za-z0-9_-]+$")).examples(["123"])
}

/// A string of an answer: the values of today are listed, others may come.
fn open<'a>(description: &str, known: impl Iterator<Item = &'a str> + Clone) -> ObjectBuilder {
    string(&format!("{description} More values may come."))
        .extensions(Some(ExtensionsBuilder::new().add("x-extensible-enum", known.clone().collect::<Vec<_>>()).build()))
        .examples(known.take(1))
}

/// A string of a request: these values and no others.
fn closed<'a>(description: &str, known: impl Iterator<Item = &'a str>) -> RefOr<Schema> {
    string(description).enum_values(Some(known)).into()
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
    let mut schemas = json!({
        "ClaimId": ClaimId::schema(),
        "MemberId": MemberId::schema(),
        "PolicyId": PolicyId::schema(),
        "MemberName": MemberName::schema(),
        "Description": Description::schema(),
        "Timestamp": Timestamp::schema(),
        "NextToken": NextToken::schema(),
        "ClaimAmount": ClaimAmount::schema(),
        "Version": Version::schema(),
        "PolicyType": PolicyType::schema(),
        "ClaimStatus": ClaimStatus::schema(),
        "ProblemCode": ProblemCode::schema(),
        "FieldErrorCode": FieldErrorCode::schema(),
        "KnownPolicyType": closed("What a policy may insure.", PolicyType::KNOWN.iter().map(PolicyType::as_str)),
        "KnownClaimStatus": closed("The statuses of a claim.", ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str)),
        "Claim": Claim::schema(),
        "ClaimPage": ClaimPage::schema(),
        "CreateClaimRequest": CreateClaimRequest::schema(),
        "UpdateClaimRequest": UpdateClaimRequest::schema(),
        "Problem": Problem::schema(),
        "FieldError": FieldError::schema(),
        "GatewayMessage": {
            "type": "object",
            "description": "An error of the gateway that it does not let the API shape.",
            "properties": {"message": {"type": "string", "description": "The gateway's words."}},
        },
    });
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
