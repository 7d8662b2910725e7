//! The one sum: rows read = made + already there + rejected + left.

use super::groups::thousands;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Books {
    /// Rows of the file, counted before the first was sent.
    pub read: u64,
    /// Claims that this run has made.
    pub made: u64,
    /// Claims that were there before.
    pub there: u64,
    pub rejected: u64,
}

impl Books {
    /// What nothing is known of: to be imported by the next run.
    pub(super) fn left(&self) -> u64 {
        self.read.saturating_sub(self.made + self.there + self.rejected)
    }
}

impl std::fmt::Display for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [read, made, there, rejected, left] =
            [self.read, self.made, self.there, self.rejected, self.left()].map(thousands);
        write!(f, "{read} rows read = {made} made + {there} already there + {rejected} rejected + {left} left")
    }
}
