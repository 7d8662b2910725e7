//! Delete: one conditional update that leaves a tombstone.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use claims_api_types::{ClaimId, IdempotencyKey, IfMatch, MemberId, Operation, Problem, ProblemCode, Timestamp};
use private_api_lambda::{condition::VersionCondition, dynamodb::Attempts};

use super::Store;
use crate::{
    Failure,
    failure::version_mismatch,
    item::{self, n, s},
    tombstone,
    writer::{self, Writer},
};

/// A whole delete.
pub(crate) struct Delete {
    pub(crate) member_id: MemberId,
    pub(crate) claim_id: ClaimId,
    pub(crate) if_match: Option<IfMatch>,
    /// The caller's, or minted for this invocation.
    pub(crate) key: IdempotencyKey,
    pub(crate) writer: Writer,
    pub(crate) now: Timestamp,
}

impl Store {
    /// Makes a tombstone of the claim if it is there and has the wanted version. Doing so again is the same success.
    pub(crate) async fn delete(&self, delete: &Delete) -> Result<(), Failure> {
        let Delete { member_id, claim_id, if_match, key, writer, now } = delete;
        let condition_tag = if_match.as_ref().map_or_else(String::new, |condition| condition.to_string());
        let written_by = format!("{}:{key}:{condition_tag}", Operation::DeleteClaim);
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(item::key(member_id, *claim_id)))
            .expression_attribute_names("#version", tombstone::VERSION)
            .expression_attribute_names("#writeVersion", writer::VERSION)
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let (mut set, absent) = writer.changes(Operation::DeleteClaim);
        set.push((tombstone::DELETED_AT.to_owned(), s(now.to_string())));
        set.push((item::LAST_WRITE.to_owned(), s(&written_by)));
        let assignments: String = set.iter().map(|(name, _)| format!("#{name} = :{name}, ")).collect();
        for (name, value) in set {
            call = call
                .expression_attribute_names(format!("#{name}"), &name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        let mut removed = Vec::new();
        for name in tombstone::removed().map(str::to_owned).chain(absent) {
            removed.push(format!("#{name}"));
            call = call.expression_attribute_names(format!("#{name}"), name);
        }
        let versions = VersionCondition::of(if_match.as_ref());
        for (name, value) in versions.values {
            call = call.expression_attribute_values(name, value);
        }
        let condition = format!("{}{}", tombstone::ALIVE, versions.expression);
        let update = format!("SET {assignments}{} REMOVE {}", tombstone::NEXT_VERSION, removed.join(", "));

        let attempts = Attempts::default();
        let call = call.update_expression(update).condition_expression(condition);
        let error = match call.customize().interceptor(attempts.clone()).send().await {
            Ok(answer) => {
                let left = answer.attributes().map(tombstone::unknown).unwrap_or_default();
                if !left.is_empty() {
                    tracing::warn!(attributes = ?left, "a deleted claim keeps attributes that this release does not know");
                }
                return Ok(());
            }
            Err(error) => error,
        };
        let Some(UpdateItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() else {
            return Err(attempts.failure(&error));
        };
        match refusal.item() {
            Some(old) if tombstone::is_tombstone(old) && item::text(old, item::LAST_WRITE)? == written_by => Ok(()),
            // A tombstone keeps its `lastWrite`: another's is the word that no attempt of ours has deleted the claim.
            Some(old) if tombstone::is_tombstone(old) => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
            None => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
            Some(old) => match if_match {
                Some(wanted @ IfMatch::OneOf(_)) => Err(version_mismatch(wanted, item::to_claim(old)?.version)),
                _ => Err(attempts.failure_or_unknown(Failure::internal("DynamoDB: refused to delete what is there"))),
            },
        }
    }
}
