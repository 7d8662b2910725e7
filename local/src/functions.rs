//! The functions of the claims API, as the gateway invokes them.

use std::fmt::Display;

use aws_sdk_dynamodb::Client;
use claims_api_types::Operation;
use claims_server::{Api, History, Recorder, Store};
use private_api_gateway::{FunctionError, Functions};
use serde_json::Value;

use crate::definition::history_table;

/// The claims API's functions: the same entry as in Lambda.
#[derive(Clone, Debug)]
pub struct ClaimsFunctions {
    api: Api,
    recorder: Recorder,
}

impl ClaimsFunctions {
    /// The functions over this table of claims, and the history's beside it.
    #[must_use]
    pub fn new(client: &Client, table: &str) -> Self {
        let history = History::new(client.clone(), history_table(table));
        let api = Api::new(Store::new(client.clone(), table)).with_history(history.clone());
        Self { api, recorder: Recorder::new(history, 0) }
    }

    /// With other settings of the API.
    #[must_use]
    pub fn with(self, settings: impl FnOnce(Api) -> Api) -> Self {
        Self { api: settings(self.api), ..self }
    }

    /// Entries of the history expire after so many days; 0 (the default) is never.
    #[must_use]
    pub fn with_history_days(self, days: u32) -> Self {
        Self { recorder: self.recorder.with_days(days), ..self }
    }
}

impl Functions for ClaimsFunctions {
    async fn invoke(&self, operation_id: &str, event: Value, _: &str) -> Result<Value, FunctionError> {
        let event = event.to_string();
        // Without a deadline: the gateway has its own limit.
        let answer = if operation_id == Operation::RECORDER {
            self.recorder.record(event.as_bytes(), None).await
        } else {
            let operation: Operation = operation_id.parse().map_err(error)?;
            self.api.answer(operation, event.as_bytes(), None).await
        };
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
