//! A claim's life through the client that progenitor makes.

use std::{env, error::Error, fs};

use claims::{
    Client,
    types::{self, Claim, CreateClaimRequest, KnownClaimStatus, KnownPolicyType, UpdateClaimRequest},
};
use futures_util::TryStreamExt;
use progenitor_client::{ByteStream, Error as Failed, ResponseValue};
use uuid::Uuid;

mod claims {
    progenitor::generate_api!(spec = "claims.openapi-3.0.json", interface = Builder);
}

type Answer<T> = Result<ResponseValue<T>, Failed<ByteStream>>;
type Done<T = ()> = Result<T, Box<dyn Error>>;

/// The status and the code; of a refusal without one the gateway's words.
async fn said<T>(answer: Answer<T>) -> Done<String> {
    let refused = match answer {
        Ok(answer) => return Ok(answer.status().as_u16().to_string()),
        Err(Failed::ErrorResponse(refused)) => refused,
        Err(error) => return Ok(error.to_string()),
    };
    let status = refused.status().as_u16();
    let bytes: Vec<u8> = refused.into_inner().into_inner().map_ok(|part| part.to_vec()).try_concat().await?;
    // progenitor types `application/json` alone. A refusal reads problems as well.
    let refusal: types::Refusal = serde_json::from_slice(&bytes)?;
    Ok(format!("{status} {}", refusal.code.map(|code| code.0).or(refusal.message).unwrap_or_default()))
}

fn told(claim: &Claim) -> (f64, u64) {
    let amount: f64 = claim.claim_amount.0;
    let version: u64 = claim.version.0.get();
    (amount, version)
}

async fn create(api: &Client, member: &str, key: &str, amount: f64) -> Answer<Claim> {
    let body = CreateClaimRequest::builder()
        .policy_id(Some("9".parse().unwrap()))
        .member_name(Some("John Doe".parse().unwrap()))
        .policy_type(KnownPolicyType::Health)
        .claim_amount(types::ClaimAmount(amount))
        .description("snow accident");
    api.create_claim().member_id(member).idempotency_key(key).body(body).send().await
}

async fn update(api: &Client, member: &str, id: Uuid, if_match: &str, amount: f64) -> Answer<Claim> {
    let body = UpdateClaimRequest::builder()
        .policy_type(KnownPolicyType::Health)
        .claim_amount(types::ClaimAmount(amount))
        .description("snow accident")
        .status(KnownClaimStatus::InReview);
    api.update_claim().claim_id(id).member_id(member).if_match(if_match).body(body).send().await
}

/// Arguments: the URL, the member, keys for creates.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Done {
    let mut arguments = env::args().skip(1);
    let api = &Client::new(&arguments.next().ok_or("no URL")?);
    let member = &*arguments.next().ok_or("no member")?;
    let mut keys = arguments.peekable();

    for amount in [1234567.89, 999999999.99] {
        let created = create(api, member, &keys.next().ok_or("no key")?, amount).await?;
        println!("created {} {}", created.status().as_u16(), told(&created).0);
        let id = created.claim_id.0;
        let read = api.get_claim().claim_id(id).member_id(member).send().await?;
        let (amount, version) = told(&read);
        println!("read {} {amount} {version}", read.status().as_u16());
        let etag = read.headers()["etag"].to_str()?;
        let updated = update(api, member, id, etag, amount).await?;
        println!("updated {} {} {}", updated.status().as_u16(), told(&updated).0, told(&updated).1);
        println!("stale {}", said(update(api, member, id, etag, amount).await).await?);
        println!("deleted {}", said(api.delete_claim().claim_id(id).member_id(member).send().await).await?);
        println!("gone {}", said(api.get_claim().claim_id(id).member_id(member).send().await).await?);
    }

    let pages = format!("{member}-pages");
    for _ in 0..5 {
        create(api, &pages, &keys.next().ok_or("no key")?, 500.0).await?;
    }
    let mut token = None;
    loop {
        let mut list = api.list_claims().member_id(&*pages).limit(2);
        if let Some(token) = token {
            list = list.next_token(token);
        }
        let page = list.send().await?.into_inner();
        println!("page {}", page.claims.len());
        token = page.next_token.map(|token| token.0);
        if token.is_none() {
            break;
        }
    }

    // Of this member the claims have a status that nobody knew when the client was made.
    let future = format!("{member}-future");
    create(api, &future, &keys.next().ok_or("no key")?, 500.0).await?;
    let status: String = api.list_claims().member_id(&*future).send().await?.claims[0].status.0.clone();
    println!("future {status}");

    // Of these members everything goes wrong, each in another way.
    let key = keys.next().ok_or("no key")?;
    let id: Uuid = key.parse()?;
    for (n, operation) in fs::read_to_string("cases.txt")?.lines().enumerate() {
        let who = &*format!("{member}-case-{n}");
        let said = match operation {
            "createClaim" => said(create(api, who, &key, 500.0).await).await?,
            "listClaims" => said(api.list_claims().member_id(who).send().await).await?,
            "getClaim" => said(api.get_claim().claim_id(id).member_id(who).send().await).await?,
            "updateClaim" => said(update(api, who, id, "*", 500.0).await).await?,
            "deleteClaim" => said(api.delete_claim().claim_id(id).member_id(who).send().await).await?,
            "listClaimHistory" => said(api.list_claim_history().claim_id(id).member_id(who).send().await).await?,
            _ => "no such operation".to_owned(),
        };
        println!("{n} {operation} {said}");
    }
    Ok(())
}
