//! The operations, a file each.

mod create;
mod delete;
mod get;
mod history;
mod list;
mod update;

use claims_api_types::{ClaimStatus, Operation};
use private_api_lambda::{Reply, Request};

use crate::{Api, Failure, request};

pub(crate) async fn run(api: &Api, operation: Operation, call: &Request) -> Result<Reply, Failure> {
    request::record(api, call);
    // A new claim is pending; an update says in its body what it sets.
    let into = (operation == Operation::CreateClaim).then_some(ClaimStatus::Pending);
    api.may(operation, call, into.as_ref())?;
    match operation {
        Operation::CreateClaim => create::run(api, call).await,
        Operation::ListClaims => list::run(api, call).await,
        Operation::GetClaim => get::run(api, call).await,
        Operation::UpdateClaim => update::run(api, call).await,
        Operation::DeleteClaim => delete::run(api, call).await,
        Operation::ListClaimHistory => history::run(api, call).await,
    }
}
