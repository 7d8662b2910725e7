//! A call: an operation, what it is asked, and its options. Sent when awaited.

use std::{
    borrow::Cow,
    fmt::{self, Display},
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use private_api_contract::{IdempotencyKey, Method, OnBehalfOf, Operation, Version, header};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Api, Client, Error, attempts, query::Target, retry};

/// A call that is under way.
pub type CallFuture<A, T> = Pin<Box<dyn Future<Output = Result<T, Error<A>>> + Send>>;

/// A kind of [`Call`]: one that changes nothing.
#[derive(Clone, Copy, Debug)]
pub struct Read;

/// A kind of [`Call`]: one that may change something and may be named by a key.
#[derive(Clone, Copy, Debug)]
pub struct Write;

/// A kind of [`Call`]: a write that may depend on what it finds.
#[derive(Clone, Copy, Debug)]
pub struct Conditional;

/// The kinds of calls that write.
pub trait Writes: sealed::Sealed {}

impl Writes for Write {}
impl Writes for Conditional {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Write {}
    impl Sealed for super::Conditional {}
}

/// One call of an operation: a future that resolves to a `T`, and is sent when it is first polled.
///
/// It owns what it needs, so it is `'static` and can be spawned, joined and raced as it is. `K` says which options it has; one
/// that is set on a call under way makes it begin anew.
///
/// **Cancelled?** A clone is the same logical call: its write has the same [key](Self::idempotency_key), minted when the call was
/// made. So a write whose answer nobody waited for can be asked for again:
///
/// ```
/// # use private_api_client::{Api, Call, Error, Write};
/// # use std::time::Duration;
/// async fn in_time<A: Api, T: Send + 'static>(create: Call<A, T, Write>) -> Result<T, Error<A>> {
///     match tokio::time::timeout(Duration::from_millis(300), create.clone()).await {
///         Ok(done) => done,
///         // It may have been done: the same key makes nothing twice.
///         Err(_) => create.await,
///     }
/// }
/// ```
#[must_use = "a call is sent when it is awaited"]
pub struct Call<A: Api, T, K = Read> {
    pub(crate) client: Client<A>,
    pub(crate) plan: Arc<Plan<T>>,
    under_way: Option<CallFuture<A, T>>,
    kind: PhantomData<fn() -> K>,
}

/// Everything that one call needs.
pub(crate) struct Plan<T> {
    pub operation: &'static Operation,
    pub target: Target,
    pub body: Option<Bytes>,
    pub if_match: Option<Version>,
    pub key: Option<IdempotencyKey>,
    /// Makes of a 2xx's body what the call resolves to.
    pub read: fn(&[u8]) -> Result<T, serde_json::Error>,
    /// The statuses of its success.
    pub success: &'static [u16],
    /// Whether what was read is an answer to this call.
    pub check: Option<Check<T>>,
    pub options: Options,
    /// Why the call cannot be made.
    pub wrong: Option<Cow<'static, str>>,
}

// By hand: what the call resolves to need not be `Clone`.
impl<T> Clone for Plan<T> {
    fn clone(&self) -> Self {
        Self {
            target: self.target.clone(),
            body: self.body.clone(),
            check: self.check.clone(),
            options: self.options.clone(),
            wrong: self.wrong.clone(),
            ..*self
        }
    }
}

pub(crate) type Check<T> = Arc<dyn Fn(&T, Option<IdempotencyKey>) -> bool + Send + Sync>;

/// Headers that the client sets itself.
pub(crate) const OURS: [&str; 11] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "expect",
    "authorization",
    header::IDEMPOTENCY_KEY,
    header::IF_MATCH,
    header::ON_BEHALF_OF,
    "x-apigw-api-id",
];

/// Whose method API Gateway takes for the request's own.
pub(crate) const METHOD_OVERRIDE: &str = "x-http-method-override";

