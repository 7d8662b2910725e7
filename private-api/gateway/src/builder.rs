//! How the local API is to run, and its start.

use std::{io, net::Ipv4Addr, path::PathBuf, time::Duration};

use aws_sdk_dynamodb::Client;
use private_api_storage::{OpenError, Place, Sdk, Storage, Table};
use tokio::net::TcpListener;

use crate::{
    Authorization, Credentials, Functions, Limits, LocalApi, StreamFunction,
    authorization::Door,
    docs::Docs,
    event_file::EventFile,
    fault::FaultQueues,
    handle::Gateway,
    hints::Hints,
    routes::{DocumentError, Routes},
    stream_function::Mapping,
};

/// What makes a local API this API and no other.
#[derive(Clone, Debug)]
pub struct Definition {
    /// What messages and the log call this program: `orders-local`.
    pub program: &'static str,
    /// The document that API Gateway imports: OpenAPI 3.0 with `x-amazon-apigateway-*`.
    pub import_document: &'static str,
    /// The contract for people, shown at `/docs`: OpenAPI 3.1.
    pub openapi_document: &'static str,
    /// A JavaScript module for the docs page, which exports `snippets(request)`: the form's request in the API's own languages, as
    /// `{ name, text }` each. Empty: none but curl, TypeScript and Python, which the page has for any API.
    pub snippets: &'static str,
    /// The table that the functions work on.
    pub table: Table,
    /// The function behind the table's stream, if there is one.
    pub stream: Option<StreamFunction>,
    /// The functions' own settings of the AWS SDK.
    pub sdk: Sdk,
}

/// Why the local API did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for any free one")]
    Listen {
        /// The wanted port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The file for events cannot be written.
    #[error("cannot write events to {path}: {source}; choose another file")]
    Events {
        /// The wanted file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The data file, the other DynamoDB or the table in it cannot be used.
    #[error(transparent)]
    Storage(#[from] OpenError),
    /// The documents and this program do not fit together.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// How the local API is to run; see [`LocalApi::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
    definition: Definition,
    port: u16,
    place: Place,
    integration_timeout: Duration,
    limits: Limits,
    events: Option<PathBuf>,
    faults_by_header: bool,
    door: Door,
}

impl Builder {
    pub(crate) fn new(definition: Definition) -> Self {
        Self {
            definition,
            port: 0,
            place: Place::Memory,
            integration_timeout: Duration::from_secs(29),
            limits: Limits::default(),
            events: None,
            faults_by_header: false,
            door: Door::default(),
        }
    }

    /// Listens on this port of 127.0.0.1; 0 (the default) is any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps the data in this file, which survives a restart and a `kill -9`. Default: in memory.
    ///
    /// One process at a time has it open. While it is open its log lies beside it (`<file>-wal`); when the API has stopped, the
    /// file alone holds everything.
    #[must_use]
    pub fn data_file(mut self, file: impl Into<PathBuf>) -> Self {
        // An endpoint goes before a file, in whatever order they are named.
        if !matches!(self.place, Place::Endpoint(_)) {
            self.place = Place::File(file.into());
        }
        self
    }

    /// Keeps the data in the DynamoDB at this URL instead; see [`Place::Endpoint`].
    #[must_use]
    pub fn dynamodb_endpoint(mut self, url: impl Into<String>) -> Self {
        self.place = Place::Endpoint(url.into());
        self
    }

    /// The table's name; it is made if it is not there. Default: the definition's.
    #[must_use]
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.definition.table.name = name.into();
        self
    }

    /// How long the gateway waits for a function before it answers 504. Default: 29 s, as in AWS.
    #[must_use]
    pub fn integration_timeout(mut self, timeout: Duration) -> Self {
        self.integration_timeout = timeout;
        self
    }

    /// How long the gateway waits for its callers.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a line to this file for each call of a function: `{"operationId": …, "event": …, "answer": …}`, whatever callers
    /// have sent included.
    #[must_use]
    pub fn events_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.events = Some(file.into());
        self
    }

    /// Lets a request ask for a fault of its own by the header `X-Local-Fault`, in the words of [`Fault`](crate::Fault).
    /// Default: the header is one like any other.
    #[must_use]
    pub fn faults_by_header(mut self) -> Self {
        self.faults_by_header = true;
        self
    }

    /// What every method wants of its callers. Default: [`Authorization::None`].
    #[must_use]
    pub fn authorization(mut self, authorization: Authorization) -> Self {
        self.door.authorization = authorization;
        self
    }

    /// Whose signatures count. Default: nobody's, so that with [`Authorization::AwsIam`] nobody is let in, and with
    /// [`Authorization::None`] a signature is not checked.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.door.credentials = Some(credentials);
        self
    }

    /// Opens the storage and starts the API with the functions over it; it serves when this returns.
    ///
    /// # Errors
    /// See [`StartError`]: each names what is in the way.
    pub async fn start<F: Functions>(self, functions: impl FnOnce(&Client, &str) -> F) -> Result<LocalApi, StartError> {
        let Definition { program, table, stream, sdk, .. } = &self.definition;
        // Boxed: the SDK's calls are deep in it, and whoever awaits this is not to inherit their depth.
        let storage = Box::pin(Storage::open(&self.place, table, *sdk, program)).await?;
        let functions = functions(storage.client(), &table.name);
        let mapping = match stream {
            Some(function) => match Box::pin(storage.stream(table, &function.table_beside(table))).await? {
                Some(stream) => Some(Box::pin(Mapping::start(stream, functions.clone(), function.handler)).await),
                None => None,
            },
            None => None,
        };
        self.listen(functions, Some(storage), mapping).await
    }

    /// As [`start`](Self::start), with functions that have a database of their own: data file, endpoint and table count for
    /// nothing, and no `Storage` fault ever happens.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start_without_storage(self, functions: impl Functions) -> Result<LocalApi, StartError> {
        self.listen(functions, None, None).await
    }

    async fn listen<F: Functions>(
        self,
        functions: F,
        storage: Option<Storage>,
        mapping: Option<Mapping>,
    ) -> Result<LocalApi, StartError> {
        let mut faults = FaultQueues::default();
        if let Some(storage) = &storage {
            faults.storage = storage.faults().clone();
        }
        let open = |path: PathBuf| EventFile::open(&path).map_err(|source| StartError::Events { path, source });
        let gateway = Gateway {
            functions,
            routes: Routes::read(self.definition.import_document)?,
            docs: Docs::read(self.definition.openapi_document, self.definition.snippets)?,
            faults: faults.clone(),
            faults_by_header: self.faults_by_header,
            door: self.door,
            events: self.events.map(open).transpose()?,
            hints: Hints::default(),
            api_id: LocalApi::API_ID.to_owned(),
            stage: LocalApi::STAGE.to_owned(),
            integration_timeout: self.integration_timeout,
            limits: self.limits,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await;
        let listen_error = |source| StartError::Listen { port: self.port, source };
        let listener = listener.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        Ok(LocalApi::serving(listener, address, gateway, faults, mapping, storage))
    }
}
