//! Create: one put that only succeeds where nothing is.

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure};
use claims_api_types::{Claim, CreateClaim, IdempotencyKey, Operation, Problem, ProblemCode};

use super::{
    Store,
    call::{self, LostAnswers},
};
use crate::{failure::Failure, item, tombstone};

/// What a create found.
pub(crate) enum Created {
    /// Nothing; the claim is new.
    New(Claim),
    /// The claim that an earlier, equal create made, as it is today.
    Before(Claim),
    /// A tombstone: the claim that the key made has been deleted. The claim that was to be written, and what a caller is told
    /// who may not know that the key was its own.
    Deleted(Claim, Failure),
}

impl Store {
    /// Writes `claim` unless its key has been used.
    pub(crate) async fn create(
        &self,
        create: &CreateClaim,
        claim: Claim,
        key: IdempotencyKey,
    ) -> Result<Created, Failure> {
        let hash = item::request_hash(create);
        let written_by = format!("{}:{key}", Operation::CreateClaim);
        let lost = LostAnswers::default();
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item::from_claim(&claim, hash.clone(), written_by)))
            .condition_expression("attribute_not_exists(PK)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .interceptor(lost.clone())
            .send()
            .await;
        let error = match result {
            Ok(_) => return Ok(Created::New(claim)),
            Err(error) => error,
        };
        let Some(PutItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() else {
            return Err(lost.honest(call::failure(&error)));
        };
        let old = refusal.item().ok_or_else(|| Failure::internal("DynamoDB: no ALL_OLD on refusal"))?;
        if tombstone::is_tombstone(old) {
            let reused =
                reused("the claim that this Idempotency-Key made has been deleted: mint a new one to file it again");
            // Its hash is gone: after a lost answer, what was deleted may be what this very call had filed.
            return Ok(Created::Deleted(claim, lost.honest(reused)));
        }
        if item::text(old, item::REQUEST_HASH)? == hash {
            Ok(Created::Before(item::to_claim(old)?))
        } else {
            Err(reused("this Idempotency-Key made another claim of this member: mint a new one"))
        }
    }
}

fn reused(detail: &'static str) -> Failure {
    Problem::new(ProblemCode::IdempotencyKeyReused).with_detail(detail).into()
}

impl From<item::NotAClaim> for Failure {
    fn from(error: item::NotAClaim) -> Self {
        Failure::internal(error.to_string())
    }
}
