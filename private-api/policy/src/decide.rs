//! What all the policies together say to a call.

use std::fmt;

use crate::{Caller, Policy, Request, document::Place, principal::Named};

/// What stands around an API.
#[derive(Clone, Debug)]
pub struct Policies {
    resource: Policy,
    /// By the endpoint's id.
    endpoints: Vec<(String, Policy)>,
}

/// Who says no. `Display` names the policy and, of a deny, the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    policy: &'a str,
    denied_by: Option<&'a Place>,
}

impl Refusal<'_> {
    /// Whether a statement denies the call; otherwise none allows it.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        self.denied_by.is_some()
    }
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denied_by {
            Some(place) => write!(f, "{}{place}, denies it", self.policy),
            None => write!(f, "no statement of {} allows it", self.policy),
        }
    }
}

impl Policies {
    /// An API's own. An endpoint whose policy is not given lets everything through, as AWS's do that have none.
    #[must_use]
    pub fn new(resource: Policy) -> Self {
        Self { resource, endpoints: Vec::new() }
    }

    /// With the policy of the endpoint with this id.
    #[must_use]
    pub fn with_endpoint(mut self, id: impl Into<String>, policy: Policy) -> Self {
        self.endpoints.push((id.into(), policy));
        self
    }

    /// Whether the call is let in. `is_signed`: the method's authorization is `AWS_IAM`. With `NONE` the API's own policy is asked
    /// about nobody in particular, whoever has signed; the endpoint's is always asked about the caller.
    ///
    /// # Errors
    /// Who says no. A deny goes before every allow, wherever it stands.
    pub fn decide<'a>(&'a self, request: &Request<'a>, is_signed: bool) -> Result<(), Refusal<'a>> {
        let to_api = if is_signed { *request } else { Request { caller: &Caller::Anonymous, ..*request } };
        let own = if let Caller::Iam(iam) = to_api.caller { &*iam.policies } else { &[] };
        // The endpoint's is asked first.
        let endpoint = request.source.vpce.as_ref().and_then(|id| self.endpoints.iter().find(|(of, _)| of == id));
        let passes = endpoint.map(|(_, policy)| allowed_by(policy, request)).transpose()?;
        let resource = allowed_by(&self.resource, &to_api)?;
        let mut identity = false;
        for policy in own {
            identity |= allowed_by(policy, &to_api)? != Named::No;
        }

        let nobody = |policy| Err(Refusal { policy, denied_by: None });
        if let (Some((_, policy)), Some(Named::No)) = (endpoint, passes) {
            return nobody(&policy.name);
        }
        let is_ours = match to_api.caller {
            Caller::Iam(iam) => to_api.resource.split(':').nth(4) == Some(&*iam.account),
            // Nobody has policies of its own.
            Caller::Anonymous => true,
        };
        match (is_ours, resource, identity) {
            (_, Named::Directly, true)
            | (true, Named::Directly, _)
            | (true, _, true)
            | (false, Named::ByAccount, true) => Ok(()),
            (_, Named::No, _) => nobody(&self.resource.name),
            _ => nobody(OWN),
        }
    }
}

/// How the policy allows it to the caller.
///
/// # Errors
/// A statement that denies it.
fn allowed_by<'a>(policy: &'a Policy, request: &Request<'_>) -> Result<Named, Refusal<'a>> {
    let mut allowed = Named::No;
    for statement in policy.statements.iter().filter(|statement| statement.is_about(request)) {
        if statement.is_allow {
            allowed = allowed.max(statement.allows(request.caller));
        } else if statement.denies(request.caller) {
            return Err(Refusal { policy: &policy.name, denied_by: Some(&statement.place) });
        }
    }
    Ok(allowed)
}

/// What messages call policies that somebody else has attached to the caller.
const OWN: &str = "the caller's own policies";
