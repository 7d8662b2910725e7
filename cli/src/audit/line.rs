//! A line of the two logs.

use claims_client::{
    ClaimId,
    types::{Operation, Timestamp},
};
use serde_json::{Map, Value, json};

/// Something that was done, or that the gateway let nobody do.
pub(super) enum Line {
    /// A call that a function has answered.
    Called(Called),
    /// A call that no function has seen.
    Refused(Refused),
}

/// It is a record, and not one that can be read.
pub(super) struct Unreadable;

pub(super) struct Called {
    at: Timestamp,
    operation: String,
    claim: Option<String>,
    /// The key's id and the member's hash.
    pub(super) subject: Option<(String, String)>,
    rest: Map<String, Value>,
}

pub(super) struct Refused {
    at: Timestamp,
    rest: Map<String, Value>,
}

impl Called {
    pub(super) fn is_about(&self, claim: ClaimId) -> bool {
        self.claim.as_ref().is_some_and(|id| *id == claim.to_string())
    }

    pub(super) fn is_list(&self) -> bool {
        self.operation == Operation::ListClaims.id()
    }
}

impl Line {
    /// What a line of a log says of a call; nothing where it is about something else.
    pub(super) fn read(line: &str) -> Result<Option<Self>, Unreadable> {
        // A time and a stream's name may stand before it.
        let Some((_, json)) = line.find('{').map(|at| line.split_at(at)) else { return Ok(None) };
        let Ok(Value::Object(mut object)) = serde_json::from_str::<Value>(json) else {
            // Cut off in its midst, as by a limit on the length of lines.
            let is_record = json.contains("\"extendedRequestId\"") || json.contains("\"message\":\"request\"");
            return if is_record { Err(Unreadable) } else { Ok(None) };
        };
        for wrapped in ["message", "@message"] {
            if let Some(inner) = object.get(wrapped).and_then(Value::as_str).filter(|text| text.contains('{')) {
                return Self::read(inner);
            }
        }
        if object.contains_key("extendedRequestId") {
            return Self::access(object);
        }
        match (text(&object, "operation"), text(&object, "message").as_deref()) {
            (Some(operation), Some("request")) => {
                let at = text(&object, "timestamp").and_then(|at| at.parse().ok()).ok_or(Unreadable)?;
                let subject = text(&object, "subject_key").zip(text(&object, "subject"));
                let claim = text(&object, "resource");
                object.retain(|name, value| !value.is_null() && name != "message");
                Ok(Some(Self::Called(Called { at, operation, claim, subject, rest: object })))
            }
            _ => Ok(None),
        }
    }

    /// A line of the access log: told where no function has been asked, for the function's own line tells the rest.
    fn access(object: Map<String, Value>) -> Result<Option<Self>, Unreadable> {
        // What there is nothing of is a dash.
        let rest: Map<_, _> = object.into_iter().filter(|(_, value)| value != "-" && value != "").collect();
        if rest.contains_key("integrationStatus") {
            return Ok(None);
        }
        let at = text(&rest, "time").and_then(|time| gateway_time(&time)).ok_or(Unreadable)?;
        Ok(Some(Self::Refused(Refused { at, rest })))
    }

    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Called(Called { at, .. }) | Self::Refused(Refused { at, .. }) => *at,
        }
    }

    /// For scripts; the names are the same for both logs.
    pub(super) fn json(&self) -> Value {
        let (rest, operation, claim, refused) = match self {
            Self::Called(call) => (&call.rest, Some(call.operation.clone()), call.claim.clone(), None),
            Self::Refused(call) => (&call.rest, None, None, text(&call.rest, "errorType")),
        };
        let of = |name: &str| text(rest, name);
        let status = rest.get("status").and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok()));
        json!({
            "at": self.at(), "operation": operation, "claimId": claim, "status": status, "code": of("code"),
            "arn": of("arn").or_else(|| of("caller")), "vpceId": of("vpce").or_else(|| of("endpoint")),
            "sourceIp": of("source"), "onBehalfOf": of("on_behalf_of"),
            "requestId": of("request_id").or_else(|| of("requestId")),
            "refusedByGateway": refused, "route": of("method").zip(of("resource")).filter(|_| operation.is_none())
                .map(|(method, resource)| format!("{method} {resource}")),
        })
    }

    /// For people: one line.
    pub(super) fn text(&self) -> String {
        let all = self.json();
        let of = |name: &str| all[name].as_str().unwrap_or("-").to_owned();
        let who = match (all["arn"].as_str(), all["vpceId"].as_str()) {
            (Some(arn), _) => arn.to_owned(),
            (None, Some(vpce)) => format!("{vpce} {}", of("sourceIp")),
            (None, None) => of("sourceIp"),
        };
        let for_whom = all["onBehalfOf"].as_str().map_or_else(String::new, |who| format!(" for {who} (asserted)"));
        let what = match all["operation"].as_str() {
            Some(operation) => format!("{operation} {}", of("claimId")),
            None => format!("refused by the gateway ({}): {}", of("refusedByGateway"), of("route")),
        };
        let code = all["code"].as_str().map_or_else(String::new, |code| format!(" {code}"));
        printable(&format!("{}  {what}  {}{code}  {who}{for_whom}  {}", of("at"), all["status"], of("requestId")))
    }
}

/// A request id may be the caller's own: nothing of it moves a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name)?.as_str().map(str::to_owned)
}

/// `22/Nov/2026:16:00:00 +0000`, as `$context.requestTime` has it.
fn gateway_time(time: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (date, rest) = time.split_once(':')?;
    let (clock, offset) = rest.split_once(' ')?;
    let [day, month, year] = date.split('/').collect::<Vec<_>>()[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let (hours, minutes) = offset.split_at_checked(3)?;
    format!("{year}-{month:02}-{day}T{clock}{hours}:{minutes}").parse().ok()
}
