//! Which import a file belongs to, by what its rows say; and a key for each of them, on the disk before the first is sent.
//!
//! A file that holds all rows of a known import goes on with it, whatever it is called and whatever has been added. One that
//! holds only some of them could be that import with rows changed, or new claims that look alike: that is asked.

use std::{cmp::Reverse, io, iter::Peekable};

use super::{
    Args, keyed_copy,
    keys::{self, ENTRY, Entry, FORMER, REQUIRED},
    manifest::{Found, Manifest, State},
    mark::Mark,
    mint::Mint,
    progress::Progress,
    sort::{Iter, Records, Sorter},
    source::Source,
    store::Store,
    survey::{Placed, Survey},
};
use crate::{Failure, Status};

/// A row's work: its place (8), its content (16), its key (16), whether the key is new (1).
pub(super) const WORK: usize = 8 + 16 + 16 + 1;

/// A file with a key for each row, and the import that it is.
pub(super) struct Registered {
    pub manifest: Manifest,
    pub work: Records<WORK>,
    /// The file holds an import's rejected rows, not its rows.
    pub fixes: bool,
    /// What the person should know of the choice.
    pub note: Option<String>,
}

/// Finds the import, or begins one; nobody else has it from here on.
///
/// # Errors
/// It is running; or it has to be asked which import it is; or nothing can be kept here.
pub(super) fn register(
    survey: &Survey,
    source: &Source,
    args: &Args,
    progress: &Progress,
) -> Result<Registered, Failure> {
    let mut store = Store::open(source, progress)?;
    let failed = |e: io::Error| Failure::file(&store.imports, e);
    let choice = choose(survey, source, args, std::mem::take(&mut store.found))?;
    let generation = choice.generation.unwrap_or(REQUIRED);
    let fixes = choice.generation.is_some();

    let mut manifest = match choice.own {
        Some(at) => Manifest::lock(
            choice.known[at].found.as_ref().ok_or_else(|| failed(io::Error::other("no such import")))?,
            &source.shown,
        )?,
        None => {
            Manifest::begin(&store.imports, choice.id, State::new(&source.name, survey.wrong_digest), &source.shown)?
        }
    };
    // Nobody may go on with the others meanwhile either: their keys are used here.
    let mut others = Vec::new();
    for (at, known) in choice.known.iter().enumerate() {
        if let Some(found) = known.found.as_ref().filter(|_| Some(at) != choice.own) {
            others.push(Manifest::lock(found, &source.shown)?);
        }
    }
    let assigned = assign(&survey.by_content, survey.rows, &choice, generation, args.same).map_err(failed)?;
    if assigned.changed || choice.own.is_none() {
        let keys = assigned.keys.finish().map_err(failed)?;
        manifest.write_keys(keys.len(), keys.iter())?;
    }
    if !fixes {
        let wrong = super::mark::hex(&survey.wrong_digest);
        if manifest.state.wrong != wrong {
            // Other rows are rejected than before: what was rejected before has been dealt with in the file itself.
            manifest.state.generation += 1;
            manifest.state.wrong = wrong;
        }
        manifest.state.finished = false;
    }
    manifest.commit()?;
    store.note(&manifest.folder);
    Ok(Registered { work: assigned.work.finish().map_err(failed)?, manifest, fixes, note: choice.note })
}

/// An import that is known by its keys.
struct Known {
    name: String,
    begun: String,
    finished: bool,
    keys: Records<ENTRY>,
    /// Rows of the file that are no claims, where the import wants them to be there still.
    wrong: u64,
    /// `None`: a keyed copy of 0.1.0.
    found: Option<Found>,
}

impl Known {
    fn of(found: Found) -> Self {
        let state = &found.state;
        let (name, begun, finished) = (state.source.clone(), state.begun.clone(), state.finished);
        Self { name, begun, finished, keys: found.keys.clone(), wrong: 0, found: Some(found) }
    }
}

/// Whose keys are used.
struct Choice {
    known: Vec<Known>,
    /// Which of them gets the new keys; `None`: a new import.
    own: Option<usize>,
    /// The new import's id.
    id: [u8; 8],
    /// Only the keys of rows that were fixed among the rejected rows of this generation.
    generation: Option<u32>,
    note: Option<String>,
}

impl Choice {
    fn new_import(id: [u8; 8]) -> Self {
        Self { known: Vec::new(), own: None, id, generation: None, note: None }
    }
}

