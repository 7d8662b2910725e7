//! Update: existence, version and state machine are conditions of the one write.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use claims_api_types::{
    Claim, ClaimId, ClaimStatus, IdempotencyKey, IfMatch, MemberId, Operation, Problem, ProblemCode, Timestamp,
    UpdateClaimRequest,
};
use private_api_lambda::{condition::VersionCondition, dynamodb::Attempts, record::Changes};

use super::Store;
use crate::{
    Failure,
    failure::version_mismatch,
    item::{self, Item, n, s},
    tombstone,
    writer::{self, Writer},
};

/// A whole update.
pub(crate) struct Update {
    pub(crate) member_id: MemberId,
    pub(crate) claim_id: ClaimId,
    pub(crate) request: UpdateClaimRequest,
    pub(crate) if_match: Option<IfMatch>,
    /// The caller's, or minted for this invocation.
    pub(crate) key: IdempotencyKey,
    pub(crate) writer: Writer,
    pub(crate) now: Timestamp,
}

impl Store {
    /// Replaces the mutable fields and counts the version up; answers the claim as it is then.
    pub(crate) async fn update(&self, update: &Update) -> Result<Claim, Failure> {
        self.change(update, Changes::of(&update.request)?).await
    }

    /// The one call. A field that `changes` does not name keeps its value, whoever has written it.
    async fn change(&self, update: &Update, changes: Changes) -> Result<Claim, Failure> {
        let Update { member_id, claim_id, request, if_match, key, writer, now } = update;
        // The condition is part of what the key names: under another one it is another update.
        let condition_tag = if_match.as_ref().map_or_else(String::new, |condition| condition.to_string());
        let written_by = format!("{}:{key}:{condition_tag}", Operation::UpdateClaim);
        let from = placeholders(":from", request.status.allowed_from());
        let open = placeholders(":open", ClaimStatus::OPEN);
        let Changes { mut set, mut remove } = changes.clone();
        let same = set.iter().filter(|(name, _)| name != "status").map(|(name, _)| format!("#{name} = :{name}"));
        let absent = remove.iter().map(|name| format!("attribute_not_exists(#{name})"));
        let same: Vec<_> = same.chain(absent).collect();
        let mut condition = format!(
            "{} AND #lastWrite <> :lastWrite AND #status IN ({}) AND (#status IN ({}) OR ({}))",
            tombstone::ALIVE,
            names(&from),
            names(&open),
            same.join(" AND "),
        );
        set.push(("updatedAt".to_owned(), s(now.to_string())));
        set.push((item::LAST_WRITE.to_owned(), s(&written_by)));
        let (written, absent) = writer.changes(Operation::UpdateClaim);
        set.extend(written);
        remove.extend(absent);
        let assignments: String = set.iter().map(|(name, _)| format!("#{name} = :{name}, ")).collect();
        let mut call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(item::key(member_id, *claim_id)))
            .update_expression(format!("SET {assignments}{}{}", tombstone::NEXT_VERSION, removal(&remove)))
            .expression_attribute_names("#version", tombstone::VERSION)
            .expression_attribute_names("#writeVersion", writer::VERSION)
            .expression_attribute_values(":one", n(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for name in &remove {
            call = call.expression_attribute_names(format!("#{name}"), name);
        }
        for (name, value) in set {
            call = call
                .expression_attribute_names(format!("#{name}"), &name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        for (name, status) in from.into_iter().chain(open) {
            call = call.expression_attribute_values(name, s(status.as_str()));
        }
        let versions = VersionCondition::of(if_match.as_ref());
        condition.push_str(&versions.expression);
        for (name, value) in versions.values {
            call = call.expression_attribute_values(name, value);
        }

        let attempts = Attempts::default();
        let error = match call.condition_expression(condition).customize().interceptor(attempts.clone()).send().await {
            Ok(answer) => {
                let new = answer.attributes().ok_or_else(|| Failure::internal("DynamoDB: no ALL_NEW on update"))?;
                return Ok(item::to_claim(new)?);
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                // Somebody else may have written since an attempt of ours did: the refusal then is of the repeat only.
                refused(update, &changes, &written_by, refusal.item())
                    .map_err(|failure| attempts.failure_or_unknown(failure))
            }
            _ => Err(attempts.failure(&error)),
        }
    }
}

/// Why the condition failed, by the item it failed on. It may turn out that this very write had happened before.
fn refused(update: &Update, changes: &Changes, written_by: &str, old: Option<&Item>) -> Result<Claim, Failure> {
    let Some(old) = tombstone::alive(old) else {
        return Err(Problem::new(ProblemCode::ClaimNotFound).into());
    };
    let claim = item::to_claim(old)?;
    let request = &update.request;
    if item::text(old, item::LAST_WRITE)? == written_by {
        if changes.are_in(old) {
            return Ok(claim);
        }
        return Err(Problem::new(ProblemCode::IdempotencyKeyReused)
            .with_detail("this Idempotency-Key made another update of this claim: mint a new one")
            .into());
    }
    if let Some(wanted) = &update.if_match
        && !wanted.allows(claim.version)
    {
        return Err(version_mismatch(wanted, claim.version));
    }
    let detail = if claim.status.may_become(&request.status) {
        format!("a claim that is {} may change nothing but its status", claim.status)
    } else {
        format!("a claim that is {} cannot become {}", claim.status, request.status)
    };
    Err(Problem::new(ProblemCode::InvalidTransition).with_detail(detail).into())
}

fn removal(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("#{name}")).collect();
    if names.is_empty() { String::new() } else { format!(" REMOVE {}", names.join(", ")) }
}

fn placeholders<'a>(prefix: &str, statuses: &'a [ClaimStatus]) -> Vec<(String, &'a ClaimStatus)> {
    statuses.iter().enumerate().map(|(i, status)| (format!("{prefix}{i}"), status)).collect()
}

fn names(placeholders: &[(String, &ClaimStatus)]) -> String {
    placeholders.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
