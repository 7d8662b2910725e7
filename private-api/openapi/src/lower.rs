//! OpenAPI 3.0 or 3.1 → the part of 3.0.3 that API Gateway imports without loss or surprise.
//!
//! Every word of the source is **kept**, **left out with a note**, or **refused**, by a [`Rule`](crate::rules::Rule) that says which fact about
//! the gateway it stands for. All refusals come at once. What no rule has looked at is refused: nothing passes unseen.

mod body;
pub(crate) mod limits;
mod operation;
mod parameter;
mod paths;
mod root;
mod schema;
mod security;
mod template;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    node::Reading,
    report::{Made, Refused},
};

/// What a lowering needs to know beside the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whether request bodies become models. Only a request validator reads them.
    pub models: bool,
    /// Whether the made document is a Terraform template in which `${<operationId>_invoke_arn}` will name each function:
    /// every operation needs an id that is a variable's name, and signs in texts that Terraform would read are escaped.
    pub template: bool,
    /// What checks a credential, by the name of the security scheme.
    pub authorization: BTreeMap<String, Authorization>,
}

impl Default for Options {
    /// With models, no template, no authorization from outside.
    fn default() -> Self {
        Self { models: true, template: false, authorization: BTreeMap::new() }
    }
}

/// What checks a credential at the gateway.
#[derive(Clone, Debug, PartialEq)]
pub enum Authorization {
    /// Nobody: the function does.
    None,
    /// The gateway, by IAM (a signed request).
    Iam,
    /// An authorizer: the security scheme as API Gateway reads it, with `x-amazon-apigateway-authorizer`.
    Authorizer(Value),
}

/// Lowers a document. The same input gives the same output, whatever the order of its keys.
///
/// # Errors
/// Everything that cannot be kept and may not be left out, each with its place, its reason and what to write instead.
pub fn lower(document: &Value, options: &Options) -> Result<Made, Refused> {
    let reading = Reading::new(document);
    let mut lowered = root::lowered(&reading.root(), options);
    let (notes, refusals) = reading.finish();
    if !refusals.is_empty() {
        return Err(Refused { refusals, notes });
    }
    if options.template {
        template::escape(&mut lowered);
    }
    Ok(Made { document: lowered, notes })
}

/// What all parts of one lowering share.
struct Lowering<'o> {
    options: &'o Options,
    models: body::Models,
    security: security::Security,
    ids: BTreeMap<String, String>,
}
