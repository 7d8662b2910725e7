//! What Terraform has deployed, or will: as far as it decides who is let in. Read from `terraform show -json`.

mod attached;
mod resources;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use private_api_policy::{Kind, Policies, Policy, PolicyError, Source};
use serde_json::{Map, Value};

pub(crate) use self::attached::Attached;
use self::resources::{Resource, Resources};
use crate::{Authorization, throttle::Throttle};

/// A deployment of a private API by Terraform: a state, or a plan, in the JSON of `terraform show -json`.
///
/// The gateway takes from it ([`Builder::plan`](crate::Builder::plan)) the API's id and stage, what its methods want of callers, the
/// API's and the endpoints' policies, what callers' roles may do, and the throttle. What a plan does not know yet is refused by
/// name: then the deployment's state says it, once it is applied.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) execution_arn: String,
    pub(crate) stage: String,
    pub(crate) authorization: Authorization,
    pub(crate) policies: Policies,
    /// Through the endpoint that the API is associated with.
    pub(crate) source: Source,
    pub(crate) throttle: Throttle,
    /// What is attached to each role that is deployed as well, by its ARN.
    pub(crate) roles: BTreeMap<String, Vec<Attached>>,
    outputs: Map<String, Value>,
    /// Of each operation's function.
    variables: BTreeMap<String, BTreeMap<String, String>>,
}

/// Why a plan cannot be used. `Display` names the resource.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file cannot be read.
    #[error("cannot read the plan in {path}: {source}")]
    Read {
        /// The wanted file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what `terraform show -json` prints.
    #[error("this is no state and no plan as `terraform show -json` prints them: {0}")]
    Shape(String),
    /// Something that is not known before the deployment is made.
    #[error("{0} is not known yet: apply the plan, and take the state")]
    Unknown(String),
    /// There is not exactly one of something.
    #[error("{0}")]
    Not(String),
    /// A policy that is not understood.
    #[error("{address}: {source}")]
    Policy {
        /// The resource's address.
        address: String,
        /// What of it.
        source: PolicyError,
    },
}

/// The method of a document that says what it wants of callers, and who answers it.
struct Method<'a> {
    operation: &'a str,
    authorization: Authorization,
    integration: &'a str,
}

impl Plan {
    /// Reads one from a file.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, PlanError> {
        let path = path.as_ref();
        let json = fs::read_to_string(path).map_err(|source| PlanError::Read { path: path.to_owned(), source })?;
        json.parse()
    }

    /// An output's value; `None` if there is none, or it is not known yet.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&Value> {
        self.outputs.get(name)
    }

    /// The environment of an operation's function. `None` if the plan has no such function.
    #[must_use]
    pub fn variables(&self, operation_id: &str) -> Option<&BTreeMap<String, String>> {
        self.variables.get(operation_id)
    }
}

impl std::str::FromStr for Plan {
    type Err = PlanError;

    fn from_str(json: &str) -> Result<Self, PlanError> {
        let document = serde_json::from_str(json).map_err(|error| PlanError::Shape(error.to_string()))?;
        let (all, outputs) = resources::read(&document)?;
        let api = all.one("aws_api_gateway_rest_api")?;
        let (id, execution_arn) = (api.text("id")?, api.text("execution_arn")?);
        let is_of_api = |resource: &Resource<'_>| resource.values["rest_api_id"] == id;
        let body = api.text("body")?;
        let document: Value = serde_json::from_str(body).map_err(|_| api.not("a body that is JSON"))?;
        let methods = methods(api, &document)?;
        let authorization = methods.first().map(|method| method.authorization).unwrap_or_default();
        if methods.iter().any(|method| method.authorization != authorization) {
            return Err(api.not("one authorization for all of its methods, which is what is understood"));
        }
        let policies = policies(&all, api, execution_arn)?;
        let stage = all.of("aws_api_gateway_stage").find(|stage| is_of_api(stage));
        let stage = stage
            .ok_or_else(|| PlanError::Not(format!("{} has no aws_api_gateway_stage", api.address)))?
            .text("stage_name")?;
        let settings =
            all.of("aws_api_gateway_method_settings").filter(|all| is_of_api(all) && all.values["stage_name"] == stage);
        let throttle = settings.map(throttles).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok(Self {
            execution_arn: execution_arn.to_owned(),
            stage: stage.to_owned(),
            authorization,
            policies,
            source: source(&all, api)?,
            throttle,
            roles: attached::to_roles(&all),
            outputs,
            variables: variables(&all, &methods)?,
        })
    }
}

fn methods<'a>(api: &Resource<'_>, document: &'a Value) -> Result<Vec<Method<'a>>, PlanError> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let methods = paths.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let read = |method: &'a Value| {
        let operation = method["operationId"].as_str()?;
        let authorization = match method["x-amazon-apigateway-auth"]["type"].as_str() {
            Some("AWS_IAM") => Authorization::AwsIam,
            Some("NONE") | None => Authorization::None,
            Some(other) => {
                return Some(Err(PlanError::Not(format!(
                    "{}: {operation} wants {other} of its callers: there are NONE and AWS_IAM",
                    api.address
                ))));
            }
        };
        let integration = method["x-amazon-apigateway-integration"]["uri"].as_str().unwrap_or_default();
        Some(Ok(Method { operation, authorization, integration }))
    };
    methods.filter_map(|(_, method)| read(method)).collect()
}

