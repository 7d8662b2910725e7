//! The functions of the claims API, as the gateway invokes them.

use std::fmt::Display;

use claims_api_types::Operation;
use claims_server::Api;
use lambda_http::{Context, LambdaEvent};
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
        let event = LambdaEvent::new(serde_json::from_value(event).map_err(error)?, Context::default());
        let Ok(answer) = self.0.invoke(operation, event).await;
        serde_json::to_value(answer).map_err(error)
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
