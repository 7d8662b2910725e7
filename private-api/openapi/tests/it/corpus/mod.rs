//! Small APIs of our own, described by utoipa in the ways in which public documents are written. Each stands for a style, named in
//! its file; none is a copy.

#![allow(dead_code, reason = "described, never called")]

mod containers;
mod embeddings;
mod graph;
mod measurements;
mod registry;
mod tenants;
mod threads;
mod trains;
mod uploads;

use std::collections::BTreeMap;

use private_api_openapi::lower::{Authorization, Options};
use serde_json::{Value, json};

/// A document, what it is lowered with, and what stands in its way.
pub struct Api {
    pub name: &'static str,
    pub document: Value,
    pub authorization: BTreeMap<String, Authorization>,
    /// Place and rule of every refusal, with models and as a template.
    pub refused: &'static [(&'static str, &'static str)],
    /// The same without models.
    pub refused_without_models: &'static [(&'static str, &'static str)],
}

impl Api {
    pub fn options(&self, models: bool) -> Options {
        let mut options = Options::default();
        (options.models, options.template) = (models, true);
        options.authorization.clone_from(&self.authorization);
        options
    }

    pub fn refused(&self, models: bool) -> &'static [(&'static str, &'static str)] {
        if models { self.refused } else { self.refused_without_models }
    }
}

fn api<T: utoipa::OpenApi>(name: &'static str) -> Api {
    Api {
        name,
        document: serde_json::to_value(T::openapi()).unwrap(),
        authorization: BTreeMap::new(),
        refused: &[],
        refused_without_models: &[],
    }
}

/// A Lambda authorizer as API Gateway reads it.
pub fn authorizer(header: &str) -> Authorization {
    Authorization::Authorizer(json!({
        "type": "apiKey",
        "name": header,
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "${authorizer_invoke_arn}"},
    }))
}

pub fn all() -> Vec<Api> {
    vec![
        containers::api(),
        embeddings::api(),
        graph::api(),
        measurements::api(),
        registry::api(),
        tenants::api(),
        threads::api(),
        trains::api(),
        uploads::api(),
    ]
}
