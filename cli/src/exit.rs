//! How the program ends: a status for scripts and a line for people.

use std::{
    error::Error,
    fmt,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use claims_client::{ClaimId, ErrorKind, IdempotencyKey, ProblemCode};

/// What `--help` says of exit codes.
pub(super) const HELP: &str = "\
Exit codes:
  0    done
  1    failed: the API refused, or a file could not be read or written
  2    the command line, the configuration or the file is wrong, or a question
       has to be answered; nothing was sent
  3    no such claim; export: the member has none
  4    the claim has changed meanwhile, or its status does not allow this
  5    the API cannot be reached or is busy, or another import of the file is
       running; the same command may work later
  6    it is unknown whether the change was made: claims resume finds out
  7    import: rows were rejected; they are in the file it names
  8    doctor: something is wrong
  9    import: rows are left, for the file has changed meanwhile (1, 5 and 130
       leave rows too, and say how many)
  10   done, but the answer could not be written: standard error and claims
       resume say what was done
  11   history --verify: an entry is missing
  130  interrupted: standard error says whether something may have been done";

/// Writes a line to standard error. One that cannot be written is no reason to stop.
pub(super) fn note(text: &str) {
    let mut out = anstream::stderr().lock();
    // A terminal would break a long line within a word.
    let whole = !io::stderr().is_terminal() || text.starts_with('{');
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let told = if whole { line } else { &format!("{:indent$}{}", "", crate::output::wrapped(line, indent)) };
        let _ = writeln!(out, "{told}");
    }
}

/// Says something besides the answer, on standard error.
pub(super) fn say(json: bool, text: &str) {
    if json { note(&serde_json::json!({ "note": text }).to_string()) } else { note(text) }
}

/// What is known of a write that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Unknown,
    Done,
}

/// A write that was sent, for whoever has to find out about it.
#[derive(Debug)]
pub(super) struct Aftermath {
    pub operation: &'static str,
    /// Such as "made".
    pub done: &'static str,
    pub claim: ClaimId,
    pub key: IdempotencyKey,
    /// Whether `claims resume` knows of it.
    pub journaled: bool,
}

impl Aftermath {
    fn tell(&self, outcome: Outcome) -> String {
        let Self { operation, done, claim, key, journaled } = self;
        if outcome == Outcome::Done {
            return format!("claim {claim} was {done}");
        }
        let again = format!("the same command with --key {key}");
        let way = match (*operation, journaled) {
            ("createClaim", true) => format!("`claims resume`, or {again}: neither makes it twice"),
            ("createClaim", false) => format!("{again}: it makes nothing twice"),
            _ => "`claims resume`: it does nothing twice".to_owned(),
        };
        format!("claim {claim} may have been {done}; to find out: {way}")
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is done.
    Done = 0,
    /// The API refused, or a file failed.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// No such claim.
    NotFound = 3,
    /// The claim has changed, or its status does not allow this.
    Conflict = 4,
    /// No answer, or "not now".
    Unavailable = 5,
    /// A change may or may not have been made.
    Unknown = 6,
    /// Rows of an import were rejected.
    Rejected = 7,
    /// The doctor found something.
    Ill = 8,
    /// Rows of an import are left, since its file has changed.
    Left = 9,
    /// Done, and the answer could not be written.
    Untold = 10,
    /// An entry of a history is missing.
    Gap = 11,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    status: Status,
    error: Box<dyn Error>,
    aftermath: Option<(Aftermath, Outcome)>,
}

impl Failure {
    /// A failure of this kind, in words.
    pub(super) fn new(status: Status, error: impl Into<Box<dyn Error>>) -> Self {
        Self { status, error: error.into(), aftermath: None }
    }

    /// With what it leaves to be found out.
    pub(super) fn after(self, aftermath: Aftermath, outcome: Outcome) -> Self {
        Self { aftermath: Some((aftermath, outcome)), ..self }
    }

    pub(super) fn configuration(error: Box<dyn Error>) -> Self {
        Self::new(Status::Usage, error)
    }

    /// A file that cannot be read or written.
    pub(super) fn file(path: &std::path::Path, error: io::Error) -> Self {
        Self::new(Status::Failed, format!("{}: {error}", path.display()))
    }

    /// What a script is told.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the API has refused for good: sending it again would end in the same way.
    pub(super) fn is_final(&self) -> bool {
        let api = self.error.downcast_ref::<claims_client::Error>();
        self.aftermath.is_none()
            && matches!(self.status, Status::Failed | Status::NotFound | Status::Conflict)
            && api.is_some_and(|error| error.problem().is_some() && error.code() != Some(&ProblemCode::Internal))
    }

    /// Tells it on standard error.
    pub(super) fn report(&self, json: bool) {
        // Somebody who has stopped reading wants no error about it, but wants to know what was done.
        if self.aftermath.is_none()
            && self.error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
        {
            return;
        }
        let api = self.error.downcast_ref::<claims_client::Error>();
        if json {
            let report = serde_json::json!({
                "error": self.error.to_string(),
                "exitCode": self.status as u8,
                "code": api.and_then(|e| e.code()),
                "status": api.and_then(claims_client::Error::status),
                "requestId": api.and_then(claims_client::Error::request_id),
                "errors": api.map(claims_client::Error::field_errors).unwrap_or_default(),
                "write": self.aftermath.as_ref().map(|(write, outcome)| serde_json::json!({
                    "operation": write.operation, "claimId": write.claim, "key": write.key,
                    "outcome": if *outcome == Outcome::Done { "done" } else { "unknown" },
                    "note": write.tell(*outcome),
                })),
            });
            note(&report.to_string());
            return;
        }
        note(&format!("claims: {}", self.error));
        if let Some((write, outcome)) = &self.aftermath {
            note(&write.tell(*outcome));
        }
        if let Some(api) = api {
            for wrong in api.field_errors() {
                note(&format!("  {}", wrong.message));
            }
            return;
        }
        let mut cause = self.error.source();
        while let Some(error) = cause {
            note(&format!("  because: {error}"));
            cause = error.source();
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl From<claims_client::Error> for Failure {
    fn from(error: claims_client::Error) -> Self {
        Self::new(status(&error), error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Status::Failed, error)
    }
}

fn status(error: &claims_client::Error) -> Status {
    match error.kind() {
        ErrorKind::OutcomeUnknown => Status::Unknown,
        ErrorKind::NotFound => Status::NotFound,
        ErrorKind::VersionMismatch | ErrorKind::InvalidTransition => Status::Conflict,
        ErrorKind::Conflict => match error.code() {
            Some(ProblemCode::IdempotencyKeyReused | ProblemCode::ClaimDeleted) => Status::Conflict,
            _ => Status::Failed,
        },
        ErrorKind::Unavailable if error.code() == Some(&ProblemCode::Internal) => Status::Failed,
        ErrorKind::Unavailable
        | ErrorKind::Throttled
        | ErrorKind::Connect
        | ErrorKind::Timeout
        | ErrorKind::Interrupted => Status::Unavailable,
        ErrorKind::Validation
        | ErrorKind::Forbidden
        | ErrorKind::Refused
        | ErrorKind::UnexpectedAnswer
        | ErrorKind::Credentials => Status::Failed,
    }
}
