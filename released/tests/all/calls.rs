//! What callers of an earlier release send is understood, and what they were answered still says the same.

use claims_client::{ClaimsClient, Endpoint, types::*};
use claims_local::LocalApi;
use claims_released::{
    forms::{self, Step},
    recorder,
    world::World,
};

use crate::support::{answers, entries, holds};

/// What the present server can be asked again: no fault was made up.
fn replayable(steps: &[Step]) -> impl Iterator<Item = &Step> {
    steps.iter().filter(|step| step.faults.is_empty())
}

#[tokio::test]
async fn requests_of_an_earlier_client_are_answered_as_they_were() {
    for entry in entries() {
        let steps: Vec<Step> = entry.json(forms::CALLS).unwrap();
        let world = World::start().await.unwrap();
        let mut asked = 0;
        for step in replayable(&steps) {
            let (request, recorded) = forms::exchange(&entry, step).unwrap();
            let of = format!("released/{}, {}", entry.version, step.name);
            world.at(step.at);
            let present = world.send(&request.bytes).await.unwrap();
            if step.minted && request.start().starts_with("POST") {
                // Another id each time; all else is as it was.
                let (old, new) = (recorded.json().unwrap(), present.json().unwrap());
                assert_eq!(recorded.status(), present.status(), "{of}: {new}");
                let names = |claim: &serde_json::Value| claim.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
                assert!(names(&old).iter().all(|name| names(&new).contains(name)), "{of}: {new}");
            } else {
                answers(&recorded, &present, &of);
            }
            asked += 1;
        }
        assert!(asked > 40, "released/{}: only {asked}", entry.version);
    }
}

#[tokio::test]
async fn answers_of_an_earlier_server_mean_what_they_meant() {
    for entry in entries() {
        let steps: Vec<Step> = entry.json(forms::CALLS).unwrap();
        // The client holds an answer against its request: a success of another's request is for nobody.
        for step in steps.iter().filter(|step| !step.raw || step.outcome["error"].is_object()) {
            let (_, answer) = forms::exchange(&entry, step).unwrap();
            let (address, server) = recorder::canned(answer.bytes).await.unwrap();
            let outcome = step.call.make(&format!("http://{address}/{}", LocalApi::STAGE)).await.unwrap();
            server.abort();
            holds(&step.outcome, &outcome, &format!("released/{}, {}", entry.version, step.name));
        }
    }
}

/// A create of this release says in its body what no service before contract 1.1 reads there.
#[tokio::test]
async fn a_client_of_this_release_says_that_an_earlier_server_is_the_old_side() {
    for entry in entries().iter().filter(|entry| ["0.1.0", "0.2.0"].contains(&&*entry.version)) {
        let steps: Vec<Step> = entry.json(forms::CALLS).unwrap();
        let step = steps.iter().find(|step| step.name.ends_with("-unknown-field")).unwrap();
        let (_, answer) = forms::exchange(entry, step).unwrap();
        let (address, server) = recorder::canned(answer.bytes).await.unwrap();
        let client = ClaimsClient::builder().endpoint(Endpoint::url(format!("http://{address}/dev")));
        let new = CreateClaim {
            member_id: "123".parse().unwrap(),
            policy_id: "123".parse().unwrap(),
            member_name: "John Doe".parse().unwrap(),
            request: CreateClaimRequest::new(PolicyType::Health, "500".parse().unwrap(), "".parse().unwrap()),
        };
        let error = client.build().unwrap().create_claim(new).await.unwrap_err();
        server.abort();
        assert!(error.is_service_older() && error.is_validation() && !error.is_outcome_unknown(), "{error}");
        assert!(error.to_string().contains("the service is older than this client"), "{error}");
    }
}

#[tokio::test]
async fn the_same_calls_come_to_the_same_under_this_release() {
    for entry in entries() {
        let steps: Vec<Step> = entry.json(forms::CALLS).unwrap();
        let world = World::start().await.unwrap();
        for step in replayable(&steps) {
            world.at(step.at);
            if step.raw {
                // Not the client's: only for what the calls after it find.
                let (request, _) = forms::exchange(&entry, step).unwrap();
                world.send(&request.bytes).await.unwrap();
            } else {
                let outcome = step.call.make(&world.api.url()).await.unwrap();
                holds(&step.outcome, &outcome, &format!("released/{}, {}", entry.version, step.name));
            }
        }
    }
}
