//! What a call says of itself, and the condition keys that ask for it.

use std::{borrow::Cow, net::IpAddr};

use crate::{Caller, pattern};

/// Where a call comes from. Through an endpoint, `aws:VpcSourceIp` is its address and there is no `aws:SourceIp`; otherwise it is the
/// other way round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The VPC endpoint: `vpce-…`.
    pub vpce: Option<String>,
    /// That endpoint's VPC: `vpc-…`.
    pub vpc: Option<String>,
    /// The caller's own address.
    pub ip: Option<IpAddr>,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Whose it is.
    pub caller: &'a Caller,
    /// Where it comes from.
    pub source: &'a Source,
    /// `execute-api:Invoke`.
    pub action: &'a str,
    /// The method's ARN: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path`.
    pub resource: &'a str,
    /// The header.
    pub user_agent: Option<&'a str>,
    /// The header.
    pub referer: Option<&'a str>,
    /// Whether it came over TLS, as everything comes to API Gateway.
    pub is_tls: bool,
}

impl<'a> Request<'a> {
    /// Calls a method that is still to be named.
    #[must_use]
    pub fn of(caller: &'a Caller, source: &'a Source) -> Self {
        let (action, resource) = ("execute-api:Invoke", "");
        Self { caller, source, action, resource, user_agent: None, referer: None, is_tls: true }
    }
}

/// The condition keys that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    SourceVpce,
    SourceVpc,
    VpcSourceIp,
    SourceIp,
    PrincipalArn,
    PrincipalAccount,
    PrincipalOrgId,
    PrincipalType,
    UserId,
    Username,
    SecureTransport,
    UserAgent,
    Referer,
}

impl Key {
    const ALL: [(&'static str, Self); 13] = [
        ("aws:SourceVpce", Self::SourceVpce),
        ("aws:SourceVpc", Self::SourceVpc),
        ("aws:VpcSourceIp", Self::VpcSourceIp),
        ("aws:SourceIp", Self::SourceIp),
        ("aws:PrincipalArn", Self::PrincipalArn),
        ("aws:PrincipalAccount", Self::PrincipalAccount),
        ("aws:PrincipalOrgID", Self::PrincipalOrgId),
        ("aws:PrincipalType", Self::PrincipalType),
        ("aws:userid", Self::UserId),
        ("aws:username", Self::Username),
        ("aws:SecureTransport", Self::SecureTransport),
        ("aws:UserAgent", Self::UserAgent),
        ("aws:Referer", Self::Referer),
    ];

    /// Keys are the same in whatever case.
    pub(crate) fn read(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, key)| *key);
        found.ok_or_else(|| {
            format!(
                "the condition key {name} is not understood: there are {}",
                pattern::listed(Self::ALL.iter().map(|(name, _)| *name))
            )
        })
    }

    /// What the call says; `None` if it does not say it.
    pub(crate) fn of<'a>(self, request: &Request<'a>) -> Option<Cow<'a, str>> {
        let Request { caller, source, .. } = *request;
        let iam = if let Caller::Iam(iam) = caller { Some(&**iam) } else { None };
        let ip = || source.ip.map(|ip| ip.to_string().into());
        match self {
            Self::SourceVpce => source.vpce.as_deref().map(Cow::from),
            Self::SourceVpc => source.vpc.as_deref().map(Cow::from),
            Self::VpcSourceIp => source.vpce.as_ref().and_then(|_| ip()),
            Self::SourceIp if source.vpce.is_none() => ip(),
            Self::SourceIp => None,
            Self::PrincipalArn => iam.map(|iam| iam.principal_arn().into()),
            Self::PrincipalAccount => iam.map(|iam| iam.account.as_str().into()),
            Self::PrincipalOrgId => iam?.organization.as_deref().map(Cow::from),
            Self::PrincipalType => iam.map(|iam| if iam.role.is_some() { "AssumedRole" } else { "User" }.into()),
            Self::UserId => iam.map(|iam| iam.user_id.as_str().into()),
            Self::Username => iam?.user.as_deref().map(Cow::from),
            Self::SecureTransport => Some(if request.is_tls { "true" } else { "false" }.into()),
            Self::UserAgent => request.user_agent.map(Cow::from),
            Self::Referer => request.referer.map(Cow::from),
        }
    }
}
