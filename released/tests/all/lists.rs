//! A list that was begun under an earlier release goes on under this one.

use claims_released::forms::{self, Lists};

use crate::support::{entries, world_with};

#[tokio::test]
async fn a_token_goes_on_where_it_did() {
    for entry in entries() {
        let lists: Lists = entry.json(forms::LISTS).unwrap();
        let world = world_with(&lists.items).await;
        assert!(lists.pages.iter().filter(|page| page.token.is_some()).count() > 3);
        for page in &lists.pages {
            let answer = world.get(&page.request()).await.unwrap();
            let of = format!("released/{}, {}", entry.version, page.request());
            assert_eq!(answer.status(), 200, "{of}: {}", String::from_utf8_lossy(&answer.bytes));
            let answer = answer.json().unwrap();
            let ids: Vec<_> = answer["claims"].as_array().unwrap().iter().map(|claim| &claim["claimId"]).collect();
            assert_eq!(ids, page.claim_ids.iter().collect::<Vec<_>>(), "{of}");
        }
    }
}
