//! Endpoints from the environment and from Terraform.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Endpoint, Mode};
use crate::Api;

impl<A: Api> Endpoint<A> {
    /// Reads the endpoint from the environment.
    ///
    /// Each name begins with the API's own [`VARIABLES`](Api::VARIABLES).
    ///
    /// | variable | |
    /// |---|---|
    /// | `…_URL` | any base URL with its stage; wins over the mode when that is unset or `url` |
    /// | `…_MODE` | `private-dns`, `alias`, `vpce-host`, `vpce-header`, `vpce-resolve` or `url` |
    /// | `…_ID`, `…_STAGE` | the REST API's id and its stage |
    /// | `…_REGION` | else `AWS_REGION` |
    /// | `…_VPCE_ID` | `alias` only |
    /// | `…_VPCE_DNS` | `vpce-host`, `vpce-header` and `vpce-resolve` only |
    /// | `…_AUTHORIZATION` | `NONE`, or `AWS_IAM`: requests have to be signed |
    ///
    /// What is missing or wrong is said by [`ClientBuilder::build`](crate::ClientBuilder::build).
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), with the variables' values from anywhere, such as one map of Terraform's
    /// `client_environment` output.
    #[must_use]
    pub fn from_vars(vars: impl Fn(&str) -> Option<String>) -> Self {
        let own = |name: &str| format!("{}_{name}", A::VARIABLES);
        let var = |name: &str| vars(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let url = var(&own("URL"));
        let mode = match var(&own("MODE")).map(|m| m.parse::<Mode>()) {
            None if url.is_some() => Mode::Url,
            None => {
                return Self::unreadable(vec![format!(
                    "the environment names no API: set {}, or {} with {}, {} and {}",
                    own("URL"),
                    own("MODE"),
                    own("ID"),
                    own("REGION"),
                    own("STAGE")
                )]);
            }
            Some(Ok(mode)) => mode,
            Some(Err(e)) => return Self::unreadable(vec![format!("{} {e}", own("MODE"))]),
        };

        let mut mistakes = Vec::new();
        let mut required = |name: &str, value: Option<String>| {
            value.unwrap_or_else(|| {
                mistakes.push(format!("{name} is not set, and the mode {mode} needs it"));
                String::new()
            })
        };
        let mut required_own = |name: &str| required(&own(name), var(&own(name)));
        let region = var(&own("REGION")).or_else(|| var("AWS_REGION"));
        let mut endpoint = if mode == Mode::Url {
            Self { region, ..Self::url(required_own("URL")) }
        } else {
            let vpce = match mode {
                Mode::Alias => required_own("VPCE_ID"),
                Mode::PrivateDns | Mode::Url => String::new(),
                Mode::VpceHost | Mode::VpceHeader | Mode::VpceResolve => required_own("VPCE_DNS"),
            };
            let api_id = required_own("ID");
            let region = required(&format!("{} (or AWS_REGION)", own("REGION")), region);
            Self::api(mode, api_id, region, required(&own("STAGE"), var(&own("STAGE"))), vpce)
        };
        if mode != Mode::Url && url.is_some() {
            mistakes.push(format!(
                "{} and {}={mode} contradict each other: unset one of them",
                own("URL"),
                own("MODE")
            ));
        }
        endpoint.signed = var(&own("AUTHORIZATION")).and_then(|a| signed(&a, &mut mistakes));
        endpoint.mistakes = mistakes;
        endpoint
    }

    /// Reads the endpoint from what `terraform output -json` prints, to be used in `mode`.
    ///
    /// Uses the outputs `rest_api_id`, `region`, `stage`, `execute_api_endpoint` (mode `alias`),
    /// `execute_api_endpoint_dns_name` (the `vpce-…` modes), [`URL_OUTPUT`](Api::URL_OUTPUT) (mode `url`) and `authorization`.
    #[must_use]
    pub fn from_terraform_output(json: &str, mode: Mode) -> Self {
        #[derive(Deserialize)]
        struct Output {
            value: serde_json::Value,
        }
        let outputs: HashMap<String, Output> = match serde_json::from_str(json) {
            Ok(outputs) => outputs,
            Err(e) => {
                // Outputs may be secrets: only the position is told.
                let (line, column) = (e.line(), e.column());
                return Self::unreadable(vec![format!(
                    "this is not what `terraform output -json` prints (line {line}, column {column})"
                )]);
            }
        };
        let mut mistakes = Vec::new();
        let mut output = |name: &str| match outputs.get(name).and_then(|o| o.value.as_str()).filter(|v| !v.is_empty()) {
            Some(value) => value.to_owned(),
            None => {
                mistakes.push(format!("the Terraform output {name} is missing, and the mode {mode} needs it"));
                String::new()
            }
        };
        let mut endpoint = if mode == Mode::Url {
            let url = output(A::URL_OUTPUT);
            let region = outputs.get("region").and_then(|o| o.value.as_str()).map(str::to_owned);
            Self { region, ..Self::url(url.split('?').next().unwrap_or_default().trim_end_matches(A::COLLECTION)) }
        } else {
            let vpce = match mode {
                Mode::Alias => output("execute_api_endpoint"),
                Mode::PrivateDns | Mode::Url => String::new(),
                Mode::VpceHost | Mode::VpceHeader | Mode::VpceResolve => output("execute_api_endpoint_dns_name"),
            };
            Self::api(mode, output("rest_api_id"), output("region"), output("stage"), vpce)
        };
        endpoint.signed = outputs
            .get("authorization")
            .and_then(|o| o.value.as_str())
            .and_then(|authorization| signed(authorization, &mut mistakes));
        endpoint.mistakes = mistakes;
        endpoint
    }
}

fn signed(authorization: &str, mistakes: &mut Vec<String>) -> Option<bool> {
    match authorization {
        "NONE" => Some(false),
        "AWS_IAM" => Some(true),
        _ => {
            mistakes.push("the authorization has to be NONE or AWS_IAM".to_owned());
            None
        }
    }
}
