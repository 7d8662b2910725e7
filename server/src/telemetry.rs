//! JSON lines on standard output, as CloudWatch reads them.

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// Starts logging: this service's own lines at `AWS_LAMBDA_LOG_LEVEL` (default `INFO`), everybody else's from `WARN`.
///
/// Other crates stay at `WARN` whatever the level: the SDK's and the runtime's debug lines hold whole requests.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let own = level.unwrap_or(LevelFilter::INFO);
    let filter = EnvFilter::default()
        .add_directive(LevelFilter::WARN.into())
        .add_directive(directive("claims_server", own))
        .add_directive(directive("claims_lambda", own));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}

fn directive(target: &str, level: LevelFilter) -> tracing_subscriber::filter::Directive {
    // Both parts are ours; should the syntax ever change, WARN is the safe side.
    format!("{target}={level}").parse().unwrap_or_else(|_| LevelFilter::WARN.into())
}
