//! Whose signatures count, and who they are.

use std::{collections::HashMap, fmt, fs, io, path::PathBuf};

use jiff::Timestamp;
use private_api_contract::{CallerArn, Who};
use private_api_policy::{Caller, Iam, Kind, Policy, PolicyError};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Plan, plan::Attached};

/// The credentials that the gateway knows, as AWS knows everybody's.
///
/// From JSON in AWS's own words: what `aws sts assume-role` and `get-caller-identity` say of each.
///
/// ```
/// # use private_api_gateway::Credentials;
/// let known: Credentials = r#"[{
///     "AccessKeyId": "ASIALOCALINTAKE", "SecretAccessKey": "local-secret", "SessionToken": "local-token",
///     "Expiration": "2099-01-01T00:00:00Z",
///     "Arn": "arn:aws:sts::123456789012:assumed-role/intake/i-0abc"
/// }]"#.parse()?;
/// # Ok::<(), private_api_gateway::CredentialsError>(())
/// ```
///
/// `SessionToken` and `Expiration` are those of temporary credentials; `UserId` may be named too, and is made up where it is not.
///
/// What policies ask for besides: `RoleArn`, of a session whose role has a path; `OrganizationId`; and `Policies`, what is attached to
/// the user or the role: policies as JSON objects, or the names of a plan's outputs that are policies. Without `Policies`, a role that
/// the plan deploys has those that it gives it, and anybody else has none.
#[derive(Clone, Debug, Default)]
pub struct Credentials(HashMap<String, Credential>);

/// Why there are no credentials. `Display` says what to change, and repeats nothing secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The file cannot be read.
    #[error("cannot read the credentials in {path}: {source}")]
    Read {
        /// The wanted file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no list of credentials.
    #[error(
        "no credentials at line {line}, column {column}: what is wanted is a JSON list of objects with the texts AccessKeyId, \
         SecretAccessKey and Arn, and where there are such SessionToken, Expiration, UserId, RoleArn, OrganizationId and Policies"
    )]
    Shape {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A policy of one of them is not understood.
    #[error("credentials number {number}: {source}")]
    Policy {
        /// Which, from 1.
        number: usize,
        /// What of it.
        source: PolicyError,
    },
    /// The plan attaches something to its role, and does not say what that holds.
    #[error(
        "credentials number {number}: {address} attaches to its role what the plan does not say (AWS's own policy, a permissions \
         boundary, what is known after an apply): name all that it may do in Policies"
    )]
    Attached {
        /// Which, from 1.
        number: usize,
        /// The resource of the plan.
        address: String,
    },
    /// One of them cannot be used.
    #[error("credentials number {number}: {what}")]
    Wrong {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<String>,
    arn: String,
    user_id: Option<String>,
    role_arn: Option<String>,
    organization_id: Option<String>,
    policies: Option<Vec<Value>>,
}

#[derive(Clone)]
pub(crate) struct Credential {
    /// Which of the file's it is, from 1.
    number: usize,
    /// Its `Policies`.
    attached: Option<Vec<Value>>,
    pub(crate) caller: Caller,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) expiration: Option<Timestamp>,
    pub(crate) identity: Identity,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the credentials of {}", self.identity.arn)
    }
}

/// Who has signed, as the event says it.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) access_key: String,
    pub(crate) account: String,
    pub(crate) arn: String,
    /// `AROA…:session`, or a user's `AIDA…`.
    pub(crate) user_id: String,
    pub(crate) organization: Option<String>,
}

impl Credentials {
    /// Reads them from a file.
    ///
    /// # Errors
    /// See [`CredentialsError`].
    pub fn read(path: impl Into<PathBuf>) -> Result<Self, CredentialsError> {
        let path = path.into();
        match fs::read_to_string(&path) {
            Ok(json) => json.parse(),
            Err(source) => Err(CredentialsError::Read { path, source }),
        }
    }

    /// Reads what is attached to each, now that it is known where it may stand.
    pub(crate) fn attach(&mut self, plan: Option<&Plan>) -> Result<(), CredentialsError> {
        self.0.values_mut().try_for_each(|credential| credential.attach(plan))
    }

    pub(crate) fn get(&self, access_key: &str) -> Option<&Credential> {
        self.0.get(access_key)
    }
}

impl std::str::FromStr for Credentials {
    type Err = CredentialsError;

    fn from_str(json: &str) -> Result<Self, CredentialsError> {
        let entries: Vec<Entry> = serde_json::from_str(json)
            .map_err(|error| CredentialsError::Shape { line: error.line(), column: error.column() })?;
        let mut all = HashMap::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let wrong = |what| CredentialsError::Wrong { number: index + 1, what };
            let key = entry.access_key_id.clone();
            let credential = Credential::of(entry, index + 1).map_err(wrong)?;
            if all.insert(key, credential).is_some() {
                return Err(wrong("its AccessKeyId is there twice: each key is somebody's, and nobody else's"));
            }
        }
        Ok(Self(all))
    }
}

