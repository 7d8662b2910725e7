//! Events from the gateway.

use std::sync::OnceLock;

use claims_api_types::Operation;
use claims_server::{Api, History, Store};
use lambda_http::{LambdaEvent, aws_lambda_events::apigw::ApiGatewayProxyRequest};
use private_api_storage::Database;
use serde_json::Value;
use tokio::runtime::Runtime;

/// Whatever the gateway may be made to send, each operation's function answers, and never with a 5xx.
pub fn event(data: &[u8]) {
    static API: OnceLock<(Runtime, Api)> = OnceLock::new();
    // What is no event at all, the Lambda runtime refuses before it gets to us.
    let Ok(event) = serde_json::from_slice::<ApiGatewayProxyRequest>(data) else { return };
    let (runtime, api) = API.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let claims = claims_local::definition();
        let client = runtime.block_on(Database::memory("fuzz").unwrap().client(&claims.table, claims.sdk)).unwrap();
        // No claim here has a history, whichever table is asked for it.
        let history = History::new(client.clone(), &claims.table.name);
        (runtime, Api::new(Store::new(client, claims.table.name)).with_history(history))
    });
    for &operation in Operation::ALL {
        let event = LambdaEvent::new(event.clone(), lambda_http::Context::default());
        let Ok(answer) = runtime.block_on(api.invoke(operation, event));
        let answer = serde_json::to_value(&answer).unwrap();
        let status = answer["statusCode"].as_u64().unwrap();
        assert!((200..500).contains(&status), "{operation} answered {status}");
        if status >= 400 {
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            assert_eq!(body["status"], status, "a problem says its status");
        }
    }
}
