//! The client and the local API: exactly once, no lost updates, pages, strict requests.

use std::time::Duration;

use futures_util::TryStreamExt;
use orders::{
    Code, CustomerId, Endpoint, IdempotencyKey, NewOrder, OrderId, OrderUpdate, OrdersClient, PageLimit, RetryPolicy,
    Version, local,
};
use private_api_client::Verdict;
use private_api_gateway::{Fault, LocalApi};

async fn start() -> (LocalApi, OrdersClient) {
    let api = local::start().await.unwrap();
    let client = OrdersClient::builder()
        .endpoint(Endpoint::url(api.url()))
        .retry(RetryPolicy::default().with_base_delay(Duration::ZERO))
        .build()
        .unwrap();
    (api, client)
}

fn customer(name: &str) -> CustomerId {
    name.parse().unwrap()
}

fn umbrellas(number: u64) -> NewOrder {
    NewOrder::new("umbrella".parse().unwrap(), number)
}

fn noted(number: u64, note: &str) -> NewOrder {
    let mut order = umbrellas(number);
    order.note = Some(note.parse().unwrap());
    order
}

fn now(number: u64) -> OrderUpdate {
    OrderUpdate::new(number)
}

#[tokio::test]
async fn an_order_is_made_once_whatever_gets_lost() {
    let (api, client) = start().await;
    let customer = customer("7");
    for (n, fault) in
        [Fault::ResetBefore, Fault::ResetAfter, Fault::StorageAnswerLost, Fault::StorageThrottled, Fault::Status(502)]
            .into_iter()
            .enumerate()
    {
        api.inject(fault.clone());
        let order = client.create(&customer, &noted(2, "blue")).await.unwrap();
        assert_eq!((order.quantity, order.version), (2, Version::FIRST));
        assert_eq!(client.get(&customer, order.order_id).await.unwrap(), order, "{fault:?}");
        assert_eq!(client.list(&customer).await.unwrap().orders.len(), n + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_key_names_one_order() {
    let (_api, client) = start().await;
    let (customer, key) = (customer("7"), IdempotencyKey::mint());
    let made = client.create(&customer, &umbrellas(2)).with_idempotency_key(key).answered().await.unwrap();
    assert_eq!((made.status, made.value.order_id), (201, OrderId::from(key)));
    let again = client.create(&customer, &umbrellas(2)).with_idempotency_key(key).answered().await.unwrap();
    assert_eq!((again.status, again.value), (200, made.value));
    for other in [umbrellas(3), noted(2, "")] {
        let error = client.create(&customer, &other).with_idempotency_key(key).await.unwrap_err();
        assert_eq!(error.code(), Some(&Code::KeyReused));
    }
}

#[tokio::test]
async fn no_update_is_lost_and_none_happens_twice() {
    let (api, client) = start().await;
    let customer = customer("7");
    let order = client.create(&customer, &noted(2, "blue")).await.unwrap();
    let id = order.order_id;

    // Applied, its answer lost at the gateway or behind the function: the repeat tells the same.
    for (n, fault) in [Fault::ResetAfter, Fault::StorageAnswerLost].into_iter().enumerate() {
        api.inject(fault);
        let version = Version::new(n as u64 + 1).unwrap();
        let updated = client.update(&customer, id, &now(10 + n as u64)).if_match(version).await.unwrap();
        assert_eq!((updated.version.get(), updated.quantity), (n as u64 + 2, 10 + n as u64));
        assert_eq!(updated.note, order.note, "what an update leaves out stays");
    }
    let stale = client.update(&customer, id, &now(1)).if_match(Version::FIRST).await.unwrap_err();
    assert!(stale.is_version_mismatch() && stale.to_string().contains("version 3"), "{stale}");
    let unseen = client.update(&customer, id, &now(1)).await.unwrap_err();
    let fields: Vec<_> = unseen.problem().unwrap().errors.iter().map(|e| e.field.as_str()).collect();
    assert_eq!((unseen.status(), &*fields), (Some(400), &["If-Match"][..]));

    let nobodys = client.get(&self::customer("8"), id).await.unwrap_err();
    assert!(nobodys.is_not_found());
}

#[tokio::test]
async fn a_list_has_every_order_of_its_customer_once_and_newest_first() {
    let (_api, client) = start().await;
    let customer = customer("7");
    client.create(&self::customer("8"), &umbrellas(9)).await.unwrap();
    let mut made = Vec::new();
    for number in 1..=5 {
        made.push(client.create(&customer, &umbrellas(number)).await.unwrap());
    }
    made.reverse();
    let two = PageLimit::new(2).unwrap().to_string();
    let listed: Vec<_> = client.list(&customer).query("limit", &two).into_stream(None).try_collect().await.unwrap();
    assert_eq!(listed, made);
    let wrong = client.list(&customer).query("nextToken", "7").query("limit", "0").await.unwrap_err();
    assert_eq!(wrong.problem().unwrap().errors.len(), 2);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_nothing_personal_is_in_debug() {
    use private_api_contract::validate::Findings;
    let mut findings = Findings::new();
    let body = br#"{"item": "", "quantity": 1001, "note": 7, "colour": "blue"}"#;
    assert!(NewOrder::read(&mut findings, body).is_none());
    let problem: orders::Problem = findings.into_problem();
    let found: Vec<_> = problem.errors.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect();
    let expected =
        [("item", "out_of_range"), ("quantity", "out_of_range"), ("note", "wrong_type"), ("colour", "unknown_field")];
    assert_eq!(found, expected);

    let (_api, client) = start().await;
    let order = client.create(&customer("secret-7"), &umbrellas(7)).await.unwrap();
    assert!(!format!("{order:?} {:?}", umbrellas(7)).contains("umbrella"));
    assert!(!format!("{order:?}").contains("secret"));
    assert!(client.diagnose().await.verdict == Verdict::Works);
}
