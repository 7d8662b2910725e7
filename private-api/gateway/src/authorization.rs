//! Who is let in, by what the methods want of a caller.

use http::HeaderMap;
use jiff::Timestamp;

use crate::{
    credentials::{Credentials, Identity},
    hints::Hints,
    host,
    signature::{self, Form, Refusal, Sent},
};

/// What every method of the API wants of its callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Authorization {
    /// Whoever comes is let in; but a signature that comes has to be right, where the credentials are known.
    #[default]
    #[value(alias = "NONE")]
    None,
    /// A signature (AWS Signature Version 4), in the `Authorization` header or in the query.
    #[value(alias = "AWS_IAM")]
    AwsIam,
}

/// Checks callers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Door {
    pub(crate) authorization: Authorization,
    /// None are known where nobody has named any.
    pub(crate) credentials: Option<Credentials>,
}

impl Door {
    /// Who is calling, as far as the method's authorization says it to the function.
    pub(crate) fn check(&self, sent: &Sent<'_>, hints: &Hints) -> Result<Option<&Identity>, Refusal> {
        let is_signed = matches!(Form::of(sent), Form::Header | Form::Query);
        let none_known = Credentials::default();
        match (self.authorization, &self.credentials) {
            (Authorization::AwsIam, Some(known)) => Ok(Some(verify(sent, known)?)),
            (Authorization::AwsIam, None) => verify(sent, &none_known).map(|_| None),
            // Before the method is asked, the endpoint's policy is, and that takes a wrong signature for no caller at all.
            (Authorization::None, Some(known)) if is_signed => verify(sent, known).map(|_| None),
            (Authorization::None, None) if is_signed => {
                hints.unchecked_signature();
                Ok(None)
            }
            (Authorization::None, _) => Ok(None),
        }
    }
}

fn verify<'a>(sent: &Sent<'_>, known: &'a Credentials) -> Result<&'a Identity, Refusal> {
    let region = host::region(sent.headers);
    Ok(&signature::verify(sent, known, region.as_deref(), Timestamp::now())?.identity)
}

/// Takes away what no function sees: a signature. Another `Authorization` is the function's.
pub(crate) fn without_signature(headers: &mut HeaderMap) {
    let name = http::header::AUTHORIZATION;
    if headers.get_all(&name).iter().any(signature::is_signature) {
        headers.remove(name);
    }
}
