//! The embedded DynamoDB, under the AWS SDK and without a socket.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::DynoxideError;
use rusqlite::Connection;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use tokio::sync::Notify;

use crate::{FileError, Sdk, Table, advice::with_advice, data_file::DataFile, refusals};

/// An embedded database, to which the SDK's requests go instead of to the network. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    place: Arc<Place>,
    /// Told of every write.
    written: Arc<Notify>,
    program: &'static str,
}

enum Place {
    /// And, where there is one, a connection beside the engine's, which sees the stream. One call at a time, as in a file.
    Memory(Mutex<(dynoxide::Database, Option<Connection>)>),
    /// `None` once it has been closed.
    File(Mutex<Option<DataFile>>),
}

impl Database {
    /// An empty one in memory; `program` is the name by which the log calls this program.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn memory(program: &'static str) -> Result<Self, FileError> {
        static NAMES: AtomicU64 = AtomicU64::new(0);
        let open_error = |reason| FileError::Open { path: ":memory:".into(), reason };
        // Under a name, so that two connections have one database: https://www.sqlite.org/inmemorydb.html, src/memdb.c. It is gone
        // with the last of them.
        let name = format!("file:/private-api-{}?vfs=memdb", NAMES.fetch_add(1, Ordering::Relaxed));
        let engine = dynoxide::Database::new(&name).map_err(|e| open_error(e.to_string()))?;
        let beside = Connection::open(&name).map_err(|e| open_error(e.to_string()))?;
        Ok(Self::at(Place::Memory(Mutex::new((engine, Some(beside)))), program))
    }

    fn at(place: Place, program: &'static str) -> Self {
        Self { place: Arc::new(place), written: Arc::default(), program }
    }

    /// This engine, which may be filled in other ways too.
    #[must_use]
    pub fn over(engine: dynoxide::Database, program: &'static str) -> Self {
        Self::at(Place::Memory(Mutex::new((engine, None))), program)
    }

    /// The one in this file, which is made with the table if it is not there. It is closed by [`close`](Self::close), not by a
    /// drop.
    pub(crate) async fn open(file: &Path, table: &Table, sdk: Sdk, program: &'static str) -> Result<Self, FileError> {
        let file = DataFile::open(file, table, sdk, program).await?;
        Ok(Self::at(Place::File(Mutex::new(Some(file))), program))
    }

    /// Closes the file, after the call that is running: from now on it alone holds everything.
    pub(crate) fn close(&self) {
        let Place::File(file) = &*self.place else { return };
        let file = file.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = file.map(DataFile::close) {
            tracing::error!("{}'s data: {error}", self.program);
        }
    }

    /// Told of every write.
    pub(crate) fn written(&self) -> Arc<Notify> {
        self.written.clone()
    }

    /// Has the engine keep every change of this table until it is taken ([`Stream`](crate::Stream)).
    pub(crate) fn keep_changes_of(&self, table: &str) -> Result<(), String> {
        let keep = |engine: &dynoxide::Database| {
            let failed = |error: DynoxideError| error.to_string();
            if engine.get_table_metadata(table).map_err(failed)?.is_some_and(|table| table.stream_enabled) {
                return Ok(());
            }
            let request = json!({
                "TableName": table,
                "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            });
            let request = serde_json::from_value(request).map_err(|error| error.to_string())?;
            engine.update_table(request).map(drop).map_err(failed)
        };
        match &*self.place {
            Place::Memory(memory) => keep(&memory.lock().unwrap_or_else(PoisonError::into_inner).0),
            Place::File(file) => match &*file.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(file) => keep(&file.engine),
                None => Err(CLOSED.to_owned()),
            },
        }
    }

    /// Does this on the connection beside the engine's, between two calls.
    pub(crate) fn beside<T>(&self, at: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, String> {
        let done = match &*self.place {
            Place::Memory(memory) => match &memory.lock().unwrap_or_else(PoisonError::into_inner).1 {
                Some(connection) => at(connection),
                None => return Err("this engine shows its stream to nobody else".to_owned()),
            },
            Place::File(file) => match &*file.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(file) => file.beside(at),
                None => return Err(CLOSED.to_owned()),
            },
        };
        done.map_err(|error| error.to_string())
    }

    /// An HTTP client for the SDK that is the database itself.
    pub(crate) fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    pub(crate) async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let database = self.clone();
        // SQLite blocks, for a file until the disk has it.
        let answer = tokio::task::spawn_blocking(move || answer(&database, &request));
        answer.await.map_err(|e| ConnectorError::other(e.into(), None))?
    }

    fn run(&self, operation: &str, body: &[u8]) -> Result<Result<String, DynoxideError>, ConnectorError> {
        let is_write = !matches!(operation, "GetItem" | "Query" | "DescribeTable");
        let file = match &*self.place {
            Place::Memory(memory) => {
                let memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                let answer = dispatch(&memory.0, operation, body);
                if is_write {
                    self.written.notify_one();
                }
                return Ok(answer);
            }
            Place::File(file) => file.lock().unwrap_or_else(PoisonError::into_inner),
        };
        let Some(file) = &*file else { return Err(ConnectorError::io(CLOSED.into())) };
        if file.is_damaged(operation, body) {
            return Ok(Err(DynoxideError::InternalServerError("what is stored is not what was written".to_owned())));
        }
        let answer = dispatch(&file.engine, operation, body);
        if operation == "CreateTable"
            && let Err(error) = file.seal_new_tables()
        {
            return Ok(Err(DynoxideError::SqliteError(error)));
        }
        if is_write {
            // Whatever is acknowledged is in the file itself.
            file.fold_in();
            self.written.notify_one();
        }
        Ok(answer)
    }
}

