//! How the server reads the two request bodies.

use crate::{
    ClaimAmount, ClaimStatus, CreateClaimRequest, Description, FieldErrorCode, InvalidValue, PolicyType,
    UpdateClaimRequest,
    validate::{Body, Findings},
};

impl CreateClaimRequest {
    /// Reads a body strictly. The request stands only if `findings` is still empty afterwards.
    pub fn read(findings: &mut Findings, body: &[u8]) -> Option<Self> {
        let mut body = Body::read(findings, body)?;
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
