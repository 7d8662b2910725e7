//! The status machine of a claim.

use private_api_contract::open_enum;

open_enum! {
    /// Where a claim stands.
    ///
    /// ```text
    /// pending ──▶ in_review ──▶ approved ──▶ paid
    ///    │            │  └────▶ denied
    ///    └────────────┴───────▶ withdrawn
    /// ```
    /// Setting the status that a claim already has is no transition and is always allowed.
    pub enum ClaimStatus {
        /// `pending`: filed, nobody has looked at it. Every claim starts here.
        Pending = "pending",
        /// `in_review`: somebody is deciding.
        InReview = "in_review",
        /// `approved`: will be paid.
        Approved = "approved",
        /// `denied`: will not be paid. Final.
        Denied = "denied",
        /// `paid`: done. Final.
        Paid = "paid",
        /// `withdrawn`: taken back before a decision. Final.
        Withdrawn = "withdrawn",
    }
}

impl ClaimStatus {
    /// The statuses a claim may have right before it takes this one, this one itself included.
    ///
    /// Empty for an unknown status: no request may ask for one.
    ///
    /// ```
    /// use claims_api_types::ClaimStatus::{Approved, InReview};
    /// assert_eq!(Approved.allowed_from(), [InReview, Approved]);
    /// ```
    #[must_use]
    pub fn allowed_from(&self) -> &'static [Self] {
        use ClaimStatus::{Approved, Denied, InReview, Paid, Pending, Withdrawn};
        match self {
            Pending => &[Pending],
            InReview => &[Pending, InReview],
            Approved => &[InReview, Approved],
            Denied => &[InReview, Denied],
            Paid => &[Approved, Paid],
            Withdrawn => &[Pending, InReview, Withdrawn],
            Self::Unknown(_) => &[],
        }
    }

    /// Whether a claim of this status may take `next` (itself included).
    #[must_use]
    pub fn may_become(&self, next: &Self) -> bool {
        next.allowed_from().contains(self)
    }

    /// Whether policy type, amount and description may still change: `pending` and `in_review` only.
    #[must_use]
    pub fn is_open(&self) -> bool {
        Self::OPEN.contains(self)
    }

    /// The statuses in which the whole claim may change.
    pub const OPEN: &'static [Self] = &[Self::Pending, Self::InReview];
}
