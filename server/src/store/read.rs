//! Get and list: consistent reads, so that a service reads its own writes.

use claims_api_types::{Claim, ClaimId, ClaimPage, ListClaims, MemberId, NextToken, Problem, ProblemCode};
use private_api_lambda::dynamodb::Attempts;

use super::Store;
use crate::{Failure, item, tombstone};

impl Store {
    /// The claim, or 404.
    pub(crate) async fn get(&self, member: &MemberId, claim: ClaimId) -> Result<Claim, Failure> {
        let attempts = Attempts::default();
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(item::key(member, claim)))
            .consistent_read(true)
            .customize()
            .interceptor(attempts.clone())
            .send()
            .await
            .map_err(|e| attempts.failure(&e))?;
        match tombstone::alive(found.item()) {
            Some(item) => Ok(item::to_claim(item)?),
            None => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
        }
    }

    /// One page, newest first: the sort key holds a UUIDv7. Tombstones count towards the limit and are left out, so a page may
    /// hold fewer claims, even none, and still not be the last.
    pub(crate) async fn list(&self, list: &ListClaims) -> Result<ClaimPage, Failure> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("PK = :member AND begins_with(SK, :claims)")
            .expression_attribute_values(":member", item::partition(&list.member_id))
            .expression_attribute_values(":claims", item::s(item::CLAIM_PREFIX))
            .scan_index_forward(false)
            .limit(list.limit.get().into())
            .consistent_read(true)
            .set_exclusive_start_key(list.after.map(|last| item::key(&list.member_id, last)));
        if let Some(status) = &list.status {
            // DynamoDB filters after it has read `limit` items: a page may hold fewer and still not be the last.
            query = query
                .filter_expression("#status = :status")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", item::s(status.as_str()));
        }
        let attempts = Attempts::default();
        let answer = query.customize().interceptor(attempts.clone()).send().await.map_err(|e| attempts.failure(&e))?;
        let claims = answer.items().iter().filter(|item| !tombstone::is_tombstone(item));
        let claims = claims.map(item::to_claim).collect::<Result<_, _>>()?;
        let next_token = match answer.last_evaluated_key() {
            Some(last) => Some(last_claim(last)?),
            None => None,
        };
        Ok(ClaimPage::new(claims, next_token))
    }
}

fn last_claim(key: &item::Item) -> Result<NextToken, Failure> {
    let id = item::text(key, item::SK)?.strip_prefix(item::CLAIM_PREFIX).and_then(|id| id.parse::<ClaimId>().ok());
    id.map(NextToken::from).ok_or_else(|| Failure::internal("a sort key is not what this service writes"))
}
