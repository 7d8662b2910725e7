//! Claims as items of the table: attributes carry the wire names.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::{Claim, ClaimId, CreateClaim, MemberId};
use sha2::{Digest, Sha256};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The attributes that never leave the server.
pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
/// What the create asked for, hashed: how a repeat is told from another request under the same key.
pub(crate) const REQUEST_HASH: &str = "requestHash";
/// Who wrote the item last: `<operation>:<idempotency key>`.
pub(crate) const LAST_WRITE: &str = "lastWrite";

/// Every sort key of a claim starts so.
pub(crate) const CLAIM_PREFIX: &str = "CLAIM#";

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn partition(member: &MemberId) -> AttributeValue {
    s(format!("MEMBER#{member}"))
}

pub(crate) fn sort_key(claim: ClaimId) -> AttributeValue {
    s(format!("{CLAIM_PREFIX}{claim}"))
}

/// The primary key of a claim.
pub(crate) fn key(member: &MemberId, claim: ClaimId) -> Item {
    Item::from([(PK.to_owned(), partition(member)), (SK.to_owned(), sort_key(claim))])
}

pub(crate) fn from_claim(claim: &Claim, request_hash: String, last_write: String) -> Item {
    [
        (PK, partition(&claim.member_id)),
        (SK, sort_key(claim.claim_id)),
        ("claimId", s(claim.claim_id.to_string())),
        ("memberId", s(claim.member_id.as_str())),
        ("policyId", s(claim.policy_id.as_str())),
        ("memberName", s(claim.member_name.as_str())),
        ("policyType", s(claim.policy_type.as_str())),
        ("claimAmount", n(claim.claim_amount)),
        ("description", s(claim.description.as_str())),
        ("status", s(claim.status.as_str())),
        ("createdAt", s(claim.created_at.to_string())),
        ("updatedAt", s(claim.updated_at.to_string())),
        ("version", n(claim.version)),
        (REQUEST_HASH, s(request_hash)),
        (LAST_WRITE, s(last_write)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// An item that is no claim: somebody else wrote to the table. Names the attribute, not its value.
#[derive(Debug, thiserror::Error)]
#[error("the item's attribute {0} is missing or not what this service writes")]
pub(crate) struct NotAClaim(&'static str);

pub(crate) fn to_claim(item: &Item) -> Result<Claim, NotAClaim> {
    Ok(Claim {
        claim_id: parsed(item, "claimId")?,
        member_id: parsed(item, "memberId")?,
        policy_id: parsed(item, "policyId")?,
        member_name: parsed(item, "memberName")?,
        policy_type: text(item, "policyType")?.into(),
        claim_amount: number(item, "claimAmount")?.parse().map_err(|_| NotAClaim("claimAmount"))?,
        description: parsed(item, "description")?,
        status: text(item, "status")?.into(),
        created_at: parsed(item, "createdAt")?,
        updated_at: parsed(item, "updatedAt")?,
        version: number(item, "version")?
            .parse()
            .ok()
            .and_then(claims_api_types::Version::new)
            .ok_or(NotAClaim("version"))?,
    })
}

pub(crate) fn text<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, NotAClaim> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(NotAClaim(name))
}

fn number<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, NotAClaim> {
    item.get(name).and_then(|value| value.as_n().ok()).map(String::as_str).ok_or(NotAClaim(name))
}

fn parsed<T: std::str::FromStr>(item: &Item, name: &'static str) -> Result<T, NotAClaim> {
    text(item, name)?.parse().map_err(|_| NotAClaim(name))
}

/// SHA-256 of everything a create says, each part with its length before it so that no two requests run together.
pub(crate) fn request_hash(create: &CreateClaim) -> String {
    let CreateClaim { member_id, policy_id, member_name, request } = create;
    let amount = request.claim_amount.to_string();
    let mut hash = Sha256::new();
    for part in [
        "v1",
        member_id.as_str(),
        policy_id.as_str(),
        member_name.as_str(),
        request.policy_type.as_str(),
        &amount,
        request.description.as_str(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    hash.finalize().iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).collect()
}
