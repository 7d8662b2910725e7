//! What the API's resource policy says to a call, as far as it depends on the endpoint it came through.

use claims_client::types::Operation;
use serde_json::Value;

use crate::namespaces::Done;

/// API Gateway's answer to a caller without credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement forbids it.
    Denied,
}

/// A deny wins over every allow. What this does not understand is an error, never an allow.
pub fn decide(policy: &Value, execution_arn: &str, stage: &str, endpoint: &str) -> Done<Decision> {
    let statements = policy["Statement"].as_array().ok_or("the resource policy has no list of statements")?;
    let call = Operation::ListClaims;
    let method_arn = format!("{execution_arn}/{stage}/{}{}", call.method(), call.path());
    let mut decision = Decision::NotAllowed;
    for statement in statements {
        if !applies(statement, &method_arn, endpoint)? {
            continue;
        }
        match statement["Effect"].as_str() {
            Some("Deny") => return Ok(Decision::Denied),
            Some("Allow") => decision = Decision::Allowed,
            other => return Err(format!("the resource policy has the effect {other:?}").into()),
        }
    }
    Ok(decision)
}

fn applies(statement: &Value, method_arn: &str, endpoint: &str) -> Done<bool> {
    if statement["Action"] != "execute-api:Invoke" {
        return Err(format!("the lab does not know the policy's action {}", statement["Action"]).into());
    }
    // A principal that is not everybody is no anonymous caller.
    if statement["Principal"] != "*" {
        return Ok(false);
    }
    let resource = statement["Resource"].as_str().ok_or("the lab reads policies with one resource a statement")?;
    let meant = match resource.strip_suffix('*') {
        Some(prefix) => method_arn.starts_with(prefix),
        None => method_arn == resource,
    };
    let Some(conditions) = statement["Condition"].as_object() else { return Ok(meant) };
    let mut all = meant;
    for (operator, tested) in conditions {
        for (key, listed) in tested.as_object().into_iter().flatten() {
            let is_listed = listed == endpoint || listed.as_array().is_some_and(|l| l.iter().any(|v| v == endpoint));
            all &= match (operator.as_str(), key.as_str()) {
                ("StringEquals", "aws:SourceVpce") => is_listed,
                ("StringNotEquals", "aws:SourceVpce") => !is_listed,
                _ => return Err(format!("the lab does not know the condition {operator} on {key}").into()),
            };
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:local00000";

    fn policy(principal: &Value, condition: &Value) -> Value {
        let resource = format!("{ARN}/*");
        json!({ "Statement": [
            { "Effect": "Allow", "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource },
            { "Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": resource, "Condition": condition },
        ] })
    }

    #[test]
    fn only_listed_endpoints_are_allowed_and_what_is_not_understood_is_no_allow() {
        let listed = json!({ "StringNotEquals": { "aws:SourceVpce": ["vpce-1", "vpce-2"] } });
        let decided =
            |endpoint| decide(&policy(&json!("*"), &listed), ARN, "dev", endpoint).unwrap_or(Decision::Denied);
        assert_eq!(decided("vpce-2"), Decision::Allowed);
        assert_eq!(decided("vpce-3"), Decision::Denied);
        let account = policy(&json!({ "AWS": "arn:aws:iam::123456789012:root" }), &listed);
        assert!(decide(&account, ARN, "dev", "vpce-1").is_ok_and(|d| d == Decision::NotAllowed));
        let unknown = policy(&json!("*"), &json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }));
        assert!(decide(&unknown, ARN, "dev", "vpce-1").is_err());
    }
}
