//! The local claims API: started, asked, stopped.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use claims_api_types::Timestamp;
use claims_server::{Clock, callers};
use private_api_gateway::{self as gateway, Authorization, Credentials, Fault, Plan, Source, StartError};
use private_api_lambda::CallersError;

use crate::{Callers, ClaimsFunctions, definition};

/// How the local API is to run; see [`LocalApi::builder`].
#[derive(Clone)]
pub struct Builder {
    gateway: gateway::Builder,
    clock: Clock,
    callers: Option<Callers>,
    history_days: u32,
}

impl Builder {
    /// Listens on this port of 127.0.0.1; 0 (the default) is any free one.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self { gateway: self.gateway.port(port), ..self }
    }

    /// Keeps the claims in this file, which survives a restart and a `kill -9`. Default: in memory.
    ///
    /// A lock file beside it (`<file>.lock`) keeps a second process out.
    #[must_use]
    pub fn data_file(self, file: impl Into<PathBuf>) -> Self {
        Self { gateway: self.gateway.data_file(file), ..self }
    }

    /// Keeps the claims in the DynamoDB at this URL instead: DynamoDB Local, moto, or the real one.
    ///
    /// Credentials and region come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and
    /// `AWS_REGION`, or are placeholders that simulators take.
    #[must_use]
    pub fn dynamodb_endpoint(self, url: impl Into<String>) -> Self {
        Self { gateway: self.gateway.dynamodb_endpoint(url), ..self }
    }

    /// The table's name; it is made if it is not there. Default: `claimsTable`.
    #[must_use]
    pub fn table(self, name: impl Into<String>) -> Self {
        Self { gateway: self.gateway.table(name), ..self }
    }

    /// Reads the time from here. Default: the system's clock.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// How long the gateway waits for a function before it answers 504. Default: 29 s, as in AWS.
    #[must_use]
    pub fn integration_timeout(self, timeout: Duration) -> Self {
        Self { gateway: self.gateway.integration_timeout(timeout), ..self }
    }

    /// Adds a line to this file for each call of a function, with its event and its answer, personal data included.
    #[must_use]
    pub fn events_file(self, file: impl Into<PathBuf>) -> Self {
        Self { gateway: self.gateway.events_file(file), ..self }
    }

    /// Lets a request ask for a fault of its own by the header `X-Local-Fault`, such as `reset-after` or `throttle=7`.
    #[must_use]
    pub fn faults_by_header(self) -> Self {
        Self { gateway: self.gateway.faults_by_header(), ..self }
    }

    /// What is wanted of callers: nothing (the default), or a signature.
    #[must_use]
    pub fn authorization(self, authorization: Authorization) -> Self {
        Self { gateway: self.gateway.authorization(authorization), ..self }
    }

    /// Whose signatures count. Default: nobody's.
    #[must_use]
    pub fn credentials(self, credentials: Credentials) -> Self {
        Self { gateway: self.gateway.credentials(credentials), ..self }
    }

    /// Lets callers do what these say, and nothing else. Default: whoever is let in may do everything.
    #[must_use]
    pub fn callers(self, callers: Callers) -> Self {
        Self { callers: Some(callers), ..self }
    }

    /// Serves the API as Terraform has deployed it: stage, authorization, policies, throttle, and the callers of its functions.
    ///
    /// # Errors
    /// When the callers cannot be used.
    pub fn plan(self, plan: Plan) -> Result<Self, CallersError> {
        let callers = callers::of_functions(|operation| plan.variables(operation))?;
        Ok(Self { gateway: self.gateway.plan(plan), callers: callers.or(self.callers), ..self })
    }

    /// Where calls come from. Default: the plan's endpoint, and the address that has connected.
    #[must_use]
    pub fn source(self, source: Source) -> Self {
        Self { gateway: self.gateway.source(source), ..self }
    }

    /// Lets a request say where it comes from by the header `X-Local-Source`: `vpce=vpce-0a1b, vpc=vpc-0c2d, ip=10.0.16.7`.
    #[must_use]
    pub fn sources_by_header(self) -> Self {
        Self { gateway: self.gateway.sources_by_header(), ..self }
    }

    /// Entries of a claim's history expire so many days after the write that they tell of. Default: 0, never. (Nothing takes them
    /// away here; readers skip them.)
    #[must_use]
    pub fn history_days(self, days: u32) -> Self {
        Self { history_days: days, ..self }
    }

    /// Starts the API; it serves when this returns.
    ///
    /// # Errors
    /// See [`StartError`]: each names what is in the way.
    pub async fn start(self) -> Result<LocalApi, StartError> {
        let (clock, callers) = (self.clock, self.callers);
        let functions = |client: &_, table: &str| {
            let functions = ClaimsFunctions::new(client, table).with_history_days(self.history_days);
            functions.with(|api| match callers {
                Some(callers) => api.with_clock(clock).with_callers(callers),
                None => api.with_clock(clock),
            })
        };
        // On the heap: the futures below are too deep for the compiler in a caller's.
        Ok(LocalApi(Box::pin(self.gateway.start(functions)).await?))
    }
}

/// A running API on 127.0.0.1. It stops when this is dropped.
#[derive(Debug)]
pub struct LocalApi(gateway::LocalApi);

impl LocalApi {
    /// The API's id, where a private API's URL has one, unless a plan says another.
    pub const API_ID: &'static str = gateway::LocalApi::API_ID;
    /// The stage, the first segment of every path, unless a plan says another.
    pub const STAGE: &'static str = gateway::LocalApi::STAGE;

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
            gateway: gateway::LocalApi::builder(definition()),
            clock: Arc::new(Timestamp::now),
            callers: None,
            history_days: 0,
        }
    }

    /// The base URL with the stage, without a slash at its end: `http://127.0.0.1:9000/dev`.
    #[must_use]
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Lets something go wrong once, after the faults of its kind that are already waiting; see [`Fault`].
    pub fn inject(&self, fault: Fault) {
        self.0.inject(fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.0.clear_faults();
    }

    /// Stops: takes no new connections, lets running requests finish.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}
