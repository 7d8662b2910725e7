//! API Gateway's side of PrivateLink: it knows through which endpoint a call came, and whom the plan's policies let in.

use std::net::SocketAddr;

use claims_local::{LocalApi, Source};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{
    lab::{DYNAMODB_PORT, LINK_PORT, Lab},
    namespaces::{
        Done,
        resolvers::OTHER_ENDPOINT,
        topology::{OTHER, links},
    },
};

pub async fn serve(lab: &Lab) -> Done {
    let ours = start(lab, &lab.design.endpoint.id).await?;
    let others = start(lab, OTHER_ENDPOINT).await?;
    let mut served = Vec::new();
    for (role, address) in links() {
        let api = if role == OTHER { &others } else { &ours };
        served.push(link(TcpListener::bind((address, LINK_PORT)).await?, api.address()));
    }
    println!("ready");
    futures_util::future::try_join_all(served).await.map(drop)
}

/// The API as an endpoint's callers meet it.
async fn start(lab: &Lab, endpoint: &str) -> Done<LocalApi> {
    let dynamodb = format!("http://{}:{DYNAMODB_PORT}", lab.addresses.dynamodb);
    let source = Source { vpce: Some(endpoint.to_owned()), ..Source::default() };
    let api = LocalApi::builder().source(source).plan(lab.design.deployed()?)?;
    Ok(api.dynamodb_endpoint(dynamodb).table(lab.design.table.as_str()).start().await?)
}

/// Everything that comes through one address of one endpoint.
async fn link(listener: TcpListener, api: SocketAddr) -> Done {
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(mut api) = TcpStream::connect(api).await else { return };
            let _ = api.set_nodelay(true);
            // Either side may go away.
            let _ = copy_bidirectional(&mut stream, &mut api).await;
        });
    }
}
