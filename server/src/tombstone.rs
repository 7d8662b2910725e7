//! Tombstones: what contract 1.1 leaves of a deleted claim. This release writes none and reads them as what they are, so
//! that 1.1 can be rolled back to it.
//!
//! | attribute | what | since |
//! |---|---|---|
//! | `PK`, `SK` | the claim's own keys | 1.0 |
//! | `deletedAt` | when, RFC 3339 to the millisecond: **the mark**, by which alone a tombstone is told from a claim | 1.1 |
//! | `version` | one more than the claim's last | 1.0 |
//! | `lastWrite` | `deleteClaim:<key>:<If-Match>`, as an update has it: how the same delete is recognised | 1.0 |
//! | `writeOperation`, `writeRequestId`, `writeActor`, `writeOnBehalfOf`, `writeVersion` | who did it | 1.1 |
//!
//! Everything else that the deleting release knows is gone, the request's hash included: a create with the key cannot be told
//! from any other, and is refused whatever it says. An attribute which that release did not know may be left.
//!
//! For every operation a tombstone is an absent claim, which nothing overwrites or removes: a put is refused because there is
//! something, update and delete by [`ALIVE`], and get and list leave it out by [`alive`].

use crate::item::Item;

/// The mark.
const DELETED_AT: &str = "deletedAt";

/// The condition under which there is a claim.
pub(crate) const ALIVE: &str = "attribute_exists(PK) AND attribute_not_exists(deletedAt)";

/// The item, if there is one and it is a claim.
pub(crate) fn alive(item: Option<&Item>) -> Option<&Item> {
    item.filter(|item| !is_tombstone(item))
}

pub(crate) fn is_tombstone(item: &Item) -> bool {
    item.contains_key(DELETED_AT)
}
