//! The servers inside the namespaces, each a process of its own.

mod endpoint;
mod fault;
mod gateway;

use std::{net::SocketAddr, path::PathBuf};

pub use fault::Wire;
use private_api_storage::Database;
use tokio::net::TcpListener;

use crate::{
    lab::{DYNAMODB_PORT, Lab},
    network::Done,
};

#[derive(clap::Subcommand)]
pub enum Server {
    /// The embedded DynamoDB
    Dynamodb {
        #[arg(long)]
        lab: PathBuf,
    },
    /// API Gateway and the functions behind PrivateLink
    Gateway {
        #[arg(long)]
        lab: PathBuf,
    },
    /// One zone's address of an execute-api interface endpoint
    Endpoint {
        #[arg(long)]
        lab: PathBuf,
        #[arg(long)]
        gateway: SocketAddr,
        #[arg(long)]
        name: String,
    },
}

/// Serves until the process is ended. Says `ready` when it does.
pub async fn run(server: Server) -> Done {
    match server {
        Server::Dynamodb { lab } => {
            let lab = Lab::read(&lab)?;
            let listener = TcpListener::bind((lab.addresses.dynamodb, DYNAMODB_PORT)).await?;
            println!("ready");
            Ok(private_api_storage::serve(listener, Database::memory("lab")?).await?)
        }
        Server::Gateway { lab } => gateway::serve(Lab::read(&lab)?).await,
        Server::Endpoint { lab, gateway, name } => endpoint::serve(&Lab::read(&lab)?, gateway, &name).await,
    }
}
