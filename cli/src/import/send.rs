//! Rows out, answers in: bounded, slower when the API is busy, and never giving a row up silently.

use std::{io, pin::pin, time::Duration};

use claims_client::{ClaimsClient, Error, FieldError, IdempotencyKey, ProblemCode};
use csv::ByteRecord;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{Args, End, Entry, file::Raw, file::Rows, pace::Pace, progress::Progress, rejected::Rejected};
use crate::record;

/// Rows read ahead: enough to keep all busy, and the same however long the file is.
const AHEAD: usize = 1024;

/// Sends all rows; returns how many were taken, and why it ended.
pub(super) async fn all(
    client: &ClaimsClient,
    args: &Args,
    rows: Rows,
    rejected: &mut Rejected,
    progress: &mut Progress,
) -> (u64, End) {
    let mut entries = read(rows);
    let mut pace = Pace::new(usize::from(args.concurrency), args.first_wait);
    let mut under_way = FuturesUnordered::new();
    let mut again: Vec<Entry> = Vec::new();
    let patience = Duration::from_secs(args.patience);
    let (mut not_before, mut taken_last) = (Instant::now(), Instant::now());
    let (mut imported, mut more, mut interrupted) = (0, true, false);
    let mut reject = |entry: Entry, why: &str, progress: &mut Progress| {
        progress.say(&format!("line {}: {why}", entry.line));
        progress.row();
        rejected.add(entry.raw, why)
    };

    // One listener for the whole import: a new one for each turn would miss what comes between two.
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    loop {
        let room = under_way.len() < pace.limit() && !interrupted;
        if under_way.is_empty() && (interrupted || !more && again.is_empty()) {
            return (imported, if interrupted { End::Interrupted } else { End::Finished });
        }
        let waiting = Instant::now() < not_before;
        tokio::select! {
            biased;
            _ = &mut interrupt => {
                if interrupted {
                    return (imported, End::Interrupted);
                }
                interrupted = true;
                interrupt.set(tokio::signal::ctrl_c());
                progress.say("interrupted: waiting for the rows under way (Ctrl-C again stops at once)");
            }
            Some((entry, epoch, outcome)) = under_way.next() => match outcome {
                Ok(()) => {
                    imported += 1;
                    taken_last = Instant::now();
                    pace.success();
                    progress.row();
                }
                Err(error) => match judge(&error) {
                    Judgement::Row(why) => {
                        // The API answered: it is well.
                        taken_last = Instant::now();
                        if let Err(e) = reject(entry, &why, progress) {
                            return (imported, End::Stopped(e.into()));
                        }
                    }
                    Judgement::Later => {
                        if taken_last.elapsed() >= patience {
                            return (imported, End::Stopped(error.into()));
                        }
                        if let Some(wait) = pace.put_off(epoch, error.retry_after()) {
                            not_before = Instant::now() + wait;
                        }
                        again.push(entry);
                    }
                    Judgement::All => return (imported, End::Stopped(error.into())),
                },
            },
            () = sleep_until(not_before), if room && waiting => {}
            entry = next(&mut again, &mut entries), if room && !waiting && (more || !again.is_empty()) => match entry {
                None => more = false,
                Some(Err(e)) => return (imported, End::Stopped(e.into())),
                Some(Ok(entry)) => match &entry.row {
                    Err(why) => {
                        let why = why.clone();
                        if let Err(e) = reject(entry, &why, progress) {
                            return (imported, End::Stopped(e.into()));
                        }
                    }
                    Ok(row) => {
                        let key = row.key.unwrap_or_else(IdempotencyKey::mint);
                        let call = client.create_claim(row.create.clone()).with_idempotency_key(key);
                        let epoch = pace.epoch();
                        under_way.push(async move { (entry, epoch, call.await.map(drop)) });
                    }
                },
            },
        }
    }
}

async fn next(again: &mut Vec<Entry>, entries: &mut mpsc::Receiver<io::Result<Entry>>) -> Option<io::Result<Entry>> {
    match again.pop() {
        Some(entry) => Some(Ok(entry)),
        None => entries.recv().await,
    }
}

/// Reads rows on a thread of their own; it waits when they are not wanted yet.
fn read(rows: Rows) -> mpsc::Receiver<io::Result<Entry>> {
    let (send, receive) = mpsc::channel(AHEAD);
    let heading = rows.heading().cloned();
    tokio::task::spawn_blocking(move || {
        for row in rows {
            let entry = row.map(|(line, raw)| Entry { line, row: parse(&raw, heading.as_ref()), raw });
            let failed = entry.is_err();
            // Nobody listens any more: the import has ended.
            if send.blocking_send(entry).is_err() || failed {
                return;
            }
        }
    });
    receive
}

fn parse(raw: &Raw, heading: Option<&ByteRecord>) -> Result<record::Row, String> {
    const NOT_UTF_8: &str = "the row is not UTF-8";
    let row = match raw {
        Raw::Line(line) => record::from_line(std::str::from_utf8(line).map_err(|_| NOT_UTF_8)?),
        Raw::Cells(cells) => {
            let heading = heading.ok_or("the file has no heading")?;
            // Whoever mends a rejected row need not keep the empty problem at its end.
            let problem_last = heading.iter().next_back() == Some(record::PROBLEM.as_bytes());
            if cells.len() != heading.len() && !(problem_last && cells.len() + 1 == heading.len()) {
                return Err(format!("the row has {} cells, and the heading has {}", cells.len(), heading.len()));
            }
            let mut pairs = Vec::with_capacity(cells.len());
            for (name, cell) in heading.iter().zip(cells) {
                let text = |bytes| std::str::from_utf8(bytes).map_err(|_| NOT_UTF_8);
                pairs.push((text(name)?, text(cell)?));
            }
            record::from_cells(pairs.into_iter())
        }
    };
    let row = row.map_err(|errors| said(&errors))?;
    match row.key {
        Some(key) => {
            key.check_for_create(claims_client::types::Timestamp::now()).map_err(|e| format!("{} {e}", record::KEY))?;
            Ok(row)
        }
        // Whatever can have a key has got one, and without it a second run would double the row.
        None => Err(format!("{} is missing", record::KEY)),
    }
}

fn said(errors: &[FieldError]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
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
            "{} has been used for other values: if the row was changed on purpose, give it a new key to make another claim",
            record::KEY
        ));
    }
    if error.is_validation() {
        let errors = error.field_errors();
        return Judgement::Row(if errors.is_empty() { error.to_string() } else { said(errors) });
    }
    if error.is_forbidden() || error.is_credentials() || error.is_unexpected_answer() {
        return Judgement::All;
    }
    // Our own bug (500) may be about this row; everything else of the kind passes.
    if error.code() == Some(&ProblemCode::Internal) { Judgement::Row(error.to_string()) } else { Judgement::Later }
}
