//! Update: existence, version and state machine are conditions of the one write.

use claims_api_types::{
    Claim, ClaimId, ClaimStatus, IdempotencyKey, IfMatch, MemberId, Operation, Problem, ProblemCode, Timestamp,
    UpdateClaimRequest,
};
use private_api_lambda::{condition::VersionCondition, record::Changes, table::Written};

use super::Store;
use crate::{
    Failure,
    failure::version_mismatch,
    item::{self, Item, s},
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
        let same = changes.set.iter().filter(|(name, _)| name != "status");
        let same = same.map(|(name, _)| format!("#{name} = :{name}"));
        let absent = changes.remove.iter().map(|name| format!("attribute_not_exists(#{name})"));
        let same: Vec<_> = same.chain(absent).collect();
        let versions = VersionCondition::of(if_match.as_ref());
        let condition = format!(
            "{} AND #lastWrite <> :lastWrite AND #status IN ({}) AND (#status IN ({}) OR ({})){}",
            tombstone::ALIVE,
            names(&from),
            names(&open),
            same.join(" AND "),
            versions.expression,
        );
        let mut all = changes.clone();
        all.set.push(("updatedAt".to_owned(), s(now.to_string())));
        writer.add_to(&mut all, Operation::UpdateClaim);
        let key = item::key(member_id, *claim_id);
        let mut call = self.0.change(key, all, &writer::COUNTED, &written_by).condition_expression(condition);
        for (name, status) in from.into_iter().chain(open) {
            call = call.expression_attribute_values(name, s(status.as_str()));
        }
        for (name, value) in versions.values {
            call = call.expression_attribute_values(name, value);
        }
        match self.0.update(call).await? {
            Written::Done(new) => Ok(item::to_claim(&new)?),
            // Somebody else may have written since an attempt of ours did: the refusal then is of the repeat only.
            Written::Refused(refusal) => {
                refused(update, &changes, &written_by, refusal.old.as_ref()).map_err(|failure| refusal.failure(failure))
            }
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

fn placeholders<'a>(prefix: &str, statuses: &'a [ClaimStatus]) -> Vec<(String, &'a ClaimStatus)> {
    statuses.iter().enumerate().map(|(i, status)| (format!("{prefix}{i}"), status)).collect()
}

fn names(placeholders: &[(String, &ClaimStatus)]) -> String {
    placeholders.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
