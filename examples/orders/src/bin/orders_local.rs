//! `orders-local`: the whole orders API on this machine.

use std::process::ExitCode;

use orders::{
    local::{OrderFunctions, definition},
    server::Api,
};
use private_api_gateway::Program;

#[tokio::main]
async fn main() -> ExitCode {
    let program = Program {
        definition: definition(),
        version: env!("CARGO_PKG_VERSION"),
        about: "The whole orders API on 127.0.0.1: gateway, functions and database in one process.",
        api: "The orders API",
        items: "orders",
        log: "warn,orders=info",
        examples: |url| format!("  curl -s '{url}/order?customerId=7'"),
    };
    program.run(|client, table| OrderFunctions(Api::new(client.clone(), table))).await
}
