//! `claims audit`: who has done what, by the functions' record of calls and the gateway's access log.
//!
//! Both are read as CloudWatch gives them: a line of JSON each, also behind a time or a stream's name, or as the `message` of
//! another object. It asks no API and needs none.

mod line;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use claims_client::{ClaimId, MemberId};
use private_api_contract::AuditKey;

use self::line::{Called, Line};
use super::{Failure, Status, exit::say, output};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Only what was done with this claim, lists of its member's claims included
    #[arg(long, value_name = "ID")]
    claim: Option<ClaimId>,
    /// Only what was done with this member's claims; needs --keys
    #[arg(long, short, value_name = "ID", requires = "keys")]
    member: Option<MemberId>,
    /// A file with the audit keys that were used since, one a line
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Log files, JSON Lines as CloudWatch exports them; none, or -, is standard input
    files: Vec<PathBuf>,
}

/// What was left out although it may belong to the answer.
#[derive(Default)]
struct Gaps {
    /// Calls whose member is hashed with a key that was not given.
    unknown_keys: BTreeSet<String>,
    /// Calls that might concern what is asked for, recorded without any key.
    without_key: u64,
    /// Lines that begin as a record does and cannot be read.
    unreadable: u64,
}

pub(super) fn run(args: &Args, json: bool) -> Result<Status, Failure> {
    let keys = args.keys.as_deref().map(keys).transpose()?.unwrap_or_default();
    let mut gaps = Gaps::default();
    let mut lines = Vec::new();
    let stdin = [PathBuf::from("-")];
    for file in if args.files.is_empty() { &stdin[..] } else { &args.files[..] } {
        read(file, &mut lines, &mut gaps)?;
    }
    lines.sort_by_key(Line::at);
    let all = args.claim.is_none() && args.member.is_none();
    let subjects = subjects(args, &keys, &lines);
    let (mut told, mut refused) = (0_u64, 0_u64);
    for line in &lines {
        let tell = match line {
            _ if all => true,
            Line::Called(call) => concerns(args, &keys, &subjects, call, &mut gaps),
            Line::Refused(_) => {
                refused += 1;
                false
            }
        };
        if tell {
            told += 1;
            if json { output::json(&line.json())? } else { output::line(&line.text())? }
        }
    }
    if told == 0 {
        say(json, "nothing of it is in these logs");
    }
    if refused > 0 {
        say(
            json,
            &format!(
                "{refused} calls were refused by the gateway, which does not say about what: leave --claim and --member out to see them"
            ),
        );
    }
    gaps.tell(json)
}

/// The keys in a file. No key is ever repeated, not even a wrong one.
fn keys(file: &Path) -> Result<Vec<AuditKey>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|e| Failure::file(file, e))?;
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(number, key)| {
            key.parse().map_err(|wrong| {
                Failure::new(Status::Usage, format!("{}, line {}: a key {wrong}", file.display(), number + 1))
            })
        })
        .collect()
}

fn read(file: &Path, lines: &mut Vec<Line>, gaps: &mut Gaps) -> Result<(), Failure> {
    let failed = |e| Failure::file(file, e);
    let source: Box<dyn BufRead> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file).map_err(failed)?))
    };
    for line in source.lines() {
        match Line::read(&line.map_err(failed)?) {
            Ok(line) => lines.extend(line),
            Err(line::Unreadable) => gaps.unreadable += 1,
        }
    }
    Ok(())
}

/// Under which hashes the member goes: by its id, or by the calls that name its claim.
fn subjects(args: &Args, keys: &[AuditKey], lines: &[Line]) -> BTreeSet<(String, String)> {
    let mut subjects = BTreeSet::new();
    if let Some(member) = &args.member {
        subjects.extend(keys.iter().map(|key| (key.id().to_owned(), key.hash(member.as_str()))));
    } else if let Some(claim) = args.claim {
        let named = lines.iter().filter_map(|line| if let Line::Called(call) = line { Some(call) } else { None });
        subjects.extend(named.filter(|call| call.is_about(claim)).filter_map(|call| call.subject.clone()));
    }
    subjects
}

/// Whether a call belongs to the answer; what cannot be told is noted.
fn concerns(
    args: &Args,
    keys: &[AuditKey],
    subjects: &BTreeSet<(String, String)>,
    call: &Called,
    gaps: &mut Gaps,
) -> bool {
    // A member may have a claim of the same id as another's: with a member it is that one's.
    let is_members = call.subject.as_ref().map(|subject| subjects.contains(subject));
    if let Some(claim) = args.claim {
        if call.is_about(claim) {
            return args.member.is_none() || is_members.unwrap_or(true);
        }
        // A list names no claim and shows all of its member's.
        if !call.is_list() {
            return false;
        }
    }
    match &call.subject {
        None => gaps.without_key += 1,
        Some((key, _)) => {
            let known = keys.iter().any(|k| k.id() == key) || subjects.iter().any(|(k, _)| k == key);
            if !known {
                gaps.unknown_keys.insert(key.clone());
            }
        }
    }
    is_members == Some(true)
}

impl Gaps {
    /// An answer that may not be whole is not told as one.
    fn tell(&self, json: bool) -> Result<Status, Failure> {
        let mut status = Status::Done;
        let mut gap = |text: String| {
            say(json, &format!("this may not be all: {text}"));
            status = Status::Failed;
        };
        if !self.unknown_keys.is_empty() {
            let keys: Vec<_> = self.unknown_keys.iter().map(String::as_str).collect();
            gap(format!("members are hashed with audit keys that --keys does not have: {}", keys.join(", ")));
        }
        if self.without_key > 0 {
            gap(format!(
                "{} calls were recorded without an audit key, and whom they concern is not known",
                self.without_key
            ));
        }
        if self.unreadable > 0 {
            gap(format!("{} lines look like a record and cannot be read", self.unreadable));
        }
        Ok(status)
    }
}
