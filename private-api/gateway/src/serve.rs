//! HTTP/1.1 on a listener, as private APIs speak it.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

use crate::{
    Functions,
    handle::{Gateway, Outcome},
    letters::Heads,
    limits::MAX_HEADER_LINES,
    own_answers::closing,
    stream::Caller,
};

/// Serves until `stop` resolves, then lets running requests finish, for as long as the limit allows. Dropping the future ends
/// everything at once.
pub(crate) async fn serve<F: Functions>(listener: TcpListener, gateway: Gateway<F>, stop: oneshot::Receiver<()>) {
    let limits = gateway.limits;
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    // A dropped sender is no wish to stop: the owner's drop ends this task itself, if not at this very moment.
    let stop = async {
        if stop.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of file descriptors, say: yield, so that connections may end.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let (reset, heads) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Heads::default())));
        let io = TokioIo::new(Caller::new(stream, heads.clone(), reset.clone(), limits.write));
        let (gateway, peer) = (gateway.clone(), peer.ip());
        let service = service_fn(move |request: Request<Incoming>| {
            let gateway = gateway.clone();
            let (heads, reset) = (heads.clone(), reset.clone());
            async move { respond(&gateway, request, &heads, peer, &reset).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle)
            .max_headers(MAX_HEADER_LINES)
            // Whoever has sent all that it wants to send still wants its answer.
            .half_close(true)
            .serve_connection(io, service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // A caller that goes away is its own affair.
            let _ = connection.await;
        });
    }
    drop(listener);
    // Whoever has not sent its whole request by then, or does not read its answer, is left.
    let _ = tokio::time::timeout(limits.drain, graceful.shutdown()).await;
    connections.shutdown().await;
}

async fn respond<F: Functions>(
    gateway: &Gateway<F>,
    request: Request<Incoming>,
    heads: &Mutex<Heads>,
    peer: IpAddr,
    reset: &AtomicBool,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let (letters, goes_on) = heads.lock().unwrap_or_else(PoisonError::into_inner).next();
    match gateway.handle(request, &letters, peer).await {
        Outcome::Answer(answer) => Ok(if goes_on { answer } else { closing(answer) }),
        Outcome::Reset => {
            reset.store(true, Ordering::Relaxed);
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;
    use crate::{FunctionError, docs::Docs, routes::Routes};

    #[derive(Clone)]
    struct None;

    impl Functions for None {
        async fn invoke(&self, operation_id: &str, _: Value, _: &str) -> Result<Value, FunctionError> {
            Err(FunctionError(format!("there is no {operation_id}")))
        }
    }

    /// Between the drop of a `LocalApi` and the end of its server, connections end: the loop goes round once more.
    #[tokio::test]
    async fn a_dropped_owner_does_not_make_the_server_panic() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gateway = Gateway {
            functions: None,
            routes: Routes::read(r#"{"paths": {}}"#).unwrap(),
            docs: Docs::read(r#"{"info": {"title": "Nothing"}}"#, "").unwrap(),
            faults: Default::default(),
            faults_by_header: false,
            door: Default::default(),
            events: Option::None,
            hints: Default::default(),
            api: Default::default(),
            sources: Default::default(),
            throttle: Option::None,
            integration_timeout: std::time::Duration::from_secs(29),
            limits: Default::default(),
        };
        let (owner, stop) = oneshot::channel();
        drop(owner);
        let server = tokio::spawn(serve(listener, gateway, stop));
        for _ in 0..3 {
            let mut caller = TcpStream::connect(address).await.unwrap();
            caller.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            caller.read_to_end(&mut answer).await.unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 403 "), "{}", String::from_utf8_lossy(&answer));
        }
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
    }
}
