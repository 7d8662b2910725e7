//! The embedded DynamoDB on a socket: a database that is another host's.

use claims_client::{
    ClaimsClient, CreateClaim, Endpoint,
    types::{CreateClaimRequest, PolicyType},
};
use claims_local::LocalApi;
use private_api_storage::{Database, serve};
use tokio::net::TcpListener;

#[tokio::test]
async fn two_apis_share_the_claims_of_one_database() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let database = tokio::spawn(serve(listener, Database::memory("test").unwrap()));
    let mut clients = Vec::new();
    let mut apis = Vec::new();
    for _ in 0..2 {
        let api = LocalApi::builder().dynamodb_endpoint(url.as_str()).start().await.unwrap();
        clients.push(ClaimsClient::builder().endpoint(Endpoint::url(api.url())).build().unwrap());
        apis.push(api);
    }
    let member = "123".parse().unwrap();
    let created = clients[0]
        .create_claim(CreateClaim {
            member_id: Clone::clone(&member),
            policy_id: "123".parse().unwrap(),
            member_name: "John Doe".parse().unwrap(),
            request: CreateClaimRequest::new(
                PolicyType::Health,
                "500".parse().unwrap(),
                "snow accident".parse().unwrap(),
            ),
        })
        .await
        .unwrap();
    let stored = clients[1].get_claim(&member, created.claim_id).await.unwrap();
    assert_eq!((stored.claim_id, stored.version), (created.claim_id, created.version));

    // A second write to the version that the other API has changed meanwhile is refused across both.
    clients[1].update_claim(&member, stored.claim_id, stored.to_update()).if_match(stored.version).await.unwrap();
    let late = clients[0].update_claim(&member, created.claim_id, created.to_update()).if_match(created.version).await;
    assert_eq!(late.unwrap_err().status(), Some(412));
    database.abort();
}
