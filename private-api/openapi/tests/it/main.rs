//! All that is shown about this crate.
#![allow(missing_docs, clippy::unwrap_used)]

mod corpus;
mod corpus_lowering;
mod gateway_rules;
mod lowering_cases;
mod command;
mod compat_documents;
mod compat_schemas;
mod down;
mod edits;
mod lowering_models;
mod lowering_words;
mod schemas;
