//! What each fault looks like to the caller, and what it leaves in the table.

use claims_client::{Error, Sent};

use crate::common::proxy::WireFault::{self, *};

/// How an error presents itself: the one predicate that is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    Connect,
    Timeout,
    Interrupted,
    Throttled,
    Unavailable,
    Forbidden,
    Unexpected,
}

impl Is {
    pub fn of(error: &Error) -> Self {
        let all = [
            (error.is_connect(), Self::Connect),
            (error.is_timeout(), Self::Timeout),
            (error.is_interrupted(), Self::Interrupted),
            (error.is_throttled(), Self::Throttled),
            (error.is_unavailable(), Self::Unavailable),
            (error.is_forbidden(), Self::Forbidden),
            (error.is_unexpected_answer(), Self::Unexpected),
        ];
        let true_ones: Vec<_> = all.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind).collect();
        assert_eq!(true_ones.len(), 1, "{error:?}");
        true_ones[0]
    }

    /// Whether a write that ends so may have been done.
    pub fn leaves_open(self) -> bool {
        !matches!(self, Self::Connect | Self::Throttled | Self::Forbidden)
    }
}

/// What comes of one fault.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// `None`: success in spite of it.
    pub is: Option<Is>,
    pub sent: Sent,
    /// Whether the client may send a harmless request again.
    pub client_retries: bool,
    /// Whether the server's SDK tries again before that.
    pub sdk_retries: bool,
    /// Whether the write happens although the answer is spoilt.
    pub applied: bool,
    /// An answer without a body (204) comes through unharmed.
    pub needs_body: bool,
}

impl Expected {
    const fn new(is: Is, sent: Sent) -> Self {
        Self { is: Some(is), sent, client_retries: true, sdk_retries: false, applied: false, needs_body: false }
    }

    const fn applied(self) -> Self {
        Self { applied: true, ..self }
    }

    const fn in_a_body(self) -> Self {
        Self { needs_body: true, ..self }
    }

    const fn after_sdk_retries(self) -> Self {
        Self { sdk_retries: true, ..self }
    }

    const fn final_for_client(self) -> Self {
        Self { client_retries: false, ..self }
    }

    const HARMLESS: Self = Self { is: None, ..Self::new(Is::Unexpected, Sent::Answered) };
}

/// A fault's name for the reader; `None` is a refused connection.
pub type Case = (Option<WireFault>, Expected);

const JSON: &str = "Content-Type: application/json\r\n";
const PROBLEM: &str = "Content-Type: application/problem+json\r\nRetry-After: 1\r\n";
const HTML: &str = "Content-Type: text/html\r\n";
const EXPIRED: &str = "Content-Type: application/json\r\nx-amzn-errortype: ExpiredTokenException\r\n";

