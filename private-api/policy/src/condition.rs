//! Conditions: an operator, a key, and the values that it may have.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use crate::{
    Request,
    context::Key,
    document,
    pattern::{is_arn, is_arn_like, is_like, listed},
};

/// One line of a `Condition`.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    key: Key,
    test: Test,
    /// What it is where the call does not say the key.
    absent: bool,
    /// Of the `Not…` operators: none of the values.
    is_not: bool,
}

#[derive(Clone, Debug)]
enum Test {
    Equals(Vec<String>),
    EqualsIgnoreCase(Vec<String>),
    Like(Vec<String>),
    Arn(Vec<String>),
    Ip(Vec<IpNet>),
    Bool(Vec<bool>),
    /// Whether the key is to be there.
    Null {
        is_there: bool,
    },
}

/// The names of the operators, without what may stand around them.
const OPERATORS: [&str; 14] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
    "IpAddress",
    "NotIpAddress",
    "Bool",
    "Null",
];

impl Condition {
    pub(crate) fn read(operator: &str, key: &str, values: &Value) -> Result<Self, String> {
        let unknown =
            || format!("the condition operator {operator} is not understood: there are {}", listed(OPERATORS));
        let (set, name) = match operator.split_once(':') {
            Some((set @ ("ForAnyValue" | "ForAllValues"), name)) => (Some(set), name),
            Some(_) => return Err(unknown()),
            None => (None, operator),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        if !OPERATORS.contains(&name) || (name == "Null" && (set.is_some() || if_exists)) {
            return Err(unknown());
        }
        let is_not = name.contains("Not");
        let key = Key::read(key)?;
        let test = Test::read(name, values)?;
        let absent = match (&test, set) {
            (Test::Null { is_there }, _) => !is_there,
            _ if if_exists => true,
            // Of none, all are what is wanted, and not one.
            (_, Some("ForAllValues")) => true,
            (_, Some(_)) => false,
            (_, None) => is_not,
        };
        Ok(Self { key, test, absent, is_not })
    }

    pub(crate) fn holds(&self, request: &Request<'_>) -> bool {
        let Some(said) = self.key.of(request) else { return self.absent };
        self.test.is(&said) != self.is_not
    }
}

impl Test {
    fn read(operator: &str, values: &Value) -> Result<Self, String> {
        let values = values_of(operator, values)?;
        let yes = |text: &String| match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(format!("{operator} has the value {text:?}: there are true and false")),
        };
        Ok(match operator {
            "StringEquals" | "StringNotEquals" => Self::Equals(values),
            "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => Self::EqualsIgnoreCase(values),
            "StringLike" | "StringNotLike" => Self::Like(values),
            "IpAddress" | "NotIpAddress" => {
                Self::Ip(values.iter().map(|text| network(text)).collect::<Result<_, _>>()?)
            }
            "Bool" => Self::Bool(values.iter().map(yes).collect::<Result<_, _>>()?),
            "Null" => match values.iter().map(yes).collect::<Result<Vec<_>, _>>()?[..] {
                [is_null] => Self::Null { is_there: !is_null },
                _ => return Err("Null has one value: true or false".to_owned()),
            },
            // ArnEquals is no stricter than ArnLike, says AWS.
            _ => match values.iter().find(|text| !is_arn(text)) {
                Some(text) => return Err(format!("{operator} has the value {text:?}, which is no ARN")),
                None => Self::Arn(values),
            },
        })
    }

    fn is(&self, said: &str) -> bool {
        match self {
            Self::Equals(values) => values.iter().any(|value| value == said),
            Self::EqualsIgnoreCase(values) => values.iter().any(|value| value.to_lowercase() == said.to_lowercase()),
            Self::Like(values) => values.iter().any(|value| is_like(said, value)),
            Self::Arn(values) => values.iter().any(|value| is_arn_like(said, value)),
            Self::Ip(networks) => {
                said.parse::<IpAddr>().is_ok_and(|ip| networks.iter().any(|network| network.contains(&ip)))
            }
            Self::Bool(values) => values.iter().any(|value| said == value.to_string()),
            Self::Null { is_there } => *is_there,
        }
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| format!("{text:?} is no address and no range such as 10.0.0.0/16"))
}

