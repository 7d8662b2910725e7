//! What an error says: one line, without personal data.

use std::{error::Error as StdError, fmt};

use private_api_contract::ProblemCode as _;

use super::{Error, Kind};
use crate::Api;

impl<A: Api> Error<A> {
    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            Kind::Request => f.write_str("the request cannot be sent"),
            Kind::Connect | Kind::Certificate => f.write_str("no connection to the API"),
            Kind::Timeout => f.write_str("no answer in time"),
            Kind::Interrupted => f.write_str("the connection broke before the answer was complete"),
            Kind::Credentials => f.write_str("the request cannot be signed"),
            Kind::Unreadable => write!(f, "the answer is not one of the {} API", A::NAME),
            Kind::Refused => match (self.0.refusal, &self.0.problem) {
                (Some(refusal), _) => write!(f, "forbidden: {refusal}"),
                (None, Some(problem)) => {
                    write!(f, "{}: {}", Word(&problem.code.to_string()), problem.code.title())?;
                    for (i, wrong) in problem.errors.iter().enumerate() {
                        let separator = if i == 0 { ": " } else { ", " };
                        write!(f, "{separator}{} {}", Word(&wrong.field), Word(wrong.code.as_str()))?;
                    }
                    if self.is_service_older() {
                        f.write_str("; the service is older than this client: deploy it first")?;
                    }
                    match &problem.detail {
                        // An unknown code's words may be anybody's.
                        Some(detail) if problem.errors.is_empty() && problem.code.status().is_some() => {
                            write!(f, " ({})", Shown(detail))
                        }
                        _ => Ok(()),
                    }
                }
                (None, None) => f.write_str("refused"),
            },
        }
    }
}

/// The innermost source names the cause ("connection refused"); those around it only say where. But one that quotes what
/// is below it says more: native-tls adds what is wrong with a certificate.
pub(crate) fn cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error.to_string();
    let mut next = error.source();
    while let Some(inner) = next {
        let text = inner.to_string();
        if !cause.contains(&text) {
            cause = text;
        }
        next = inner.source();
    }
    cause
}

/// A code or a field's name; anything that does not look like one may be personal.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let good = (1..=64).contains(&self.0.len()) && self.0.bytes().all(plain);
        f.write_str(if good { self.0 } else { "(no word)" })
    }
}

/// Text from outside in a log line: short and without control characters.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Long enough for the names of a certificate that are not the one asked for.
        const LONGEST: usize = 400;
        for c in self.0.chars().take(LONGEST) {
            let shown = if matches!(c, '\n' | '\r' | '\t') {
                ' '
            } else if c.is_control() {
                '\u{fffd}'
            } else {
                c
            };
            fmt::Write::write_char(f, shown)?;
        }
        if self.0.chars().nth(LONGEST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}

impl<A: Api> fmt::Display for Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.operation)?;
        self.summary(f)?;
        // What the API itself says needs no comment.
        if (self.0.kind != Kind::Refused || self.0.problem.is_none())
            && let Some(source) = &self.0.source
        {
            write!(f, ": {}", Shown(&cause(&**source)))?;
        }
        if self.0.outcome_unknown {
            f.write_str("; whether it was done is unknown")?;
        }
        f.write_str(" [")?;
        if let Some(status) = self.0.status {
            write!(f, "status {status}, ")?;
        }
        if let Some(id) = &self.0.request_id {
            write!(f, "request {}, ", Shown(id))?;
        }
        write!(f, "{} attempt{}]", self.0.attempts, if self.0.attempts == 1 { "" } else { "s" })
    }
}

impl<A: Api> fmt::Debug for Error<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("operation", &self.0.operation.id)
            .field("kind", &self.0.kind)
            .field("status", &self.0.status)
            .field("code", &self.code())
            .field("refusal", &self.0.refusal)
            .field("request_id", &self.0.request_id)
            .field("attempts", &self.0.attempts)
            .field("phase", &self.0.phase)
            .field("sent", &self.0.sent)
            .field("outcome_unknown", &self.0.outcome_unknown)
            .field("idempotency_key", &self.0.key)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}
