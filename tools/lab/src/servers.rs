//! The servers inside the namespaces, each a process of its own.

mod endpoint_address;
mod private_link;
mod wire_faults;

use private_api_storage::Database;
use tokio::net::TcpListener;

pub use self::wire_faults::Wire;
use crate::{
    lab::{DYNAMODB_PORT, Lab},
    namespaces::{
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
            Ok(private_api_storage::serve(listener, Database::memory("lab")?).await?)
        }
        GATEWAY => private_link::serve(lab).await,
        _ => endpoint_address::serve(lab, role).await,
    }
}
