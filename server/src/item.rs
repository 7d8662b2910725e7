//! Claims as items of the table: attributes carry the wire names.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::{Claim, ClaimId, MemberId, Operation};
pub(crate) use private_api_lambda::item::{DamagedItem, Item, PK, SK, n, s, text};
pub(crate) use private_api_lambda::table::LAST_WRITE;
use private_api_lambda::{
    item::fingerprint,
    record::{self, NotStorable},
};

use crate::writer::Writer;

// Like the keys, these two attributes never leave the server.

/// What the create asked for, hashed: how a repeat is told from another request under the same key.
pub(crate) const REQUEST_HASH: &str = "requestHash";

/// Every partition of the table starts so.
pub(crate) const MEMBER_PREFIX: &str = "MEMBER#";

/// Every sort key of a claim starts so.
pub(crate) const CLAIM_PREFIX: &str = "CLAIM#";

pub(crate) fn partition(member: &MemberId) -> AttributeValue {
    s(format!("{MEMBER_PREFIX}{member}"))
}

pub(crate) fn sort_key(claim: ClaimId) -> AttributeValue {
    s(format!("{CLAIM_PREFIX}{claim}"))
}

/// The primary key of a claim.
pub(crate) fn key(member: &MemberId, claim: ClaimId) -> Item {
    Item::from([(PK.to_owned(), partition(member)), (SK.to_owned(), sort_key(claim))])
}

/// The item of a claim: each of its fields under its wire name, and what only the server knows.
pub(crate) fn from_claim(
    claim: &Claim,
    request_hash: String,
    last_write: String,
    writer: &Writer,
) -> Result<Item, NotStorable> {
    let mut item = key(&claim.member_id, claim.claim_id);
    item.extend(record::attributes(claim)?);
    item.insert(REQUEST_HASH.to_owned(), s(request_hash));
    item.insert(LAST_WRITE.to_owned(), s(last_write));
    writer.put_into(&mut item, Operation::CreateClaim);
    Ok(item)
}

pub(crate) fn to_claim(item: &Item) -> Result<Claim, DamagedItem> {
    record::read(item)
}

/// The [`fingerprint`] of everything that the create of this claim says.
pub(crate) fn request_hash(new: &Claim) -> String {
    // What the create does not say is left out by name: nothing is forgotten.
    let Claim {
        member_id,
        policy_id,
        member_name,
        policy_type,
        claim_amount,
        description,
        claim_id: _,
        status: _,
        created_at: _,
        updated_at: _,
        version: _,
    } = new;
    let amount = claim_amount.to_string();
    fingerprint(&[
        "v1",
        member_id.as_str(),
        policy_id.as_str(),
        member_name.as_str(),
        policy_type.as_str(),
        &amount,
        description.as_str(),
    ])
}