/// Between client and gateway.
pub fn front() -> Vec<Case> {
    const INTERRUPTED: Expected = Expected::new(Is::Interrupted, Sent::Maybe);
    const TIMEOUT: Expected = Expected::new(Is::Timeout, Sent::Maybe);
    const UNAVAILABLE: Expected = Expected::new(Is::Unavailable, Sent::Answered);
    const UNEXPECTED: Expected = Expected::new(Is::Unexpected, Sent::Answered).final_for_client();
    const THROTTLED: Expected = Expected::new(Is::Throttled, Sent::Answered);
    let message = |status, text| Answer(status, JSON, text);
    vec![
        (None, Expected::new(Is::Connect, Sent::No)),
        (Some(ResetBefore), INTERRUPTED),
        (Some(CloseBefore), INTERRUPTED),
        (Some(Silent), TIMEOUT),
        (Some(ResetAfter), INTERRUPTED.applied()),
        (Some(SilentAfter), TIMEOUT.applied()),
        (Some(Drip), TIMEOUT.applied()),
        (Some(Pieces), Expected::HARMLESS),
        (Some(Truncated), INTERRUPTED.applied()),
        (Some(TooLong), INTERRUPTED.applied().in_a_body()),
        (Some(TooShort), UNEXPECTED.applied().in_a_body()),
        (Some(Garbage), INTERRUPTED.applied()),
        (Some(Answer(429, PROBLEM, r#"{"type":"urn:claims-api:problem:throttled","code":"throttled"}"#)), THROTTLED),
        (Some(message(429, r#"{"message":"Too Many Requests"}"#)), THROTTLED),
        (Some(message(500, r#"{"message":"Internal server error"}"#)), UNAVAILABLE),
        // A 500 that is not the gateway's says nothing of what another attempt would meet.
        (Some(Answer(500, HTML, "<h1>oops</h1>")), UNAVAILABLE.final_for_client()),
        (Some(Answer(502, HTML, "<h1>Bad Gateway</h1>")), UNAVAILABLE),
        (Some(message(503, r#"{"message":"Service Unavailable"}"#)), UNAVAILABLE),
        (Some(Answer(503, HTML, "<h1>Service Unavailable</h1>")), UNAVAILABLE),
        (Some(message(504, r#"{"message":"Endpoint request timed out"}"#)), UNAVAILABLE),
        (
            Some(Answer(403, EXPIRED, r#"{"message":"The security token included in the request is expired"}"#)),
            Expected::new(Is::Forbidden, Sent::Answered).final_for_client(),
        ),
    ]
}

/// Between server and DynamoDB.
pub fn back() -> Vec<Case> {
    const UNREADABLE: Expected = Expected::new(Is::Unavailable, Sent::Answered).applied();
    const UNAVAILABLE: Expected = Expected::new(Is::Unavailable, Sent::Answered).after_sdk_retries();
    const THROTTLED: Expected = Expected::new(Is::Throttled, Sent::Answered).after_sdk_retries();
    // Another process of the function may have them.
    const NEW_CREDENTIALS: Expected = Expected::new(Is::Unavailable, Sent::Answered);
    const INTERNAL: Expected = Expected::new(Is::Unavailable, Sent::Answered).final_for_client();
    let says = |status, body| Answer(status, "Content-Type: application/x-amz-json-1.0\r\n", body);
    macro_rules! exception {
        ($name:literal) => {
            concat!(r#"{"__type":"com.amazonaws.dynamodb.v20120810#"#, $name, r#"","message":"no"}"#)
        };
    }
    vec![
        (None, UNAVAILABLE),
        (Some(ResetBefore), UNAVAILABLE),
        (Some(CloseBefore), UNAVAILABLE),
        (Some(Silent), UNAVAILABLE),
        (Some(ResetAfter), UNAVAILABLE.applied()),
        (Some(SilentAfter), UNAVAILABLE.applied()),
        (Some(Drip), UNAVAILABLE.applied()),
        (Some(Pieces), Expected::HARMLESS),
        (Some(Truncated), UNAVAILABLE.applied()),
        (Some(TooLong), UNAVAILABLE.applied()),
        (Some(TooShort), UNREADABLE),
        (Some(Garbage), UNREADABLE),
        (Some(says(400, exception!("ThrottlingException"))), THROTTLED),
        (Some(says(400, exception!("ProvisionedThroughputExceededException"))), THROTTLED),
        (Some(says(400, exception!("RequestLimitExceeded"))), THROTTLED),
        (Some(says(500, exception!("InternalServerError"))), UNAVAILABLE),
        (Some(says(503, exception!("ServiceUnavailable"))), UNAVAILABLE),
        (Some(Answer(503, HTML, "<h1>Service Unavailable</h1>")), UNAVAILABLE),
        (Some(Answer(504, HTML, "<h1>Gateway Timeout</h1>")), UNAVAILABLE),
        (Some(Answer(429, HTML, "<h1>Too Many Requests</h1>")), Expected::new(Is::Throttled, Sent::Answered)),
        (Some(says(400, exception!("ExpiredTokenException"))), NEW_CREDENTIALS),
        (Some(says(400, exception!("UnrecognizedClientException"))), NEW_CREDENTIALS),
        (Some(says(400, exception!("AccessDeniedException"))), INTERNAL),
    ]
}
