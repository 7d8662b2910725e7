//! Which callers may do what, on which members, into which statuses.

use std::{env, fmt, str::FromStr};

use private_api_contract::{Problem, ProblemCode, StandardCode};
use serde::Deserialize;

use crate::{Caller, Failure};

/// Whom the deployment lets do what. What no entry allows is refused.
///
/// ```
/// # use private_api_lambda::{Caller, Callers};
/// let callers: Callers = r#"[
///     {"principal": "arn:aws:iam::123456789012:role/intake", "operations": ["createOrder"], "members": ["*"]},
///     {"principal": "arn:aws:iam::123456789012:role/clerk-*", "operations": ["getOrder", "updateOrder"], "members": ["12*"],
///      "statuses": ["packed"]}
/// ]"#.parse()?;
/// let clerk = Caller::Iam { arn: "arn:aws:sts::123456789012:assumed-role/clerk-7/i-0abc".to_owned() };
/// assert!(callers.allow(&clerk, "getOrder", &["123"], None).is_ok());
/// assert!(callers.allow(&clerk, "getOrder", &["13"], None).is_err());
/// assert!(callers.allow(&clerk, "updateOrder", &["123"], Some("paid")).is_err());
/// # Ok::<(), private_api_lambda::CallersError>(())
/// ```
///
/// `*` stands for any letters of a principal's name and of a member, and nowhere else. A role is whoever has assumed it, by account
/// and name: its path is not in what the gateway says of a session. An entry without `statuses` allows all of them; one without
/// `operations` is a function's own, for the operation that it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callers {
    entries: Vec<Entry>,
    /// Let through what would be refused, and log it.
    is_report: bool,
}

/// What of a request no entry allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// The operation, whatever it is about.
    Operation,
    /// The operation on this member.
    Member,
    /// The operation into this status.
    Status,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operation => "operation",
            Self::Member => "member",
            Self::Status => "status",
        })
    }
}