fn choose(survey: &Survey, source: &Source, args: &Args, found: Vec<Found>) -> Result<Choice, Failure> {
    let failed = |e: io::Error| Failure::file(&source.folder, e);
    if let Some(mark) = survey.mark.filter(|_| !args.new)
        && let Some(choice) = rejected(mark, &found, source)?
    {
        return Ok(choice);
    }
    let rows = survey.by_content.count;
    if rows == 0 {
        // Keys of their own, or no claims at all: the file's content as a whole is the import.
        let mut id = [0; 8];
        id.copy_from_slice(&survey.digest[..8]);
        let known = found.into_iter().find(|found| found.id == id).map(Known::of);
        return Ok(match known {
            Some(known) => Choice { known: vec![known], own: Some(0), ..Choice::new_import(id) },
            None => Choice::new_import(id),
        });
    }
    let id = Mint::id().map_err(failed)?;
    let mut all: Vec<_> = found.into_iter().map(Known::of).collect();
    for copy in keyed_copy::beside(source).map_err(failed)? {
        // Where a manifest has taken its keys over, that one is gone on with: of as many rows, it comes first.
        let (name, begun) = (copy.name, "by claims 0.1.0".to_owned());
        all.push(Known { name, begun, finished: true, keys: copy.keys, wrong: copy.wrong, found: None });
    }
    let mut overlapping = Vec::new();
    for known in all {
        let overlap = overlap(&survey.by_content, &[], &known).map_err(failed)?;
        if overlap.rows > 0 {
            overlapping.push((known, overlap));
        }
    }
    if args.new {
        // Run again after an interruption, the same command must not begin a third.
        let same = |known: &Known, overlap: &Overlap| {
            known.found.is_some() && !known.finished && overlap.rows == rows && known.keys.len() == rows
        };
        let open = overlapping.into_iter().filter(|(known, overlap)| same(known, overlap));
        let newest = open.max_by(|(a, _), (b, _)| a.begun.cmp(&b.begun)).map(|(known, _)| known);
        return Ok(match newest {
            Some(known) => {
                Choice { note: Some(goes_on(&known)), known: vec![known], own: Some(0), ..Choice::new_import(id) }
            }
            None => Choice::new_import(id),
        });
    }
    // The open ones first, then the largest; of equal ones that of the file's name, then the newest.
    overlapping.sort_by_key(|(known, _)| {
        (
            known.finished,
            Reverse(known.keys.len()),
            known.found.is_none(),
            known.name != source.name,
            Reverse(known.begun.clone()),
        )
    });
    let mut chosen: Vec<Known> = Vec::new();
    let mut partly: Vec<(Known, Overlap)> = Vec::new();
    for (known, whole) in overlapping {
        let left = overlap(&survey.by_content, &chosen, &known).map_err(failed)?;
        let holds_all = left.required == left.required_of && known.wrong <= survey.wrong.rows;
        if left.rows > 0 && whole.required == whole.required_of && holds_all {
            chosen.push(known);
        } else {
            partly.push((known, left));
        }
    }
    // What an import taken later explains needs no question.
    let mut open = Vec::new();
    for (known, _) in partly {
        let left = overlap(&survey.by_content, &chosen, &known).map_err(failed)?;
        if left.rows > 0 {
            open.push((known, left));
        }
    }
    if let Some((known, overlap)) = open.first().filter(|_| !args.same) {
        return Err(ask(source, rows, known, overlap));
    }
    chosen.extend(open.into_iter().map(|(known, _)| known));
    let own = chosen.iter().position(|known| known.found.is_some());
    let note = chosen.first().map(goes_on);
    Ok(Choice { own, known: chosen, note, ..Choice::new_import(id) })
}

fn goes_on(known: &Known) -> String {
    format!("goes on with the import of {} begun {}", known.name, known.begun)
}

/// The import whose rejected rows these are; `None` where it is not known here.
fn rejected(mark: Mark, found: &[Found], source: &Source) -> Result<Option<Choice>, Failure> {
    let refuse = |why: String| Err(Failure::new(Status::Usage, format!("{}: {why}; nothing was sent", source.shown)));
    if mark == Mark::of_several() {
        return refuse("rejected rows of two imports, or of two runs of one: import each file by itself".to_owned());
    }
    let Some(found) = found.iter().find(|found| found.id == mark.import) else { return Ok(None) };
    let state = &found.state;
    if state.generation != mark.generation {
        let current = match &state.rejected_file {
            Some(file) => format!("the rows that are rejected now are in {file}"),
            None => "its rows have been dealt with since".to_owned(),
        };
        return refuse(format!(
            "these rows were rejected by an earlier run of the import of {}, and {current}; --new makes new claims of them",
            state.source
        ));
    }
    let known = Known::of(found.clone());
    let note = Some(format!("rejected rows of the import of {} begun {}", known.name, known.begun));
    Ok(Some(Choice {
        known: vec![known],
        own: Some(0),
        generation: Some(mark.generation),
        note,
        ..Choice::new_import(mark.import)
    }))
}

fn ask(source: &Source, rows: u64, known: &Known, overlap: &Overlap) -> Failure {
    let of = known.keys.len().max(overlap.rows);
    let file = super::look::shell(&source.shown);
    Failure::new(
        Status::Usage,
        format!(
            "{}: {} of its {rows} rows are rows of an earlier import ({}, begun {}), which has {of}; nothing was sent. Are they the \
             same claims?\n  yes, they are not to be made again (a changed row becomes one more claim): claims import --same \
             {file}\n  no, new claims that look alike: claims import --new {file}",
            source.shown, overlap.rows, known.name, known.begun
        ),
    )
}

