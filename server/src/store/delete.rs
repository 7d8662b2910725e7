//! Delete: one conditional delete.

use aws_sdk_dynamodb::{operation::delete_item::DeleteItemError, types::ReturnValuesOnConditionCheckFailure};
use claims_api_types::{ClaimId, IfMatch, MemberId, Problem, ProblemCode};
use private_api_lambda::dynamodb::Attempts;

use super::Store;
use crate::{
    Failure,
    failure::version_mismatch,
    item::{self, n},
    tombstone,
};

impl Store {
    /// Deletes the claim if it is there and has the wanted version.
    ///
    /// A deleted item remembers nothing, so only this call knows that it repeated itself: if an earlier attempt's
    /// answer was lost and the repeat finds nothing, the delete has happened.
    pub(crate) async fn delete(
        &self,
        member: &MemberId,
        claim: ClaimId,
        if_match: Option<IfMatch>,
    ) -> Result<(), Failure> {
        let mut call = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(item::key(member, claim)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut condition = tombstone::ALIVE.to_owned();
        if let Some(IfMatch::Version(version)) = if_match {
            condition.push_str(" AND #version = :version");
            call = call
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", n(version));
        }
        let attempts = Attempts::default();
        let result = call.condition_expression(condition).customize().interceptor(attempts.clone()).send().await;
        let error = match result {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let Some(DeleteItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() else {
            return Err(attempts.failure(&error));
        };
        match (tombstone::alive(refusal.item()), if_match) {
            (None, _) if attempts.lost_an_answer() => Ok(()),
            (Some(old), Some(IfMatch::Version(wanted))) => {
                // It may have deleted what it was to delete, and a create that was still being retried made it anew.
                Err(attempts.failure_or_unknown(version_mismatch(wanted, item::to_claim(old)?.version)))
            }
            (None, _) => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
            (Some(_), _) => {
                Err(attempts.failure_or_unknown(Failure::internal("DynamoDB: refused to delete an item that exists")))
            }
        }
    }
}
