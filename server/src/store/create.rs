//! Create: one put that only succeeds where nothing is.

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure};
use claims_api_types::{Claim, Operation, Problem, ProblemCode};
use private_api_lambda::dynamodb::Attempts;

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
        let attempts = Attempts::default();
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item::from_claim(&claim, hash.clone(), written_by, writer)?))
            .condition_expression("attribute_not_exists(PK)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await;
        let error = match result {
            Ok(_) => return Ok(Created::New(claim)),
            Err(error) => error,
        };
        let Some(PutItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() else {
            return Err(attempts.failure(&error));
        };
        let no_old = || attempts.failure_or_unknown(Failure::internal("DynamoDB: no ALL_OLD on refusal"));
        let old = refusal.item().ok_or_else(no_old)?;
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