/// Texts; truth values may stand without quotes.
fn values_of(operator: &str, values: &Value) -> Result<Vec<String>, String> {
    if let Value::Bool(value) = values {
        return Ok(vec![value.to_string()]);
    }
    Ok(document::texts(operator, values)?.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;
    use crate::{Caller, Source};

    fn holds(operator: &str, key: &str, values: &Value, source: &Source) -> bool {
        Condition::read(operator, key, values).unwrap().holds(&Request::of(&Caller::Anonymous, source))
    }

    #[test]
    fn an_operator_says_what_it_is_and_what_its_key_lacks() {
        let through = Source { vpce: Some("vpce-1".to_owned()), vpc: None, ip: "10.0.1.7".parse().ok() };
        let key = "aws:sourcevpce";
        // Of a value that is one of the wanted, of one that is not, and of none.
        for (operator, values, is, is_not, absent) in [
            ("StringEquals", json!(["vpce-1", "vpce-2"]), true, false, false),
            ("StringNotEquals", json!(["vpce-1", "vpce-2"]), false, true, true),
            ("StringEqualsIgnoreCase", json!("VPCE-1"), true, false, false),
            ("StringNotEqualsIgnoreCase", json!("VPCE-1"), false, true, true),
            ("StringLike", json!("vpce-?"), true, false, false),
            ("StringNotLike", json!("vpce-?"), false, true, true),
            ("StringEqualsIfExists", json!("vpce-1"), true, false, true),
            ("StringNotEqualsIfExists", json!("vpce-1"), false, true, true),
            ("ForAnyValue:StringEquals", json!("vpce-1"), true, false, false),
            ("ForAllValues:StringEquals", json!("vpce-1"), true, false, true),
            ("ForAnyValue:StringNotEquals", json!("vpce-1"), false, true, false),
            ("Null", json!("false"), true, true, false),
            ("Null", json!(true), false, false, true),
        ] {
            let other = Source { vpce: Some("another".to_owned()), ..through.clone() };
            let found = [&through, &other, &Source::default()].map(|source| holds(operator, key, &values, source));
            assert_eq!(found, [is, is_not, absent], "{operator} {values}");
        }
    }

    #[test]
    fn an_address_is_the_vpcs_own_through_an_endpoint_and_the_callers_otherwise() {
        let ranges = json!(["10.0.0.0/16", "fd00::/8", "192.0.2.7"]);
        let through = |ip: &str| Source { vpce: Some("vpce-1".to_owned()), vpc: None, ip: ip.parse().ok() };
        for (ip, is) in
            [("10.0.255.1", true), ("10.1.0.1", false), ("fd12::1", true), ("192.0.2.7", true), ("192.0.2.8", false)]
        {
            assert_eq!(holds("IpAddress", "aws:VpcSourceIp", &ranges, &through(ip)), is, "{ip}");
            assert_eq!(holds("NotIpAddress", "aws:VpcSourceIp", &ranges, &through(ip)), !is, "{ip}");
            // There is none.
            assert!(!holds("IpAddress", "aws:SourceIp", &ranges, &through(ip)));
            assert!(holds("NotIpAddress", "aws:SourceIp", &ranges, &through(ip)));
        }
        let outside = Source { ip: "10.0.0.1".parse().ok(), ..Source::default() };
        assert!(holds("IpAddress", "aws:SourceIp", &ranges, &outside));
        assert!(!holds("IpAddress", "aws:VpcSourceIp", &ranges, &outside));
        assert!(holds("Bool", "aws:SecureTransport", &json!(true), &outside));
        assert!(!holds("Bool", "aws:SecureTransport", &json!("false"), &outside));
    }
}
