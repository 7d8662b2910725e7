//! Rows out, answers in: bounded, slower when the API is busy, and never giving a row up silently.

use std::{io, iter::Peekable, path::Path, pin::pin, time::Duration};

use claims_client::{Answered, ClaimsClient, Error, IdempotencyKey, ProblemCode, types::Timestamp};
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Args, End,
    books::Books,
    groups::Groups,
    pace::Pace,
    progress::Progress,
    register::WORK,
    reject::Rejects,
    rows::{self, Fault, Raw, Reading, Reason, Rows},
    sort::Iter,
    survey::{self, number},
};
use crate::{Failure, Status, interrupt::interruption, record};

/// Rows read ahead: enough to keep all busy, and the same however long the file is.
const AHEAD: usize = 256;

/// So long without any answer is worth a word.
const SILENCE: Duration = Duration::from_secs(5);

/// A row with its place, ready to be sent or to be refused.
pub(super) struct Entry {
    line: u64,
    raw: Raw,
    claim: Result<Claim, Reason>,
}

struct Claim {
    row: record::Row,
    key: IdempotencyKey,
    /// Nobody has ever sent this key before.
    new: bool,
    /// An earlier try of this run may have made it.
    tried: bool,
}

/// What a run has done.
pub(super) struct Sent {
    pub books: Books,
    /// Rows that the API refused; those that were wrong in themselves have been told before.
    pub refused: Groups,
    pub end: End,
}

/// Sends all rows.
pub(super) async fn all(
    client: &ClaimsClient,
    args: &Args,
    mut entries: mpsc::Receiver<Result<Entry, Stop>>,
    rows: u64,
    rejects: &mut Rejects,
    progress: &mut Progress,
) -> Sent {
    let begun = Timestamp::now();
    let mut sent =
        Sent { books: Books { read: rows, ..Books::default() }, refused: Groups::default(), end: End::Finished };
    let mut pace = Pace::new(usize::from(args.concurrency), args.first_wait);
    let mut under_way = FuturesUnordered::new();
    let mut again: Vec<Entry> = Vec::new();
    let patience = Duration::from_secs(args.patience);
    let (mut not_before, mut taken_last) = (Instant::now(), Instant::now());
    let mut heard = Instant::now();
    let (mut more, mut interrupted) = (true, false);
    // Why the API took nothing, for whoever stops waiting.
    let mut trouble: Option<String> = None;

    // One listener for the whole import: a new one for each turn would miss what comes between two.
    let mut interrupt = pin!(interruption());
    loop {
        let room = under_way.len() < pace.limit() && !interrupted;
        if under_way.is_empty() && (interrupted || !more && again.is_empty()) {
            if interrupted {
                sent.end = End::Interrupted(trouble);
            }
            return sent;
        }
        let waiting = Instant::now() < not_before;
        tokio::select! {
            biased;
            () = &mut interrupt => {
                if interrupted {
                    sent.end = End::Interrupted(trouble);
                    return sent;
                }
                interrupted = true;
                interrupt.set(interruption());
                progress.note("interrupted: waiting for the rows under way (Ctrl-C again stops at once)");
            }
            Some((mut entry, epoch, outcome)) = under_way.next() => {
                heard = Instant::now();
                match outcome {
                    Ok(outcome) => {
                        if is_made(&entry, &outcome, begun) { sent.books.made += 1 } else { sent.books.there += 1 }
                        (taken_last, trouble) = (Instant::now(), None);
                        pace.success();
                        progress.answered();
                        progress.row();
                    }
                    Err(error) => match judge(&error) {
                        Judgement::Row(why) => {
                            // The API answered: it is well.
                            (taken_last, trouble) = (Instant::now(), None);
                            if sent.refused.add(entry.line, &why) {
                                progress.note(&format!("line {}: {why}", entry.line));
                            }
                            if let Err(failure) = sent.books.reject(rejects, progress, &entry.raw, &why) {
                                sent.end = End::Stopped(failure);
                                return sent;
                            }
                        }
                        Judgement::Later => {
                            if taken_last.elapsed() >= patience {
                                sent.end = End::Stopped(error.into());
                                return sent;
                            }
                            if let Some(wait) = pace.put_off(epoch, error.retry_after()) {
                                not_before = Instant::now() + wait;
                                let cause = error.to_string();
                                progress.waiting(&cause, wait);
                                trouble = Some(cause);
                            }
                            if let Ok(claim) = &mut entry.claim {
                                claim.tried = true;
                            }
                            again.push(entry);
                        }
                        Judgement::All => {
                            sent.end = End::Stopped(error.into());
                            return sent;
                        }
                    },
                }
            },
            () = sleep_until(not_before), if room && waiting => {}
            () = sleep_until(heard + SILENCE), if !under_way.is_empty() => {
                heard = Instant::now();
                let silent = taken_last.elapsed().as_secs();
                progress.waiting(&format!("no answer from the API for {silent} s"), Duration::ZERO);
                trouble.get_or_insert_with(|| "the API gave no answer".to_owned());
            }
            entry = next(&mut again, &mut entries), if room && !waiting && (more || !again.is_empty()) => match entry {
                None => more = false,
                Some(Err(stop)) => {
                    // What is under way is waited for: its outcome belongs into the books.
                    sent.end = End::Stopped(stop.into_failure(&args.file));
                    while let Some((entry, _, outcome)) = under_way.next().await {
                        if let Ok(outcome) = outcome {
                            if is_made(&entry, &outcome, begun) { sent.books.made += 1 } else { sent.books.there += 1 }
                        }
                    }
                    return sent;
                }
                Some(Ok(entry)) => match &entry.claim {
                    Err(reason) => {
                        if let Err(failure) = sent.books.reject(rejects, progress, &entry.raw, &reason.text) {
                            sent.end = End::Stopped(failure);
                            return sent;
                        }
                    }
                    Ok(claim) => {
                        let call = client.create_claim(claim.row.create.clone()).with_idempotency_key(claim.key);
                        let epoch = pace.epoch();
                        if under_way.is_empty() {
                            heard = Instant::now();
                        }
                        under_way.push(async move { (entry, epoch, call.answered().await) });
                    }
                },
            },
        }
    }
}

