//! Faults that last, and a fault at the worst moment.

use std::{collections::VecDeque, time::Duration};

use aws_sdk_dynamodb::config::SharedHttpClient;
use claims_client::{RetryPolicy, types::*};
use futures_util::future::join_all;

use crate::common::{
    new_claim,
    proxy::{
        Plan,
        WireFault::{self, Answer, ResetAfter, SilentAfter},
    },
    world::{self, Limits, World},
};

const LONG: Limits = Limits {
    storage_attempt: Duration::from_secs(60),
    storage_call: Duration::from_secs(60),
    attempt: Duration::from_secs(60),
    call: Duration::from_secs(60),
    impatient: false,
};

const THROTTLED: WireFault = Answer(
    400,
    "Content-Type: application/x-amz-json-1.0\r\n",
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"no"}"#,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_throttling_storm_is_not_answered_with_a_storm_of_retries() {
    const CALLS: usize = 200;
    let at_front = Answer(429, "Retry-After: 7\r\nContent-Type: application/json\r\n", r#"{"message":"Slow down"}"#);
    let http = world::http();
    for (fault, front) in [(at_front, true), (THROTTLED, false)] {
        let world = World::start(LONG, &http).await;
        let claim = world.truth.create_claim(new_claim("m")).await.unwrap();
        // 50 tokens are ten retries, for all callers together.
        let client = world.builder().retry(RetryPolicy::default().with_budget(50)).build().unwrap();
        let proxy = if front { &world.front } else { &world.back };
        proxy.plan(Plan::Always(fault));
        let _ = (world.front.requests(), world.back.requests());
        let calls = join_all((0..CALLS).map(|_| client.get_claim(&claim.member_id, claim.claim_id)));
        for outcome in calls.await {
            let error = outcome.unwrap_err();
            assert!(error.is_throttled(), "{error}");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(if front { 7 } else { 1 })));
        }
        let (requests, storage_requests) = (world.front.requests(), world.back.requests());
        assert_eq!(requests, CALLS + 10, "the retries of all callers share one budget");
        // The SDK's 500 tokens are a hundred repeats, for all calls together.
        assert_eq!(storage_requests, if front { 0 } else { requests + 100 }, "the SDK's repeats share one budget, too");

        proxy.plan(Plan::Pass);
        assert_eq!(client.get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim, "the storm is over");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_repeats_are_throttled_may_have_been_done() {
    let world = World::start(LONG, &world::http()).await;
    let claim = world.truth.create_claim(new_claim("m")).await.unwrap();
    let storm = || world.back.plan(Plan::Next(VecDeque::from([ResetAfter, THROTTLED, THROTTLED])));
    storm();
    let created = world.client.create_claim(new_claim("n")).without_retry().await.unwrap_err();
    storm();
    let update = claim.to_update();
    let updated = world.client.update_claim(&claim.member_id, claim.claim_id, update).await.unwrap_err();
    storm();
    let deleted = world.client.delete_claim(&claim.member_id, claim.claim_id).without_retry().await.unwrap_err();
    for error in [created, updated, deleted] {
        assert!(error.is_outcome_unknown(), "it was done: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_whose_answer_was_lost_before_another_one_is_no_certain_refusal() {
    let cases = [(true, false), (false, false), (true, true), (false, true)];
    let http = world::http();
    join_all(cases.map(|(conditional, gone)| refused_after_a_lost_answer(&http, conditional, gone))).await;
}

async fn refused_after_a_lost_answer(http: &SharedHttpClient, conditional: bool, gone: bool) {
    let world = World::start(LONG, http).await;
    let claim = world.truth.create_claim(new_claim("m")).await.unwrap();
    let (member, id) = (claim.member_id.clone(), claim.claim_id);
    world.back.plan(Plan::Next(VecDeque::from([SilentAfter])));
    let silence = tokio::time::timeout(Duration::from_secs(50), world.back.silence());
    let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
    let call = world.client.update_claim(&member, id, update);
    let call = if conditional { call.if_match(claim.version) } else { call };
    let call = tokio::spawn(call);
    // The update is applied; the server waits for the answer, and will send it again.
    assert!(silence.await.is_ok(), "no update has come to DynamoDB");
    let applied = world.truth.get_claim(&member, id).await.unwrap();
    assert_eq!(applied.version.get(), 2);
    // Meanwhile somebody else writes what makes the repeat impossible.
    if gone {
        world.truth.delete_claim(&member, id).await.unwrap();
    } else {
        let denied = UpdateClaimRequest { status: ClaimStatus::Denied, ..applied.to_update() };
        world.truth.update_claim(&member, id, denied).await.unwrap();
    }
    world.back.hang_up();
    let error = call.await.unwrap().unwrap_err();
    assert!(error.is_outcome_unknown(), "it was done, and somebody is told that it was not: {error:?}");
}
