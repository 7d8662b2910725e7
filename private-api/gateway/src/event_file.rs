//! Each event and its answer as a line of JSON, for whoever wants to feed them to a function elsewhere.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};

use crate::FunctionError;

/// A file that grows by a line with each invocation: `{"operationId": …, "event": …, "answer": …}`, or `"error"` in the
/// answer's place.
#[derive(Clone, Debug)]
pub(crate) struct EventFile(Arc<(Mutex<File>, AtomicBool)>);

impl EventFile {
    /// Lines are added to what is there. Only its owner may read a new file: events hold whatever callers send.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        // Before it is opened: a pipe without a reader would be waited for.
        if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self(Arc::new((Mutex::new(options.open(path)?), AtomicBool::new(false)))))
    }

    pub(crate) fn write(&self, operation_id: &str, event: &Value, answer: &Result<Value, FunctionError>) {
        let (key, value) = match answer {
            Ok(answer) => ("answer", answer.clone()),
            Err(error) => ("error", error.to_string().into()),
        };
        let line = format!("{}\n", json!({ "operationId": operation_id, "event": event, key: value }));
        let (file, has_failed) = &*self.0;
        let written = file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
        if let Err(error) = written
            && !has_failed.swap(true, Ordering::Relaxed)
        {
            tracing::error!("events are lost: {error}");
        }
    }
}
