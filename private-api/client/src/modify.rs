//! Read, decide, write if nobody else has: again until it fits.

use std::future::IntoFuture;

use claims_api_types::{Claim, ClaimId, MemberId, UpdateClaimRequest};

use super::{CallFuture, call_options};
use crate::{
    ClaimsClient, Error,
    call::{Deadline, Options},
};

/// Changes a claim as it is at that moment; see [`ClaimsClient::modify_claim`].
///
/// Fails with [`is_version_mismatch`](Error::is_version_mismatch) when others were faster every time. An update whose
/// [outcome is unknown](Error::is_outcome_unknown) ends it at once: asking `change` again might apply it twice.
pub struct ModifyClaimCall<F> {
    client: ClaimsClient,
    options: Options,
    member_id: MemberId,
    claim_id: ClaimId,
    change: F,
    max_rounds: u32,
}
call_options!(ModifyClaimCall<F>);

impl<F> ModifyClaimCall<F> {
    pub(crate) fn new(client: ClaimsClient, member_id: MemberId, claim_id: ClaimId, change: F) -> Self {
        Self { client, options: Options::default(), member_id, claim_id, change, max_rounds: 20 }
    }

    /// At most so many rounds of get and update (20 if not set; 0 counts as 1).
    #[must_use]
    pub fn with_max_rounds(mut self, max_rounds: u32) -> Self {
        self.max_rounds = max_rounds.max(1);
        self
    }
}

impl<F> IntoFuture for ModifyClaimCall<F>
where
    F: FnMut(&Claim) -> Option<UpdateClaimRequest> + Send + 'static,
{
    type Output = Result<Claim, Error>;
    type IntoFuture = CallFuture<Claim>;

    fn into_future(self) -> CallFuture<Claim> {
        let Self { client, options, member_id, claim_id, mut change, max_rounds } = self;
        Box::pin(async move {
            let settings = client.settings();
            let clock = &*settings.clock;
            let deadline = Deadline::new(clock.now(), options.timeout.unwrap_or(settings.timeout));
            let mut round = 0;
            loop {
                let within_deadline = || options.clone().with_timeout(deadline.left(clock.now()));
                let mut get = client.get_claim(&member_id, claim_id);
                get.options = within_deadline();
                let claim = get.await?;
                let Some(update) = change(&claim) else { return Ok(claim) };

                let mut write = client.update_claim(&member_id, claim_id, update).if_match(claim.version);
                write.options = within_deadline();
                let refused = match write.await {
                    Err(e) if e.is_version_mismatch() => e,
                    done => return done,
                };
                round += 1;
                // Random waits let competitors pass one after the other.
                let wait = settings.retry.back_off(round.min(4), clock.random() / 8.0);
                if round >= max_rounds || options.no_retry || wait >= deadline.left(clock.now()) {
                    return Err(refused);
                }
                clock.back_off(wait).await;
            }
        })
    }
}
