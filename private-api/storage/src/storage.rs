//! A table and the SDK's client for it, wherever they are.

use std::{path::PathBuf, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{Builder, Credentials, Region, SharedHttpClient, retry::RetryConfig},
    error::BoxError,
};

use crate::{Database, Fault, Faults, FileError, Stream, Table, TableError, probe::probe};

/// Where the items are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In memory, for as long as the [`Storage`] lives.
    #[default]
    Memory,
    /// In a file, which survives a restart and a `kill -9`.
    File(PathBuf),
    /// In the DynamoDB at this URL: DynamoDB Local, moto, or the real one.
    ///
    /// Credentials and region come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and
    /// `AWS_REGION`, or are placeholders that simulators take.
    Endpoint(String),
}

/// The service's own settings of the AWS SDK: those that it has in production too.
#[derive(Clone, Copy, Debug)]
pub struct Sdk {
    /// Behaviour version, retries and limits; neither region nor credentials nor HTTP.
    pub config: fn() -> Builder,
    /// The connections to a DynamoDB elsewhere.
    pub https: fn() -> Result<SharedHttpClient, BoxError>,
}

/// Why there is no storage.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The data file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// No HTTP client for the other DynamoDB can be made.
    #[error(transparent)]
    Http(BoxError),
    /// The table can be neither found nor made.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The other DynamoDB cannot be reached, or does not do what is relied on.
    #[error("the DynamoDB at {url}: {reason}")]
    Elsewhere {
        /// Its URL.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Forgets a table that the engine has noted and not made: between the two a kill may come. The first table's file has no name yet
/// then; a further one is made in a file that is in use.
const NEVER_MADE: &str = "DELETE FROM _tables WHERE table_name = ?1 \
    AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1)";

/// A table, and whatever keeps it open.
#[derive(Debug)]
pub struct Storage {
    client: Client,
    faults: Faults<Fault>,
    database: Option<Database>,
}

impl Storage {
    /// Opens the place and finds the table in it, or makes it. `program` is the name by which messages call this program.
    ///
    /// # Errors
    /// See [`OpenError`]: each names what is in the way.
    pub async fn open(place: &Place, table: &Table, sdk: Sdk, program: &'static str) -> Result<Self, OpenError> {
        let database = match place {
            Place::Memory => Some(Database::memory(program)?),
            Place::File(file) => Some(Box::pin(Database::open(file, table, sdk, program)).await?),
            Place::Endpoint(url) => {
                let wrong = |reason: &str| OpenError::Elsewhere { url: url.clone(), reason: reason.to_owned() };
                check_url(url).map_err(wrong)?;
                None
            }
        };
        let http = match &database {
            Some(database) => database.http_client(),
            None => (sdk.https)().map_err(OpenError::Http)?,
        };
        let faults = Faults::default();
        let config = (sdk.config)().http_client(faults.around(http));
        let config = match place {
            Place::Endpoint(url) => elsewhere(config, url),
            Place::Memory | Place::File(_) => embedded(config),
        };
        let storage = Self { client: Client::from_conf(config.build()), faults, database };
        match place {
            Place::Memory | Place::File(_) => table.ensure(&storage.client).await?,
            Place::Endpoint(url) => {
                let elsewhere = |reason| OpenError::Elsewhere { url: url.clone(), reason };
                table.ensure(&storage.client).await.map_err(|e| elsewhere(e.to_string()))?;
                probe(&storage.client, table).await.map_err(elsewhere)?;
            }
        }
        Ok(storage)
    }

    /// Makes the table `beside` if it is not there, into which a function behind the stream of `table` writes; that stream, where the
    /// database is embedded. (One elsewhere has functions of its own.)
    ///
    /// # Errors
    /// When the table can be neither found nor made, or the engine cannot keep the changes.
    pub async fn stream(&self, table: &Table, beside: &Table) -> Result<Option<Stream>, OpenError> {
        if let Some(database) = &self.database {
            database
                .beside(|connection| connection.execute(NEVER_MADE, [&beside.name]))
                .map_err(|e| beside.failed(e))?;
        }
        beside.ensure(&self.client).await?;
        let Some(database) = &self.database else { return Ok(None) };
        database.keep_changes_of(&table.name).map_err(|reason| table.failed(reason))?;
        Ok(Some(Stream::new(database.clone(), table.name.clone())))
    }

    /// The SDK's client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What is to go wrong between the client and the database.
    #[must_use]
    pub fn faults(&self) -> &Faults<Fault> {
        &self.faults
    }
}

/// A data file is closed: it then holds everything alone, and what still calls the client is refused.
impl Drop for Storage {
    fn drop(&mut self) {
        if let Some(database) = &self.database {
            database.close();
        }
    }
}

impl Database {
    /// The SDK's client over this database, in which the table is made if it is not there.
    ///
    /// # Errors
    /// When the table can be neither found nor made.
    pub async fn client(&self, table: &Table, sdk: Sdk) -> Result<Client, TableError> {
        let client = Client::from_conf(embedded((sdk.config)()).http_client(self.http_client()).build());
        table.ensure(&client).await?;
        Ok(client)
    }
}

/// The SDK finds a bad one with the first request, which its error then quotes in full.
fn check_url(text: &str) -> Result<(), &'static str> {
    let url = text.parse::<url::Url>().map_err(|_| "this is no URL; give one such as http://127.0.0.1:8000")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("its URL has to begin with http:// or https:// and a host, such as http://127.0.0.1:8000");
    }
    if text.parse::<http::Uri>().is_err() || url.query().is_some() || url.fragment().is_some() {
        return Err("its URL holds more than scheme, host, port and path, or letters that have to be percent-encoded");
    }
    Ok(())
}

fn embedded(config: Builder) -> Builder {
    config
        .endpoint_url("http://dynamodb.invalid")
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "embedded"))
        // The engine recovers at once, or not at all.
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1)))
}

fn elsewhere(config: Builder, url: &str) -> Builder {
    let var = |name: &str, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    config.endpoint_url(url).region(Region::new(var("AWS_REGION", "eu-central-1"))).credentials_provider(
        Credentials::new(
            var("AWS_ACCESS_KEY_ID", "local"),
            var("AWS_SECRET_ACCESS_KEY", "local"),
            std::env::var("AWS_SESSION_TOKEN").ok(),
            None,
            "environment",
        ),
    )
}
