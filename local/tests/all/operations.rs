//! The contract's table of operations, row by row, over HTTP.

use crate::common::{Api, CREATE, body, path_of, with_status};
use claims_client::types::*;
use serde_json::json;

#[tokio::test]
async fn the_tutorials_calls_work_as_pasted() {
    let api = Api::start().await;
    let created = api.create(&[], &body()).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.header("content-type"), Some("application/json"));
    assert_eq!(created.header("etag"), Some("\"1\""));
    let id = created.json["claimId"].as_str().unwrap();
    assert_eq!(created.header("location"), Some(&*format!("claim/{id}?memberId=123")));
    assert!(created.header("x-amzn-requestid").is_some());

    let all_parameters = format!("/claim/{id}?policyId=123&memberId=123&memberName=JohnDoe");
    let got = api.get(&all_parameters).await;
    assert_eq!((got.status, &got.json), (200, &created.json));
    assert_eq!(got.header("etag"), Some("\"1\""));

    let mut change = body();
    change["claimAmount"] = json!(750.25);
    let updated = api.json("PUT", &all_parameters, &[], &change).await;
    assert_eq!(updated.status, 200);
    assert_eq!(updated.header("etag"), Some("\"2\""));
    assert_eq!(updated.json["claimAmount"], json!(750.25));
    assert_eq!(updated.json["version"], 2);

    let listed = api.get("/claim?memberId=123").await;
    assert_eq!((listed.status, &listed.json), (200, &json!({"claims": [updated.json]})));

    let deleted = api.send("DELETE", &all_parameters, &[], "").await;
    assert_eq!((deleted.status, deleted.json), (204, json!(null)));
    api.get(&all_parameters).await.is_problem(404, "claim_not_found");
}

#[tokio::test]
async fn a_claim_holds_what_was_sent_and_nothing_of_the_storage() {
    let api = Api::start().await;
    let target = "/claim?memberId=m_1&policyId=p-2&memberName=J%C3%B6rg%20%2B%20Ada%20%E2%9C%93";
    let created = api.json("POST", target, &[], &body()).await;
    let claim = created.json.as_object().unwrap();
    let mut names: Vec<_> = claim.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "claimAmount",
            "claimId",
            "createdAt",
            "description",
            "memberId",
            "memberName",
            "policyId",
            "policyType",
            "status",
            "updatedAt",
            "version"
        ]
    );
    assert_eq!(claim["memberName"], "Jörg + Ada ✓");
    assert_eq!(claim["policyId"], "p-2");
    assert_eq!(claim["createdAt"], claim["updatedAt"]);
    assert_eq!(claim["createdAt"].as_str().unwrap().len(), "2026-11-22T16:00:00.123Z".len());
    let id: ClaimId = claim["claimId"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.as_uuid().get_version_num(), 7);
}

#[tokio::test]
async fn amounts_are_exact_from_end_to_end() {
    let api = Api::start().await;
    for amount in ["0.01", "19.99", "500", "0.1", "1234567.8", "999999999.99"] {
        let text = format!(r#"{{"policyType":"Life","claimAmount":{amount},"description":""}}"#);
        let json = [("content-type", "application/json")];
        let created = api.send("POST", CREATE, &json, text).await;
        assert_eq!(created.status, 201, "{amount}");
        let id = created.json["claimId"].as_str().unwrap();
        let got = api.get(&format!("/claim/{id}?memberId=123")).await;
        assert_eq!(got.json["claimAmount"].to_string(), amount);
    }
    // The same number in other spellings.
    let text = r#"{"policyType":"Life","claimAmount":5.0e2,"description":""}"#;
    let created = api.send("POST", CREATE, &[("content-type", "application/json; charset=utf-8")], text).await;
    assert_eq!(created.json["claimAmount"].to_string(), "500");
}

#[tokio::test]
async fn a_claim_belongs_to_its_member() {
    let api = Api::start().await;
    let claim = api.claim("mine", ClaimStatus::Pending).await;
    let foreign = format!("/claim/{}?memberId=other", claim.claim_id);
    api.get(&foreign).await.is_problem(404, "claim_not_found");
    api.json("PUT", &foreign, &[], &body()).await.is_problem(404, "claim_not_found");
    api.send("DELETE", &foreign, &[], "").await.is_problem(404, "claim_not_found");
    assert_eq!(api.client.get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim);
}

#[tokio::test]
async fn an_update_replaces_the_four_mutable_fields_and_nothing_else() {
    let api = Api::start().await;
    let claim = api.claim("m", ClaimStatus::Pending).await;
    let update = UpdateClaimRequest {
        policy_type: PolicyType::Dental,
        claim_amount: "0.01".parse().unwrap(),
        description: "".parse().unwrap(),
        status: ClaimStatus::InReview,
    };
    let updated = api.client.update_claim(&claim.member_id, claim.claim_id, update.clone()).await.unwrap();
    assert_eq!(updated.to_update(), update);
    assert!(updated.updated_at >= claim.updated_at);
    let unchanged = Claim {
        policy_type: claim.policy_type.clone(),
        claim_amount: claim.claim_amount,
        description: claim.description.clone(),
        status: claim.status.clone(),
        updated_at: claim.updated_at,
        version: claim.version,
        ..updated.clone()
    };
    assert_eq!(unchanged, claim);
    assert_eq!(api.client.get_claim(&claim.member_id, claim.claim_id).await.unwrap(), updated);
}

#[tokio::test]
async fn the_status_machine_is_the_contracts() {
    let api = Api::start().await;
    for from in ClaimStatus::KNOWN {
        for to in ClaimStatus::KNOWN {
            let claim = api.claim("m", from.clone()).await;
            let target = path_of(&claim);
            let body = serde_json::to_value(with_status(&claim, to.clone())).unwrap();
            let answer = api.json("PUT", &target, &[], &body).await;
            if from.may_become(to) {
                assert_eq!(answer.status, 200, "{from} to {to}");
                assert_eq!(answer.json["status"], to.as_str());
            } else {
                answer.is_problem(409, "invalid_transition");
                let detail = answer.json["detail"].as_str().unwrap();
                assert!(detail.contains(from.as_str()) && detail.contains(to.as_str()), "{detail}");
                assert_eq!(api.get(&target).await.json["version"], claim.version.get(), "nothing was written");
            }
        }
    }
}

#[tokio::test]
async fn after_a_decision_only_the_status_may_change() {
    let api = Api::start().await;
    for status in [ClaimStatus::Approved, ClaimStatus::Denied, ClaimStatus::Paid, ClaimStatus::Withdrawn] {
        let claim = api.claim("m", status.clone()).await;
        let changes = [
            UpdateClaimRequest { policy_type: PolicyType::Vision, ..claim.to_update() },
            UpdateClaimRequest { claim_amount: "20".parse().unwrap(), ..claim.to_update() },
            UpdateClaimRequest { description: "other".parse().unwrap(), ..claim.to_update() },
        ];
        for change in changes {
            let answer = api.json("PUT", &path_of(&claim), &[], &serde_json::to_value(change).unwrap()).await;
            answer.is_problem(409, "invalid_transition");
            assert!(answer.json["detail"].as_str().unwrap().contains(status.as_str()));
        }
        assert_eq!(api.client.get_claim(&claim.member_id, claim.claim_id).await.unwrap(), claim);
        // The same again is no transition.
        let again = api.client.update_claim(&claim.member_id, claim.claim_id, claim.to_update()).await.unwrap();
        assert_eq!(again.version.get(), claim.version.get() + 1);
        api.client.delete_claim(&claim.member_id, claim.claim_id).await.unwrap();
    }
}
