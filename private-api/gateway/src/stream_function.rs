//! The function behind the table's stream: what AWS's event source mapping is, for an embedded database. Batches in order, those
//! that were not done again, until they are.

use std::time::Duration;

use private_api_storage::{Stream, Table, without_faults};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::Functions;

/// A function that no caller calls: it takes what is written into the table, and writes into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamFunction {
    /// Its handler string: [`Functions::invoke`] gets it as the operation's id, with Lambda's event of a stream.
    pub handler: &'static str,
    /// How the name of the table that it writes into ends; it begins with the first table's, and its keys have the same names.
    pub table_ending: &'static str,
}

impl StreamFunction {
    /// The table that it writes into.
    pub(crate) fn table_beside(&self, table: &Table) -> Table {
        Table { name: format!("{}{}", table.name, self.table_ending), ..table.clone() }
    }
}

/// How many records the function takes at once.
const MOST: u32 = 100;

/// How long it waits before records come again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

/// The mapping, while it runs; until it is dropped.
#[derive(Debug)]
pub(crate) struct Mapping {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Mapping {
    /// Begins with what an earlier process has left in the stream: that is done, or was tried once, when this returns.
    pub(crate) async fn start(stream: Stream, functions: impl Functions, handler: &'static str) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        drain(&stream, &functions, handler).await;
        let task = tokio::spawn(async move {
            loop {
                let is_done = drain(&stream, &functions, handler).await;
                let wait =
                    async { if is_done { stream.written().await } else { tokio::time::sleep(AGAIN_AFTER).await } };
                tokio::select! {
                    () = wait => {}
                    _ = &mut stopped => {
                        drain(&stream, &functions, handler).await;
                        return;
                    }
                }
            }
        });
        Self { stop: Some(stop), task }
    }

    /// Ends with what is in the stream by now. What cannot be done stays there for the next process.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let _ = (&mut self.task).await;
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Has the function do what is in the stream; whether all of it is done.
async fn drain(stream: &Stream, functions: &impl Functions, handler: &str) -> bool {
    let done = async {
        while let Some(batch) = stream.next(MOST).await? {
            let Ok(answer) = functions.invoke(handler, batch.event.clone(), "").await else { return Ok(false) };
            stream.take(&batch, &answer).await?;
            if !batch.is_done_by(&answer) {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let done: Result<bool, private_api_storage::FileError> = without_faults(done).await;
    done.unwrap_or_else(|error| {
        tracing::error!("{handler}: {error}");
        false
    })
}
