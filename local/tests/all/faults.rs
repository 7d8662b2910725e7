//! Every fault at every seam, met by every operation: what the caller is told, and what it leaves in the table.

mod expected;
mod mixed;
mod storms;

use crate::common::{
    new_claim,
    proxy::WireFault,
    world::{self, Limits, World},
};
use claims_client::{ClaimsClient, Error, RetryPolicy, Sent, types::*};
use expected::{Case, Is};
use futures_util::{StreamExt, stream};

const ATTEMPTS: u32 = 2;
const SDK_ATTEMPTS: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Create,
    Get,
    List,
    Update,
    UpdateIfMatch,
    Delete,
    DeleteIfMatch,
}

const OPS: [Op; 7] = [Op::Create, Op::Get, Op::List, Op::Update, Op::UpdateIfMatch, Op::Delete, Op::DeleteIfMatch];

impl Op {
    fn is_write(self) -> bool {
        !matches!(self, Self::Get | Self::List)
    }

    /// Whether sending it twice does no harm.
    fn is_repeatable(self) -> bool {
        self != Self::Update
    }

    async fn call(self, client: &ClaimsClient, claim: &Claim, key: IdempotencyKey) -> Result<(), Error> {
        let (member, id) = (&claim.member_id, claim.claim_id);
        let update = UpdateClaimRequest { claim_amount: "20".parse().unwrap(), ..claim.to_update() };
        match self {
            Self::Create => {
                client.create_claim(new_claim(member.as_str())).with_idempotency_key(key).await.map(|made| {
                    assert_eq!((made.claim_id, made.version.get()), (ClaimId::from(key), 1));
                })
            }
            Self::Get => client.get_claim(member, id).await.map(|found| assert_eq!(found, *claim)),
            Self::List => {
                client.list_claims(member).await.map(|page| assert_eq!(page.claims, std::slice::from_ref(claim)))
            }
            Self::Update => client.update_claim(member, id, update).await.map(|it| assert_eq!(it.version.get(), 2)),
            Self::UpdateIfMatch => {
                let call = client.update_claim(member, id, update).if_match(claim.version);
                call.await.map(|it| assert_eq!(it.version.get(), 2))
            }
            Self::Delete => client.delete_claim(member, id).await,
            Self::DeleteIfMatch => client.delete_claim(member, id).if_match(claim.version).await,
        }
    }

    /// How often the table shows that it was done.
    async fn times_done(self, truth: &ClaimsClient, claim: &Claim, key: IdempotencyKey) -> u64 {
        let id = if self == Self::Create { ClaimId::from(key) } else { claim.claim_id };
        let found = match truth.get_claim(&claim.member_id, id).await {
            Ok(found) => Some(found.version.get()),
            Err(e) if e.is_not_found() => None,
            Err(e) => panic!("{e}"),
        };
        match self {
            Self::Create => found.unwrap_or(0),
            Self::Get | Self::List | Self::Update | Self::UpdateIfMatch => found.unwrap() - 1,
            Self::Delete | Self::DeleteIfMatch => u64::from(found.is_none()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Front,
    Back,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_told_as_what_it_is_and_does_no_more_than_it_may() {
    let http = world::http();
    let sides = [(Side::Front, expected::front()), (Side::Back, expected::back())];
    let cases = sides.into_iter().flat_map(|(side, cases)| cases.into_iter().map(move |case| (side, case)));
    let runs = cases.flat_map(|(side, case)| [(side, case, true), (side, case, false)]);
    let wrong: Vec<_> = stream::iter(runs)
        .map(|(side, case, for_ever)| {
            let http = http.clone();
            async move {
                let world = World::start(Limits::IMPATIENT, &http).await;
                let mut wrong = Vec::new();
                for op in OPS {
                    wrong.extend(check(&world, side, case, op, for_ever).await);
                }
                wrong
            }
        })
        .buffer_unordered(12)
        .concat()
        .await;
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// What does not hold of one fault and one operation.
async fn check(world: &World, side: Side, (fault, expected): Case, op: Op, for_ever: bool) -> Vec<String> {
    let member = format!("{op:?}");
    let claim = world.truth.create_claim(new_claim(&member)).await.unwrap();
    let key = IdempotencyKey::mint();
    let policy = RetryPolicy::default().with_max_attempts(ATTEMPTS);
    let client = world.builder().retry(policy).build().unwrap();
    let proxy = if side == Side::Front { &world.front } else { &world.back };

    world.begin(proxy, fault, for_ever).await;
    let _ = (world.front.requests(), world.back.requests(), proxy.faults());
    let outcome = op.call(&client, &claim, key).await;
    let requests = (world.front.requests() as u32, world.back.requests() as u32);
    world.end();
    let done = op.times_done(&world.truth, &claim, key).await;
    if op.is_write() {
        // The next operation has a member without claims.
        let _ = world.truth.delete_claim(&claim.member_id, claim.claim_id).await;
    }

    let hits = fault != Some(WireFault::Pieces) && !(expected.needs_body && side == Side::Front && is_delete(op));
    let client_retries = expected.client_retries && (op.is_repeatable() || expected.sent == Sent::No);
    let fails = hits && (for_ever || !client_retries && !expected.sdk_retries);
    let retried = hits && client_retries && (for_ever || !expected.sdk_retries);
    let attempts = if retried { ATTEMPTS } else { 1 };
    let is_done = op.is_write() && (!fails || expected.applied);

    let mut wrong = Vec::new();
    let mut hold = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{side:?} {fault:?} for_ever={for_ever} {op:?}: {what}; {outcome:?}"));
        }
    };
    hold(fault.is_none() || proxy.faults() > 0, "the fault did not happen".to_owned());
    hold(done == u64::from(is_done), format!("done {done} times"));
    hold(requests.0 <= attempts, format!("{} requests to the gateway", requests.0));
    hold(requests.1 <= attempts * SDK_ATTEMPTS, format!("{} requests to DynamoDB", requests.1));
    match &outcome {
        Ok(()) => hold(!fails, "should fail".to_owned()),
        Err(error) => {
            hold(fails, "should succeed".to_owned());
            hold(Some(Is::of(error)) == expected.is, format!("should be {:?}", expected.is));
            hold(error.was_sent() == expected.sent, format!("should be sent: {:?}", expected.sent));
            hold(error.attempts() == attempts, format!("should take {attempts} attempts"));
            let open = op.is_write() && Is::of(error).leaves_open();
            hold(error.is_outcome_unknown() == open, format!("outcome should be unknown: {open}"));
        }
    }
    wrong
}

fn is_delete(op: Op) -> bool {
    matches!(op, Op::Delete | Op::DeleteIfMatch)
}