/// A header that a caller may add, or why it may not.
pub(crate) fn extra_header(
    name: impl TryInto<HeaderName>,
    value: impl TryInto<HeaderValue>,
) -> Result<(HeaderName, HeaderValue), Cow<'static, str>> {
    match (name.try_into(), value.try_into()) {
        (Ok(name), _) if OURS.contains(&name.as_str()) => {
            Err(format!("an extra header may not be one that the client sets itself, as {name} is").into())
        }
        (Ok(name), _) if name == METHOD_OVERRIDE => Err(
            "an extra header may not be x-http-method-override: the gateway would take its method for the request's"
                .into(),
        ),
        (Ok(name), Ok(value)) => Ok((name, value)),
        (Err(_), _) => Err("the name of an extra header is not one".into()),
        (_, Err(_)) => Err("the value of an extra header is not one".into()),
    }
}

/// Whom a call is made for, among its headers.
pub(crate) fn set_on_behalf_of(headers: &mut HeaderMap, who: &OnBehalfOf) {
    // By its characters it always is a header's value.
    if let Ok(value) = HeaderValue::from_str(who.as_str()) {
        headers.insert(header::ON_BEHALF_OF, value);
    }
}

/// What any call may be given besides.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub timeout: Option<Duration>,
    pub no_retry: bool,
    pub headers: HeaderMap,
}

impl<A: Api> Client<A> {
    /// Begins a call of `operation`, which resolves to the JSON of its answer.
    ///
    /// An operation of an API is written like this:
    ///
    /// ```
    /// # use private_api_client::{Api, Call, Client, Conditional, Read, contract::{Method, Operation, Version}};
    /// # #[derive(serde::Serialize, serde::Deserialize)] struct Order { open: bool }
    /// # static GET_ORDER: Operation = Operation::read("getOrder", Method::Get, "/order/{orderId}");
    /// # static UPDATE_ORDER: Operation = Operation::write("updateOrder", Method::Put, "/order/{orderId}").keyed();
    /// fn get_order<A: Api>(client: &Client<A>, id: u32, customer: &str) -> Call<A, Order, Read> {
    ///     client.call(&GET_ORDER).segment(id).query("customer", customer)
    /// }
    ///
    /// fn update_order<A: Api>(client: &Client<A>, id: u32, order: &Order) -> Call<A, Order, Conditional> {
    ///     client.call(&UPDATE_ORDER).segment(id).json(order)
    /// }
    ///
    /// # async fn demo<A: Api>(client: Client<A>) -> Result<(), private_api_client::Error<A>> {
    /// let order = get_order(&client, 7, "8").with_timeout(std::time::Duration::from_secs(2)).await?;
    /// update_order(&client, 7, &Order { open: !order.open }).if_match(Version::FIRST).await?;
    /// # Ok(()) }
    /// ```
    pub fn call<T: DeserializeOwned, K>(&self, operation: &'static Operation) -> Call<A, T, K> {
        let success: &[u16] = if operation.method == Method::Post { &[200, 201] } else { &[200] };
        Call::new(self, operation, success, |body| serde_json::from_slice(body))
    }

    /// Begins a call of `operation` whose answer has no content.
    pub fn call_without_content<K>(&self, operation: &'static Operation) -> Call<A, (), K> {
        Call::new(self, operation, &[204], |_| Ok(()))
    }
}

