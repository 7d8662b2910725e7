//! Many callers, many faults, one law: what was acknowledged happened once, what was refused did not happen.

use std::time::Duration;

use crate::common::{
    Api,
    dice::{Dice, longer},
    new_claim,
};
use claims_client::{ClaimsClient, Endpoint, RetryPolicy, types::*};
use claims_local::LocalApi;
use futures_util::future::join_all;

/// A client that retries at once and heeds no Retry-After.
fn hasty(api: &LocalApi) -> ClaimsClient {
    let policy = RetryPolicy::default()
        .with_base_delay(Duration::ZERO)
        .with_max_retry_after(Duration::ZERO)
        .with_budget(1_000_000);
    ClaimsClient::builder().endpoint(Endpoint::url(api.url())).retry(policy).build().unwrap()
}

#[tokio::test]
async fn every_cent_is_counted_once_whatever_goes_wrong() {
    let api = Api::start().await;
    for seed in 0..longer() {
        let client = hasty(&api.local);
        let claim = client.create_claim(new_claim("m")).await.unwrap();
        let workers = (0..6).map(|worker| {
            let (client, claim, local) = (client.clone(), claim.clone(), &api.local);
            async move {
                let mut dice = Dice(seed * 1000 + worker);
                let (mut done, mut unknown) = (0, 0);
                for _ in 0..25 {
                    if dice.roll(3) == 0 {
                        local.inject(dice.fault());
                    }
                    let added = client.modify_claim(&claim.member_id, claim.claim_id, |now| {
                        let amount = ClaimAmount::from_cents(now.claim_amount.cents() + 1).ok()?;
                        Some(UpdateClaimRequest { claim_amount: amount, ..now.to_update() })
                    });
                    match added.await {
                        Ok(_) => done += 1,
                        Err(e) if e.is_outcome_unknown() => unknown += 1,
                        // Certainly not done: the law below would notice if it had been.
                        Err(_) => {}
                    }
                }
                (done, unknown)
            }
        });
        let counts = join_all(workers).await;
        let (done, unknown) = counts.into_iter().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        api.local.clear_faults();
        let last = client.get_claim(&claim.member_id, claim.claim_id).await.unwrap();
        let added = last.claim_amount.cents() - claim.claim_amount.cents();
        assert!((done..=done + unknown).contains(&added), "seed {seed}: {done} done, {unknown} unknown, {added} added");
        assert_eq!(last.version.get() - 1, u64::try_from(added).unwrap(), "seed {seed}: a version for each write");
        assert!(done > 0, "seed {seed}: nothing got through, so nothing was tested");
    }
}

#[tokio::test]
async fn every_create_that_was_acknowledged_exists_once_and_no_other() {
    let api = Api::start().await;
    for seed in 0..longer() {
        let client = hasty(&api.local);
        let member = format!("member-{seed}");
        let mut dice = Dice(seed);
        let (mut made, mut unknown) = (Vec::new(), Vec::new());
        for _ in 0..60 {
            if dice.roll(2) == 0 {
                api.local.inject(dice.fault());
            }
            let key = IdempotencyKey::mint();
            match client.create_claim(new_claim(&member)).with_idempotency_key(key).await {
                Ok(claim) => made.push(claim.claim_id),
                Err(e) if e.is_outcome_unknown() => unknown.push(ClaimId::from(key)),
                Err(_) => {}
            }
        }
        api.local.clear_faults();
        let member: MemberId = member.parse().unwrap();
        let stored = client.list_claims(&member).limit(PageLimit::MAX).await.unwrap();
        let stored: Vec<_> = stored.claims.into_iter().map(|claim| claim.claim_id).collect();
        let lost: Vec<_> = made.iter().filter(|id| !stored.contains(id)).collect();
        let extra: Vec<_> = stored.iter().filter(|id| !made.contains(id) && !unknown.contains(id)).collect();
        assert!(lost.is_empty() && extra.is_empty(), "seed {seed}: lost {lost:?}, nobody's {extra:?}");
        assert!(!made.is_empty());
    }
}
