//! Who has signed a call, as the gateway names it.

/// The ARN of somebody who can sign: a user, or a session of a role. A role itself signs nothing.
///
/// ```
/// # use private_api_contract::{CallerArn, Who};
/// let ann = CallerArn::read("arn:aws:sts::123456789012:assumed-role/clerk/ann").ok_or("none")?;
/// assert_eq!((ann.account, ann.who), ("123456789012", Who::Session { role: "clerk", session: "ann" }));
/// assert!(CallerArn::read("arn:aws:iam::123456789012:role/clerk").is_none());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerArn<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// Twelve digits.
    pub account: &'a str,
    /// Whose it is.
    pub who: Who<'a>,
}

/// See [`CallerArn`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    /// `iam::…:user/PATH/NAME`
    User {
        /// With its slashes; `/` where there is none.
        path: &'a str,
        /// Behind the path.
        name: &'a str,
    },
    /// `sts::…:assumed-role/ROLE/SESSION`: of the role its name alone is said, never its path.
    Session {
        /// The role's name.
        role: &'a str,
        /// The session's.
        session: &'a str,
    },
}

impl<'a> CallerArn<'a> {
    /// Reads it; `None` if it is nobody's who can sign.
    #[must_use]
    pub fn read(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut next = || parts.next();
        let (prefix, partition, service) = (next()?, next()?, next()?);
        let (region, account, resource) = (next()?, next()?, next()?);
        if prefix != "arn" || !partition.starts_with("aws") || !region.is_empty() || !is_account(account) {
            return None;
        }
        let (kind, rest) = resource.split_once('/')?;
        let who = match (service, kind) {
            ("sts", "assumed-role") => {
                let (role, session) = rest.split_once('/')?;
                let are_names = is_name(role) && is_name(session) && !session.contains('/');
                are_names.then_some(Who::Session { role, session })?
            }
            ("iam", "user") => {
                let (path, name) = path_and_name(resource.strip_prefix(kind)?);
                (is_name(name) && is_visible(path)).then_some(Who::User { path, name })?
            }
            _ => return None,
        };
        Some(Self { partition, account, who })
    }
}

/// `/a/b/name` is `/a/b/` and `name`.
fn path_and_name(rest: &str) -> (&str, &str) {
    rest.split_at(rest.rfind('/').map_or(0, |slash| slash + 1))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && is_visible(text)
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_is_read_and_nobody_else() {
        let who = |arn| CallerArn::read(arn).map(|caller| caller.who);
        for (arn, path, name) in [
            ("arn:aws:iam::123456789012:user/ann", "/", "ann"),
            ("arn:aws-cn:iam::123456789012:user/a/b/ann", "/a/b/", "ann"),
        ] {
            assert_eq!(who(arn), Some(Who::User { path, name }));
        }
        for arn in [
            "",
            "ann",
            "arn:aws:iam::123456789012:role/a",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/",
            "arn:aws:iam::123456789012:user/a/",
            "arn:aws:iam::12345678901:user/ann",
            "arn:aws:iam:eu-central-1:123456789012:user/ann",
            "arn:other:iam::123456789012:user/ann",
            "arn:aws:sts::123456789012:assumed-role/a",
            "arn:aws:sts::123456789012:assumed-role//session",
            "arn:aws:sts::123456789012:assumed-role/a/",
            "arn:aws:sts::123456789012:assumed-role/a/b/c",
            "arn:aws:sts::123456789012:federated-user/a",
            "arn:aws:iam::123456789012:assumed-role/a/b",
            "arn:aws:iam::123456789012:user/an n",
        ] {
            assert_eq!(who(arn), None, "{arn}");
        }
    }
}
