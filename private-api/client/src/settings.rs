//! A client's configuration out of a settings file.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{Api, Endpoint, RetryPolicy};

/// From a map with the names of the [environment's variables](Endpoint::from_env) without their prefix and in lower case:
/// `{"mode": "private-dns", "id": "a1b2c3d4e5", "region": "eu-central-1", "stage": "dev"}`, or `{"url": "…"}`. What is missing or
/// wrong is said by [`ClientBuilder::build`](crate::ClientBuilder::build), by the variables' names; a name that there is not is an
/// error at once.
impl<'de, A: Api> Deserialize<'de> for Endpoint<A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Settings {
            url: Option<String>,
            mode: Option<String>,
            id: Option<String>,
            region: Option<String>,
            stage: Option<String>,
            vpce_id: Option<String>,
            vpce_dns: Option<String>,
            authorization: Option<String>,
        }
        let Settings { url, mode, id, region, stage, vpce_id, vpce_dns, authorization } =
            Settings::deserialize(deserializer)?;
        Ok(Self::from_vars(|name| {
            match name.strip_prefix(A::VARIABLES)?.strip_prefix('_')? {
                "URL" => &url,
                "MODE" => &mode,
                "ID" => &id,
                "REGION" => &region,
                "STAGE" => &stage,
                "VPCE_ID" => &vpce_id,
                "VPCE_DNS" => &vpce_dns,
                "AUTHORIZATION" => &authorization,
                _ => return None,
            }
            .clone()
        }))
    }
}

/// From a map of what differs from the [default](RetryPolicy::default): `{"max_attempts": 3, "base_delay": "50ms"}`. Times are
/// written as `250ms`, `1.5s` or `PT5S`.
impl<'de> Deserialize<'de> for RetryPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Settings {
            max_attempts: Option<u32>,
            base_delay: Option<String>,
            max_delay: Option<String>,
            max_retry_after: Option<String>,
            budget: Option<u32>,
        }
        let Settings { max_attempts, base_delay, max_delay, max_retry_after, budget } =
            Settings::deserialize(deserializer)?;
        let mut policy = Self::default();
        let time = |given: Option<String>, default: Duration| {
            let Some(given) = given else { return Ok(default) };
            let read = given.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
            read.ok_or_else(|| D::Error::custom("a time has to be written as 250ms, 1.5s or PT5S"))
        };
        policy.base_delay = time(base_delay, policy.base_delay)?;
        policy.max_delay = time(max_delay, policy.max_delay)?;
        policy.max_retry_after = time(max_retry_after, policy.max_retry_after)?;
        policy.budget = budget.unwrap_or(policy.budget);
        Ok(match max_attempts {
            Some(attempts) => policy.with_max_attempts(attempts),
            None => policy,
        })
    }
}
