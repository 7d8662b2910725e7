//! Servers: whoever took one from the document still finds it there.

use serde_json::Value;

use super::Report;

/// An address that the old contract names stays named, with the defaults of its variables. New ones and another order are
/// harmless to clients that exist.
pub(super) fn compare(at: &str, old: &Value, new: &Value, report: &mut Report) {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let new = list(new);
    for server in list(old) {
        let Some(same) = new.iter().find(|other| other["url"] == server["url"]) else {
            report.add(at, format!("the server {} is gone", server["url"]));
            continue;
        };
        for (name, variable) in server["variables"].as_object().into_iter().flatten() {
            let now = &same["variables"][name];
            if variable["default"] != now["default"] {
                report.add(at, format!("the variable {name} of {} has another default", server["url"]));
            }
            let allowed = |v: &Value| v["enum"].as_array().cloned();
            let narrowed = match (allowed(variable), allowed(now)) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(old), Some(new)) => old.iter().any(|value| !new.contains(value)),
            };
            if narrowed {
                report.add(at, format!("the variable {name} of {} takes fewer values", server["url"]));
            }
        }
    }
}
