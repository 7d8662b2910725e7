//! `claims resume`: ends every write that was left behind, each under its own key.

use claims_client::ClaimsClient;
use serde_json::{Value, json};

use super::{
    Failure, Status,
    exit::say,
    journal::{Entry, Found, Held, Journal},
    output,
    pending::Pending,
    write::{Answer, Write},
};

/// Finish what was interrupted: every create, update and delete whose end is not known, exactly once
#[derive(clap::Args)]
pub(super) struct Args {
    /// Only show what is open, and send nothing
    #[arg(long)]
    list: bool,
    /// Take what is open off the list, and send nothing: it may have been done or not
    #[arg(long, conflicts_with = "list")]
    forget: bool,
}

pub(super) async fn run(client: &ClaimsClient, journal: &Journal, args: &Args, json: bool) -> Result<Status, Failure> {
    let (mut status, mut elsewhere, mut any) = (Status::Done, 0, false);
    for found in journal.all()? {
        match found {
            Found::Open(held, entry) => {
                any = true;
                let ended = if args.list {
                    line(&entry, "open", None, json).map(|()| Status::Done).map_err(Failure::from)
                } else if args.forget {
                    held.settle();
                    line(&entry, "forgotten", None, json).map(|()| Status::Done).map_err(Failure::from)
                } else {
                    settle(client, held, &entry, json).await
                };
                match ended {
                    Ok(Status::Done) => {}
                    Ok(worse) => status = worse,
                    // The same would be said of each that is left.
                    Err(failure) => return Err(failure),
                }
            }
            Found::Elsewhere => elsewhere += 1,
            Found::Running => say(json, "a change is just being made by another claims; it is left to that one"),
            Found::Unreadable(path) => {
                status = Status::Failed;
                say(json, &format!("{} is not one that this version can read", path.display()));
            }
        }
    }
    if elsewhere > 0 {
        let many = if elsewhere == 1 { "1 change" } else { &format!("{elsewhere} changes") };
        say(json, &format!("{many} of another API left open: name that API (`claims env`), then run this again"));
    }
    // What an import has left is sent by itself: it needs the file as it was read.
    for (file, begun) in super::import::unfinished() {
        any = true;
        say(json, &format!("an import of {begun} has rows left: claims import {}", file.display()));
    }
    if !any && !json {
        output::line("nothing is open")?;
    }
    Ok(status)
}

/// Sends a write again. What came of it is known then, or it stays open and is an error.
async fn settle(client: &ClaimsClient, held: Held, entry: &Entry, json: bool) -> Result<Status, Failure> {
    let pending = Pending::taken_over(held, entry.key, &entry.write);
    let told = |answer: &Answer| {
        let outcome = match entry.write {
            Write::Create { .. } if answer.new => "made",
            Write::Create { .. } => "alreadyMade",
            Write::Update { .. } => "changed",
            Write::Delete { .. } => "deleted",
        };
        line(entry, outcome, None, json)
    };
    let again = entry.write.clone().send(client.clone(), entry.key, entry.on_behalf_of.clone());
    match pending.run(again, told).await {
        // The API has decided: not done, or not to be told any more whether it was.
        Err(failure) if failure.is_final() => {
            let (outcome, status) = match (&entry.write, failure.status()) {
                (Write::Delete { .. }, Status::NotFound) => ("deleted", Status::Done),
                (Write::Update { .. }, Status::Conflict | Status::NotFound) => ("changedSince", Status::Conflict),
                (_, status) => ("refused", status),
            };
            line(entry, outcome, Some(&failure), json)?;
            Ok(status)
        }
        ended => ended,
    }
}

fn line(entry: &Entry, outcome: &str, failure: Option<&Failure>, json: bool) -> std::io::Result<()> {
    let (operation, _) = entry.write.words();
    let (claim, begun) = (entry.write.claim(entry.key), &entry.begun);
    if json {
        return output::json(&json!({
            "operation": operation, "claimId": claim, "begun": begun, "outcome": outcome,
            "error": failure.map_or(Value::Null, |failure| failure.to_string().into()),
        }));
    }
    let said = match outcome {
        "made" => "was not there, and is made now",
        "alreadyMade" => "was made the first time",
        "changed" => "has this change, once",
        "deleted" => "is deleted",
        "changedSince" => {
            "was changed or deleted by somebody else; whether this change was made before cannot be told: look at it"
        }
        "forgotten" => "is not looked after any more",
        "refused" => "is refused",
        _ => "open",
    };
    output::line(&format!("{operation} of {begun}: claim {claim} {said}"))?;
    match failure.filter(|_| outcome == "refused") {
        Some(failure) => output::line(&format!("  {failure}")),
        None => Ok(()),
    }
}
