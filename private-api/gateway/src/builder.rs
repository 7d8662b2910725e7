//! How the local API is to run, and its start.

use std::{io, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use aws_sdk_dynamodb::Client;
use private_api_storage::{OpenError, Place, Sdk, Storage, Table};
use tokio::net::TcpListener;

use crate::{
    Authorization, Credentials, CredentialsError, Functions, Limits, LocalApi, Plan, Policies, Source, StreamFunction,
    Throttle,
    api_name::ApiName,
    authorization::Door,
    docs::Docs,
    event_file::EventFile,
    fault::FaultQueues,
    handle::Gateway,
    hints::Hints,
    routes::{DocumentError, Routes},
    source::Sources,
    stream_function::Mapping,
    throttle::{Buckets, Clock},
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
    /// What is attached to a caller is not understood, or not there.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
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
    api: ApiName,
    plan: Option<Arc<Plan>>,
    sources: Sources,
    throttle: Option<Throttle>,
    clock: Clock,
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
            api: ApiName::default(),
            plan: None,
            sources: Sources::default(),
            throttle: None,
            clock: Clock::default(),
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

    /// Serves the API as it is deployed: its id and stage, what its methods want of callers, all policies, the throttle; calls come
    /// through its own endpoint. What is said after this goes before the plan; of a [`source`](Self::source) that was said before, only
    /// what it leaves out is the plan's.
    #[must_use]
    pub fn plan(mut self, plan: Plan) -> Self {
        self.api = ApiName { execution_arn: plan.execution_arn.clone(), stage: plan.stage.clone() };
        self.door.authorization = plan.authorization;
        self.door.policies = Some(Arc::new(plan.policies.clone()));
        let Source { vpce, vpc, ip } = self.sources.of_all;
        // An endpoint that was named before has a VPC of its own.
        let vpc = if vpce.is_some() { vpc } else { plan.source.vpc.clone() };
        self.sources.of_all = Source { vpce: vpce.or_else(|| plan.source.vpce.clone()), vpc, ip };
        self.throttle = Some(plan.throttle.clone());
        self.plan = Some(Arc::new(plan));
        self
    }

    /// Lets in whom these let in, and nobody else. Default: everybody with the right signature, where one is wanted.
    ///
    /// `execution_arn`: the API that they speak of, `arn:aws:execute-api:REGION:ACCOUNT:API`.
    #[must_use]
    pub fn policies(mut self, execution_arn: impl Into<String>, policies: Policies) -> Self {
        self.api.execution_arn = execution_arn.into();
        self.door.policies = Some(Arc::new(policies));
        self
    }

    /// Where calls come from. Default: the plan's endpoint, else an endpoint of zeros; and the address that has connected.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.sources.of_all = source;
        self
    }

    /// Lets a request say where it comes from by the header `X-Local-Source`: `vpce=vpce-0a1b, vpc=vpc-0c2d, ip=10.0.16.7`, each of
    /// them if it differs. Default: the header is one like any other.
    #[must_use]
    pub fn sources_by_header(mut self) -> Self {
        self.sources.by_header = true;
        self
    }

    /// How many calls of each method are let through; the rest is answered with a 429. Default: the plan's, else all.
    #[must_use]
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = Some(throttle);
        self
    }

    /// Reads from here how much time has passed, for the throttle alone. Default: the system's clock.
    #[must_use]
    pub fn throttle_clock(mut self, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.clock = Clock(Arc::new(clock));
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
        mut self,
        functions: F,
        storage: Option<Storage>,
        mapping: Option<Mapping>,
    ) -> Result<LocalApi, StartError> {
        if let Some(credentials) = &mut self.door.credentials {
            credentials.attach(self.plan.as_deref())?;
        }
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
            api: self.api,
            sources: self.sources,
            throttle: self.throttle.map(|throttle| Buckets::new(throttle, self.clock)),
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
