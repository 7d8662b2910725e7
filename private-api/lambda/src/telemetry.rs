//! JSON lines on standard output, as CloudWatch reads them.

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts logging: the lines of this service's `own` crates (and of this one) at `AWS_LAMBDA_LOG_LEVEL` (default `INFO`),
/// everybody else's from `WARN`.
///
/// Other crates stay at `WARN` whatever the level: the SDK's and the runtime's debug lines hold whole requests.
pub fn start(own: &[&'static str]) {
    start_writing(own, std::io::stdout);
}

/// As [`start`], to somewhere else.
pub fn start_writing(own: &[&'static str], lines: impl for<'w> fmt::MakeWriter<'w> + Send + Sync + 'static) {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    let own = own.iter().copied().chain([env!("CARGO_CRATE_NAME")]).map(|target| (target, level));
    let targets = Targets::new().with_default(LevelFilter::WARN).with_targets(own);
    let lines =
        fmt::layer().with_writer(lines).json().flatten_event(true).with_current_span(false).with_span_list(false);
    tracing_subscriber::registry().with(lines.with_filter(targets)).init();
}
