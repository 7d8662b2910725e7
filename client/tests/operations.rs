//! What each operation sends, and what it makes of the answer.
#![allow(clippy::unwrap_used)]

mod support;

use claims_client::{ClaimsClient, Endpoint, Sent, types::*};
use futures_util::TryStreamExt;
use support::*;

#[tokio::test]
async fn a_create_sends_nothing_personal_in_its_query_its_body_with_a_length_and_a_key() {
    let server = Server::start(|_, _| answer(201, claim(1))).await;
    let client = server.builder().app_id("billing/7").build().unwrap();
    let created = client.create_claim(new_claim()).await.unwrap();
    assert_eq!(created.claim_amount.cents(), 1999);

    let seen = &server.seen()[0];
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.target, "/dev/claim?memberId=123");
    let body = r#"{"policyId":"9","memberName":"Zoë O'Neil +1","policyType":"Health","claimAmount":19.99,"description":"snow accident"}"#;
    assert_eq!(&seen.body[..], body.as_bytes());
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("content-length"), Some(&*seen.body.len().to_string()));
    assert_eq!(seen.header("transfer-encoding"), None);
    assert_eq!(seen.header("user-agent"), Some(concat!("claims-client/", env!("CARGO_PKG_VERSION"), " app/billing/7")));
    let key: IdempotencyKey = seen.header("idempotency-key").unwrap().parse().unwrap();
    assert!(key.check_for_create(Timestamp::now()).is_ok());
}

#[tokio::test]
async fn two_creates_have_two_keys_and_a_given_key_is_the_one_sent() {
    let server = Server::start(|_, _| answer(201, claim(1))).await;
    let client = server.builder().build().unwrap();
    let key = IdempotencyKey::mint();
    client.create_claim(new_claim()).await.unwrap();
    client.create_claim(new_claim()).await.unwrap();
    client.create_claim(new_claim()).with_idempotency_key(key).await.unwrap();
    let keys: Vec<_> = server.seen().iter().map(|s| s.header("idempotency-key").unwrap().to_owned()).collect();
    assert_ne!(keys[0], keys[1]);
    assert_eq!(keys[2], key.to_string());
}

#[tokio::test]
async fn a_create_tells_what_it_made_from_what_was_there_and_how_often_it_was_sent() {
    let server = Server::start(|nth, _| match nth {
        0 => answer(201, claim(1)),
        1 => answer(429, "{}"),
        _ => answer(200, claim(7)),
    })
    .await;
    let client = server.builder().build().unwrap();
    let made = client.create_claim(new_claim()).answered().await.unwrap();
    assert_eq!((made.status, made.attempts), (201, 1));
    let there = client.create_claim(new_claim()).answered().await.unwrap();
    assert_eq!((there.status, there.attempts, there.value.version.get()), (200, 2, 7));
}

#[tokio::test]
async fn a_get_an_update_and_a_delete_address_the_claim_and_carry_their_condition() {
    let server = Server::start(|_, s| if s.method == "DELETE" { answer(204, "") } else { answer(200, claim(2)) }).await;
    let client = server.builder().build().unwrap();
    let first = Version::FIRST;
    assert_eq!(client.get_claim(&member(), id()).await.unwrap().version.get(), 2);
    client.update_claim(&member(), id(), update()).await.unwrap();
    client.update_claim(&member(), id(), update()).if_match(first).await.unwrap();
    client.delete_claim(&member(), id()).await.unwrap();
    client.delete_claim(&member(), id()).if_match(first).await.unwrap();

    let seen = server.seen();
    let target = format!("/dev/claim/{ID}?memberId=123");
    assert!(seen.iter().all(|s| s.target == target));
    let methods: Vec<_> = seen.iter().map(|s| &*s.method).collect();
    assert_eq!(methods, ["GET", "PUT", "PUT", "DELETE", "DELETE"]);
    let conditions: Vec<_> = seen.iter().map(|s| s.header("if-match")).collect();
    assert_eq!(conditions, [None, None, Some("\"1\""), None, Some("\"1\"")]);
    let keyed: Vec<_> = seen.iter().map(|s| s.header("idempotency-key").is_some()).collect();
    assert_eq!(keyed, [false, true, true, true, true], "every write carries a key");
    assert_eq!(
        &seen[1].body[..],
        br#"{"policyType":"Health","claimAmount":20,"description":"snow accident","status":"in_review"}"#
    );
    let connections: Vec<_> = seen.iter().map(|s| s.connection).collect();
    assert_eq!(connections, [0, 1, 0, 0, 0], "one serves them all, but what must not be repeated has one of its own");
}

