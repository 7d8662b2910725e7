//! The servers inside the namespaces, each a process of its own.

mod endpoint;
mod fault;
mod gateway;

use tokio::net::TcpListener;

pub use self::fault::Wire;
use crate::{
    lab::{DYNAMODB_PORT, Lab},
    network::{
        Done,
        topology::{DYNAMODB, GATEWAY},
    },
};

/// Serves what stands at the role's place until the process is ended. Says `ready` when it does.
pub async fn run(lab: &Lab, role: &str) -> Done {
    match role {
        DYNAMODB => {
            let listener = TcpListener::bind((lab.addresses.dynamodb, DYNAMODB_PORT)).await?;
            println!("ready");
            Ok(claims_local::serve_dynamodb(listener).await?)
        }
        GATEWAY => gateway::serve(lab).await,
        _ => endpoint::serve(lab, role).await,
    }
}
