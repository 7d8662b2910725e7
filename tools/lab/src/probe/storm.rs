//! Many creates over a bad network, and the comparison of what was acknowledged with what is stored.

use std::collections::HashMap;

use claims_client::{ClaimsClient, Sent, types::MemberId};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Answer,
    calls::{claim, new_member},
};

/// What the client said of one create.
enum Said {
    Created(String),
    /// It may have happened or not.
    Unknown,
    /// It has certainly not happened.
    No,
}

/// All creates so far, by their member and description.
#[derive(Default)]
pub struct Storm {
    member: Option<MemberId>,
    said: HashMap<String, Said>,
}

impl Storm {
    pub async fn rage(&mut self, client: &ClaimsClient, creates: usize, at_once: usize) -> Answer {
        let member = match self.member.clone().map_or_else(new_member, Ok) {
            Ok(member) => self.member.insert(member).clone(),
            Err(why) => return Answer::failed(why),
        };
        let first = self.said.len();
        let calls = stream::iter(first..first + creates).map(|number| {
            let (member, description) = (&member, format!("claim number {number}"));
            async move {
                let new = claim(member, &description)?;
                let outcome = client.create_claim(new).await;
                Ok::<_, String>((description, outcome))
            }
        });
        let mut answer = Answer::good();
        let mut calls = calls.buffer_unordered(at_once);
        while let Some(done) = calls.next().await {
            let (description, outcome) = match done {
                Ok(done) => done,
                Err(why) => return Answer::failed(why),
            };
            let said = match outcome {
                Ok(claim) => {
                    answer.created += 1;
                    Said::Created(claim.claim_id.to_string())
                }
                Err(e) => {
                    answer.error = e.to_string();
                    if e.is_outcome_unknown() || e.was_sent() != Sent::No {
                        answer.unknown += 1;
                        Said::Unknown
                    } else {
                        answer.unsent += 1;
                        Said::No
                    }
                }
            };
            self.said.insert(description, said);
        }
        answer
    }

    /// Lost: acknowledged and not stored. Doubled: stored twice. Ghosts: stored although the client said that it is not.
    pub async fn audit(&self, client: &ClaimsClient) -> Answer {
        let Some(member) = &self.member else { return Answer::failed("there was no storm".to_owned()) };
        let stored: Vec<_> = match client.list_claims(member).into_stream().try_collect().await {
            Ok(stored) => stored,
            Err(e) => return Answer::of(&e),
        };
        let mut answer = Answer { stored: stored.len(), ..Answer::good() };
        let mut seen: HashMap<&str, Vec<String>> = HashMap::new();
        for claim in &stored {
            seen.entry(claim.description.as_str()).or_default().push(claim.claim_id.to_string());
        }
        for (description, said) in &self.said {
            let ids = seen.get(description.as_str()).map(Vec::as_slice).unwrap_or_default();
            answer.doubled += usize::from(ids.len() > 1);
            match said {
                Said::Created(id) => answer.lost += usize::from(!ids.contains(id)),
                Said::No => answer.ghosts += ids.len(),
                Said::Unknown => {}
            }
        }
        answer.ghosts += seen.keys().filter(|description| !self.said.contains_key(**description)).count();
        answer
    }
}
