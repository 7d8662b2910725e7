//! Whom a statement is about.

use serde_json::Value;

use crate::{Caller, Iam};

/// One of a statement's principals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// `*`: also whoever has not signed.
    Everybody,
    /// An account's number, or `arn:aws:iam::…:root`.
    Account(String),
    /// A user's, a role's or a session's ARN.
    Arn(String),
    /// A service of AWS's, which never calls an API as somebody does.
    Service,
}

/// How a caller is among the principals. The order is from less to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    No,
    /// By its account, which leaves it to the caller's own policies.
    ByAccount,
    /// By `*`, or by its own ARN.
    Directly,
}

/// Whom a statement is about, or whom it is not about.
#[derive(Clone, Debug)]
pub(crate) enum Principals {
    Those(Vec<Principal>),
    NotThose(Vec<Principal>),
    /// An identity's own policy: it is about whom it is attached to.
    Attached,
}

impl Principals {
    pub(crate) fn allow(&self, caller: &Caller) -> Named {
        match self {
            Self::Those(all) => all.iter().map(|one| one.names(caller)).max().unwrap_or(Named::No),
            Self::NotThose(all) if all.iter().all(|one| one.names(caller) == Named::No) => Named::Directly,
            Self::NotThose(_) => Named::No,
            Self::Attached => Named::Directly,
        }
    }

    pub(crate) fn deny(&self, caller: &Caller) -> bool {
        match self {
            Self::Those(all) => all.iter().any(|one| one.names(caller) != Named::No),
            // AWS looks for the account, the role and the session, one after the other: who is not to be denied has to be there as
            // each of them.
            Self::NotThose(all) => {
                !all.contains(&Principal::Everybody)
                    && !Self::forms(caller).is_some_and(|forms| forms.iter().all(|form| all.contains(form)))
            }
            Self::Attached => true,
        }
    }

    /// As what a caller may be named. `None`: as nothing.
    fn forms(caller: &Caller) -> Option<Vec<Principal>> {
        let Caller::Iam(iam) = caller else { return None };
        let arns = iam.role.iter().chain([&iam.arn]).map(|arn| Principal::Arn(arn.clone()));
        Some(arns.chain([Principal::Account(iam.account.clone())]).collect())
    }
}

impl Principal {
    fn names(&self, caller: &Caller) -> Named {
        let Caller::Iam(iam) = caller else {
            return if *self == Self::Everybody { Named::Directly } else { Named::No };
        };
        let Iam { arn, account, role, .. } = &**iam;
        match self {
            Self::Everybody => Named::Directly,
            Self::Account(named) if named == account => Named::ByAccount,
            Self::Arn(named) if named == arn || role.as_ref() == Some(named) => Named::Directly,
            _ => Named::No,
        }
    }

    /// Of AWS's: what stands under `AWS`.
    fn read(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Everybody);
        }
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_account(text) {
            return Ok(Self::Account(text.to_owned()));
        }
        let is_known = match *text.splitn(6, ':').collect::<Vec<_>>() {
            ["arn", partition, "iam", "", account, "root"] if partition.starts_with("aws") && is_account(account) => {
                return Ok(Self::Account(account.to_owned()));
            }
            ["arn", partition, service, "", account, resource] => {
                let kinds: &[&str] = if service == "sts" { &["assumed-role"] } else { &["role", "user"] };
                let (kind, name) = resource.split_once('/').unwrap_or_default();
                partition.starts_with("aws")
                    && matches!(service, "iam" | "sts")
                    && is_account(account)
                    && kinds.contains(&kind)
                    && !name.is_empty()
                    && (service == "iam" || name.split_once('/').is_some_and(|(_, session)| !session.is_empty()))
            }
            _ => false,
        };
        // AWS takes a star for everybody, and for no part of a name.
        if is_known && !text.contains(['*', '?', '$']) {
            return Ok(Self::Arn(text.to_owned()));
        }
        Err(format!(
            "the principal {text} is not understood: there are *, an account's twelve digits, and ARNs of root, a user, a role or a \
             role's session"
        ))
    }
}

/// What stands under `Principal` or `NotPrincipal`.
pub(crate) fn read(value: &Value) -> Result<Vec<Principal>, String> {
    if value == "*" {
        return Ok(vec![Principal::Everybody]);
    }
    let kinds = value.as_object().filter(|kinds| !kinds.is_empty());
    let kinds = kinds.ok_or_else(|| "a principal is \"*\" or {\"AWS\": …}".to_owned())?;
    let mut all = Vec::new();
    for (kind, named) in kinds {
        let named = crate::document::texts(kind, named)?;
        match kind.as_str() {
            "AWS" => all.extend(named.into_iter().map(Principal::read).collect::<Result<Vec<_>, _>>()?),
            "Service" => all.push(Principal::Service),
            _ => return Err(format!("principals of the kind {kind} are not understood: there are AWS and Service")),
        }
    }
    Ok(all)
}