fn policies(all: &Resources<'_>, api: &Resource<'_>, execution_arn: &str) -> Result<Policies, PlanError> {
    let of_api =
        all.of("aws_api_gateway_rest_api_policy").find(|policy| policy.values["rest_api_id"] == api.values["id"]);
    let (its, text) = match of_api {
        Some(policy) => (policy, policy.text("policy")?),
        None => (api, api.text("policy")?),
    };
    let parse = |of: &Resource<'_>, kind, name: &str, text| {
        Policy::parse(kind, name, text).map_err(|source| PlanError::Policy { address: of.address.to_owned(), source })
    };
    let mut policies =
        Policies::new(parse(its, Kind::Resource { api: execution_arn }, "the API's resource policy", text)?);
    for endpoint in all.endpoints() {
        // One that is not known yet is nobody's way to an API that is.
        let Ok(id) = endpoint.text("id") else { continue };
        let own =
            all.of("aws_vpc_endpoint_policy").find(|policy| policy.values["vpc_endpoint_id"] == id).unwrap_or(endpoint);
        // Without one, an endpoint lets everything through.
        if let Some(text) = own.optional_text("policy")?.filter(|text| !text.is_empty()) {
            policies = policies.with_endpoint(id, parse(own, Kind::Endpoint, &format!("the policy of {id}"), text)?);
        }
    }
    Ok(policies)
}

/// Through the API's own endpoint.
fn source(all: &Resources<'_>, api: &Resource<'_>) -> Result<Source, PlanError> {
    let name = "endpoint_configuration";
    let (configuration, unknown) = (&api.values[name][0], &api.unknown[name]);
    if *unknown == true
        || !matches!(unknown[0]["vpc_endpoint_ids"], Value::Null | Value::Bool(false))
            && configuration["vpc_endpoint_ids"][0].is_null()
    {
        return Err(PlanError::Unknown(format!("{}: {name}", api.address)));
    }
    if !configuration["types"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "PRIVATE")) {
        return Err(api.not("the endpoint type PRIVATE"));
    }
    // An API need not be associated with an endpoint to be called through it.
    let vpce = configuration["vpc_endpoint_ids"][0].as_str().or_else(|| all.endpoints().next()?.values["id"].as_str());
    let vpc = all.endpoints().find(|endpoint| endpoint.values["id"].as_str() == vpce);
    let vpc = vpc.and_then(|endpoint| endpoint.values["vpc_id"].as_str());
    Ok(Source { vpce: vpce.map(str::to_owned), vpc: vpc.map(str::to_owned), ip: None })
}

/// Of the method that the path names: `*/*`, or `PATH/METHOD` without a slash at its beginning. -1 is no limit.
fn throttles(settings: &Resource<'_>) -> Result<Option<(String, f64, u32)>, PlanError> {
    let path = settings.text("method_path")?;
    let of = &settings.values["settings"][0];
    let number = |name: &str| of[name].as_f64().filter(|number| *number >= 0.0);
    let (Some(rate), Some(burst)) = (number("throttling_rate_limit"), number("throttling_burst_limit")) else {
        return Ok(None);
    };
    if path != "*/*" && path.contains('*') {
        return Err(PlanError::Not(format!(
            "{}: the method path {path} is not understood: there are */* and PATH/METHOD",
            settings.address
        )));
    }
    Ok(Some((path.to_owned(), rate, burst as u32)))
}

fn variables(
    all: &Resources<'_>,
    methods: &[Method<'_>],
) -> Result<BTreeMap<String, BTreeMap<String, String>>, PlanError> {
    let functions: Vec<_> = all.of("aws_lambda_function").collect();
    let mut found = BTreeMap::new();
    for method in methods {
        let its = functions.iter().find(|function| function.values["invoke_arn"] == method.integration);
        if let Some(function) = its {
            found.insert(method.operation.to_owned(), environment(function)?);
        }
    }
    Ok(found)
}

fn environment(function: &Resource<'_>) -> Result<BTreeMap<String, String>, PlanError> {
    let unknown = &function.unknown["environment"];
    let of_it = &unknown[0]["variables"];
    let unknown = [unknown, of_it].contains(&&Value::Bool(true)).then(|| "all of them".to_owned());
    let one = || of_it.as_object()?.iter().find(|(_, is)| **is == true).map(|(name, _)| name.clone());
    if let Some(name) = unknown.or_else(one) {
        return Err(PlanError::Unknown(format!("{}: environment.variables: {name}", function.address)));
    }
    let variables = function.values["environment"][0]["variables"].as_object().into_iter().flatten();
    Ok(variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect())
}