/// How much of an import a file holds.
struct Overlap {
    rows: u64,
    /// Rows that the import wants to find, found and total.
    required: u64,
    required_of: u64,
}

fn overlap(rows: &Placed, taken: &[Known], known: &Known) -> io::Result<Overlap> {
    let mut taken: Vec<_> = taken.iter().map(|known| Cursor::new(&known.keys, None)).collect();
    let mut cursor = Cursor::new(&known.keys, None);
    let mut overlap = Overlap { rows: 0, required: 0, required_of: 0 };
    for row in rows.iter() {
        let (content, _) = row?;
        if first(&mut taken, &content)?.is_none()
            && let Some(entry) = cursor.take(&content)?
        {
            overlap.rows += 1;
            overlap.required += u64::from(keys::generation(&entry) == REQUIRED);
        }
    }
    for entry in known.keys.iter() {
        overlap.required_of += u64::from(keys::generation(&entry?) == REQUIRED);
    }
    Ok(overlap)
}

fn first(cursors: &mut [Cursor], content: &[u8; 16]) -> io::Result<Option<(usize, Entry)>> {
    for (at, cursor) in cursors.iter_mut().enumerate() {
        if let Some(entry) = cursor.take(content)? {
            return Ok(Some((at, entry)));
        }
    }
    Ok(None)
}

/// Walks along sorted keys; contents have to be asked for in their order, and each key is given once.
struct Cursor {
    entries: Peekable<Iter<ENTRY>>,
    generation: Option<u32>,
    passed: Vec<Entry>,
    keeps: bool,
}

impl Cursor {
    fn new(keys: &Records<ENTRY>, generation: Option<u32>) -> Self {
        Self { entries: keys.iter().peekable(), generation, passed: Vec::new(), keeps: false }
    }

    fn take(&mut self, content: &[u8; 16]) -> io::Result<Option<Entry>> {
        loop {
            let Some(entry) = self.entries.peek() else { return Ok(None) };
            let ours = match entry {
                Ok(entry) if keys::content(entry) > *content => return Ok(None),
                Ok(entry) => {
                    keys::content(entry) == *content && self.generation.is_none_or(|g| g == keys::generation(entry))
                }
                Err(_) => true,
            };
            let entry = self.entries.next().transpose()?;
            if ours {
                return Ok(entry);
            }
            if self.keeps {
                self.passed.extend(entry);
            }
        }
    }
}

struct Assigned {
    work: Sorter<WORK>,
    /// The import's keys as they are to be, and whether they differ from what they were.
    keys: Sorter<ENTRY>,
    changed: bool,
}

/// Gives each row a key: a known one where there is one, else a new one.
fn assign(rows: &Placed, of: u64, choice: &Choice, generation: u32, same: bool) -> io::Result<Assigned> {
    let mint = Mint::new(of)?;
    let mut cursors: Vec<_> = choice.known.iter().map(|known| Cursor::new(&known.keys, choice.generation)).collect();
    if let Some(own) = choice.own {
        cursors[own].keeps = true;
    }
    let mut assigned = Assigned { work: Sorter::new(), keys: Sorter::new(), changed: false };
    for row in rows.iter() {
        let (content, place) = row?;
        let (key, new) = match first(&mut cursors, &content)? {
            Some((at, entry)) => {
                if Some(at) == choice.own {
                    assigned.keys.push(entry)?;
                } else if choice.known[at].found.is_none() {
                    assigned.changed = true;
                    assigned.keys.push(keys::entry(content, generation, keys::key(&entry)))?;
                }
                (keys::key(&entry), false)
            }
            None => {
                let key = mint.key(place)?;
                assigned.changed = true;
                assigned.keys.push(keys::entry(content, generation, key))?;
                (key, true)
            }
        };
        let mut work = [0; WORK];
        work[..8].copy_from_slice(&place.to_be_bytes());
        work[8..24].copy_from_slice(&content);
        work[24..40].copy_from_slice(&key);
        work[40] = u8::from(new);
        assigned.work.push(work)?;
        if let Some(own) = choice.own {
            assigned.pass(&mut cursors[own].passed, same)?;
        }
    }
    if let Some(own) = choice.own {
        let own = &mut cursors[own];
        assigned.pass(&mut own.passed, same)?;
        for entry in own.entries.by_ref() {
            assigned.pass(&mut vec![entry?], same)?;
        }
    }
    Ok(assigned)
}

impl Assigned {
    /// Entries of rows that the file does not hold. Once it has been said that the file is that import all the same, they
    /// are not missed any more.
    fn pass(&mut self, entries: &mut Vec<Entry>, same: bool) -> io::Result<()> {
        for entry in entries.drain(..) {
            let gone = same && keys::generation(&entry) == REQUIRED;
            self.changed |= gone;
            self.keys.push(if gone { keys::entry(keys::content(&entry), FORMER, keys::key(&entry)) } else { entry })?;
        }
        Ok(())
    }
}
