//! Reading a claim's history, oldest first. Entries that have expired may still be there: they are left out.

use claims_api_types::{
    ClaimHistoryPage, HistoryPosition, ListClaimHistory, NextToken, Problem, ProblemCode, Timestamp, Version,
};
use private_api_lambda::item::number;

use super::{EXPIRES_AT, History, entry, prefix, sort_key};
use crate::{
    Failure,
    item::{self, Item, s},
};

impl History {
    /// One page, or 404 where there is nothing of the claim: never there, another member's, older than the history and not written
    /// since, or all expired. One Query; more, at most four in all, only where the page would be empty by accident.
    pub(crate) async fn list(&self, list: &ListClaimHistory, now: Timestamp) -> Result<ClaimHistoryPage, Failure> {
        let limit = usize::from(list.limit.get());
        let seen = list.after.map_or(0, |position| position.entries);
        // Beginning within the entries of a version, its first ones are read again.
        let mut skip = seen as usize;
        let mut start = None;
        let mut read = i32::from(list.limit.get()).saturating_add(seen as i32);
        let mut from = list.after.map(|position| position.history_from);
        let mut last = list.after;
        for last_query in [false, false, false, true] {
            let (items, last_key) = self.query(list, read, start).await?;
            let mut entries = Vec::new();
            let mut cut = false;
            for item in items {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                if entries.len() == limit {
                    cut = true;
                    break;
                }
                let entry = entry::read(&item)?;
                let of_it = last.filter(|last| last.version == entry.version).map_or(0, |last| last.entries);
                let is_over = has_expired(&item, now)?;
                let begins = from.unwrap_or(entry.version);
                last = Some(HistoryPosition { history_from: begins, version: entry.version, entries: of_it + 1 });
                if !is_over {
                    from = Some(begins);
                    entries.push(entry);
                }
            }
            let more = cut || last_key.is_some();
            match (from, last) {
                // Nothing at all, or nothing that is not over.
                (None, _) if !more => {
                    let detail = "there is no history of such a claim of this member: it was never there, or it is older than \
                                  the history and has not been written since, or its history has expired";
                    return Err(Problem::new(ProblemCode::ClaimNotFound).with_detail(detail).into());
                }
                (Some(from), _) if !more => return Ok(ClaimHistoryPage::new(from, entries, None)),
                (_, Some(last)) if !entries.is_empty() || last_query => {
                    let from = from.unwrap_or(Version::new(last.version.get() + 1).unwrap_or(last.version));
                    let next = NextToken::from(HistoryPosition { history_from: from, ..last });
                    return Ok(ClaimHistoryPage::new(from, entries, Some(next)));
                }
                _ => {}
            }
            start = last_key;
            read = read.max(10).saturating_mul(10);
        }
        Err(Failure::internal("a history that does not end"))
    }

    async fn query(
        &self,
        list: &ListClaimHistory,
        read: i32,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), Failure> {
        let first = list.after.map_or(Version::FIRST, |position| position.version);
        let query = self
            .0
            .query()
            .key_condition_expression("PK = :member AND SK BETWEEN :first AND :last")
            .expression_attribute_values(":member", item::partition(&list.member_id))
            .expression_attribute_values(":first", s(sort_key(list.claim_id, first)))
            // Behind every digit, and behind what stands after one.
            .expression_attribute_values(":last", s(format!("{}~", prefix(list.claim_id))))
            .limit(read)
            .consistent_read(true)
            .set_exclusive_start_key(start);
        self.0.page(query).await
    }

    /// The first call of a process costs a TLS handshake: makes it on a key that nobody has.
    pub async fn warm_up(&self) {
        let query = self.0.query().key_condition_expression("PK = :nobody");
        let query = query.expression_attribute_values(":nobody", s("WARMUP")).limit(1);
        let _ = tokio::time::timeout(private_api_lambda::limits::ATTEMPT, query.send()).await.is_ok();
    }

    /// Every entry of a member, for its erasure: the keys, and where to go on.
    pub(crate) async fn keys_of(
        &self,
        member: &claims_api_types::MemberId,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), Failure> {
        let query = self
            .0
            .query()
            .key_condition_expression("PK = :member")
            .expression_attribute_values(":member", item::partition(member))
            .projection_expression("PK, SK")
            .consistent_read(true)
            .set_exclusive_start_key(start);
        self.0.page(query).await
    }
}

fn has_expired(item: &Item, now: Timestamp) -> Result<bool, Failure> {
    if !item.contains_key(EXPIRES_AT) {
        return Ok(false);
    }
    let seconds: i64 =
        number(item, EXPIRES_AT)?.parse().map_err(|_| private_api_lambda::item::DamagedItem(EXPIRES_AT.to_owned()))?;
    Ok(seconds.saturating_mul(1000) <= now.unix_millis())
}