#[tokio::test]
async fn a_list_is_a_page_or_a_stream_over_all_pages() {
    const OTHER: &str = "0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b11";
    let server = Server::start(|_, s| match s.target.contains("nextToken=") {
        false => answer(200, page(&[ID], Some(ID))),
        // A filtered page may be empty and not the last.
        true if s.target.contains(ID) => answer(200, page(&[], Some(OTHER))),
        true => answer(200, page(&[OTHER], None)),
    })
    .await;
    let client = server.builder().build().unwrap();
    let list = || client.list_claims(&member()).status(ClaimStatus::InReview).limit(PageLimit::new(7).unwrap());

    let page = list().await.unwrap();
    assert_eq!(page.claims.len(), 1);
    assert_eq!(server.seen()[0].target, "/dev/claim?memberId=123&status=in_review&limit=7");

    let claims: Vec<Claim> = list().into_stream().try_collect().await.unwrap();
    let ids: Vec<_> = claims.iter().map(|c| c.claim_id.to_string()).collect();
    assert_eq!(ids, [ID, OTHER]);
    assert_eq!(
        list().starting_at(page.next_token.unwrap()).into_pages().try_collect::<Vec<_>>().await.unwrap().len(),
        2
    );
}

#[tokio::test]
async fn a_list_that_does_not_advance_ends_with_an_error() {
    let server = Server::start(|_, _| answer(200, page(&[ID], Some(ID)))).await;
    let client = server.builder().build().unwrap();
    let all: Result<Vec<Claim>, _> = client.list_claims(&member()).into_stream().try_collect().await;
    assert!(all.unwrap_err().is_unexpected_answer());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_modify_reads_decides_and_writes_under_the_version_it_read_until_it_fits() {
    let clock = TestClock::new();
    let server = Server::start(|n, s| match (&*s.method, n) {
        ("GET", 0) => answer(200, claim(3)),
        ("PUT", 1) => problem(ProblemCode::VersionMismatch),
        ("GET", _) => answer(200, claim(4)),
        _ => answer(200, claim(5)),
    })
    .await;
    let client = server.client(&clock);
    let mut versions = Vec::new();
    let (seen_versions, mut log) = tokio::sync::mpsc::unbounded_channel();
    let claim = client
        .modify_claim(&member(), id(), move |claim| {
            seen_versions.send(claim.version.get()).unwrap();
            Some(update())
        })
        .await
        .unwrap();
    while let Ok(v) = log.try_recv() {
        versions.push(v);
    }
    assert_eq!((claim.version.get(), versions), (5, vec![3, 4]));
    let seen = server.seen();
    let conditions: Vec<_> = seen.iter().filter_map(|s| s.header("if-match")).collect();
    assert_eq!(conditions, ["\"3\"", "\"4\""]);
    let keys: Vec<_> = seen.iter().filter_map(|s| s.header("idempotency-key")).collect();
    assert_ne!(keys[0], keys[1], "each round is a write of its own");
}

#[tokio::test]
async fn a_modify_that_wants_nothing_writes_nothing_and_one_that_never_fits_gives_up() {
    let clock = TestClock::new();
    let server = Server::start(|_, s| match &*s.method {
        "GET" => answer(200, claim(3)),
        _ => problem(ProblemCode::VersionMismatch),
    })
    .await;
    let client = server.client(&clock);
    assert_eq!(client.modify_claim(&member(), id(), |_| None).await.unwrap().version.get(), 3);
    assert_eq!(server.seen().len(), 1);

    let error = client.modify_claim(&member(), id(), |_| Some(update())).with_max_rounds(3).await.unwrap_err();
    assert!(error.is_version_mismatch());
    assert_eq!(server.seen().len(), 1 + 6);
}

#[tokio::test]
async fn extra_headers_are_sent_and_those_of_the_client_itself_are_refused() {
    let server = Server::start(|_, _| answer(200, claim(1))).await;
    let client = server.builder().build().unwrap();
    client.get_claim(&member(), id()).with_header("traceparent", "00-aa-bb-01").await.unwrap();
    assert_eq!(server.seen()[0].header("traceparent"), Some("00-aa-bb-01"));

    // The gateway would take the last one's method for the request's own.
    let overridden = ("X-HTTP-Method-Override", "DELETE");
    for (name, value) in
        [("Host", "elsewhere"), ("if-match", "*"), ("no name", "x"), ("x-a", "line\nbreak"), overridden]
    {
        let error = client.get_claim(&member(), id()).with_header(name, value).await.unwrap_err();
        assert_eq!((error.was_sent(), error.attempts(), error.is_validation()), (Sent::No, 0, true), "{name}");
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_client_of_tomorrows_service_still_reads_it() {
    let tomorrow = claim(1).replace("\"pending\"", "\"escalated\"").replace('{', "{\"new\":[1],");
    let server = Server::start(move |_, _| answer(200, tomorrow.clone())).await;
    let client = server.builder().build().unwrap();
    assert_eq!(client.get_claim(&member(), id()).await.unwrap().status.as_str(), "escalated");
}

#[test]
fn a_client_is_cheap_to_share_and_a_call_can_be_spawned() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn spawned<T: Send + 'static>(_: T) {}
    shared::<ClaimsClient>();
    let client = ClaimsClient::builder().endpoint(Endpoint::url("http://127.0.0.1:9/dev")).build().unwrap();
    spawned(client.get_claim(&member(), id()));
    spawned(client.list_claims(&member()).into_stream());
    assert!(size_of::<claims_client::Error>() <= 16);
}
