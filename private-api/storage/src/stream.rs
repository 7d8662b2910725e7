//! A table's stream: what has been written and not yet been taken, which the engine keeps in the same transaction as the write.
//! Whatever was acknowledged is in it, after a kill too, until it has been taken; then nothing of it stays.

use std::sync::Arc;

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{Database, FileError};

/// The stream of one table of an embedded database.
#[derive(Clone, Debug)]
pub struct Stream {
    database: Database,
    table: String,
    written: Arc<Notify>,
}

/// Some records, in their order.
#[derive(Clone, Debug)]
pub struct Batch {
    /// As Lambda hands it over.
    pub event: Value,
    ids: Vec<i64>,
}

impl Batch {
    /// Up to which record a function's answer says that all are done; `None` for the very first.
    fn done_by(&self, answer: &Value) -> Option<i64> {
        let Some(failed) = answer["batchItemFailures"].get(0) else { return self.ids.last().copied() };
        let first = failed["itemIdentifier"].as_str().and_then(|number| number.parse::<i64>().ok())?;
        self.ids.iter().copied().take_while(|id| *id < first).last()
    }

    /// Whether the answer is that all are done.
    #[must_use]
    pub fn is_done_by(&self, answer: &Value) -> bool {
        self.done_by(answer).is_some_and(|last| self.ids.last() == Some(&last))
    }
}

impl Stream {
    pub(crate) fn new(database: Database, table: String) -> Self {
        let written = database.written();
        Self { database, table, written }
    }

    /// Waits until something has been written since the last wait.
    pub async fn written(&self) {
        self.written.notified().await;
    }

    /// The oldest records, at most so many; `None` where there are none.
    ///
    /// # Errors
    /// When the data file cannot be read, or has been closed.
    pub async fn next(&self, most: u32) -> Result<Option<Batch>, FileError> {
        let table = self.table.clone();
        let records = self.with(move |connection| pending(connection, &table, most)).await?;
        let (ids, records): (Vec<_>, Vec<_>) = records.into_iter().unzip();
        Ok((!ids.is_empty()).then(|| Batch { event: json!({ "Records": records }), ids }))
    }

    /// Takes out of the stream what the function's answer says is done: nothing of it stays.
    ///
    /// # Errors
    /// When the data file cannot be written, or has been closed. The records then come again.
    pub async fn take(&self, batch: &Batch, answer: &Value) -> Result<(), FileError> {
        let Some(last) = batch.done_by(answer) else { return Ok(()) };
        let table = self.table.clone();
        self.with(move |connection| forget(connection, &table, last)).await
    }

    async fn with<T: Send + 'static>(
        &self,
        at: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, FileError> {
        let database = self.database.clone();
        let done = tokio::task::spawn_blocking(move || database.beside(at)).await;
        let failed = |reason| FileError::Open { path: "the table's stream".into(), reason };
        done.map_err(|error| failed(error.to_string()))?.map_err(failed)
    }
}

fn pending(connection: &Connection, table: &str, most: u32) -> rusqlite::Result<Vec<(i64, Value)>> {
    let select = "SELECT id, event_name, keys_json, new_image, old_image FROM _stream_records
                  WHERE table_name = ?1 ORDER BY id LIMIT ?2";
    let mut select = connection.prepare_cached(select)?;
    let records = select.query_map(params![table, most], |row| {
        let id: i64 = row.get(0)?;
        let image = |column: usize| -> rusqlite::Result<Value> {
            // What is not JSON is no image: whoever takes the record refuses it.
            let text: Option<String> = row.get(column)?;
            Ok(text.map(|text| serde_json::from_str(&text).unwrap_or(Value::Bool(false))).unwrap_or_default())
        };
        let mut change = json!({
            "Keys": image(2)?, "SequenceNumber": id.to_string(), "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        for (name, column) in [("NewImage", 3), ("OldImage", 4)] {
            let image = image(column)?;
            if !image.is_null() {
                change[name] = image;
            }
        }
        let record = json!({
            "eventID": id.to_string(), "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "eventName": row.get::<_, String>(1)?, "dynamodb": change,
        });
        Ok((id, record))
    })?;
    records.collect()
}

fn forget(connection: &Connection, table: &str, last: i64) -> rusqlite::Result<()> {
    // With zeroes over it: what a member's erasure takes is nowhere in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    let delete = "DELETE FROM _stream_records WHERE table_name = ?1 AND id <= ?2";
    connection.prepare_cached(delete)?.execute(params![table, last]).map(drop)
}
