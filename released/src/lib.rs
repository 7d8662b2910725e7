//! What each release wrote, kept as it was, and what it takes to read it with the present build.
//!
//! `released/<version>/` is an [`Entry`](entry::Entry): made once, by the program of that release (`claims-released record`),
//! never edited. The tests of this crate read every entry with whatever is built now, over public surfaces only: HTTP, the
//! client, the `claims` program, DynamoDB's own protocol. `released/README.md` says what each file is.

pub mod call;
pub mod entry;
pub mod forms;
pub mod http;
pub mod recorder;
pub mod world;

/// Whatever goes wrong while reading or recording.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
