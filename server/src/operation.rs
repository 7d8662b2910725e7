//! The operations, a file each.

mod create;
mod delete;
mod get;
mod list;
mod update;

use claims_api_types::{ClaimStatus, Operation};
use private_api_lambda::{Reply, Request};

use crate::{Api, Failure};

pub(crate) async fn run(api: &Api, operation: Operation, request: &Request) -> Result<Reply, Failure> {
    // A new claim is pending; an update says in its body what it sets.
    let into = (operation == Operation::CreateClaim).then_some(ClaimStatus::Pending);
    api.may(operation, request, into.as_ref())?;
    match operation {
        Operation::CreateClaim => create::run(api, request).await,
        Operation::ListClaims => list::run(api, request).await,
        Operation::GetClaim => get::run(api, request).await,
        Operation::UpdateClaim => update::run(api, request).await,
        Operation::DeleteClaim => delete::run(api, request).await,
    }
}
