//! Every entry of `released/`, read by the present build. A test's name says what has to stay as it was.
#![allow(missing_docs, clippy::unwrap_used)]

mod beside;
mod calls;
mod data_file;
mod import;
mod items;
mod lists;
mod manifest;
mod next;
mod support;
