//! A local API that serves, until it is stopped.

use std::net::SocketAddr;

use private_api_storage::Storage;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    Builder, Definition, Functions,
    fault::{Fault, FaultQueues},
    handle::Gateway,
    serve,
    stream_function::Mapping,
};

/// A running API on 127.0.0.1. It stops when this is dropped.
#[derive(Debug)]
pub struct LocalApi {
    address: SocketAddr,
    stage: String,
    faults: FaultQueues,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    mapping: Option<Mapping>,
    _storage: Option<Storage>,
}

impl LocalApi {
    /// The API's id, where a private API's URL has one, unless a plan says another.
    pub const API_ID: &'static str = "local00000";
    /// The stage, the first segment of every path, unless a plan says another.
    pub const STAGE: &'static str = "dev";

    /// An API in memory on a free port, unless the builder is told otherwise.
    #[must_use]
    pub fn builder(definition: Definition) -> Builder {
        Builder::new(definition)
    }

    pub(crate) fn serving<F: Functions>(
        listener: TcpListener,
        address: SocketAddr,
        gateway: Gateway<F>,
        faults: FaultQueues,
        mapping: Option<Mapping>,
        storage: Option<Storage>,
    ) -> Self {
        let stage = gateway.api.stage.clone();
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve::serve(listener, gateway, stopped));
        Self { address, stage, faults, stop: Some(stop), server, mapping, _storage: storage }
    }

    /// The base URL with the stage, without a slash at its end: `http://127.0.0.1:9000/dev`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/{}", self.address, self.stage)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets something go wrong once, after the faults of its kind that are already waiting; see [`Fault`].
    pub fn inject(&self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// Stops: takes no new connections, lets running requests finish for as long as [`Limits::drain`](crate::Limits) allows, and
    /// closes the data file.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // Only a panic of the server ends up here as an error, and it has been reported by then.
        let _ = (&mut self.server).await;
        if let Some(mapping) = self.mapping.take() {
            mapping.stop().await;
        }
    }
}

impl Drop for LocalApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}
