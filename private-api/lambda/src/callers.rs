//! Which callers may do what, on which members, into which statuses.

use std::{collections::BTreeMap, env, fmt, str::FromStr};

use private_api_contract::{CallerArn, Problem, ProblemCode, StandardCode, Who};
use serde::Deserialize;

use crate::{Caller, Failure};

#[cfg(test)]
mod tests;

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
    /// The functions of a deployment do not agree.
    #[error("the functions' callers: {0}")]
    Differ(String),
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
        callers.parse::<Self>()?.in_mode(env::var("CALLERS_MODE").ok().as_deref()).map(Some)
    }

    /// A deployment's, from the environments of all its functions, each with the operation that the function serves. `None` where
    /// none of them has any.
    ///
    /// # Errors
    /// When one cannot be read, or has none or another mode while others have.
    pub fn of_functions<'a>(
        functions: impl IntoIterator<Item = (&'a str, &'a BTreeMap<String, String>)>,
    ) -> Result<Option<Self>, CallersError> {
        let text = |variables: &'a BTreeMap<String, String>, name| variables.get(name).map(String::as_str);
        let own =
            functions.into_iter().map(|(operation, all)| (operation, text(all, "CALLERS"), text(all, "CALLERS_MODE")));
        let (with, without): (Vec<_>, Vec<_>) = own.partition(|(_, list, _)| list.is_some());
        let Some(&(first, _, mode)) = with.first() else { return Ok(None) };
        if let Some((operation, ..)) = without.first() {
            return Err(CallersError::Differ(format!("{first} has CALLERS, and {operation} has none")));
        }
        if let Some((operation, ..)) = with.iter().find(|(_, _, other)| *other != mode) {
            return Err(CallersError::Differ(format!("{first} and {operation} differ in CALLERS_MODE")));
        }
        let mut entries = Vec::new();
        for (operation, list, _) in with {
            let own: Self = list.unwrap_or_default().parse()?;
            let is_its =
                |entry: &Entry| entry.operations.as_ref().is_none_or(|all| all.iter().any(|one| one == operation));
            let own = own.entries.into_iter().filter(is_its);
            entries.extend(own.map(|entry| Entry { operations: Some(vec![operation.to_owned()]), ..entry }));
        }
        Self { entries, is_report: false }.in_mode(mode).map(Some)
    }

    fn in_mode(self, mode: Option<&str>) -> Result<Self, CallersError> {
        match mode {
            None | Some("enforce") => Ok(self),
            Some("report") => Ok(self.reporting()),
            Some(other) => Err(CallersError::Mode(other.to_owned())),
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
        let Some(CallerArn { account, who, .. }) = CallerArn::read(arn) else { return false };
        account == self.account
            && match who {
                Who::Session { role, .. } => self.is_role && is_like(role, &self.name),
                Who::User { path, name } => !self.is_role && path == self.path && is_like(name, &self.name),
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
