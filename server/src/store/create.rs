//! Create: one put that only succeeds where nothing is.

use claims_api_types::{Claim, Operation, Problem, ProblemCode};
use private_api_lambda::table::Written;

use super::Store;
use crate::{Failure, item, tombstone, writer::Writer};

/// What a create found.
pub(crate) enum Created {
    /// Nothing; the claim is new.
    New(Claim),
    /// The claim that an earlier, equal create made, as it is today.
    Before(Claim),
    /// A tombstone: the claim that the key made has been deleted. Here is the one that was to be written.
    Deleted(Claim),
}

impl Store {
    /// Writes a new claim unless its id, which is the create's idempotency key, has been used.
    pub(crate) async fn create(&self, claim: Claim, writer: &Writer) -> Result<Created, Failure> {
        let hash = item::request_hash(&claim);
        let written_by = format!("{}:{}", Operation::CreateClaim, claim.claim_id);
        let item = item::from_claim(&claim, hash.clone(), written_by, writer)?;
        let refusal = match self.0.insert(item).await? {
            Written::Done(()) => return Ok(Created::New(claim)),
            Written::Refused(refusal) => refusal,
        };
        let no_old = || refusal.failure(Failure::internal("DynamoDB: no ALL_OLD on refusal"));
        let old = refusal.old.as_ref().ok_or_else(no_old)?;
        if tombstone::is_tombstone(old) {
            return Ok(Created::Deleted(claim));
        }
        if item::text(old, item::REQUEST_HASH)? == hash {
            Ok(Created::Before(item::to_claim(old)?))
        } else {
            let detail = "this Idempotency-Key made another claim of this member: mint a new one";
            Err(Problem::new(ProblemCode::IdempotencyKeyReused).with_detail(detail).into())
        }
    }
}
