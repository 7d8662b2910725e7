//! Tombstones: what is left of a deleted claim, so that its key never makes a second one.
//!
//! | attribute | what | since |
//! |---|---|---|
//! | `PK`, `SK` | the claim's own keys | 1.0 |
//! | `deletedAt` | when, RFC 3339 to the millisecond: **the mark**, by which alone a tombstone is told from a claim | 1.1 |
//! | `version` | one more than the claim's last | 1.0 |
//! | `lastWrite` | `deleteClaim:<key>:<If-Match>`, as an update has it: how the same delete is recognised | 1.0 |
//! | `writeOperation`, `writeRequestId`, `writeActor`, `writeOnBehalfOf`, `writeVersion` | who did it: `writer.rs` | 1.1 |
//!
//! Everything else that the deleting release knows is gone, the request's hash included: a create with the key cannot be told
//! from any other, and is refused whatever it says. An attribute which that release did not know may be left; it is logged by
//! its name, and the member's erasure takes it.
//!
//! For every operation a tombstone is an absent claim, which nothing overwrites or removes: a put is refused because there is
//! something, update and delete by [`ALIVE`], get leaves it out by [`alive`] and list by [`ALIVE_IN_A_LIST`].

use claims_api_types::Claim;
use private_api_lambda::{
    record,
    table::{LAST_WRITE, VERSION},
};

use crate::{
    item::{Item, PK, REQUEST_HASH, SK},
    writer,
};

/// The mark.
pub(crate) const DELETED_AT: &str = "deletedAt";

/// The condition under which there is a claim.
pub(crate) const ALIVE: &str = "attribute_exists(PK) AND attribute_not_exists(deletedAt)";

/// The same of an item that a query has found.
pub(crate) const ALIVE_IN_A_LIST: &str = "attribute_not_exists(deletedAt)";

/// The item, if there is one and it is a claim.
pub(crate) fn alive(item: Option<&Item>) -> Option<&Item> {
    item.filter(|item| !is_tombstone(item))
}

pub(crate) fn is_tombstone(item: &Item) -> bool {
    item.contains_key(DELETED_AT)
}

/// What a delete takes out of the item: every attribute of a claim that a tombstone does not keep.
pub(crate) fn removed() -> impl Iterator<Item = &'static str> {
    let of_a_claim = record::names::<Claim>().iter().copied();
    of_a_claim.filter(|name| *name != VERSION).chain([REQUEST_HASH])
}

/// An item's attributes of other releases, by their names.
pub(crate) fn unknown_to_this_release(item: &Item) -> impl Iterator<Item = &str> {
    let known = |name: &str| record::names::<Claim>().contains(&name) || is_own(name) || name == REQUEST_HASH;
    item.keys().map(String::as_str).filter(move |name| !known(name))
}

/// What a tombstone is made of.
fn is_own(name: &str) -> bool {
    [PK, SK, DELETED_AT, VERSION, LAST_WRITE].contains(&name) || writer::ATTRIBUTES.contains(&name)
}

/// Attributes that are there although this release has no use for them in a tombstone: those of another one.
pub(crate) fn unknown(tombstone: &Item) -> Vec<&str> {
    let mut names: Vec<_> = tombstone.keys().map(String::as_str).filter(|name| !is_own(name)).collect();
    names.sort_unstable();
    names
}
