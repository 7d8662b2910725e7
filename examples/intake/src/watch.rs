//! What the service shows of its calls: Prometheus' text for whoever scrapes it, StatsD over UDP for whoever listens, and the
//! caller's trace passed on.

use std::{
    collections::BTreeMap,
    fmt::Write,
    io,
    net::{ToSocketAddrs, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{HeaderMap, HeaderValue};
use claims_client::{AttemptReport, CallReport, ErrorKind, Observer, contract::Operation};

tokio::task_local! {
    /// The `traceparent` of the request that is being served.
    pub static TRACE: Option<HeaderValue>;
}

/// An observer with two sinks. Clones are the same one.
#[derive(Clone, Default)]
pub struct Watch {
    counters: Arc<Mutex<BTreeMap<String, f64>>>,
    statsd: Option<Arc<UdpSocket>>,
}

impl Watch {
    /// Also tells a StatsD at this address.
    ///
    /// # Errors
    /// If there is no such address.
    pub fn with_statsd(self, address: impl ToSocketAddrs) -> io::Result<Self> {
        let socket = UdpSocket::bind(("0.0.0.0", 0))?;
        socket.connect(address)?;
        // An observer must not block.
        socket.set_nonblocking(true)?;
        Ok(Self { statsd: Some(Arc::new(socket)), ..self })
    }

    /// Prometheus' text format.
    #[must_use]
    pub fn prometheus(&self) -> String {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "{name} {value}");
            text
        })
    }

    fn count(&self, name: &str, operation: &Operation, outcome: &str, by: f64) {
        let series = format!("{name}{{operation=\"{}\",outcome=\"{outcome}\"}}", operation.id);
        *self.counters.lock().unwrap_or_else(PoisonError::into_inner).entry(series).or_default() += by;
    }

    fn tell(&self, line: &str) {
        if let Some(statsd) = &self.statsd {
            // Lost where nobody listens, as StatsD's packets are.
            let _ = statsd.send(line.as_bytes());
        }
    }
}

fn outcome(error: Option<ErrorKind>) -> &'static str {
    error.map_or("ok", ErrorKind::as_str)
}

impl Observer for Watch {
    fn add_headers(&self, _: &'static Operation, headers: &mut HeaderMap) {
        if let Ok(Some(trace)) = TRACE.try_with(Clone::clone) {
            headers.insert("traceparent", trace);
        }
    }

    fn attempt_ended(&self, attempt: &AttemptReport<'_>) {
        self.count("claims_attempts_total", attempt.operation, outcome(attempt.error), 1.0);
    }

    fn call_ended(&self, call: &CallReport<'_>) {
        let (operation, outcome) = (call.operation, outcome(call.error));
        self.count("claims_calls_total", operation, outcome, 1.0);
        self.count("claims_call_seconds_total", operation, outcome, call.took.as_secs_f64());
        self.tell(&format!("claims.{}.{outcome}:{}|ms", operation.id, call.took.as_millis()));
    }
}
