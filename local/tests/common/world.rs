//! The whole system with a proxy between every two of its parts.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    config::{
        ConfigBag, Credentials, Intercept, Region, RuntimeComponents, SharedHttpClient,
        interceptors::FinalizerInterceptorContextRef, retry::RetryConfig, timeout::TimeoutConfig,
    },
    error::BoxError,
};
use claims_client::{ClaimsClient, ClientBuilder, Endpoint, RetryPolicy};
use claims_local::{ClaimsFunctions, LocalApi, definition};
use claims_server::dynamodb::{self, Roots};
use private_api_gateway as gateway;
use private_api_storage::{Database, serve};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{
    clock::{Hurry, Impatience},
    proxy::{Plan, Proxy, WireFault},
};

/// How long each part waits for the next one.
#[derive(Clone, Copy)]
pub struct Limits {
    pub storage_attempt: Duration,
    pub storage_call: Duration,
    pub attempt: Duration,
    pub call: Duration,
    /// Whether an attempt is given up as soon as it meets silence. Only for one call at a time: any silence ends it.
    pub impatient: bool,
}

impl Limits {
    /// Longer than anything takes: only silence uses time up, and it does so at once.
    pub const IMPATIENT: Self = Self {
        storage_attempt: Duration::from_secs(60),
        storage_call: Duration::from_secs(240),
        attempt: Duration::from_secs(300),
        call: Duration::from_secs(900),
        impatient: true,
    };
}

/// Client → `front` → gateway and server → `back` → DynamoDB. `truth` is a client whose calls pass no proxy.
pub struct World {
    pub front: Proxy,
    pub back: Proxy,
    pub client: ClaimsClient,
    pub truth: ClaimsClient,
    /// A proxy that listens again as soon as somebody repeats something.
    pub mend_on_retry: Arc<Mutex<Option<Proxy>>>,
    pub limits: Limits,
    _apis: [gateway::LocalApi; 2],
    database: JoinHandle<()>,
}

impl World {
    pub async fn start(limits: Limits, http: &SharedHttpClient) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let database = listener.local_addr().unwrap();
        let back = Proxy::start(database);
        let mend_on_retry = Arc::new(Mutex::new(None));
        let serving = tokio::spawn(async move { serve(listener, Database::memory("test").unwrap()).await.unwrap() });

        let api = local(sdk(back.address, &back, limits, http, &mend_on_retry)).await;
        let direct = local(sdk(database, &back, limits, http, &mend_on_retry)).await;
        let front = Proxy::start(api.address());
        let truth = ClaimsClient::builder().endpoint(Endpoint::url(direct.url())).build().unwrap();
        let client = client(&front, limits, &mend_on_retry).build().unwrap();
        Self { front, back, client, truth, mend_on_retry, limits, _apis: [api, direct], database: serving }
    }

    /// Another client, with its own connections and its own budget of retries.
    pub fn builder(&self) -> ClientBuilder {
        self.builder_through(&self.front)
    }

    /// As `builder`, through another proxy in the place of `front`.
    pub fn builder_through(&self, front: &Proxy) -> ClientBuilder {
        client(front, self.limits, &self.mend_on_retry)
    }

    /// What comes through `proxy` meets the fault, all of it or only what comes next; `None`: nobody listens, for ever or until
    /// somebody tries again.
    pub async fn begin(&self, proxy: &Proxy, fault: Option<WireFault>, for_ever: bool) {
        match fault {
            Some(fault) if for_ever => proxy.plan(Plan::Always(fault)),
            Some(fault) => proxy.plan(Plan::Next(VecDeque::from([fault]))),
            None => {
                proxy.refuse().await;
                if !for_ever {
                    *self.mend_on_retry.lock().unwrap() = Some(proxy.clone());
                }
            }
        }
    }

    /// All is well again.
    pub fn end(&self) {
        for proxy in [&self.front, &self.back] {
            proxy.plan(Plan::Pass);
            proxy.heal();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.database.abort();
    }
}

/// The API over a DynamoDB client whose settings are all ours.
async fn local(client: Client) -> gateway::LocalApi {
    let definition = definition();
    definition.table.ensure(&client).await.unwrap();
    let functions = ClaimsFunctions::new(&client, &definition.table.name);
    gateway::LocalApi::builder(definition).start_without_storage(functions).await.unwrap()
}

/// Certificates take long to read: read them once.
pub fn http() -> SharedHttpClient {
    dynamodb::https(&Roots::Amazon).unwrap()
}

fn client(front: &Proxy, limits: Limits, mend_on_retry: &Arc<Mutex<Option<Proxy>>>) -> ClientBuilder {
    let broken = mend_on_retry.clone();
    let impatience = limits.impatient.then(|| Impatience { proxy: front.clone(), attempt: limits.attempt });
    let clock = Hurry::default().on_retry(move || heal(&broken)).impatient(impatience);
    ClaimsClient::builder()
        .endpoint(Endpoint::url(format!("http://{}/{}", front.address, LocalApi::STAGE)))
        .attempt_timeout(limits.attempt)
        .timeout(limits.call)
        .retry(RetryPolicy::default().with_max_attempts(3).with_budget(1_000_000))
        .clock(Arc::new(clock))
}

fn heal(broken: &Mutex<Option<Proxy>>) {
    if let Some(proxy) = broken.lock().unwrap().take() {
        proxy.heal();
    }
}

/// The server's own settings, with shorter limits and waits.
fn sdk(
    address: SocketAddr,
    back: &Proxy,
    limits: Limits,
    http: &SharedHttpClient,
    mend_on_retry: &Arc<Mutex<Option<Proxy>>>,
) -> Client {
    // Clients of one region share the SDK's budget of retries.
    static REGIONS: AtomicU32 = AtomicU32::new(0);
    let region = format!("test-{}", REGIONS.fetch_add(1, Ordering::SeqCst));
    let timeouts = TimeoutConfig::builder()
        // `http` shares connectors, and with them this wait: not the one that silence ends.
        .connect_timeout(limits.storage_call)
        .operation_attempt_timeout(limits.storage_attempt)
        .operation_timeout(limits.storage_call);
    let mut config = dynamodb::config()
        .http_client(http.clone())
        .endpoint_url(format!("http://{address}"))
        .region(Region::new(region))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(timeouts.build())
        .interceptor(MendOnRetry(mend_on_retry.clone()));
    if limits.impatient {
        config = config.sleep_impl(Impatience { proxy: back.clone(), attempt: limits.storage_attempt });
    }
    Client::from_conf(config.build())
}

#[derive(Clone)]
struct MendOnRetry(Arc<Mutex<Option<Proxy>>>);

impl std::fmt::Debug for MendOnRetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MendOnRetry")
    }
}

impl Intercept for MendOnRetry {
    fn name(&self) -> &'static str {
        "MendOnRetry"
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        heal(&self.0);
        Ok(())
    }
}
