//! The four paths of the Runtime API.

use std::{convert::Infallible, sync::Arc, time::SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{Mutex, Notify, mpsc},
    task::JoinSet,
};

use crate::{Answer, Event};

const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:function";
const TRACE: &str = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1";

#[derive(Clone)]
struct Invocations {
    events: Arc<Mutex<mpsc::UnboundedReceiver<Event>>>,
    answers: mpsc::UnboundedSender<Answer>,
    ready: Arc<Notify>,
}

/// Serves until it is aborted.
pub(crate) async fn serve(
    listener: TcpListener,
    events: mpsc::UnboundedReceiver<Event>,
    answers: mpsc::UnboundedSender<Answer>,
    ready: Arc<Notify>,
) {
    let invocations = Invocations { events: Arc::new(Mutex::new(events)), answers, ready };
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // Else an answer waits for the function's acknowledgement of its head.
        let _ = stream.set_nodelay(true);
        let invocations = invocations.clone();
        let service = service_fn(move |request| answer(request, invocations.clone()));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(request: Request<Incoming>, invocations: Invocations) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let post = request.method() == Method::POST;
    let step = path.strip_prefix("/2018-06-01/runtime/").unwrap_or_default();
    if step == "invocation/next" && !post {
        return Ok(next(&invocations).await);
    }
    let of_this_invocation = step.strip_prefix("invocation/").and_then(|rest| rest.strip_prefix(REQUEST_ID));
    let wrap = match (of_this_invocation, step) {
        (Some("/response"), _) if post => Answer::Response,
        (Some("/error"), _) | (None, "init/error") if post => Answer::Error,
        _ => return Ok(status(StatusCode::NOT_FOUND)),
    };
    // A function that dies in the middle of its answer has not answered.
    let Ok(body) = request.into_body().collect().await else { return Ok(status(StatusCode::BAD_REQUEST)) };
    let _ = invocations.answers.send(wrap(body.to_bytes()));
    Ok(status(StatusCode::ACCEPTED))
}

/// Waits for an event, however long, as Lambda does.
async fn next(invocations: &Invocations) -> Response<Full<Bytes>> {
    invocations.ready.notify_one();
    let Some(event) = invocations.events.lock().await.recv().await else { return std::future::pending().await };
    let deadline = (SystemTime::now() + event.limit).duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut response = Response::new(Full::new(event.json));
    response.headers_mut().insert("lambda-runtime-deadline-ms", (deadline.as_millis() as u64).into());
    for (name, value) in [
        ("lambda-runtime-aws-request-id", REQUEST_ID),
        ("lambda-runtime-invoked-function-arn", FUNCTION),
        ("lambda-runtime-trace-id", TRACE),
    ] {
        response.headers_mut().insert(name, hyper::header::HeaderValue::from_static(value));
    }
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