/// Why there are no callers. `Display` says what to change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallersError {
    /// It is no list of entries.
    #[error("the callers are not readable: {0}")]
    Shape(#[from] serde_json::Error),
    /// One of them cannot be used.
    #[error("callers, entry {number}: {what}")]
    Entry {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The mode is none.
    #[error("CALLERS_MODE is {0:?}: there are enforce and report")]
    Mode(String),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Entry {
    principal: Principal,
    operations: Option<Vec<String>>,
    members: Vec<String>,
    statuses: Option<Vec<String>>,
}

/// A role or a user.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
struct Principal {
    account: String,
    is_role: bool,
    /// With its slashes; `/` where there is none.
    path: String,
    name: String,
}

impl Callers {
    /// A function's own, from `CALLERS` and `CALLERS_MODE`. `None` where the first is not set: whoever the policies let in may do
    /// everything.
    ///
    /// # Errors
    /// When they are there and cannot be read: nobody is let in by mistake.
    pub fn from_env() -> Result<Option<Self>, CallersError> {
        let Ok(callers) = env::var("CALLERS") else { return Ok(None) };
        let callers: Self = callers.parse()?;
        match env::var("CALLERS_MODE").as_deref() {
            Err(_) | Ok("enforce") => Ok(Some(callers)),
            Ok("report") => Ok(Some(callers.reporting())),
            Ok(other) => Err(CallersError::Mode(other.to_owned())),
        }
    }

    /// Refuses nobody: what would be refused is logged.
    #[must_use]
    pub fn reporting(self) -> Self {
        Self { is_report: true, ..self }
    }

    /// Names that no operation or status of the API has: an entry for one would allow nothing, unseen.
    ///
    /// # Errors
    /// Names the first of them, and the entry.
    pub fn check_names(&self, operations: &[&str], statuses: &[&str]) -> Result<(), CallersError> {
        for (index, entry) in self.entries.iter().enumerate() {
            let named = [("operation", &entry.operations, operations), ("status", &entry.statuses, statuses)];
            for (kind, names, known) in named {
                if let Some(name) = names.iter().flatten().find(|name| !known.contains(&name.as_str())) {
                    let what = format!("there is no {kind} {name:?}: there are {}", known.join(", "));
                    return Err(CallersError::Entry { number: index + 1, what });
                }
            }
        }
        Ok(())
    }

    /// Whether some entry allows this caller this operation, on all of these members, and into this status where it sets one.
    ///
    /// # Errors
    /// Says which of the three no entry allows.
    pub fn allow(
        &self,
        caller: &Caller,
        operation: &str,
        members: &[&str],
        status: Option<&str>,
    ) -> Result<(), Refused> {
        let is_operation = |entry: &&Entry| {
            let operations = entry.operations.as_ref();
            entry.principal.is(caller) && operations.is_none_or(|all| all.iter().any(|one| one == operation))
        };
        let entries: Vec<_> = self.entries.iter().filter(is_operation).collect();
        if entries.is_empty() {
            return Err(Refused::Operation);
        }
        for member in members {
            let mut of_member =
                entries.iter().filter(|entry| entry.members.iter().any(|wanted| is_like(member, wanted)));
            let first = of_member.next().ok_or(Refused::Member)?;
            let is_status = |entry: &Entry| match (&entry.statuses, status) {
                (Some(statuses), Some(status)) => statuses.iter().any(|one| one == status),
                _ => true,
            };
            if !is_status(first) && !of_member.any(|entry| is_status(entry)) {
                return Err(Refused::Status);
            }
        }
        Ok(())
    }

    /// As [`allow`](Self::allow), as an answer: 403 with what is refused, or, where it is only to be reported, a line in the log.
    ///
    /// # Errors
    /// `forbidden`. No member is named in it.
    pub fn check<C: ProblemCode>(
        &self,
        caller: &Caller,
        operation: &'static str,
        members: &[&str],
        status: Option<&str>,
    ) -> Result<(), Failure<C>> {
        let Err(refused) = self.allow(caller, operation, members, status) else { return Ok(()) };
        if self.is_report {
            let arn = if let Caller::Iam { arn } = caller { arn } else { "" };
            tracing::warn!(%operation, %refused, caller = arn, "callers: would be refused");
            return Ok(());
        }
        let what = match refused {
            Refused::Operation => format!("the operation {operation}"),
            Refused::Member => format!("{operation} on this member"),
            Refused::Status => format!("{operation} into the status {}", status.unwrap_or_default()),
        };
        let detail = format!("the API's callers do not allow this caller {what}");
        Err(Problem::standard(StandardCode::Forbidden).with_detail(detail).into())
    }
}

impl FromStr for Callers {
    type Err = CallersError;

    fn from_str(json: &str) -> Result<Self, CallersError> {
        let entries: Vec<Entry> = serde_json::from_str(json)?;
        for (index, entry) in entries.iter().enumerate() {
            let wrong = |what: &str| CallersError::Entry { number: index + 1, what: what.to_owned() };
            let lists = [Some(&entry.members), entry.operations.as_ref(), entry.statuses.as_ref()];
            if lists.into_iter().flatten().any(|list| list.is_empty() || list.iter().any(String::is_empty)) {
                return Err(wrong("an empty list or text allows nothing: leave the entry out"));
            }
            let Principal { account, is_role, path, name } = &entry.principal;
            let is_ambiguous = entries[..index].iter().any(|Entry { principal: other, .. }| {
                *is_role && other.is_role && (account, name) == (&other.account, &other.name) && *path != other.path
            });
            if is_ambiguous {
                return Err(wrong(
                    "another entry's role differs by its path alone, which the gateway does not say: give one of them another name",
                ));
            }
        }
        Ok(Self { entries, is_report: false })
    }
}

impl Principal {
    fn is(&self, caller: &Caller) -> bool {
        let Caller::Iam { arn } = caller else { return false };
        let [_, _, service, _, account, resource] = *arn.splitn(6, ':').collect::<Vec<_>>() else { return false };
        let (kind, rest) = resource.split_once('/').unwrap_or_default();
        account == self.account
            && match (service, kind, self.is_role) {
                ("sts", "assumed-role", true) => {
                    rest.split_once('/').is_some_and(|(role, session)| !session.is_empty() && is_like(role, &self.name))
                }
                ("iam", "user", false) => {
                    let (path, name) = path_and_name(rest);
                    path == self.path && is_like(name, &self.name)
                }
                _ => false,
            }
    }
}

/// `a/b/name` is `/a/b/` and `name`.
fn path_and_name(rest: &str) -> (String, &str) {
    match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), rest),
    }
}

impl TryFrom<String> for Principal {
    type Error = String;

    fn try_from(arn: String) -> Result<Self, String> {
        let wrong = || {
            format!(
                "the principal {arn:?} is not arn:aws:iam::123456789012:role/NAME or …:user/NAME, with `*` in the name alone"
            )
        };
        let [prefix, partition, "iam", "", account, resource] = *arn.splitn(6, ':').collect::<Vec<_>>() else {
            return Err(wrong());
        };
        let (kind, rest) = resource.split_once('/').ok_or_else(wrong)?;
        let (path, name) = path_and_name(rest);
        let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-*".contains(&byte));
        let is_fine = prefix == "arn"
            && partition.starts_with("aws")
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(kind, "role" | "user")
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'*')
            && is_name(name)
            && !name.is_empty();
        if !is_fine {
            return Err(wrong());
        }
        Ok(Self { account: account.to_owned(), is_role: kind == "role", path, name: name.to_owned() })
    }
}

