//! The log of the claims API; see [`private_api_lambda::telemetry`].

use private_api_lambda::telemetry;
use tracing_subscriber::fmt::MakeWriter;

const OWN: [&str; 2] = ["claims_server", "claims_lambda"];

/// Starts logging on standard output.
pub fn start() {
    telemetry::start(&OWN);
}

/// As [`start`], to somewhere else.
pub fn start_writing(lines: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) {
    telemetry::start_writing(&OWN, lines);
}
