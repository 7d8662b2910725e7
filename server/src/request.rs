//! What the operations on claims read of their requests.

use claims_api_types::{ClaimId, MemberId, validate::Findings};
use private_api_lambda::Request;

use crate::{Api, Failure};

/// Every parameter of a query that some operation knows.
const KNOWN: [&str; 6] = ["memberId", "policyId", "memberName", "status", "limit", "nextToken"];

/// Notes what is left of a value that was cut in two; for writes.
pub(crate) fn whole_query(request: &Request, findings: &mut Findings) {
    request.whole_query(findings, &KNOWN);
}

/// What the record of the call says of it, whatever comes of it: the claim, and the member as a hash. A create says its claim itself.
pub(crate) fn record(api: &Api, request: &Request) {
    if let Ok(claim) = claim_id(request) {
        request.is_about(claim);
    }
    if let (Some(key), [member]) = (api.audit_key(), &request.query("memberId")[..])
        && let Ok(member) = member.parse::<MemberId>()
    {
        request.concerns(member.as_str(), key);
    }
}

/// The member whose claims these are; every operation wants one.
pub(crate) fn member_id(request: &Request, findings: &mut Findings) -> Option<MemberId> {
    findings.required("memberId", &request.query("memberId"))
}

/// The claim in the path. What is no claim id names no claim, so it is a 404 and not a 400.
pub(crate) fn claim_id(request: &Request) -> Result<ClaimId, Failure> {
    request.path_id("claimId")
}