const CLOSED: &str = "the data file has been closed";

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database")
    }
}

impl HttpClient for Database {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Database {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.clone();
        HttpConnectorFuture::new(async move { database.answer(request).await })
    }
}

fn answer(database: &Database, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let operation = request.headers().get("x-amz-target").and_then(|t| t.split_once('.')).map_or("", |(_, op)| op);
    let body = request.body().bytes().unwrap_or_default();
    let (status, text) = match database.run(operation, body)? {
        Ok(text) => (200, text),
        Err(error) => {
            if error.status_code() >= 500 {
                // The caller learns only that its storage is unavailable.
                tracing::error!("{}'s data: {}", database.program, said(&error));
            }
            (error.status_code(), error.to_json())
        }
    };
    let status = StatusCode::try_from(status).map_err(|e| ConnectorError::other(e.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(text));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

/// What went wrong, without a value: SQLite names none; the engine's own words may quote an item that it cannot read.
fn said(error: &DynoxideError) -> String {
    let words = error.to_string();
    if matches!(error, DynoxideError::SqliteError(_)) || words.starts_with("backend: ") {
        with_advice(words)
    } else {
        "an item cannot be read; the file is damaged: restore it from a copy, or choose another file".to_owned()
    }
}

/// The operations that an API of this kind uses.
fn dispatch(database: &dynoxide::Database, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
    fn run<Q: DeserializeOwned, A: Serialize>(
        body: &[u8],
        call: impl FnOnce(Q) -> Result<A, DynoxideError>,
    ) -> Result<String, DynoxideError> {
        let request = serde_json::from_slice(body).map_err(|e| refusals::of_unread(&e.to_string()))?;
        serde_json::to_string(&call(request)?).map_err(|e| DynoxideError::InternalServerError(e.to_string()))
    }
    if let Some(refusal) = refusals::of_operands(body) {
        return Err(refusal);
    }
    match operation {
        "PutItem" => run(body, |r| database.put_item(r)),
        "GetItem" => run(body, |r| database.get_item(r)),
        "Query" => run(body, |r| database.query(r)),
        "UpdateItem" => run(body, |r| database.update_item(r)),
        "DeleteItem" => run(body, |r| database.delete_item(r)),
        "CreateTable" => run(body, |r| database.create_table(r)),
        "DescribeTable" => run(body, |r| database.describe_table(r)),
        _ => Err(DynoxideError::ValidationException(format!("this database does not serve {operation}"))),
    }
}
