//! `claims-local`: the whole claims API on this machine.

use std::{fs, path::PathBuf, process::ExitCode};

use claims_local::Callers;
use claims_local::{ClaimsFunctions, definition};
use claims_server::callers;
use private_api_gateway::{Plan, Program};

#[derive(clap::Args)]
struct Own {
    /// Who may do what, on which members, into which statuses: a JSON list, as the deployment's `callers`; whom it does not
    /// allow something gets a 403 [default: the plan's]
    #[arg(long, value_name = "FILE", requires = "credentials")]
    callers: Option<PathBuf>,

    /// Let through what the --callers do not allow, and log it
    #[arg(long, requires = "callers")]
    report_callers: bool,
}

impl Own {
    fn callers(self, plan: Option<&Plan>) -> Result<Option<Callers>, Box<dyn std::error::Error>> {
        let Some(file) = self.callers else {
            return Ok(plan
                .map(|plan| callers::of_functions(|operation| plan.variables(operation)))
                .transpose()?
                .flatten());
        };
        let json = fs::read_to_string(&file)
            .map_err(|error| format!("cannot read the callers in {}: {error}", file.display()))?;
        let callers = callers::checked(json.parse()?)?;
        Ok(Some(if self.report_callers { callers.reporting() } else { callers }))
    }
}

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
    program
        .run_with(|own: Own, plan| {
            let callers = own.callers(plan)?;
            Ok(|client: &aws_sdk_dynamodb::Client, table: &str| {
                let functions = ClaimsFunctions::new(client, table);
                match callers {
                    Some(callers) => functions.with(|api| api.with_callers(callers)),
                    None => functions,
                }
            })
        })
        .await
}

fn examples(url: &str) -> String {
    format!(
        "  curl -i -X POST '{url}/claim?memberId=123&policyId=123&memberName=JohnDoe' -H 'Content-Type: application/json' \\
    -d '{{\"policyType\":\"Health\",\"claimAmount\":500,\"description\":\"snow accident\",\"status\":\"pending\"}}'
  curl -s '{url}/claim?memberId=123'
  curl -i \"{url}/claim/$(curl -s '{url}/claim?memberId=123' | grep -o '[0-9a-f-]\\{{36\\}}' | head -n1)?memberId=123\""
    )
}
