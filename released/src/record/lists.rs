//! `lists.json`: a member's claims page by page, with every token.

use std::path::Path;

use claims_local::LocalApi;
use claims_released::{
    Error, entry, forms,
    forms::{Lists, Page, Write},
    world::World,
};
use serde_json::{Value, json};

use super::{key, time};

const MEMBER: &str = "list-1";

pub async fn record(folder: &Path) -> Result<(), Error> {
    let world = World::start().await?;
    let mut items = Vec::new();
    let headers = |number| {
        vec![("content-type".to_owned(), "application/json".to_owned()), ("idempotency-key".to_owned(), key(number))]
    };
    for number in 2000..2009 {
        let at = time(number)?;
        world.at(at);
        let target = format!("/{}/claim?memberId={MEMBER}&policyId=p&memberName=Ann", LocalApi::STAGE);
        let mut body = json!({"policyType": "Life", "claimAmount": number, "description": ""});
        let method = "POST".to_owned();
        let create = Write { at, method, target, headers: headers(number), body: body.clone() };
        world.send(&create.bytes()).await?;
        if number % 3 == 0 {
            body["status"] = json!("in_review");
            let target = format!("/{}/claim/{}?memberId={MEMBER}", LocalApi::STAGE, key(number));
            let update = Write { method: "PUT".to_owned(), target, headers: headers(number + 100), body, ..create };
            world.send(&update.bytes()).await?;
        }
        let item = json!({"PK": {"S": format!("MEMBER#{MEMBER}")}, "SK": {"S": format!("CLAIM#{}", key(number))}});
        items.push(world.stored(&item).await?.ok_or("the table has nothing under that key: has its form changed?")?);
    }
    let mut pages = Vec::new();
    for target in ["&limit=2", "&limit=4&status=in_review", ""] {
        let mut token = None;
        loop {
            let target = format!("/claim?memberId={MEMBER}{target}");
            let mut page = Page { target, token, claim_ids: Vec::new(), next_token: None };
            let answer = world.get(&page.request()).await?.json()?;
            let claims = answer["claims"].as_array().ok_or("no page")?;
            let text = |value: &Value| value.as_str().map(str::to_owned);
            page.claim_ids = claims.iter().filter_map(|claim| text(&claim["claimId"])).collect();
            page.next_token = text(&answer["nextToken"]);
            token = page.next_token.clone();
            pages.push(page);
            if token.is_none() {
                break;
            }
        }
    }
    entry::write_json(&folder.join(forms::LISTS), &Lists { items, pages })
}
