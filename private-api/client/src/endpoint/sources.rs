//! Endpoints from the environment and from Terraform.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Endpoint, Mode};

impl Endpoint {
    /// Reads the endpoint from the environment.
    ///
    /// | variable | |
    /// |---|---|
    /// | `CLAIMS_API_URL` | any base URL with its stage; wins over the mode when that is unset or `url` |
    /// | `CLAIMS_API_MODE` | `private-dns`, `alias`, `vpce-host`, `vpce-header`, `vpce-resolve` or `url` |
    /// | `CLAIMS_API_ID`, `CLAIMS_API_STAGE` | the REST API's id and its stage |
    /// | `CLAIMS_API_REGION` | else `AWS_REGION` |
    /// | `CLAIMS_API_VPCE_ID` | `alias` only |
    /// | `CLAIMS_API_VPCE_DNS` | `vpce-host`, `vpce-header` and `vpce-resolve` only |
    /// | `CLAIMS_API_AUTHORIZATION` | `NONE`, or `AWS_IAM`: requests have to be signed |
    ///
    /// What is missing or wrong is said by [`ClientBuilder::build`](crate::ClientBuilder::build).
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), with the variables' values from anywhere, such as one map of Terraform's
    /// `client_environment` output.
    ///
    /// ```
    /// # use claims_client::{ClaimsClient, Endpoint};
    /// let settings = [("CLAIMS_API_URL", "http://127.0.0.1:9000/dev")];
    /// let endpoint = Endpoint::from_vars(|name| {
    ///     settings.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string())
    /// });
    /// assert!(ClaimsClient::builder().endpoint(endpoint).build().is_ok());
    /// ```
    #[must_use]
    pub fn from_vars(vars: impl Fn(&str) -> Option<String>) -> Self {
        let var = |name: &str| vars(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let url = var("CLAIMS_API_URL");
        let mode = match var("CLAIMS_API_MODE").map(|m| m.parse::<Mode>()) {
            None if url.is_some() => Mode::Url,
            None => {
                return Self::unreadable(vec![
                    "the environment names no API: set CLAIMS_API_URL, or CLAIMS_API_MODE with CLAIMS_API_ID, \
                     CLAIMS_API_REGION and CLAIMS_API_STAGE"
                        .to_owned(),
                ]);
            }
            Some(Ok(mode)) => mode,
            Some(Err(e)) => return Self::unreadable(vec![format!("CLAIMS_API_MODE {e}")]),
        };

        let mut mistakes = Vec::new();
        let mut required = |name: &str, value: Option<String>| {
            value.unwrap_or_else(|| {
                mistakes.push(format!("{name} is not set, and the mode {mode} needs it"));
                String::new()
            })
        };
        let region = var("CLAIMS_API_REGION").or_else(|| var("AWS_REGION"));
        let mut endpoint = if mode == Mode::Url {
            Self { region, ..Self::url(required("CLAIMS_API_URL", url.clone())) }
        } else {
            let vpce = match mode {
                Mode::Alias => required("CLAIMS_API_VPCE_ID", var("CLAIMS_API_VPCE_ID")),
                Mode::PrivateDns | Mode::Url => String::new(),
                Mode::VpceHost | Mode::VpceHeader | Mode::VpceResolve => {
                    required("CLAIMS_API_VPCE_DNS", var("CLAIMS_API_VPCE_DNS"))
                }
            };
            Self::api(
                mode,
                required("CLAIMS_API_ID", var("CLAIMS_API_ID")),
                required("CLAIMS_API_REGION (or AWS_REGION)", region),
                required("CLAIMS_API_STAGE", var("CLAIMS_API_STAGE")),
                vpce,
            )
        };
        if mode != Mode::Url && url.is_some() {
            mistakes
                .push(format!("CLAIMS_API_URL and CLAIMS_API_MODE={mode} contradict each other: unset one of them"));
        }
        endpoint.signed = var("CLAIMS_API_AUTHORIZATION").and_then(|a| signed(&a, &mut mistakes));
        endpoint.mistakes = mistakes;
        endpoint
    }

    /// Reads the endpoint from what `terraform output -json` prints, to be used in `mode`.
    ///
    /// Uses the outputs `rest_api_id`, `region`, `stage`, `execute_api_endpoint` (mode `alias`),
    /// `execute_api_endpoint_dns_name` (the `vpce-…` modes), `claim_url` (mode `url`) and `authorization`.
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
            let url = output("claim_url");
            let region = outputs.get("region").and_then(|o| o.value.as_str()).map(str::to_owned);
            Self { region, ..Self::url(url.split('?').next().unwrap_or_default().trim_end_matches("/claim")) }
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
