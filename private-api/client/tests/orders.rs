//! Another team's API on this crate: orders. What follows from an operation's row, and words that are the API's own.
#![allow(clippy::unwrap_used)]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use private_api_client::{
    Api, Call, Client, ClientBuilder, Conditional, Endpoint, Mode, Page, Probe, Read, RetryPolicy, Sent, Write,
    contract::{Method, NextToken, Operation, Problem, ProblemCode, StandardCode, Version, open_enum},
};
use serde::{Deserialize, Serialize};

open_enum! {
    /// What may go wrong with orders.
    pub enum Code {
        /// 404
        NotFound = "order_not_found",
        /// 409, and no other API's.
        SoldOut = "sold_out",
        /// The rest.
        Internal = "internal",
    }
}

impl ProblemCode for Code {
    const TYPE_PREFIX: &'static str = "urn:orders-api:problem:";

    fn standard(code: StandardCode) -> Self {
        if code == StandardCode::NotFound { Self::NotFound } else { Self::Internal }
    }

    fn status(&self) -> Option<u16> {
        if *self == Self::SoldOut { Some(409) } else { self.as_standard().map(StandardCode::status) }
    }

    fn title(&self) -> &'static str {
        "Something is wrong with the order"
    }
}

static LIST: Operation = Operation::read("listOrders", Method::Get, "/order");
static ADD: Operation = Operation::write("addOrder", Method::Post, "/order");
static SEARCH: Operation = Operation::read("searchOrders", Method::Post, "/search");
static CHANGE: Operation = Operation::write("changeItem", Method::Patch, "/order/{orderId}/item/{itemId}");

#[derive(Debug)]
struct Orders;

impl Api for Orders {
    type Code = Code;
    type Client = Client<Self>;
    const NAME: &'static str = "orders";
    const PACKAGE: &'static str = "orders-client";
    const VERSION: &'static str = "7.1.0";
    const VARIABLES: &'static str = "ORDERS_API";
    const COLLECTION: &'static str = "/order";
    const URL_OUTPUT: &'static str = "order_url";

    fn probe() -> Probe {
        let is_answer = |body: &[u8]| serde_json::from_slice::<OrderPage>(body).is_ok();
        Probe { operation: &LIST, query: &[], is_answer, answer: "list of orders" }
    }

    private_api_client::traces!("orders");
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderPage {
    orders: Vec<u32>,
    next: Option<NextToken>,
}

impl Page<Orders> for OrderPage {
    type Item = u32;

    fn next_token(&self) -> Option<&NextToken> {
        self.next.as_ref()
    }

    fn into_items(self) -> Vec<u32> {
        self.orders
    }
}

type Lines = Arc<Mutex<Vec<String>>>;

/// Answers the n-th request with the n-th of these, the last one for ever; keeps the request lines with the user agent.
async fn serve(answers: &'static [(u16, &'static str)]) -> (Endpoint<Orders>, Lines) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, lines) = (listener.local_addr().unwrap(), Lines::default());
    let log = lines.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let log = log.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let agent = request.headers()["user-agent"].to_str().unwrap().to_owned();
                let mut log = log.lock().unwrap();
                log.push(format!("{} {} {agent}", request.method(), request.uri()));
                let (status, body) = answers[(log.len() - 1).min(answers.len() - 1)];
                let answer = Response::builder().status(status).header("content-type", "application/json");
                let answer = answer.body(Full::new(Bytes::from_static(body.as_bytes())));
                std::future::ready(Ok::<_, Infallible>(answer.unwrap()))
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (Endpoint::url(format!("http://{address}/dev")), lines)
}

fn client(endpoint: Endpoint<Orders>) -> Client<Orders> {
    let retry = RetryPolicy::default().with_max_attempts(2).with_base_delay(Duration::ZERO);
    Client::builder().endpoint(endpoint).retry(retry).build().unwrap()
}

const BUSY: (u16, &str) = (503, "{}");

