//! The five operations, a file each.

mod create;
mod delete;
mod get;
mod list;
mod update;

use claims_api_types::Operation;

use crate::{Api, failure::Failure, reply::Reply, request::Request};

pub(crate) async fn run(api: &Api, operation: Operation, request: &Request) -> Result<Reply, Failure> {
    match operation {
        Operation::CreateClaim => create::run(api, request).await,
        Operation::ListClaims => list::run(api, request).await,
        Operation::GetClaim => get::run(api, request).await,
        Operation::UpdateClaim => update::run(api, request).await,
        Operation::DeleteClaim => delete::run(api, request).await,
    }
}
