//! All that is shown about this crate.
#![allow(missing_docs, clippy::unwrap_used)]

mod command;
mod compat_documents;
mod compat_schemas;
mod corpus;
mod corpus_lowering;
mod down;
mod edits;
mod gateway_rules;
mod lowering_cases;
mod lowering_models;
mod lowering_words;
mod schemas;
