//! A team's web service that files claims. It was written from the client's documentation alone.

mod failed;
mod watch;

use std::{convert::Infallible, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use claims_client::{BuildError, ClaimsClient, ClientBuilder, Endpoint, Modified, RetryPolicy, types::*};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

pub use failed::Failed;
pub use watch::{TRACE, Watch};

/// The service's settings file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How to reach the claims API: `{"url": …}` or `{"mode": …}` with what the mode needs.
    pub claims: Endpoint,
    /// What differs from the client's own policy.
    #[serde(default)]
    pub retry: RetryPolicy,
    /// Where the service listens.
    pub listen: String,
    /// A StatsD.
    pub statsd: Option<String>,
}

/// The service.
#[derive(Clone)]
pub struct Intake {
    claims: ClaimsClient,
    watch: Watch,
    patience: Duration,
}

impl Intake {
    /// With a client made of this builder, and so much time for a claim before the caller is told to ask later.
    ///
    /// # Errors
    /// Everything that is wrong with the client's configuration.
    pub fn new(client: ClientBuilder, watch: Watch, patience: Duration) -> Result<Self, BuildError> {
        let claims = client.app_id("intake").observer(watch.clone()).build()?;
        Ok(Self { claims, watch, patience })
    }

    /// Its routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/members/{member}/claims", post(file).get(overview))
            .route("/members/{member}/claims/{claim}/review", post(review))
            .route("/metrics", get(|State(intake): State<Self>| async move { intake.watch.prometheus() }))
            .layer(middleware::from_fn(in_trace))
            .with_state(self)
    }
}

async fn in_trace(request: Request, next: Next) -> Response {
    let trace = request.headers().get("traceparent").cloned();
    TRACE.scope(trace, next.run(request)).await
}

/// What a caller of this service says of a claim.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewClaim {
    policy_id: PolicyId,
    member_name: MemberName,
    amount: ClaimAmount,
    description: Description,
}

/// Files a claim, with the caller's own key where there is one. Whoever would wait too long gets a 202 and the claim's id to be, and
/// the claim is filed meanwhile.
async fn file(
    State(intake): State<Intake>,
    Path(member_id): Path<MemberId>,
    headers: HeaderMap,
    Json(new): Json<NewClaim>,
) -> Result<Response, Failed> {
    let NewClaim { policy_id, member_name, amount, description } = new;
    let request = CreateClaimRequest::new(PolicyType::Health, amount, description);
    let mut call = intake.claims.create_claim(CreateClaim { member_id, policy_id, member_name, request });
    if let Some(key) = headers.get("idempotency-key") {
        let key = key.to_str().ok().and_then(|key| key.parse().ok()).ok_or(Failed::Key)?;
        call = call.with_idempotency_key(key);
    }
    let key = call.idempotency_key();
    if let Ok(filed) = timeout(intake.patience, call.clone()).await {
        return Ok((StatusCode::CREATED, Json(filed?)).into_response());
    }
    // The first asking was dropped and may have been done. The same call, with the same key, files it once.
    tokio::spawn(TRACE.scope(TRACE.get(), call));
    let id = key.map(ClaimId::from).map(|id| id.to_string()).unwrap_or_default();
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, id)]).into_response())
}

#[derive(Serialize)]
struct Overview {
    pending: usize,
    in_review: usize,
    newest: Vec<ClaimId>,
}

/// Two lists at once; of the first all pages, of the second one.
async fn overview(State(intake): State<Intake>, Path(member): Path<MemberId>) -> Result<Json<Overview>, Failed> {
    let list = |status| intake.claims.list_claims(&member).status(status);
    let pending = async {
        let (mut claims, mut ids) = (list(ClaimStatus::Pending).into_stream(), Vec::new());
        while let Some(claim) = claims.try_next().await? {
            ids.push(claim.claim_id);
        }
        Ok(ids)
    };
    let (pending, in_review) = tokio::try_join!(pending, list(ClaimStatus::InReview)).map_err(Failed::Claims)?;
    let newest = pending.iter().take(3).copied().collect();
    Ok(Json(Overview { pending: pending.len(), in_review: in_review.claims.len(), newest }))
}

/// Takes a pending claim into review; one that is further than that is left as it is.
async fn review(
    State(intake): State<Intake>,
    Path((member, claim)): Path<(MemberId, ClaimId)>,
) -> Result<StatusCode, Failed> {
    let done = intake.claims.try_modify_claim(&member, claim, |claim| async move {
        let review = UpdateClaimRequest { status: ClaimStatus::InReview, ..claim.to_update() };
        Ok::<_, Infallible>((claim.status == ClaimStatus::Pending).then_some(review))
    });
    Ok(match done.await? {
        Modified::Changed(_) => StatusCode::NO_CONTENT,
        Modified::Unchanged(_) => StatusCode::CONFLICT,
    })
}
