//! How a function reaches DynamoDB: few features, pinned roots, short attempts.

mod outcome;
mod trust;

use std::env;

use aws_sdk_dynamodb::{
    Config,
    config::{BehaviorVersion, Builder, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
};

pub use outcome::Attempts;
use trust::is_untrusted;
pub use trust::{Roots, https};

use crate::limits;

/// What a [`config`] still lacks.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An environment variable that Lambda or Terraform sets is not there.
    #[error("the environment variable {0} is not set: {1}")]
    Missing(&'static str, &'static str),
    /// The certificates to trust cannot be read.
    #[error("the certificates to trust for DynamoDB cannot be read: {0}")]
    Certificates(String),
}

/// The settings every client of ours has: behaviour version, retries, [`limits`]. No region, no credentials, no HTTP.
#[must_use]
pub fn config() -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::standard().with_max_attempts(limits::ATTEMPTS).with_initial_backoff(limits::BACKOFF))
        .retry_classifier(outcome::AlsoRetryable)
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(limits::ATTEMPT)
                .operation_attempt_timeout(limits::ATTEMPT)
                .build(),
        )
}

/// [`config`] for a Lambda function, all of it from the environment.
///
/// | variable | what |
/// |---|---|
/// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | set by Lambda |
/// | `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL` | another endpoint, for tests |
/// | `AWS_CA_BUNDLE` | a PEM file of the only roots to trust, as for the AWS CLI; default: [`Roots::Amazon`] |
///
/// # Errors
/// Names the first variable that is missing, or the file whose certificates cannot be read.
pub fn config_from_env() -> Result<Config, ConfigError> {
    let var = |name, why| env::var(name).map_err(|_| ConfigError::Missing(name, why));
    let lambda = "Lambda sets it; elsewhere, set it as for the AWS CLI";
    let credentials = Credentials::new(
        var("AWS_ACCESS_KEY_ID", lambda)?,
        var("AWS_SECRET_ACCESS_KEY", lambda)?,
        env::var("AWS_SESSION_TOKEN").ok(),
        None,
        "environment",
    );
    let endpoint = env::var("AWS_ENDPOINT_URL_DYNAMODB").or_else(|_| env::var("AWS_ENDPOINT_URL")).ok();
    let roots = env::var_os("AWS_CA_BUNDLE").map_or(Roots::Amazon, |file| Roots::Bundle(file.into()));
    let mut config = config()
        .region(Region::new(var("AWS_REGION", lambda)?))
        .credentials_provider(credentials)
        .http_client(https(&roots)?);
    config.set_endpoint_url(endpoint);
    Ok(config.build())
}