#[tokio::test]
async fn a_path_takes_its_parameters_and_the_agent_is_the_apis_own() {
    let (endpoint, lines) = serve(&[(200, "true")]).await;
    let client = client(endpoint);
    let change = |ids: &[&str]| -> Call<Orders, bool, Conditional> {
        ids.iter().fold(client.call(&CHANGE), |call, id| call.segment(id)).json(&1)
    };
    assert!(change(&["7", "a/b"]).await.unwrap());
    assert_eq!(*lines.lock().unwrap(), ["PATCH /dev/order/7/item/a%2Fb orders-client/7.1.0"]);
    for wrong in [&["7"][..], &["7", ".."], &["7", "8", "9"]] {
        let error = change(wrong).await.unwrap_err();
        assert_eq!((error.is_validation(), error.was_sent()), (true, Sent::No), "{wrong:?}");
    }
    assert_eq!(lines.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_repeated_follows_from_the_row() {
    let (endpoint, _) = serve(&[BUSY]).await;
    let client = client(endpoint);
    let search: Call<Orders, bool, Read> = client.call(&SEARCH);
    let error = search.await.unwrap_err();
    assert_eq!((error.attempts(), error.is_outcome_unknown()), (2, false), "a read, though it is a POST");

    let add: Call<Orders, bool, Write> = client.call(&ADD);
    let error = add.await.unwrap_err();
    assert_eq!((error.attempts(), error.is_outcome_unknown()), (1, true), "a POST without a key");

    let change: Call<Orders, bool, Conditional> = client.call(&CHANGE).segment(7).segment(8);
    let error = change.if_match(Version::FIRST).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_outcome_unknown()), (2, true), "a conditional PATCH");
}

#[tokio::test]
async fn a_code_that_only_this_api_has_is_told_by_code_and_status() {
    let (endpoint, _) =
        serve(&[(409, r#"{"type":"urn:orders-api:problem:sold_out","code":"sold_out","status":409}"#)]).await;
    let list: Call<Orders, OrderPage, Read> = client(endpoint).call(&LIST);
    let error = list.await.unwrap_err();
    assert_eq!((error.code(), error.status(), error.attempts()), (Some(&Code::SoldOut), Some(409), 1));
    assert!(!error.is_not_found() && !error.is_invalid_transition() && !error.is_unexpected_answer());
    assert_eq!(Problem::new(Code::SoldOut).r#type, "urn:orders-api:problem:sold_out");
}

#[tokio::test]
async fn a_list_streams_over_its_pages() {
    let (endpoint, lines) = serve(&[(200, r#"{"orders":[1,2],"next":"n"}"#), (200, r#"{"orders":[3]}"#)]).await;
    let list: Call<Orders, OrderPage, Read> = client(endpoint).call(&LIST).query("of", "me");
    assert_eq!(list.into_stream(None).try_collect::<Vec<_>>().await.unwrap(), [1, 2, 3]);
    assert!(lines.lock().unwrap()[1].starts_with("GET /dev/order?of=me&nextToken=n "));
}

#[tokio::test]
async fn messages_and_variables_have_the_apis_own_words() {
    let error = Client::<Orders>::builder().build().unwrap_err();
    assert_eq!(error.to_string(), "the orders client cannot be built: no endpoint is set");
    let error = ClientBuilder::<Orders>::from_vars(|_| None).build().unwrap_err();
    assert!(error.to_string().contains("set ORDERS_API_URL, or ORDERS_API_MODE"), "{error}");
    let error = Client::builder().endpoint(Endpoint::<Orders>::url("http://x/dev/order")).build().unwrap_err();
    assert!(error.to_string().contains("not with /order"), "{error}");
    let output = r#"{"order_url":{"value":"http://x/dev/order?a=b"}}"#;
    assert!(Client::builder().endpoint(Endpoint::<Orders>::from_terraform_output(output, Mode::Url)).build().is_ok());

    let (endpoint, _) = serve(&[(200, "[]")]).await;
    let client = client(endpoint);
    let found = client.diagnose().await.to_string();
    assert!(found.contains("not the orders API") && found.contains("no list of orders"), "{found}");
    let error = client.call::<bool, Read>(&LIST).await.unwrap_err();
    assert!(error.to_string().starts_with("listOrders: the answer is not one of the orders API"), "{error}");
}
