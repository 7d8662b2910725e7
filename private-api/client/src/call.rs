//! A call: an operation, what it is asked, and its options. Sent when awaited.

use std::{
    borrow::Cow,
    fmt::{self, Display},
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use private_api_contract::{IdempotencyKey, Method, Operation, Version, header};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Api, Client, Error, attempts, query::Target, retry};

/// What a call becomes when it is awaited.
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

/// One call of an operation, which is sent when it is awaited and then resolves to a `T`.
///
/// It owns what it needs, so its future is `'static` and can be spawned. `K` says which options it has.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<A: Api, T, K = Read> {
    pub(crate) client: Client<A>,
    pub(crate) plan: Plan<T>,
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

pub(crate) type Check<T> = Arc<dyn Fn(&T, Option<IdempotencyKey>) -> bool + Send + Sync>;

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
    /// # use private_api_client::{Api, Call, Client, Conditional, Read, contract::{Access, Method, Operation, Version}};
    /// # #[derive(serde::Serialize, serde::Deserialize)] struct Order { open: bool }
    /// # const fn row(id: &'static str, method: Method, access: Access) -> Operation {
    /// #     Operation { id, method, path: "/order/{orderId}", access, keyed: true }
    /// # }
    /// # static GET_ORDER: Operation = row("getOrder", Method::Get, Access::Read);
    /// # static UPDATE_ORDER: Operation = row("updateOrder", Method::Put, Access::Write);
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
        Self { client: client.clone(), plan, kind: PhantomData }
    }

    /// Fills the next parameter of the operation's path. A value that cannot be one, or one too many or too few, makes the
    /// call fail before anything is sent.
    pub fn segment(mut self, value: impl Display) -> Self {
        if !self.plan.target.segment(value) {
            self.plan.wrong = Some("the path has no such parameter, or it cannot have this value".into());
        }
        self
    }

    /// Adds a query parameter, percent-encoded.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.plan.target.query(name, value);
        self
    }

    /// Sends this as the body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.plan.body = Some(json.into()),
            Err(_) => self.plan.wrong = Some("the body cannot be made into JSON".into()),
        }
        self
    }

    /// Says by which statuses the operation succeeds, where they are not 200, 201 of a POST and 204 without content.
    pub fn succeeds_with(mut self, statuses: &'static [u16]) -> Self {
        self.plan.success = statuses;
        self
    }

    /// Says whether an answer is one to this call: about what was asked for, and, for a create, named by its key. Another
    /// one, as of a cache that knows no queries, is an [unexpected answer](Error::is_unexpected_answer).
    pub fn checked(mut self, fits: impl Fn(&T, Option<IdempotencyKey>) -> bool + Send + Sync + 'static) -> Self {
        self.plan.check = Some(Arc::new(fits));
        self
    }

    /// Ends the call after this time, its retries included. The client's own
    /// [`timeout`](crate::ClientBuilder::timeout) if not set.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.plan.options.timeout = Some(timeout);
        self
    }

    /// Sends at most one request.
    pub fn without_retry(mut self) -> Self {
        self.plan.options.no_retry = true;
        self
    }

    /// Adds a header, such as `traceparent` or `X-Amzn-Trace-Id`. One that the client sets itself, or one that is
    /// none, makes the call fail before anything is sent.
    pub fn with_header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        const OURS: [&str; 10] = [
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "connection",
            "expect",
            "authorization",
            header::IDEMPOTENCY_KEY,
            header::IF_MATCH,
            "x-apigw-api-id",
        ];
        match (name.try_into(), value.try_into()) {
            (Ok(name), _) if OURS.contains(&name.as_str()) => {
                self.plan.wrong =
                    Some(format!("an extra header may not be one that the client sets itself, as {name} is").into());
            }
            (Ok(name), Ok(value)) => {
                self.plan.options.headers.insert(name, value);
            }
            (Err(_), _) => self.plan.wrong = Some("the name of an extra header is not one".into()),
            (_, Err(_)) => self.plan.wrong = Some("the value of an extra header is not one".into()),
        }
        self
    }
}

impl<A: Api, T, K: Writes> Call<A, T, K> {
    /// Names this logical write, so that repeating it later, with the same key, does not do it twice. Without it,
    /// the client mints a key per call where the operation takes one.
    pub fn with_idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.plan.key = Some(key);
        self
    }
}

impl<A: Api, T> Call<A, T, Conditional> {
    /// Writes only over this version; another one is a [`is_version_mismatch`](Error::is_version_mismatch) and changes
    /// nothing. Such a write carries an idempotency key and is retried safely.
    pub fn if_match(mut self, version: Version) -> Self {
        self.plan.if_match = Some(version);
        self
    }
}

/// A read may be sent again and again.
impl<A: Api, T> Clone for Call<A, T, Read> {
    fn clone(&self) -> Self {
        let plan = Plan {
            target: self.plan.target.clone(),
            body: self.plan.body.clone(),
            check: self.plan.check.clone(),
            options: self.plan.options.clone(),
            wrong: self.plan.wrong.clone(),
            ..self.plan
        };
        Self { client: self.client.clone(), plan, kind: PhantomData }
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

impl<A: Api, T: Send + 'static, K> IntoFuture for Call<A, T, K> {
    type Output = Result<T, Error<A>>;
    type IntoFuture = CallFuture<A, T>;

    fn into_future(self) -> CallFuture<A, T> {
        Box::pin(async move { Ok(attempts::call(self.client, self.plan).await?.value) })
    }
}

impl<A: Api, T, K> fmt::Debug for Call<A, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({}, ..)", self.plan.operation)
    }
}
