//! For the tests of those who use a client (feature `testing`): errors to fake with, and a transport that follows a script.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderName, HeaderValue};
use private_api_contract::{Operation, Problem, ProblemCode as _, header::REQUEST_ID};

use crate::{
    Api, Error, Phase, Sent,
    error::Kind,
    retry::{self, Repeat},
};

/// How a call failed, to make an [`Error`] of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Failure<A: Api> {
    /// The service answered with this problem document.
    Problem(Problem<A::Code>),
    /// The gateway, or what is before it, answered with this status and without a problem document.
    Status(u16),
    /// No connection came about: nothing was sent.
    NotConnected,
    /// The connection broke and no answer came: the service may have acted.
    Interrupted,
    /// No answer came in time: the service may have acted.
    TimedOut,
    /// The answer is none of this API's.
    UnexpectedAnswer,
    /// There are no credentials to sign with.
    NoCredentials,
}

impl<A: Api> Error<A> {
    /// An error as a call of `operation` ends with it that has tried once: for the fake of a service's own that has to fail.
    ///
    /// ```
    /// # use private_api_client::{Api, Error, ErrorKind, contract::Operation, testing::Failure};
    /// # fn demo<A: Api>(update: &'static Operation) {
    /// let error = Error::<A>::for_test(update, Failure::Interrupted);
    /// assert_eq!(error.kind(), ErrorKind::OutcomeUnknown); // it is a write
    /// # }
    /// ```
    #[must_use]
    pub fn for_test(operation: &'static Operation, failure: Failure<A>) -> Self {
        let new = |kind, sent| Self::new(kind, operation, sent);
        let error = match failure {
            Failure::Problem(problem) => {
                let status = problem.code.status().unwrap_or(400);
                new(Kind::Refused, Sent::Answered).with_answer(status, None).with_problem(Some(problem))
            }
            Failure::Status(status) => new(Kind::Refused, Sent::Answered).with_answer(status, None),
            Failure::NotConnected => new(Kind::Connect, Sent::No).in_phase(Phase::Connect).with_source("not connected"),
            Failure::Interrupted => {
                new(Kind::Interrupted, Sent::Maybe).in_phase(Phase::Wait).with_source("interrupted")
            }
            Failure::TimedOut => new(Kind::Timeout, Sent::Maybe).in_phase(Phase::Wait).with_source("timed out"),
            Failure::UnexpectedAnswer => new(Kind::Unreadable, Sent::Answered).with_answer(200, None),
            Failure::NoCredentials => new(Kind::Credentials, Sent::No).in_phase(Phase::Credentials),
        };
        let unknown = retry::outcome_unknown(operation, &error, false);
        error.ended(1, false, None, unknown, Repeat::of(operation, false))
    }
}

/// A transport without sockets: the script's steps are taken one after the other, one for each attempt, and what was sent is
/// kept. Clones are the same script. Give it to [`ClientBuilder::script`](crate::ClientBuilder::script).
///
/// ```
/// # use private_api_client::{Api, Client, Endpoint, testing::Script};
/// # fn demo<A: Api<Client = Client<A>>>() -> Result<(), Box<dyn std::error::Error>> {
/// let script = Script::new().lost().answer(200, r#"{"orders":[]}"#);
/// let client = Client::<A>::builder().endpoint(Endpoint::url("http://orders.test/dev")).script(&script).build()?;
/// // …the code under test calls the client: its first attempt gets no answer, its second one this.
/// assert_eq!(script.sent().len(), 0);
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<Acts>>);

#[derive(Default)]
struct Acts {
    steps: VecDeque<Step>,
    sent: Vec<http::Request<Vec<u8>>>,
}

enum Step {
    Answer(http::Response<Vec<u8>>),
    NotConnected,
    Lost,
    Silent,
}

impl Script {
    /// No steps yet. An attempt that finds none is not connected.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers with this status and JSON (a problem document where the status is none of a success), and with a request id, as
    /// API Gateway does.
    #[must_use]
    pub fn answer(self, status: u16, json: impl Into<String>) -> Self {
        let kind = if status < 300 { "application/json" } else { "application/problem+json" };
        let mut response = http::Response::new(json.into().into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert(REQUEST_ID, HeaderValue::from_static("of-the-script"));
        self.respond(response)
    }

    /// Answers with this, headers and all.
    #[must_use]
    pub fn respond(self, response: http::Response<Vec<u8>>) -> Self {
        self.step(Step::Answer(response))
    }

    /// No connection comes about.
    #[must_use]
    pub fn not_connected(self) -> Self {
        self.step(Step::NotConnected)
    }

    /// The request is sent and the connection breaks.
    #[must_use]
    pub fn lost(self) -> Self {
        self.step(Step::Lost)
    }

    /// The request is sent and no answer comes: the attempt ends when the client's [`Clock`](crate::Clock) says so.
    #[must_use]
    pub fn silent(self) -> Self {
        self.step(Step::Silent)
    }

    /// The requests that were sent, so far.
    #[must_use]
    pub fn sent(&self) -> Vec<http::Request<Vec<u8>>> {
        self.acts().sent.clone()
    }

    fn step(self, step: Step) -> Self {
        self.acts().steps.push_back(step);
        self
    }

    fn acts(&self) -> std::sync::MutexGuard<'_, Acts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next step.
    pub(crate) async fn send<A: Api>(
        &self,
        request: &reqwest::Request,
        operation: &'static Operation,
    ) -> Result<reqwest::Response, Error<A>> {
        let step = {
            let mut acts = self.acts();
            let step = acts.steps.pop_front().unwrap_or(Step::NotConnected);
            if !matches!(step, Step::NotConnected) {
                acts.sent.push(kept(request));
            }
            step
        };
        match step {
            Step::Answer(response) => Ok(response.into()),
            Step::NotConnected => Err(Error::new(Kind::Connect, operation, Sent::No)
                .in_phase(Phase::Connect)
                .with_source("the script has no connection here")),
            Step::Lost => Err(Error::new(Kind::Interrupted, operation, Sent::Maybe)
                .in_phase(Phase::Wait)
                .with_source("the script loses the answer here")),
            Step::Silent => std::future::pending().await,
        }
    }
}

/// A copy for the test to look at.
fn kept(request: &reqwest::Request) -> http::Request<Vec<u8>> {
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let mut kept = http::Request::new(body.to_vec());
    *kept.method_mut() = request.method().clone();
    if let Ok(uri) = request.url().as_str().parse() {
        *kept.uri_mut() = uri;
    }
    kept.headers_mut()
        .extend(request.headers().iter().map(|(n, v): (&HeaderName, &HeaderValue)| (n.clone(), v.clone())));
    kept
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("steps", &self.acts().steps.len()).finish_non_exhaustive()
    }
}