/// Whether a text is what is wanted, in which `*` stands for any letters, also for none.
fn is_like(text: &str, wanted: &str) -> bool {
    let mut parts = wanted.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        // The first place will do: what is left for the others is longest then.
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn iam(arn: &str) -> Caller {
        Caller::Iam { arn: arn.to_owned() }
    }

    fn one(principal: &str, members: &str) -> Result<Callers, CallersError> {
        format!(r#"[{{"principal": "{principal}", "operations": ["getOrder"], "members": ["{members}"]}}]"#).parse()
    }

    #[test]
    fn a_star_stands_for_letters() {
        for (wanted, like, unlike) in [
            ("12*", &["12", "123", "12*"][..], &["1", "2", "012", ""][..]),
            ("*", &["", "x", "a-b"], &[]),
            ("a*b", &["ab", "axb", "abab"], &["a", "b", "aba", "xab"]),
            ("a*b*c", &["abc", "a-b-c", "abbcc"], &["acb", "ac", "abcd"]),
            ("*1", &["1", "11", "a1"], &["12", ""]),
            ("a*a", &["aa", "aba"], &["a"]),
            ("12", &["12"], &["123", "1", "*"]),
        ] {
            assert!(like.iter().all(|text| is_like(text, wanted)), "{wanted}");
            assert!(!unlike.iter().any(|text| is_like(text, wanted)), "{wanted}");
        }
    }

    #[test]
    fn a_principal_is_who_has_assumed_the_role_or_the_user_itself() {
        let allows = |principal: &str, caller: &Caller| {
            one(principal, "*").unwrap().allow(caller, "getOrder", &["1"], None).is_ok()
        };
        let session = |account: &str, role: &str| iam(&format!("arn:aws:sts::{account}:assumed-role/{role}/i-0abc"));
        let role = "arn:aws:iam::123456789012:role/";
        for (name, caller, is) in [
            ("clerk", session("123456789012", "clerk"), true),
            ("a/path/clerk", session("123456789012", "clerk"), true),
            ("clerk-*", session("123456789012", "clerk-7"), true),
            ("clerk", session("123456789013", "clerk"), false),
            ("clerk", session("123456789012", "clerk-7"), false),
            ("clerk", session("123456789012", "Clerk"), false),
            ("i-0abc", session("123456789012", "clerk"), false),
            ("clerk", iam("arn:aws:iam::123456789012:user/clerk"), false),
            ("clerk", iam("arn:aws:sts::123456789012:assumed-role/clerk"), false),
            ("clerk", iam("arn:aws:sts::123456789012:federated-user/clerk"), false),
            ("*", iam("clerk"), false),
            ("*", Caller::Network { vpce_id: None, source_ip: None }, false),
        ] {
            assert_eq!(allows(&format!("{role}{name}"), &caller), is, "{name} {caller:?}");
        }
        let user = "arn:aws:iam::123456789012:user/";
        for (wanted, name, is) in
            [("ann", "ann", true), ("a/ann", "a/ann", true), ("ann", "a/ann", false), ("an*", "ann", true)]
        {
            assert_eq!(allows(&format!("{user}{wanted}"), &iam(&format!("{user}{name}"))), is, "{wanted} {name}");
        }
        assert!(!allows(&format!("{user}clerk"), &session("123456789012", "clerk")));
    }

    #[test]
    fn what_would_allow_something_else_than_it_says_is_refused() {
        for wrong in [
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::12345678901:role/a",
            "arn:aws:iam::*:role/a",
            "arn:aws:iam::123456789012:role/p*/a",
            "arn:aws:iam::123456789012:group/a",
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:assumed-role/a/b",
            "arn:*:iam::123456789012:role/a",
            "*",
        ] {
            assert!(one(wrong, "1").unwrap_err().to_string().contains("is not arn:aws:iam::"), "{wrong}");
        }
        let role = "arn:aws:iam::123456789012:role/a";
        assert!(one(role, "").unwrap_err().to_string().starts_with("callers, entry 1: an empty list or text"));
        for (json, says) in [
            (format!(r#"[{{"principal": "{role}", "operations": [], "members": ["1"]}}]"#), "entry 1: an empty list"),
            (format!(r#"[{{"principal": "{role}", "members": ["1"], "status": ["a"]}}]"#), "unknown field `status`"),
            (format!(r#"[{{"principal": "{role}"}}]"#), "missing field `members`"),
            (
                format!(
                    r#"[{{"principal": "{role}", "members": ["1"]}}, {{"principal": "{}", "members": ["2"]}}]"#,
                    role.replace("role/", "role/path/")
                ),
                "entry 2: another entry's role differs by its path alone",
            ),
            ("{}".to_owned(), "not readable"),
        ] {
            let error = json.parse::<Callers>().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let callers = one(role, "1").unwrap();
        callers.check_names(&["getOrder"], &[]).unwrap();
        let error = callers.check_names(&["listOrders"], &[]).unwrap_err().to_string();
        assert_eq!(error, "callers, entry 1: there is no operation \"getOrder\": there are listOrders");
    }
}
