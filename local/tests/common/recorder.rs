//! A caller whose calls are written down, for the checker.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use claims_client::{ClaimsClient, ClientBuilder, Error, types::*};

use super::{
    clock::Hurry,
    linear::{Action, Event, Outcome, Repeats, View},
    new_claim,
};

/// One clock for all callers: what ends before another call begins has the smaller number.
#[derive(Clone, Default)]
pub struct Ticks(Arc<AtomicU64>);

impl Ticks {
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// Makes one call at a time.
pub struct Caller {
    pub client: ClaimsClient,
    clock: Hurry,
    ticks: Ticks,
    /// Whether anything can go wrong below the client.
    faults: bool,
}

/// The call's outcome, as far as it says anything of the claim, and as an event.
pub struct Recorded {
    pub event: Option<Event>,
    pub error: Option<Error>,
    pub attempts: u32,
    pub took: std::time::Duration,
}

impl Caller {
    pub fn new(client: ClientBuilder, ticks: &Ticks, faults: bool) -> Self {
        let clock = Hurry::default();
        let client = client.clock(Arc::new(clock.clone())).build().unwrap();
        Self { client, clock, ticks: ticks.clone(), faults }
    }

    /// One page; `None` if the list failed.
    pub async fn list(&self, member: &MemberId) -> (u64, Option<ClaimPage>, u64) {
        let from = self.ticks.next();
        let page = self.client.list_claims(member).limit(PageLimit::MAX).await;
        if let Err(error) = &page {
            outcome_of(error);
        }
        (from, page.ok(), self.ticks.next())
    }

    /// The claim of `key` is created, read, written or deleted; `timeout` is the client's own if there is none.
    pub async fn call(
        &self,
        member: &MemberId,
        key: IdempotencyKey,
        action: Action,
        timeout: Option<std::time::Duration>,
    ) -> Recorded {
        let (client, id) = (&self.client, ClaimId::from(key));
        self.clock.attempts();
        let (from, begun) = (self.ticks.next(), Instant::now());
        macro_rules! send {
            ($call:expr) => {{
                let call = $call;
                match timeout {
                    Some(timeout) => call.with_timeout(timeout).await,
                    None => call.await,
                }
            }};
        }
        let view = |claim: Claim| {
            assert_eq!((&claim.member_id, claim.claim_id), (member, id), "somebody else's claim");
            Outcome::Seen(View { version: claim.version.get(), cents: claim.claim_amount.cents() })
        };
        let outcome = match action {
            Action::Create { cents } => {
                let new = CreateClaim { request: request(cents), ..new_claim(member.as_str()) };
                send!(client.create_claim(new).with_idempotency_key(key)).map(view)
            }
            Action::Get => send!(client.get_claim(member, id)).map(view),
            Action::Update { cents, if_match } => {
                let call = client.update_claim(member, id, update(cents));
                send!(match if_match {
                    Some(version) => call.if_match(Version::new(version).unwrap()),
                    None => call,
                })
                .map(view)
            }
            Action::Delete { if_match } => {
                let call = client.delete_claim(member, id);
                send!(match if_match {
                    Some(version) => call.if_match(Version::new(version).unwrap()),
                    None => call,
                })
                .map(|()| Outcome::Gone)
            }
        };
        let (to, took, attempts) = (self.ticks.next(), begun.elapsed(), self.clock.attempts());
        let repeats = repeats(action, attempts, self.faults);
        let (outcome, error) = match outcome {
            Ok(outcome) => (Some(outcome), None),
            Err(error) => (outcome_of(&error), Some(error)),
        };
        let event = outcome.map(|outcome| Event { from, to, action, outcome, repeats });
        Recorded { event, error, attempts, took }
    }
}

/// How often a call of so many attempts may have been applied.
pub fn repeats(action: Action, attempts: u32, faults: bool) -> Repeats {
    // The client sends this again only when it certainly was not sent before.
    let once = matches!(action, Action::Update { if_match: None, .. });
    match (attempts, faults) {
        (2.., _) if !once => Repeats::Later,
        (_, true) => Repeats::Within,
        (_, false) => Repeats::Never,
    }
}

/// What an error says of the claim; `None`: nothing was done, nothing was learnt.
fn outcome_of(error: &Error) -> Option<Outcome> {
    if error.is_outcome_unknown() {
        Some(Outcome::Unknown)
    } else if error.is_not_found() {
        Some(Outcome::Absent)
    } else if error.is_version_mismatch() {
        Some(Outcome::Mismatch)
    } else if error.code() == Some(&ProblemCode::ClaimDeleted) {
        Some(Outcome::Deleted)
    } else {
        let typed = error.is_connect()
            || error.is_timeout()
            || error.is_interrupted()
            || error.is_throttled()
            || error.is_unavailable()
            || error.is_unexpected_answer();
        assert!(typed, "an error that nobody expects: {error:?}");
        None
    }
}

fn request(cents: i64) -> CreateClaimRequest {
    let amount = ClaimAmount::from_cents(cents).unwrap();
    CreateClaimRequest::new(PolicyType::Health, amount, "snow accident".parse().unwrap())
}

fn update(cents: i64) -> UpdateClaimRequest {
    let CreateClaimRequest { policy_type, claim_amount, description, .. } = request(cents);
    UpdateClaimRequest { policy_type, claim_amount, description, status: ClaimStatus::Pending }
}
