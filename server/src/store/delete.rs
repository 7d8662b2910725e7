//! Delete: one conditional update that leaves a tombstone.

use claims_api_types::{ClaimId, IdempotencyKey, IfMatch, MemberId, Operation, Problem, ProblemCode, Timestamp};
use private_api_lambda::{condition::VersionCondition, record::Changes, table::Written};

use super::Store;
use crate::{
    Failure,
    failure::version_mismatch,
    item::{self, s},
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
        let remove = tombstone::removed().map(str::to_owned).collect();
        let mut changes = Changes { set: vec![(tombstone::DELETED_AT.to_owned(), s(now.to_string()))], remove };
        writer.add_to(&mut changes, Operation::DeleteClaim);
        let versions = VersionCondition::of(if_match.as_ref());
        let condition = format!("{}{}", tombstone::ALIVE, versions.expression);
        let key = item::key(member_id, *claim_id);
        let mut call = self.0.change(key, changes, &writer::COUNTED, &written_by).condition_expression(condition);
        for (name, value) in versions.values {
            call = call.expression_attribute_values(name, value);
        }
        let refusal = match self.0.update(call).await? {
            Written::Done(new) => {
                let left = tombstone::unknown(&new);
                if !left.is_empty() {
                    tracing::warn!(attributes = ?left, "a deleted claim keeps attributes that this release does not know");
                }
                return Ok(());
            }
            Written::Refused(refusal) => refusal,
        };
        match &refusal.old {
            Some(old) if tombstone::is_tombstone(old) && item::text(old, item::LAST_WRITE)? == written_by => Ok(()),
            // A tombstone keeps its `lastWrite`: another's is the word that no attempt of ours has deleted the claim.
            Some(old) if tombstone::is_tombstone(old) => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
            None => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
            Some(old) => match if_match {
                Some(wanted @ IfMatch::OneOf(_)) => Err(version_mismatch(wanted, item::to_claim(old)?.version)),
                _ => Err(refusal.failure(Failure::internal("DynamoDB: refused to delete what is there"))),
            },
        }
    }
}
