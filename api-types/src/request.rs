//! How the server reads the two request bodies.

use std::str::FromStr;

use crate::{
    ClaimAmount, ClaimStatus, CreateClaim, CreateClaimRequest, Description, FieldErrorCode, InvalidValue, PolicyType,
    UpdateClaimRequest,
    validate::{Body, Findings},
};

impl CreateClaim {
    /// Reads a create strictly, from its body and from all values of each parameter of its query. Policy and name stand in the
    /// one or in the other. The request stands only if `findings` is still empty afterwards.
    pub fn read<'q>(findings: &mut Findings, query: impl Fn(&str) -> Vec<&'q str>, body: &[u8]) -> Option<Self> {
        let member_id = findings.required("memberId", &query("memberId"));
        let mut body = Body::read(findings, body);
        let policy_id = in_one_place(findings, "policyId", &query("policyId"), body.as_mut());
        let member_name = in_one_place(findings, "memberName", &query("memberName"), body.as_mut());
        let request = CreateClaimRequest::take(findings, body?);
        Some(Self { member_id: member_id?, policy_id: policy_id?, member_name: member_name?, request: request? })
    }
}

/// What has to be given once, in the query or in the body.
fn in_one_place<T: FromStr<Err = InvalidValue>>(
    findings: &mut Findings,
    field: &str,
    query: &[&str],
    body: Option<&mut Body>,
) -> Option<T> {
    match body {
        // Whether it stands in there cannot be told.
        None => findings.optional(field, query),
        Some(body) if body.has(field) => {
            let value = body.optional_text(findings, field, str::parse);
            if query.is_empty() {
                return value;
            }
            let twice = "stands in the query and in the body: give it in one of them";
            findings.add(field, InvalidValue::new(FieldErrorCode::Duplicate, twice));
            None
        }
        Some(_) => findings.required(field, query),
    }
}

impl CreateClaimRequest {
    /// Reads a body strictly that holds nothing but this. The request stands only if `findings` is still empty afterwards.
    pub fn read(findings: &mut Findings, body: &[u8]) -> Option<Self> {
        Body::read(findings, body).and_then(|body| Self::take(findings, body))
    }

    fn take(findings: &mut Findings, mut body: Body) -> Option<Self> {
        let policy_type = policy_type(&mut body, findings);
        let claim_amount = claim_amount(&mut body, findings);
        let description = description(&mut body, findings);
        // A new claim is pending, so there is nothing to keep of a good status.
        body.optional_text(findings, "status", new_claim_status);
        body.finish(findings);
        Some(Self { policy_type: policy_type?, claim_amount: claim_amount?, description: description? })
    }
}

impl UpdateClaimRequest {
    /// Reads a body strictly. The request stands only if `findings` is still empty afterwards.
    pub fn read(findings: &mut Findings, body: &[u8]) -> Option<Self> {
        let mut body = Body::read(findings, body)?;
        let policy_type = policy_type(&mut body, findings);
        let claim_amount = claim_amount(&mut body, findings);
        let description = description(&mut body, findings);
        let status = body.required_text(findings, "status", ClaimStatus::known);
        body.finish(findings);
        Some(Self {
            policy_type: policy_type?,
            claim_amount: claim_amount?,
            description: description?,
            status: status?,
        })
    }
}

fn policy_type(body: &mut Body, findings: &mut Findings) -> Option<PolicyType> {
    body.required_text(findings, "policyType", PolicyType::known)
}

fn description(body: &mut Body, findings: &mut Findings) -> Option<Description> {
    body.required_text(findings, "description", str::parse)
}

fn claim_amount(body: &mut Body, findings: &mut Findings) -> Option<ClaimAmount> {
    body.required(findings, "claimAmount", "must be a JSON number", |value| {
        let text = value.get();
        text.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| ClaimAmount::from_json_text(text))
    })
}

fn new_claim_status(text: &str) -> Result<(), InvalidValue> {
    match ClaimStatus::known(text)? {
        ClaimStatus::Pending => Ok(()),
        _ => Err(InvalidValue::new(FieldErrorCode::InvalidValue, "must be pending, or absent: a new claim is pending")),
    }
}
