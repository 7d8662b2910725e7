//! Who calls.

use private_api_contract::{CallerArn, Who};

use crate::Policy;

/// Who calls, as a policy may ask for it.
#[derive(Clone, Debug, Default)]
pub enum Caller {
    /// Whoever has not signed.
    #[default]
    Anonymous,
    /// Whoever has.
    Iam(Box<Iam>),
}

/// A user, or a session of a role.
#[derive(Clone, Debug)]
pub struct Iam {
    pub(crate) arn: String,
    pub(crate) account: String,
    /// `arn:aws:iam::…:role/PATH/NAME` of a session.
    pub(crate) role: Option<String>,
    /// A user's name.
    pub(crate) user: Option<String>,
    /// `AROA…:session` or `AIDA…`: `aws:userid`.
    pub user_id: String,
    /// The organisation of its account, `o-…`: `aws:PrincipalOrgID`. `None` for an account that is in none.
    pub organization: Option<String>,
    /// What is attached to the user or the role.
    pub policies: Vec<Policy>,
}

impl Iam {
    /// Reads the caller's ARN. A session says its role's name alone: `role` is the role's own ARN, where that has a path.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn read(arn: &str, role: Option<&str>) -> Result<Self, &'static str> {
        let CallerArn { partition, account, who } = CallerArn::read(arn).ok_or(
            "Arn is arn:aws:iam::123456789012:user/NAME or arn:aws:sts::123456789012:assumed-role/ROLE/SESSION: a role itself signs nothing",
        )?;
        let (role, user) = match (who, role) {
            (Who::User { .. }, Some(_)) => return Err("a user has no RoleArn"),
            (Who::User { name, .. }, None) => (None, Some(name.to_owned())),
            (Who::Session { role, .. }, None) => (Some(format!("arn:{partition}:iam::{account}:role/{role}")), None),
            (Who::Session { role: name, .. }, Some(role)) => {
                let path = role.strip_prefix(&format!("arn:{partition}:iam::{account}:role/"));
                let is_its = path.is_some_and(|path| path.rsplit('/').next() == Some(name));
                if !is_its {
                    return Err(
                        "RoleArn is the ARN of the role in Arn, with its path: arn:aws:iam::123456789012:role/PATH/ROLE",
                    );
                }
                (Some(role.to_owned()), None)
            }
        };
        Ok(Self {
            arn: arn.to_owned(),
            account: account.to_owned(),
            role,
            user,
            user_id: String::new(),
            organization: None,
            policies: Vec::new(),
        })
    }

    /// The account's twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// As the gateway names it: the user's, or the session's.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Whose policies are its: the user's, or the role's.
    #[must_use]
    pub fn principal_arn(&self) -> &str {
        self.role.as_deref().unwrap_or(&self.arn)
    }
}
