//! Get and list: consistent reads, so that a service reads its own writes.

use claims_api_types::{Claim, ClaimId, ClaimPage, ListClaims, MemberId, NextToken, Problem, ProblemCode};

use super::Store;
use crate::{
    Failure,
    item::{self, Item},
    tombstone,
};

impl Store {
    /// The claim, or 404.
    pub(crate) async fn get(&self, member: &MemberId, claim: ClaimId) -> Result<Claim, Failure> {
        let found = self.0.get(item::key(member, claim)).await?;
        match tombstone::alive(found.as_ref()) {
            Some(item) => Ok(item::to_claim(item)?),
            None => Err(Problem::new(ProblemCode::ClaimNotFound).into()),
        }
    }

    /// One page, newest first: the sort key holds a UUIDv7. DynamoDB counts what it reads towards the limit, tombstones and other
    /// statuses too, so a page may hold fewer claims than asked for and still not be the last. Where it would hold none, it is
    /// asked for again from there on, more at a time.
    pub(crate) async fn list(&self, list: &ListClaims) -> Result<ClaimPage, Failure> {
        let limit = usize::from(list.limit.get());
        let mut start = list.after.map(|last| item::key(&list.member_id, last));
        let mut read = i32::from(list.limit.get());
        for last_query in [false, false, false, true] {
            let (items, last_read) = self.query(list, read, start).await?;
            let mut claims = items.iter().map(item::to_claim).collect::<Result<Vec<_>, _>>()?;
            if claims.len() > limit {
                claims.truncate(limit);
                let next = claims.last().map(|last| NextToken::from(last.claim_id));
                return Ok(ClaimPage::new(claims, next));
            }
            let Some(last_read) = last_read else { return Ok(ClaimPage::new(claims, None)) };
            if !claims.is_empty() || last_query {
                return Ok(ClaimPage::new(claims, Some(last_claim(&last_read)?)));
            }
            start = Some(last_read);
            read = read.max(10).saturating_mul(10);
        }
        Err(Failure::internal("a list that does not end"))
    }

    /// One call: at most so many items, of which those that are claims and have the status are answered.
    async fn query(
        &self,
        list: &ListClaims,
        read: i32,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), Failure> {
        let mut query = self
            .0
            .query()
            .key_condition_expression("PK = :member AND begins_with(SK, :claims)")
            .expression_attribute_values(":member", item::partition(&list.member_id))
            .expression_attribute_values(":claims", item::s(item::CLAIM_PREFIX))
            .scan_index_forward(false)
            .limit(read)
            .consistent_read(true)
            .set_exclusive_start_key(start);
        let mut filter = tombstone::ALIVE_IN_A_LIST.to_owned();
        if let Some(status) = &list.status {
            filter.push_str(" AND #status = :status");
            query = query
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", item::s(status.as_str()));
        }
        self.0.page(query.filter_expression(filter)).await
    }
}

fn last_claim(key: &item::Item) -> Result<NextToken, Failure> {
    let id = item::text(key, item::SK)?.strip_prefix(item::CLAIM_PREFIX).and_then(|id| id.parse::<ClaimId>().ok());
    id.map(NextToken::from).ok_or_else(|| Failure::internal("a sort key is not what this service writes"))
}