impl Credential {
    fn attach(&mut self, plan: Option<&Plan>) -> Result<(), CredentialsError> {
        let Caller::Iam(iam) = &mut self.caller else { return Ok(()) };
        let number = self.number;
        let mut attached = Vec::new();
        let mut add = |policy: Result<Policy, PolicyError>| {
            attached.push(policy.map_err(|source| CredentialsError::Policy { number, source })?);
            Ok(())
        };
        match &self.attached {
            None => {
                let own = plan.and_then(|plan| plan.roles.get(iam.principal_arn()));
                for Attached { address, policy } in own.into_iter().flatten() {
                    let address = address.as_str();
                    let of_plan = || CredentialsError::Attached { number, address: address.to_owned() };
                    add(Policy::parse(Kind::Identity, address, policy.as_deref().ok_or_else(of_plan)?))?;
                }
            }
            Some(all) => {
                for policy in all {
                    match policy {
                        Value::String(name) => {
                            let output = plan.and_then(|plan| plan.output(name)?.as_str());
                            let what = "Policies has a text that names no output of a --plan with a policy: it is a list of those, and of policies";
                            let json = output.ok_or(CredentialsError::Wrong { number, what })?;
                            add(Policy::parse(Kind::Identity, name, json))?;
                        }
                        policy => add(Policy::read(Kind::Identity, "one of its Policies", policy))?,
                    }
                }
            }
        }
        iam.policies = attached;
        Ok(())
    }

    fn of(entry: Entry, number: usize) -> Result<Self, &'static str> {
        let Entry {
            access_key_id: access_key,
            secret_access_key: secret,
            session_token: token,
            expiration,
            arn,
            user_id,
            role_arn,
            organization_id: organization,
            policies: attached,
        } = entry;
        if access_key.is_empty() || !access_key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err("AccessKeyId has letters, digits and `_`, at least one");
        }
        let is_visible = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_visible(&secret) || token.as_deref().is_some_and(|token| !is_visible(token)) {
            return Err("SecretAccessKey and SessionToken are visible ASCII without spaces, at least one character");
        }
        let expiration = match expiration.map(|time| time.parse()) {
            Some(Err(_)) => return Err("Expiration is a time: 2026-11-22T16:00:00Z"),
            Some(Ok(time)) => Some(time),
            None => None,
        };
        let mut iam = Iam::read(&arn, role_arn.as_deref())?;
        iam.user_id = user_id.unwrap_or_else(|| made_up_id(&arn));
        iam.organization.clone_from(&organization);
        let (account, user_id) = (iam.account().to_owned(), iam.user_id.clone());
        let identity = Identity { access_key, account, arn, user_id, organization };
        Ok(Self { number, attached, caller: Caller::Iam(Box::new(iam)), secret, token, expiration, identity })
    }
}

/// An id such as AWS gives to whoever can sign.
fn made_up_id(arn: &str) -> String {
    match CallerArn::read(arn) {
        Some(CallerArn { account, who: Who::Session { role, session }, .. }) => {
            format!("{}:{session}", made_up("AROA", &format!("{account}/{role}")))
        }
        _ => made_up("AIDA", arn),
    }
}

/// The same for the same name, and of AWS's length.
fn made_up(prefix: &str, name: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = Sha256::digest(name.as_bytes()).into_iter().take(17);
    letters.fold(prefix.to_owned(), |id, byte| id + &char::from(LETTERS[usize::from(byte & 0b1_1111)]).to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn one(field: &str, value: Value) -> String {
        let mut entry = json!({
            "AccessKeyId": "AKIALOCAL", "SecretAccessKey": "very-secret", "Arn": "arn:aws:iam::123456789012:user/a/ann",
        });
        entry[field] = value;
        json!([entry]).to_string()
    }

    #[test]
    fn what_is_wrong_is_said_and_nothing_secret_is() {
        for (field, value) in [
            ("AccessKeyId", json!("")),
            ("AccessKeyId", json!("AKIA/LOCAL")),
            ("SecretAccessKey", json!("")),
            ("SecretAccessKey", json!(["very-secret"])),
            ("SessionToken", json!("very secret")),
            ("Expiration", json!("very-secret")),
            ("Arn", json!("arn:aws:iam::123456789012:role/very-secret")),
            ("Arn", json!("arn:aws:iam::12345678901:user/ann")),
            ("Arn", json!("arn:aws:sts::123456789012:assumed-role/very-secret")),
            ("Arn", json!("arn:aws:sts::123456789012:assumed-role//session")),
            ("Arn", json!("arn:aws:iam:eu-central-1:123456789012:user/ann")),
            ("SecretKey", json!("very-secret")),
        ] {
            let error = one(field, value.clone()).parse::<Credentials>().unwrap_err().to_string();
            assert!(
                error.starts_with("credentials number 1: ") || error.starts_with("no credentials at line 1"),
                "{error}"
            );
            assert!(!error.contains("very"), "{field} {value}: {error}");
        }
        let one = one("AccessKeyId", json!("AKIALOCAL"));
        assert!(!format!("{:?}", one.parse::<Credentials>().unwrap()).contains("very-secret"));
        let entry = &one[1..one.len() - 1];
        let error = format!("[{entry},{entry}]").parse::<Credentials>().unwrap_err().to_string();
        assert!(error.starts_with("credentials number 2: its AccessKeyId is there twice"), "{error}");
        let error = Credentials::read("/nowhere/at/all").unwrap_err().to_string();
        assert!(error.starts_with("cannot read the credentials in /nowhere/at/all: "), "{error}");
    }

    #[test]
    fn one_role_has_one_id_whoever_assumes_it() {
        let id = made_up_id;
        let [ann, ben] = ["ann", "ben"].map(|s| id(&format!("arn:aws:sts::123456789012:assumed-role/intake/{s}")));
        let (role, session) = ann.split_once(':').unwrap();
        assert_eq!((role.len(), session, &ben), (21, "ann", &format!("{role}:ben")));
        assert!(role.starts_with("AROA"));
        assert!(id("arn:aws:iam::123456789012:user/ann").starts_with("AIDA"));
        assert_ne!(id("arn:aws:sts::123456789013:assumed-role/intake/ann"), ann);
    }
}
