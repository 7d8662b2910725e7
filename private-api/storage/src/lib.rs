//! An embedded DynamoDB under the AWS SDK, for a private API that runs on one machine.
//!
//! The storage calls of such an API are the real `aws-sdk-dynamodb` calls; [`Storage`] is what answers them: a database in
//! memory, one in a file, or another DynamoDB by its URL, each with its [`Table`]. It fails on demand ([`Fault`]), and an
//! embedded database can be served on a socket to another host ([`serve`]).

mod advice;
mod backup;
mod content;
mod data_file;
mod engine;
mod faults;
mod file_error;
mod lock;
mod paths;
mod probe;
mod refusals;
mod seal;
mod socket;
mod storage;
mod stream;
mod table;
mod touched;
mod words;

pub use backup::{backup, verify};
pub use engine::Database;
pub use faults::{Fault, Faults, without_faults};
pub use file_error::FileError;
pub use socket::serve;
pub use storage::{OpenError, Place, Sdk, Storage};
pub use stream::{Batch, Stream};
pub use table::{Table, TableError};
