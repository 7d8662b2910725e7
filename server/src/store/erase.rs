//! A member's erasure: everything of it goes, tombstones and attributes of other releases too. A chore, not an operation.

use std::{collections::BTreeSet, fmt};

use claims_api_types::MemberId;
use private_api_lambda::{Table, dynamodb::Attempts};

use super::Store;
use crate::{
    Failure, History,
    item::{self, Item, PK, SK},
    tombstone,
};

/// What there was of a member, without any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Claims.
    pub claims: u64,
    /// What was left of deleted ones.
    pub tombstones: u64,
    /// Names of attributes that this release does not know.
    pub unknown: BTreeSet<String>,
    /// Items that came while the others went: run it again.
    pub left: u64,
}

/// An erasure that could not go on: what it has not come to is still there, and it may be run again.
#[derive(Debug)]
pub struct Interrupted(String);

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not everything is erased, run it again: {}", self.0)
    }
}

impl std::error::Error for Interrupted {}

impl From<Failure> for Interrupted {
    fn from(failure: Failure) -> Self {
        Self(failure.cause.unwrap_or_else(|| failure.problem.code.to_string()))
    }
}

impl Store {
    /// Takes everything of a member out of the table, whatever release has written it; says what that is, or would be. Every key
    /// of the member is free again afterwards.
    ///
    /// # Errors
    /// DynamoDB failed for good.
    pub async fn erase(&self, member: &MemberId, really: bool) -> Result<Erased, Interrupted> {
        let mut erased = Erased::default();
        let mut start = None;
        loop {
            let (items, last) = self.everything_of(member, start).await?;
            for item in &items {
                if tombstone::is_tombstone(item) {
                    erased.tombstones += 1
                } else {
                    erased.claims += 1
                }
                erased.unknown.extend(tombstone::unknown_to_this_release(item).map(str::to_owned));
                if really {
                    remove(&self.0, item).await?;
                }
            }
            if last.is_none() {
                break;
            }
            start = last;
        }
        if really {
            erased.left = self.everything_of(member, None).await?.0.len() as u64;
        }
        Ok(erased)
    }

    async fn everything_of(
        &self,
        member: &MemberId,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), Failure> {
        let query = self
            .0
            .query()
            .key_condition_expression("PK = :member")
            .expression_attribute_values(":member", item::partition(member))
            .consistent_read(true)
            .set_exclusive_start_key(start);
        self.0.page(query).await
    }
}

impl History {
    /// Takes a member's entries out of the history; says how many there are, and how many have come meanwhile. After the table's:
    /// what is on its way here comes within about a second of the last write. (The erasure itself writes no history.)
    ///
    /// # Errors
    /// DynamoDB failed for good.
    pub async fn erase(&self, member: &MemberId, really: bool) -> Result<(u64, u64), Interrupted> {
        let (mut entries, mut start) = (0, None);
        loop {
            let (keys, last) = self.keys_of(member, start).await?;
            entries += keys.len() as u64;
            for key in keys.iter().filter(|_| really) {
                remove(&self.0, key).await?;
            }
            if last.is_none() {
                break;
            }
            start = last;
        }
        let left = if really { self.keys_of(member, None).await?.0.len() as u64 } else { 0 };
        Ok((entries, left))
    }
}

async fn remove(table: &Table, item: &Item) -> Result<(), Failure> {
    let key = item.iter().filter(|(name, _)| [PK, SK].contains(&name.as_str()));
    let key: Item = key.map(|(name, value)| (name.clone(), value.clone())).collect();
    let attempts = Attempts::default();
    let delete = table.client().delete_item().table_name(table.name()).set_key(Some(key));
    let done = delete.customize().interceptor(attempts.clone()).send().await;
    done.map(|_| ()).map_err(|e| attempts.failure(&e))
}
