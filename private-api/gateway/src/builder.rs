//! Starting and stopping the local API.

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client, Config,
    config::{Credentials, Region, SharedHttpClient, retry::RetryConfig},
};
use claims_api_types::Timestamp;
use claims_server::{
    Api, Clock, Store,
    dynamodb::{self, Roots},
};
use dynoxide::Database;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    data_file, engine,
    fault::{self, Fault, Faults},
    gateway::Gateway,
    routes::{DocumentError, Routes},
    serve, table,
};

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
    /// Another process serves the same data file.
    #[error("{} is in use by another claims-local: stop that one, or choose another file", .0.display())]
    InUse(PathBuf),
    /// The data file cannot be opened or locked.
    #[error("cannot open {}: {reason}", path.display())]
    Open {
        /// The data file, or the lock beside it.
        path: PathBuf,
        /// What the system or the engine said, and what to do about it.
        reason: String,
    },
    /// The data file is not one of this program's. It was not touched.
    #[error("{} {what}, and was left as it is: choose another file", path.display())]
    Foreign {
        /// The data file.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// No HTTP client for the other DynamoDB can be made.
    #[error(transparent)]
    Http(#[from] dynamodb::ConfigError),
    /// The table can be neither found nor made.
    #[error(transparent)]
    Table(#[from] table::TableError),
    /// The import document and this program do not fit together.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// The table's name where nobody gives another.
const TABLE: &str = "claimsTable";

/// How the local API is to run; see [`LocalApi::builder`].
#[derive(Clone)]
pub struct Builder {
    port: u16,
    data_file: Option<PathBuf>,
    dynamodb_endpoint: Option<String>,
    store: Option<Store>,
    table: String,
    clock: Clock,
    integration_timeout: Duration,
}

impl Builder {
    /// Listens on this port of 127.0.0.1; 0 (the default) is any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps the claims in this file, which survives a restart and a `kill -9`. Default: in memory.
    ///
    /// A lock file beside it (`<file>.lock`) keeps a second process out.
    #[must_use]
    pub fn data_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.data_file = Some(file.into());
        self
    }

    /// Keeps the claims in the DynamoDB at this URL instead: DynamoDB Local, moto, or the real one.
    ///
    /// Credentials and region come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and
    /// `AWS_REGION`, or are placeholders that simulators take.
    #[must_use]
    pub fn dynamodb_endpoint(mut self, url: impl Into<String>) -> Self {
        self.dynamodb_endpoint = Some(url.into());
        self
    }

    /// Keeps the claims in this store instead: a DynamoDB client whose settings are all the caller's. Data file, endpoint
    /// and table name then count for nothing, and no `Storage` fault ever happens.
    #[must_use]
    pub fn store(mut self, store: Store) -> Self {
        self.store = Some(store);
        self
    }

    /// The table's name; it is made if it is not there. Default: `claimsTable`.
    #[must_use]
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = name.into();
        self
    }

    /// Reads the time from here. Default: the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How long the gateway waits for a function before it answers 504. Default: 29 s, as in AWS.
    #[must_use]
    pub fn integration_timeout(mut self, timeout: Duration) -> Self {
        self.integration_timeout = timeout;
        self
    }

    /// Starts the API; it serves when this returns.
    ///
    /// # Errors
    /// See [`StartError`]: each names what is in the way.
    pub async fn start(self) -> Result<LocalApi, StartError> {
        let faults = Faults::default();
        let (store, lock) = match self.store {
            Some(store) => (store, None),
            None => {
                let (http, lock) = match (&self.dynamodb_endpoint, &self.data_file) {
                    (Some(_), _) => (dynamodb::https(&Roots::Amazon)?, None),
                    (None, Some(file)) => {
                        let (database, lock) = data_file::open(file, &self.table).await?;
                        (engine::http_client(database), Some(lock))
                    }
                    (None, None) => (engine::http_client(memory()?), None),
                };
                let config = sdk_config(fault::storage(http, faults.clone()), self.dynamodb_endpoint.as_deref());
                (Store::new(Client::from_conf(config), self.table), lock)
            }
        };
        table::ensure(store.client(), store.table()).await?;

        let gateway = Gateway {
            api: Api::new(store).with_clock(self.clock),
            routes: Routes::read(claims_openapi::CLAIMS_APIGATEWAY_JSON)?,
            faults: faults.clone(),
            api_id: LocalApi::API_ID.to_owned(),
            stage: LocalApi::STAGE.to_owned(),
            integration_timeout: self.integration_timeout,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await;
        let listen_error = |source| StartError::Listen { port: self.port, source };
        let listener = listener.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve::serve(listener, gateway, stopped));
        Ok(LocalApi { address, faults, stop: Some(stop), server, _lock: lock })
    }
}

/// A running API on 127.0.0.1. It stops when this is dropped.
pub struct LocalApi {
    address: SocketAddr,
    faults: Faults,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    _lock: Option<File>,
}

impl LocalApi {
    /// The API's id, where a private API's URL has one.
    pub const API_ID: &'static str = "local00000";
    /// The stage, the first segment of every path.
    pub const STAGE: &'static str = "dev";

    /// Starts an API in memory on a free port.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// An API with other settings.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            port: 0,
            data_file: None,
            dynamodb_endpoint: None,
            store: None,
            table: TABLE.to_owned(),
            clock: Arc::new(Timestamp::now),
            integration_timeout: Duration::from_secs(29),
        }
    }

    /// The base URL with the stage, without a slash at its end: `http://127.0.0.1:9000/dev`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/{}", self.address, Self::STAGE)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets something go wrong once, after the faults that are already waiting; see [`Fault`].
    pub fn inject(&self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// Stops: takes no new connections, lets running requests finish.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // Only a panic of the server ends up here as an error, and it has been reported by then.
        let _ = (&mut self.server).await;
    }
}

impl Drop for LocalApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn sdk_config(http: SharedHttpClient, endpoint: Option<&str>) -> Config {
    let var = |name: &str, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let mut config = dynamodb::config().http_client(http);
    config = match endpoint {
        Some(url) => config
            .endpoint_url(url)
            .region(Region::new(var("AWS_REGION", "eu-central-1")))
            .credentials_provider(Credentials::new(
                var("AWS_ACCESS_KEY_ID", "local"),
                var("AWS_SECRET_ACCESS_KEY", "local"),
                std::env::var("AWS_SESSION_TOKEN").ok(),
                None,
                "environment",
            )),
        None => config
            .endpoint_url("http://dynamodb.invalid")
            .region(Region::from_static("local"))
            .credentials_provider(Credentials::new("local", "local", None, None, "claims-local"))
            // The engine recovers at once, or not at all.
            .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1))),
    };
    config.build()
}

pub(crate) fn memory() -> Result<Database, StartError> {
    Database::memory().map_err(|e| StartError::Open { path: ":memory:".into(), reason: e.to_string() })
}

/// An embedded claims table in memory without a gateway, for tests of the server itself.
///
/// # Errors
/// As [`Builder::start`], as far as it concerns the table.
pub async fn embedded_store() -> Result<Store, StartError> {
    store_over(memory()?).await
}

/// As [`embedded_store`], over a database of yours, in which the table is made if it is not there.
///
/// # Errors
/// As [`Builder::start`], as far as it concerns the table.
pub async fn store_over(database: Database) -> Result<Store, StartError> {
    with_table(database, TABLE).await
}

pub(crate) async fn with_table(database: Database, table: &str) -> Result<Store, StartError> {
    let store = Store::new(Client::from_conf(sdk_config(engine::http_client(database), None)), table);
    table::ensure(store.client(), store.table()).await?;
    Ok(store)
}
