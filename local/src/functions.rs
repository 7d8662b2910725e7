//! The functions of the claims API, as the gateway invokes them.

use std::fmt::Display;

use claims_api_types::Operation;
use claims_server::Api;
use private_api_gateway::{FunctionError, Functions};
use serde_json::Value;

/// The claims API's functions: the same entry as in Lambda.
#[derive(Clone, Debug)]
pub struct ClaimsFunctions(Api);

impl From<Api> for ClaimsFunctions {
    fn from(api: Api) -> Self {
        Self(api)
    }
}

impl Functions for ClaimsFunctions {
    async fn invoke(&self, operation_id: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        let operation: Operation = operation_id.parse().map_err(error)?;
        // Without a deadline: the gateway has its own limit.
        let answer = self.0.answer(operation, event.to_string().as_bytes(), None).await;
        serde_json::from_str(&answer.json).map_err(error)
    }
}

fn error(cause: impl Display) -> FunctionError {
    FunctionError(cause.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_operation_of_the_import_document_has_its_function() {
        let document: Value = serde_json::from_str(claims_openapi::CLAIMS_APIGATEWAY_JSON).unwrap();
        let methods =
            document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
        let ids: Vec<_> = methods.filter_map(|method| method["operationId"].as_str()).collect();
        assert_eq!(ids.len(), Operation::ALL.len(), "{ids:?}");
        for id in ids {
            assert_eq!(id.parse::<Operation>().unwrap().id(), id);
        }
    }
}