impl<A: Api, T, K> Call<A, T, K> {
    fn new(
        client: &Client<A>,
        operation: &'static Operation,
        success: &'static [u16],
        read: fn(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Self {
        let plan = Plan {
            operation,
            target: Target::new(&client.transport().address.base, operation.path),
            body: None,
            if_match: None,
            key: retry::mints_key(operation).then(IdempotencyKey::mint),
            read,
            success,
            check: None,
            options: Options::default(),
            wrong: None,
        };
        Self::of(client.clone(), Arc::new(plan))
    }

    fn of(client: Client<A>, plan: Arc<Plan<T>>) -> Self {
        Self { client, plan, under_way: None, kind: PhantomData }
    }

    /// To be changed before it is sent.
    pub(crate) fn plan(&mut self) -> &mut Plan<T> {
        self.under_way = None;
        Arc::make_mut(&mut self.plan)
    }

    /// The key that names this write, where it has one: repeating the write with it, whenever, does not do it twice.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.plan.key
    }

    /// Fills the next parameter of the operation's path. A value that cannot be one, or one too many or too few, makes the
    /// call fail before anything is sent.
    pub fn segment(mut self, value: impl Display) -> Self {
        if !self.plan().target.segment(value) {
            self.plan().wrong = Some("the path has no such parameter, or it cannot have this value".into());
        }
        self
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.plan().target.query(name, value);
        self
    }

    /// Sends this as the body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.plan().body = Some(json.into()),
            Err(_) => self.plan().wrong = Some("the body cannot be made into JSON".into()),
        }
        self
    }

    /// Says by which statuses the operation succeeds, where they are not 200, 201 of a POST and 204 without content.
    pub fn succeeds_with(mut self, statuses: &'static [u16]) -> Self {
        self.plan().success = statuses;
        self
    }

    /// Says whether an answer is one to this call: about what was asked for, and, for a create, named by its key. Another
    /// one, as of a cache that knows no queries, is an [unexpected answer](Error::is_unexpected_answer).
    pub fn checked(mut self, fits: impl Fn(&T, Option<IdempotencyKey>) -> bool + Send + Sync + 'static) -> Self {
        self.plan().check = Some(Arc::new(fits));
        self
    }

    /// Ends the call after this time, its retries included. The client's own
    /// [`timeout`](crate::ClientBuilder::timeout) if not set.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.plan().options.timeout = Some(timeout);
        self
    }

    /// Sends at most one request.
    pub fn without_retry(mut self) -> Self {
        self.plan().options.no_retry = true;
        self
    }

    /// Says for whom it is made: an id of the caller's own users, stored and recorded as the caller's word. The client's own
    /// [`on_behalf_of`](crate::ClientBuilder::on_behalf_of) if not set.
    pub fn on_behalf_of(mut self, who: &OnBehalfOf) -> Self {
        set_on_behalf_of(&mut self.plan().options.headers, who);
        self
    }

    /// Adds a header, such as `traceparent` or `baggage`; a name may be given several values. One that the client sets itself, or
    /// one that is none, makes the call fail before anything is sent; so does `X-HTTP-Method-Override`, whose method API Gateway
    /// would take for the request's own: a read that is freely retried would delete.
    pub fn with_header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match extra_header(name, value) {
            Ok((name, value)) => _ = self.plan().options.headers.append(name, value),
            Err(why) => self.plan().wrong = Some(why),
        }
        self
    }
}

impl<A: Api, T, K: Writes> Call<A, T, K> {
    /// Names this logical write, so that repeating it later, with the same key, does not do it twice. Without it,
    /// the client mints a key per call where the operation takes one.
    pub fn with_idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.plan().key = Some(key);
        self
    }
}

impl<A: Api, T> Call<A, T, Conditional> {
    /// Writes only over this version; another one is a [`is_version_mismatch`](Error::is_version_mismatch) and changes
    /// nothing. Such a write carries an idempotency key and is retried safely.
    pub fn if_match(mut self, version: Version) -> Self {
        self.plan().if_match = Some(version);
        self
    }
}

/// The same logical call, not yet begun; of a write, with the same key.
impl<A: Api, T, K> Clone for Call<A, T, K> {
    fn clone(&self) -> Self {
        Self::of(self.client.clone(), self.plan.clone())
    }
}

/// What a call resolves to, with what is known of its answer; see [`Call::answered`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered<T> {
    /// What the call resolves to by itself.
    pub value: T,
    /// The last answer's HTTP status: 201 tells what this call has made from what was there already (200).
    pub status: u16,
    /// How many requests were sent.
    pub attempts: u32,
    /// The gateway's id of the last one.
    pub request_id: Option<String>,
}

impl<A: Api, T, K> Call<A, T, K> {
    /// Sends it, as awaiting it does, and also tells the answer's status, its request id and the number of attempts.
    ///
    /// # Errors
    /// As the call itself.
    pub async fn answered(self) -> Result<Answered<T>, Error<A>> {
        attempts::call(self.client, self.plan).await
    }
}

impl<A: Api, T: Send + 'static, K> Future for Call<A, T, K> {
    type Output = Result<T, Error<A>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { client, plan, under_way, .. } = &mut *self;
        let under_way = under_way.get_or_insert_with(|| {
            let (client, plan) = (client.clone(), plan.clone());
            Box::pin(async move { Ok(attempts::call(client, plan).await?.value) })
        });
        under_way.as_mut().poll(cx)
    }
}

impl<A: Api, T, K> fmt::Debug for Call<A, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, ..)", self.plan.operation)
    }
}