impl Books {
    fn reject(&mut self, rejects: &mut Rejects, progress: &mut Progress, raw: &Raw, why: &str) -> Result<(), Failure> {
        progress.row();
        rejects
            .add(raw, why)
            .map_err(|e| Failure::new(Status::Failed, format!("the rejected rows cannot be kept: {e}")))?;
        self.rejected += 1;
        Ok(())
    }
}

/// Whether this run has made the claim. 201 says so. 200 says that it was there, which after a lost answer may be this
/// run's own doing: certain where nobody had the key before, else told by the claim's own time.
fn is_made(entry: &Entry, outcome: &Answered<claims_client::Claim>, begun: Timestamp) -> bool {
    let Ok(claim) = &entry.claim else { return false };
    let lost = claim.tried || outcome.attempts > 1;
    outcome.status == 201 || lost && (claim.new || outcome.value.created_at >= begun)
}

async fn next(
    again: &mut Vec<Entry>,
    entries: &mut mpsc::Receiver<Result<Entry, Stop>>,
) -> Option<Result<Entry, Stop>> {
    match again.pop() {
        Some(entry) => Some(Ok(entry)),
        None => entries.recv().await,
    }
}

/// Why no further row can be sent.
#[derive(Debug)]
pub(super) enum Stop {
    Changed,
    Io(io::Error),
}

impl Stop {
    fn into_failure(self, file: &Path) -> Failure {
        match self {
            Self::Io(e) => Failure::file(file, e),
            Self::Changed => {
                let why = "the file has changed while it was being imported: the rows that are left were not sent";
                Failure::new(Status::Left, format!("{}: {why}", file.display()))
            }
        }
    }
}

/// The rows once more, with their keys; any difference from what was looked at is an end.
pub(super) struct Second {
    pub rows: Rows,
    pub reading: Reading,
    pub work: Peekable<Iter<WORK>>,
    pub repeats: Peekable<Iter<16>>,
    pub count: u64,
}

