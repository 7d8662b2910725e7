//! `claims-local`: the whole claims API on this machine.

use std::process::ExitCode;

use claims_local::{ClaimsFunctions, definition};
use claims_server::{Api, Store};
use private_api_gateway::Program;

#[tokio::main]
async fn main() -> ExitCode {
    let program = Program {
        definition: definition(),
        version: env!("CARGO_PKG_VERSION"),
        about: "The whole claims API on 127.0.0.1: gateway, functions and database in one process.",
        api: "The claims API",
        items: "claims",
        log: "warn,claims_server=info",
        examples,
    };
    program.run(|client, table| ClaimsFunctions::from(Api::new(Store::new(client.clone(), table)))).await
}

fn examples(url: &str) -> String {
    format!(
        "  curl -i -X POST '{url}/claim?memberId=123&policyId=123&memberName=JohnDoe' -H 'Content-Type: application/json' \\
    -d '{{\"policyType\":\"Health\",\"claimAmount\":500,\"description\":\"snow accident\",\"status\":\"pending\"}}'
  curl -s '{url}/claim?memberId=123'
  curl -i \"{url}/claim/$(curl -s '{url}/claim?memberId=123' | grep -o '[0-9a-f-]\\{{36\\}}' | head -n1)?memberId=123\""
    )
}
