//! Who is calling: as the gateway says it, never as the caller does.

use serde::{Deserialize, Serialize};

/// Whom the gateway has let in. As JSON: `{"kind": "iam", "arn": …}` or `{"kind": "network", "vpceId": …, "sourceIp": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Caller {
    /// Somebody who has signed the request, with `AWS_IAM`.
    Iam {
        /// `arn:aws:sts::123456789012:assumed-role/worker/i-0abc`, or a user's.
        arn: String,
    },
    /// Nobody in particular, with `NONE`: whoever reaches the API, and from where.
    #[serde(rename_all = "camelCase")]
    Network {
        /// The VPC endpoint that the request came through.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vpce_id: Option<String>,
        /// The address that it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_ip: Option<String>,
    },
}

/// What of the event's `requestContext.identity` says who is calling.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Identity {
    user_arn: Option<String>,
    vpce_id: Option<String>,
    source_ip: Option<String>,
}

impl From<Identity> for Caller {
    fn from(Identity { user_arn, vpce_id, source_ip }: Identity) -> Self {
        match user_arn.filter(|arn| !arn.is_empty()) {
            Some(arn) => Self::Iam { arn },
            None => Self::Network { vpce_id, source_ip },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_gateways_word_is_who_is_calling() {
        let arn = "arn:aws:sts::123456789012:assumed-role/worker/i-0abc";
        for (identity, caller) in [
            (
                json!({"userArn": arn, "user": "AROAEXAMPLE:i-0abc", "vpceId": "vpce-0a1b", "sourceIp": "10.0.16.7"}),
                json!({"kind": "iam", "arn": arn}),
            ),
            (
                json!({"userArn": null, "vpceId": "vpce-0a1b", "sourceIp": "10.0.16.7"}),
                json!({"kind": "network", "vpceId": "vpce-0a1b", "sourceIp": "10.0.16.7"}),
            ),
            (json!({"userArn": "", "sourceIp": "::1"}), json!({"kind": "network", "sourceIp": "::1"})),
            (json!({}), json!({"kind": "network"})),
        ] {
            let read = Caller::from(serde_json::from_value::<Identity>(identity).unwrap());
            assert_eq!(serde_json::to_value(&read).unwrap(), caller);
            assert_eq!(serde_json::from_value::<Caller>(caller).unwrap(), read);
        }
        for wrong in [json!({"userArn": ["x"]}), json!({"vpceId": 1}), Value::from("arn")] {
            assert!(serde_json::from_value::<Identity>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