impl Second {
    /// Reads rows on a thread of their own; it waits when they are not wanted yet.
    pub(super) fn read(mut self) -> mpsc::Receiver<Result<Entry, Stop>> {
        let (send, receive) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            for place in 0.. {
                let Some(entry) = self.entry(place).transpose() else { return };
                let failed = entry.is_err();
                // Nobody listens any more: the import has ended.
                if send.blocking_send(entry).is_err() || failed {
                    return;
                }
            }
        });
        receive
    }

    fn entry(&mut self, place: u64) -> Result<Option<Entry>, Stop> {
        if place == 0 {
            self.rows.heading().map_err(|_| Stop::Changed)?;
        }
        let (line, raw) = match self.rows.read() {
            Ok(Some(row)) if place < self.count => row,
            Ok(None) if place == self.count => return Ok(None),
            Ok(_) => return Err(Stop::Changed),
            Err(Fault::Io(e)) => return Err(Stop::Io(e)),
            Err(Fault::Refused(_)) => return Err(Stop::Changed),
        };
        let at = |next: Option<u64>| next == Some(place);
        let repeated = at(self.repeats.peek().and_then(|r| r.as_ref().ok()).map(|r| number(&r[..8])));
        let ours = at(self.work.peek().and_then(|w| w.as_ref().ok()).map(|w| number(&w[..8])));
        let claim = match self.reading.parse(line, &raw).map_err(|_| Stop::Changed)?.row {
            Err(reason) if !ours && !repeated => Err(reason),
            Ok(row) if repeated && row.key.is_some() => {
                let repeat = self.repeats.next().transpose().map_err(Stop::Io)?;
                Err(survey::repeated(repeat.map_or(0, |repeat| number(&repeat[8..]))))
            }
            Ok(row) if !ours && !repeated => match row.key {
                Some(key) => Ok(Claim { row, key, new: false, tried: false }),
                None => return Err(Stop::Changed),
            },
            Ok(row) if ours && row.key.is_none() => {
                let Some(work) = self.work.next().transpose().map_err(Stop::Io)? else {
                    return Err(Stop::Changed);
                };
                if rows::fingerprint(&row.create) != work[8..24] {
                    return Err(Stop::Changed);
                }
                let mut key = [0; 16];
                key.copy_from_slice(&work[24..40]);
                let key = IdempotencyKey::from(uuid::Uuid::from_bytes(key));
                Ok(Claim { row, key, new: work[40] == 1, tried: false })
            }
            _ => return Err(Stop::Changed),
        };
        Ok(Some(Entry { line, raw, claim }))
    }
}

enum Judgement {
    /// This row is wrong, in these words.
    Row(String),
    /// The row is as good as before; the API is busy or away.
    Later,
    /// It would be the same with every row.
    All,
}

fn judge(error: &Error) -> Judgement {
    if error.is_throttled() || error.is_timeout() || error.is_connect() || error.is_outcome_unknown() {
        return Judgement::Later;
    }
    if error.is_idempotency_key_reused() {
        return Judgement::Row(format!(
            "{} has been used for other values: if the row was changed on purpose, give it a new key to make another claim; if that \
             import is done, there is nothing left to do",
            record::KEY
        ));
    }
    if error.code() == Some(&ProblemCode::ClaimDeleted) {
        return Judgement::Row(
            "its claim was filed and deleted: to file it again on purpose, give the row a new key".to_owned(),
        );
    }
    if error.is_validation() {
        let errors = error.field_errors();
        return Judgement::Row(if errors.is_empty() { error.to_string() } else { rows::all(errors) });
    }
    if error.is_forbidden() || error.is_credentials() || error.is_unexpected_answer() {
        return Judgement::All;
    }
    // Our own bug (500) may be about this row, and so is whatever else is settled; everything else passes.
    let settled = error.problem().is_some() && matches!(error.status(), Some(409 | 410 | 422));
    if error.code() == Some(&ProblemCode::Internal) || settled {
        Judgement::Row(without_request(&error.to_string()))
    } else {
        Judgement::Later
    }
}

/// Equal errors in equal words: a request's id and its attempts are its own.
fn without_request(text: &str) -> String {
    text.rsplit_once(" [").map_or(text, |(text, _)| text).to_owned()
}
