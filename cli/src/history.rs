//! A claim's history: who changed it, when, and what it was before; and whether any of it is missing.

use claims_client::{
    ClaimsClient, PageLimit, Version,
    types::{Actor, FieldChange, HistoryEntry, WriteOperation},
};
use serde::Serialize;
use serde_json::Value;

use super::{Failure, Status, crud::Which, exit::say, output};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// Instead, look whether there is an entry of every version, and end with 11 where one is missing
    #[arg(long)]
    verify: bool,
}

pub(super) async fn run(client: &ClaimsClient, args: &Args, json: bool) -> Result<Status, Failure> {
    let call = client.list_claim_history(&args.which.member, args.which.claim).limit(PageLimit::MAX);
    let mut pages = call.into_pages();
    let mut verdict = None;
    while let Some(page) = pages.try_next().await? {
        let verdict = verdict.get_or_insert_with(|| Verdict::new(args, page.history_from));
        if !args.verify && !json && verdict.entries == 0 && page.history_from > Version::FIRST {
            say(json, &format!("The history begins with version {}.", page.history_from));
        }
        for entry in &page.entries {
            verdict.see(entry);
            if args.verify {
                continue;
            }
            if json { output::json(entry)? } else { show(entry)? }
        }
    }
    let Some(mut verdict) = verdict.filter(|_| args.verify) else { return Ok(Status::Done) };
    match client.get_claim(&args.which.member, args.which.claim).await {
        Ok(claim) => verdict.ends_with(claim.version),
        Err(error) if error.is_not_found() => verdict.ends_deleted(),
        Err(error) => return Err(error.into()),
    }
    if json {
        output::json(&verdict)?
    } else {
        verdict.tell()?
    }
    Ok(if verdict.is_whole() { Status::Done } else { Status::Gap })
}

/// Versions one behind the other.
#[derive(Serialize)]
struct Range {
    from: u64,
    to: u64,
}

/// What was found of a history.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    claim_id: String,
    history_from: Version,
    /// How many entries there are.
    entries: u64,
    /// Versions without an entry.
    missing: Vec<Range>,
    /// Versions with more than one, as a restored table leaves them.
    repeated: Vec<u64>,
    /// Whether the claim is gone, and no entry says who deleted it.
    unexplained_end: bool,
    #[serde(skip)]
    next: u64,
    #[serde(skip)]
    ends_with_delete: bool,
}

impl Verdict {
    fn new(args: &Args, history_from: Version) -> Self {
        Self {
            claim_id: args.which.claim.to_string(),
            history_from,
            entries: 0,
            missing: Vec::new(),
            repeated: Vec::new(),
            unexplained_end: false,
            next: history_from.get(),
            ends_with_delete: false,
        }
    }

    fn see(&mut self, entry: &HistoryEntry) {
        let version = entry.version.get();
        self.entries += 1;
        self.ends_with_delete = entry.operation == WriteOperation::DeleteClaim;
        if version < self.next {
            if self.repeated.last() != Some(&version) {
                self.repeated.push(version);
            }
            return;
        }
        self.reaches(version);
        self.next = version + 1;
    }

    /// Every version before this one should have been seen.
    fn reaches(&mut self, version: u64) {
        if version > self.next {
            self.missing.push(Range { from: self.next, to: version - 1 });
        }
    }

    fn ends_with(&mut self, version: Version) {
        self.reaches(version.get() + 1);
    }

    fn ends_deleted(&mut self) {
        self.unexplained_end = !self.ends_with_delete;
    }

    fn is_whole(&self) -> bool {
        self.missing.is_empty() && !self.unexplained_end
    }

    fn tell(&self) -> std::io::Result<()> {
        for Range { from, to } in &self.missing {
            let versions = if from == to { format!("version {from}") } else { format!("versions {from} to {to}") };
            output::line(&format!("no entry of {versions}"))?;
        }
        if self.missing.last().is_some_and(|last| last.to + 1 >= self.next) {
            output::line("(an entry follows its write within about a second: look again)")?;
        }
        if self.unexplained_end {
            output::line("the claim is gone, and no entry says who deleted it")?;
        }
        for version in &self.repeated {
            output::line(&format!(
                "more than one entry of version {version}: the table was restored, or written past the API"
            ))?;
        }
        if self.is_whole() {
            output::line(&format!("whole: {} entries from version {} on", self.entries, self.history_from))?;
        }
        Ok(())
    }
}

fn show(entry: &HistoryEntry) -> std::io::Result<()> {
    let who = match &entry.actor {
        Actor::Iam { arn, .. } => arn.clone(),
        Actor::Network { vpce_id, source_ip, .. } => {
            let parts: Vec<_> = [source_ip, vpce_id].into_iter().flatten().map(String::as_str).collect();
            parts.join(" through ")
        }
        _ => "not known who".to_owned(),
    };
    let for_whom = entry.on_behalf_of.as_ref().map(|who| format!(", for {who}")).unwrap_or_default();
    let line = format!("{:>4}  {}  {:<11}  {who}{for_whom}", entry.version, entry.at, entry.operation);
    output::line(&output::printable(&line))?;
    entry.changes.iter().try_for_each(|change| output::line(&output::printable(&format!("      {}", said(change)))))
}

fn said(change: &FieldChange) -> String {
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (&change.from, &change.to) {
        (None, None) => format!("{} changed", change.field),
        (None, Some(to)) => format!("{}: {}", change.field, value(to)),
        (Some(from), None) => format!("{}: {} ->", change.field, value(from)),
        (Some(from), Some(to)) => format!("{}: {} -> {}", change.field, value(from), value(to)),
    }
}
