//! The identifiers of claims.

use private_api_contract::{IdempotencyKey, uuid_newtype};

uuid_newtype! {
    /// The id of a claim: a UUIDv7, so that a member's claims sort by the time their id was minted.
    ///
    /// Text form: lower-case, hyphenated, 36 characters. A claim's id is the [`IdempotencyKey`] of the create that made it:
    ///
    /// ```
    /// use claims_api_types::{ClaimId, IdempotencyKey};
    /// let key = IdempotencyKey::mint();
    /// assert_eq!(ClaimId::from(key).to_string(), key.to_string());
    /// ```
    ClaimId
}

impl From<IdempotencyKey> for ClaimId {
    /// The id of the claim that a create with this key makes.
    fn from(key: IdempotencyKey) -> Self {
        Self::from(*key.as_uuid())
    }
}
