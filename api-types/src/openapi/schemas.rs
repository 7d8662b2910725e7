//! The schemas: derived from the structs, written here for the newtypes and the open enumerations.

use private_api_contract::{
    document, schema,
    schemas::{EXAMPLE_ID, closed, open, string},
};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, Ref, SchemaFormat, Type},
};

use crate::{
    Actor, Claim, ClaimAmount, ClaimHistoryPage, ClaimId, ClaimPage, ClaimStatus, CreateClaimRequest, PolicyType,
    ProblemCode, UpdateClaimRequest, WriteOperation,
};

schema! {
    ClaimId => string("The id of a claim, a UUIDv7: a member's claims sort by the time their id was minted.")
        .format(Some(SchemaFormat::Custom("uuid".to_owned())))
        .examples([EXAMPLE_ID]);
    // No `multipleOf: 0.01`: validators on binary floats refuse 19.99 with it.
    ClaimAmount => ObjectBuilder::new()
        .schema_type(Type::Number)
        // Exact to the cent over the whole range; a generator without it may take a float of 32 bits.
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
        .description(Some("An amount in the deployment's currency, with at most two decimals; exact to the cent."))
        .minimum(Some(ClaimAmount::MIN.cents() as f64 / 100.0))
        .maximum(Some(ClaimAmount::MAX.cents() as f64 / 100.0))
        .examples([json!(500), json!(19.99)]);
    WriteOperation => open("What has written a version of a claim.", WriteOperation::KNOWN.iter().map(WriteOperation::as_str));
    PolicyType => open("What the claim's policy insures.", PolicyType::KNOWN.iter().map(PolicyType::as_str));
    ClaimStatus => open("Where a claim stands.", ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str));
    ProblemCode => open("What went wrong, as a stable word to branch on.", ProblemCode::KNOWN.iter().map(ProblemCode::as_str));
}

impl PartialSchema for Actor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        let text = |description: &str, example: &str| string(description).examples([example]);
        ObjectBuilder::new()
            .description(Some("Who called, by the gateway's word. Be ready for other kinds and fields."))
            .property("kind", open("What is known of the caller.", ["iam", "network", "unknown"].into_iter()))
            .property(
                "arn",
                text("`iam`: who has signed the request.", "arn:aws:sts::123456789012:assumed-role/worker/i-0abc"),
            )
            .property(
                "vpceId",
                text("`network`: the VPC endpoint that the request came through.", "vpce-0a1b2c3d4e5f67890"),
            )
            .property("sourceIp", text("`network`: the address that it came from.", "10.0.16.7"))
            .required("kind")
            .examples([json!({"kind": "iam", "arn": "arn:aws:sts::123456789012:assumed-role/worker/i-0abc"})])
            .into()
    }
}

impl ToSchema for Actor {}

/// A value of a field that has changed: whatever a claim's field may be.
pub(crate) fn changed_value() -> utoipa::openapi::schema::Object {
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::AnyValue)
        .description(Some("A value as the claim had it: a text, or for an amount a number."))
        .examples([json!("pending"), json!(19.99)])
        .build()
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
    // These, and whatever type they name: one that a field brings is not listed by hand.
    let mut named = Vec::new();
    for (of, itself) in [
        (<Claim as ToSchema>::schemas as fn(&mut _), ("Claim", Claim::schema())),
        (ClaimPage::schemas, ("ClaimPage", ClaimPage::schema())),
        (ClaimHistoryPage::schemas, ("ClaimHistoryPage", ClaimHistoryPage::schema())),
        (CreateClaimRequest::schemas, ("CreateClaimRequest", CreateClaimRequest::schema())),
        (UpdateClaimRequest::schemas, ("UpdateClaimRequest", UpdateClaimRequest::schema())),
    ] {
        of(&mut named);
        named.push((itself.0.to_owned(), itself.1));
    }
    named.push((
        "KnownPolicyType".to_owned(),
        closed("What a policy may insure.", PolicyType::KNOWN.iter().map(PolicyType::as_str)),
    ));
    named.push((
        "KnownClaimStatus".to_owned(),
        closed("The statuses of a claim.", ClaimStatus::KNOWN.iter().map(ClaimStatus::as_str)),
    ));
    for (name, schema) in named {
        schemas[name] = json!(schema);
    }
    // The Rust type has no such field: a new claim is pending, so there is nothing to keep.
    schemas["CreateClaimRequest"]["properties"]["status"] = json!({
        "type": "string",
        "description": "A new claim is `pending`; the body may say so.",
        "enum": [ClaimStatus::Pending.as_str()],
    });
    // Nor these: a create has them, in its query or in its body.
    schemas["CreateClaimRequest"]["properties"]["policyId"] = json!({"$ref": "#/components/schemas/PolicyId"});
    schemas["CreateClaimRequest"]["properties"]["memberName"] = json!({"$ref": "#/components/schemas/MemberName"});
    for (name, description, example) in [
        ("Claim", "A claim as the service answers it. More fields may come.", claim()),
        ("ClaimPage", "One page of a member's claims, newest first.", page()),
        ("ClaimHistoryPage", "One page of a claim's history, oldest first.", history()),
        ("HistoryEntry", "One write of a claim. More fields may come.", history()["entries"][1].clone()),
        (
            "FieldChange",
            "A field that a write has changed: old and new values of status, policy type and amount, of the description only that it \
             changed.",
            history()["entries"][1]["changes"][0].clone(),
        ),
        (
            "CreateClaimRequest",
            "What a new claim says. `policyId` and `memberName` have to be given, here or in the query, and in one of the two. \
             Other fields are refused.",
            create(),
        ),
        (
            "UpdateClaimRequest",
            "Replaces the four fields that may change; all are required. In `approved`, `denied`, `paid` and \
             `withdrawn` only `status` may differ from what is stored.",
            update(),
        ),
        ("FieldError", "One wrong field of a request.", field_error()),
    ] {
        schemas[name]["description"] = description.into();
        schemas[name]["examples"] = json!([example]);
    }
    // No example of its own: each answer has those of its codes, and prism's mock would take this one for all of them.
    schemas["Problem"]["description"] = "An error (RFC 9457). Branch on `code`.".into();
    schemas
}

pub(super) fn create() -> Value {
    json!({
        "policyId": "123", "memberName": "John Doe", "policyType": "Health", "claimAmount": 500,
        "description": "snow accident", "status": "pending",
    })
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

pub(super) fn history() -> Value {
    let actor = json!({"kind": "iam", "arn": "arn:aws:sts::123456789012:assumed-role/worker/i-0abc"});
    json!({
        "historyFrom": 1,
        "entries": [
            {
                "version": 1, "operation": "createClaim", "at": "2026-11-22T16:00:00.123Z",
                "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "actor": actor,
                "changes": [
                    {"field": "status", "to": "pending"}, {"field": "policyType", "to": "Health"},
                    {"field": "claimAmount", "to": 500}, {"field": "description"},
                ],
            },
            {
                "version": 2, "operation": "updateClaim", "at": "2026-11-23T09:30:00.000Z",
                "requestId": "d7bf9ac6-7b61-11e6-9a41-93e8deadbeef", "actor": actor, "onBehalfOf": "adjuster-7",
                "changes": [{"field": "status", "from": "pending", "to": "in_review"}],
            },
        ],
    })
}

fn field_error() -> Value {
    super::responses::example(&ProblemCode::ValidationFailed)["errors"][0].clone()
}
