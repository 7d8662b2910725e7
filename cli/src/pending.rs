//! A write on its way: whatever ends it, its end is told, or what may have happened and how to find out.

use std::{
    future::IntoFuture,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use claims_client::{Error, IdempotencyKey};

use crate::{
    Failure, Status,
    exit::{Aftermath, Outcome},
    interrupt::Interruption,
    journal::{Held, Journal},
    write::Write,
};

/// What is under way, if anything was sent yet.
pub(crate) struct Pending {
    noted: Note,
    /// From before anything is noted.
    interruption: Interruption,
}

/// The part of it that notes what is about to be sent.
#[derive(Clone, Default)]
pub(crate) struct Note(Arc<Mutex<Option<Noted>>>);

struct Noted {
    held: Option<Held>,
    aftermath: Aftermath,
    /// Why it could not be noted and must not be sent.
    refused: Option<String>,
    /// An earlier attempt may have been made, so that only the API's own word ends it.
    left_behind: bool,
}

impl Note {
    /// Notes a write in the journal, if there is one; the one before is settled by it. False: it must not be sent.
    pub(crate) fn note(&self, journal: Option<&Journal>, key: IdempotencyKey, write: &Write) -> bool {
        let (operation, done) = write.words();
        let aftermath = Aftermath { operation, done, claim: write.claim(key), key, journaled: journal.is_some() };
        let (held, refused) = match journal.map(|journal| journal.note(key, write.clone())).transpose() {
            Ok(held) => (held, None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        let may = refused.is_none();
        if let Some(held) =
            self.replace(Some(Noted { held, aftermath, refused, left_behind: false })).and_then(|before| before.held)
        {
            held.settle();
        }
        may
    }

    fn replace(&self, noted: Option<Noted>) -> Option<Noted> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), noted)
    }

    fn refused(&self) -> Option<Failure> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.as_mut().and_then(|noted| noted.refused.take()).map(|why| Failure::new(Status::Failed, why))
    }
}

impl Pending {
    /// Nothing yet; no signal ends this process by itself any more.
    pub(crate) fn new() -> Self {
        Self { noted: Note::default(), interruption: Interruption::new() }
    }

    /// Where writes are noted.
    pub(crate) fn notes(&self) -> Note {
        self.noted.clone()
    }

    /// One that the journal has already.
    pub(crate) fn taken_over(held: Held, key: IdempotencyKey, write: &Write) -> Self {
        let (operation, done) = write.words();
        let aftermath = Aftermath { operation, done, claim: write.claim(key), key, journaled: true };
        let pending = Self::new();
        pending.noted.replace(Some(Noted { held: Some(held), aftermath, refused: None, left_behind: true }));
        pending
    }

    /// Sends, and tells the end: the answer by `tell`, everything else in the failure.
    ///
    /// # Errors
    /// The write failed; or it was made and `tell` failed; or it was interrupted, or its outcome is unknown.
    pub(crate) async fn run<T>(
        mut self,
        send: impl IntoFuture<Output = Result<T, Error>>,
        tell: impl FnOnce(&T) -> io::Result<()>,
    ) -> Result<Status, Failure> {
        if let Some(refused) = self.noted.refused() {
            return Err(refused);
        }
        let outcome = tokio::select! {
            biased;
            () = self.interruption.wait() => None,
            outcome = send.into_future() => Some(outcome),
        };
        // Of an update, in its midst.
        if let Some(refused) = self.noted.refused() {
            return Err(refused);
        }
        let (held, aftermath, left_behind) = match self.noted.replace(None) {
            Some(noted) => (noted.held, Some(noted.aftermath), noted.left_behind),
            None => (None, None, false),
        };
        let settle = || {
            if let Some(held) = held {
                held.settle();
            }
        };
        let Some(outcome) = outcome else {
            let failure = Failure::new(Status::Interrupted, "interrupted");
            return Err(match aftermath {
                Some(aftermath) => failure.after(aftermath, Outcome::Unknown),
                None => Failure::new(Status::Interrupted, "interrupted; nothing was sent"),
            });
        };
        match (outcome, aftermath) {
            (Ok(answer), aftermath) => match (tell(&answer), aftermath) {
                (Ok(()), _) => settle(),
                // It stays in the journal: who knows whether standard error can be written.
                (Err(e), Some(aftermath)) => {
                    return Err(Failure::new(Status::Untold, e).after(aftermath, Outcome::Done));
                }
                (Err(e), None) => return Err(e.into()),
            },
            (Err(error), Some(aftermath)) if error.is_outcome_unknown() => {
                return Err(Failure::from(error).after(aftermath, Outcome::Unknown));
            }
            (Err(error), aftermath) => {
                let failure = Failure::from(error);
                return Err(match aftermath.filter(|_| left_behind && !failure.is_final()) {
                    Some(aftermath) => failure.after(aftermath, Outcome::Unknown),
                    None => {
                        settle();
                        failure
                    }
                });
            }
        }
        Ok(Status::Done)
    }
}
