//! All claims of a member, however many, without ever holding more than a page of them.
//!
//! ```text
//! cargo run -p claims-examples --example stream_pages    # embedded API, unless CLAIMS_API_URL or _MODE names one
//! ```

use std::error::Error;

use claims_client::types::{CreateClaim, CreateClaimRequest, IdempotencyKey, MemberId, PageLimit, PolicyType};
use claims_examples::connect;
use futures_util::TryStreamExt; // for what is done at once; one after the other needs nothing of it

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout)] // What a program says to its user; the claims are made up.
async fn main() -> Result<(), Box<dyn Error>> {
    let connected = connect().await?;
    if connected.embedded_url().is_some() {
        println!("No API is configured: talking to an embedded one");
    }
    let client = &connected.client;
    let member: MemberId = format!("member-{}", IdempotencyKey::mint()).parse()?;
    for amount in ["10", "20", "30", "40", "50", "60", "70.25"] {
        let request = CreateClaimRequest::new(PolicyType::Health, amount.parse()?, "snow accident".parse()?);
        let (member_id, policy_id, member_name) = (member.clone(), "123".parse()?, "John Doe".parse()?);
        client.create_claim(CreateClaim { member_id, policy_id, member_name, request }).await?;
    }

    // A page is asked for when the one before is used up. It holds 25 claims if not set; 100, the most, need the fewest
    // requests.
    let list = client.list_claims(&member).limit(PageLimit::new(3)?);
    let (mut claims, mut cents) = (list.clone().into_stream(), 0);
    while let Some(claim) = claims.try_next().await? {
        cents += claim.claim_amount.cents();
    }
    println!("total: {}.{:02}", cents / 100, cents % 100);

    // The same by pages, for work that is done in batches. A page's token is where to go on, also tomorrow.
    let mut pages = list.clone().into_pages();
    let mut after_first = None;
    while let Some(page) = pages.try_next().await? {
        println!("a page of {}, and {}", page.claims.len(), page.next_token.as_ref().map_or("the end", |_| "more"));
        after_first = after_first.or(page.next_token);
    }

    if let Some(token) = after_first {
        // Whoever stops early has not asked for the rest.
        let next = list.clone().starting_at(token).into_stream().try_next().await?;
        println!("the second page begins with {}", next.map_or_else(String::new, |c| c.claim_amount.to_string()));
    }

    // Each as soon as it is read, four at a time. Deleting does not disturb the pages to come.
    let claims = list.into_stream();
    claims.try_for_each_concurrent(4, async |claim| client.delete_claim(&member, claim.claim_id).await).await?;
    println!("left: {}", client.list_claims(&member).await?.claims.len());
    Ok(())
}
