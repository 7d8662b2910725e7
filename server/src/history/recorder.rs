//! From the stream into the history: each write of a claim once, in order, however often its record comes.

use std::time::Instant;

use claims_api_types::Operation;
use private_api_lambda::{
    Answer,
    item::DamagedItem,
    stream::{self, NotDone, StreamRecord},
    table::Written,
};

use super::{EXPIRES_AT, History, entry::Write};
use crate::{
    Failure,
    item::{Item, PK, SK, n, s},
};

/// The function behind the stream of the claims' table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Recorder {
    history: History,
    /// How long entries are kept; for ever without.
    days: Option<u32>,
}

impl Recorder {
    /// Records into this history. Entries expire so many days after the write that they tell of; 0 is never.
    #[must_use]
    pub fn new(history: History, days: u32) -> Self {
        Self { history, days: None }.with_days(days)
    }

    /// How many days entries are kept by the variable `HISTORY_DAYS`; 0, for ever, without it.
    ///
    /// # Errors
    /// When it is no number of days.
    pub fn days_from_env() -> Result<u32, &'static str> {
        match std::env::var("HISTORY_DAYS").unwrap_or_default().as_str() {
            "" => Ok(0),
            days => {
                days.parse().map_err(|_| "HISTORY_DAYS must be a whole number of days; 0 keeps the history for ever")
            }
        }
    }

    /// With another time for which entries are kept.
    #[must_use]
    pub fn with_days(self, days: u32) -> Self {
        Self { days: (days > 0).then_some(days), ..self }
    }

    /// Records a batch of the stream, which is Lambda's event as JSON, by `end`: up to the first record that could not be, which
    /// the answer names.
    pub async fn record(&self, event: &[u8], end: Option<Instant>) -> Answer {
        let batch = stream::records(event, end, |record| async move { self.one(&record).await }).await;
        if let Some(why) = &batch.stopped {
            tracing::error!(
                operation = Operation::RECORDER,
                alarm = "history_failed",
                cause = why.cause,
                done = batch.done,
                "comes again"
            );
        }
        batch.answer
    }

    async fn one(&self, record: &StreamRecord) -> Result<(), NotDone> {
        let Some(write) = Write::of(record).map_err(damaged)? else { return Ok(()) };
        let mut item = write.to_item().map_err(damaged)?;
        if let Some(days) = self.days {
            let seconds = write.entry.at.unix_millis() / 1000 + i64::from(days) * 24 * 60 * 60;
            item.insert(EXPIRES_AT.to_owned(), n(seconds));
        }
        let Some(stands) = self.put(item.clone()).await? else { return Ok(()) };
        if write.is(&stands) {
            return Ok(());
        }
        // Another write under this version: the table was restored, or written past the API. Both are kept.
        item.insert(SK.to_owned(), s(write.key_beside()));
        if self.put(item).await?.is_none() {
            let (claim, version) = (write.claim_id.to_string(), write.entry.version.get());
            let operation = Operation::RECORDER;
            tracing::error!(
                operation,
                alarm = "history_conflict",
                resource = claim,
                version,
                "two writes of one version"
            );
        }
        Ok(())
    }

    /// Puts an entry where none is; what stands there otherwise.
    async fn put(&self, item: Item) -> Result<Option<Item>, NotDone> {
        match self.history.0.insert(item).await {
            Ok(Written::Done(())) => Ok(None),
            Ok(Written::Refused(refusal)) => {
                refusal.old.map(Some).ok_or_else(|| NotDone::new("DynamoDB: no ALL_OLD on refusal"))
            }
            Err(failure) => Err(not_done(failure)),
        }
    }

    /// The first call of a process costs a TLS handshake: makes it on a key that no entry has, so that it changes nothing.
    pub async fn warm_up(&self) {
        let nothing = || s("WARMUP");
        let table = &self.history.0;
        let put = table.client().put_item().table_name(table.name());
        let put = put.item(PK, nothing()).item(SK, nothing()).condition_expression("attribute_exists(PK)");
        let _ = tokio::time::timeout(private_api_lambda::limits::ATTEMPT, put.send()).await.is_ok();
    }
}

fn damaged(damage: DamagedItem) -> NotDone {
    NotDone::new(damage.to_string())
}

fn not_done(failure: Failure) -> NotDone {
    let cause = failure.cause.unwrap_or_else(|| failure.problem.code.to_string());
    NotDone { cause, ends_process: failure.ends_process }
}
