//! Watches connections being made, for the attempt that waits for one and for what is known of addresses.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    dns::Health,
    phase::{Phase, Progress},
};

#[derive(Clone)]
pub(crate) struct Watch(pub Arc<Health>);

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, connector: S) -> Watched<S> {
        Watched(Arc::new((connector, self.0.clone())))
    }
}

/// Each request clones it, few make a connection: hence one `Arc`, and the connector is cloned when it is called.
pub(crate) struct Watched<S>(Arc<(S, Arc<Health>)>);

impl<S> Clone for Watched<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R> + Clone + Send + 'static,
    S::Response: Connection,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // Its clone is asked, once there is one.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: R) -> Self::Future {
        let attempt = Progress::current();
        if let Some(attempt) = &attempt {
            attempt.advance(Phase::Connect, Phase::Connect);
        }
        let (mut connector, health) = (self.0.0.clone(), self.0.1.clone());
        let mut connecting = Box::pin(async move {
            poll_fn(|cx| connector.poll_ready(cx)).await?;
            connector.call(to).await
        });
        Box::pin(poll_fn(move |cx| {
            if let Some(attempt) = &attempt {
                attempt.connecting();
            }
            let outcome = connecting.as_mut().poll(cx);
            if let Poll::Ready(Ok(connection)) = &outcome {
                let mut extras = http::Extensions::new();
                connection.connected().get_extras(&mut extras);
                let address = extras.get::<HttpInfo>().map(HttpInfo::remote_addr);
                if let Some(address) = address {
                    health.connected(address.ip());
                }
                if let Some(attempt) = &attempt {
                    attempt.connected(address);
                }
            }
            outcome
        }))
    }
}
