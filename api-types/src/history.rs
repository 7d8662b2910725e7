//! The history of a claim: who changed it, when, and what it was before.

use std::{fmt, str::FromStr};

use private_api_contract::open_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ClaimId, FieldErrorCode, InvalidValue, MemberId, NextToken, OnBehalfOf, PageLimit, Timestamp, Version};

open_enum! {
    /// What has written a version of a claim: an operation's id.
    pub enum WriteOperation {
        /// `createClaim`
        CreateClaim = "createClaim",
        /// `updateClaim`
        UpdateClaim = "updateClaim",
        /// `deleteClaim`
        DeleteClaim = "deleteClaim",
    }
}

/// One page of a claim's history, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct ClaimHistoryPage {
    /// The version with which the history begins: 1, or later where the claim is older than the history, or where entries have
    /// expired. From here on there is one of each version.
    pub history_from: Version,
    /// The entries, oldest first.
    pub entries: Vec<HistoryEntry>,
    /// Where the next page starts. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_token: Option<NextToken>,
}

impl ClaimHistoryPage {
    /// A page of these entries.
    #[must_use]
    pub fn new(history_from: Version, entries: Vec<HistoryEntry>, next_token: Option<NextToken>) -> Self {
        Self { history_from, entries, next_token }
    }
}

/// One write of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The version that it made.
    pub version: Version,
    /// What wrote it.
    pub operation: WriteOperation,
    /// When it was written.
    pub at: Timestamp,
    /// The request that wrote it. Absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_id: Option<String>,
    /// Who called, by the gateway's word.
    pub actor: Actor,
    /// For whom, by the caller's word.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, nullable = false))]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// What is not as it was in the version before.
    pub changes: Vec<FieldChange>,
}

impl HistoryEntry {
    /// A write of which nothing is known but what it made.
    #[must_use]
    pub fn new(version: Version, operation: WriteOperation, at: Timestamp) -> Self {
        Self {
            version,
            operation,
            at,
            request_id: None,
            actor: Actor::Unknown,
            on_behalf_of: None,
            changes: Vec::new(),
        }
    }
}

/// Who called. As JSON: `{"kind": "iam", "arn": …}`, `{"kind": "network", "vpceId": …, "sourceIp": …}` or `{"kind": "unknown"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Actor {
    /// Somebody who has signed the request.
    #[non_exhaustive]
    Iam {
        /// `arn:aws:sts::123456789012:assumed-role/worker/i-0abc`, or a user's.
        arn: String,
    },
    /// Nobody in particular: whoever reaches the API, and from where.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    Network {
        /// The VPC endpoint that the request came through.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vpce_id: Option<String>,
        /// The address that it came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_ip: Option<String>,
    },
    /// Not known: a release before contract 1.1 wrote this version. Or of a kind that this build does not know.
    #[serde(other)]
    Unknown,
}

/// A field that a write has changed. `Debug` shows its name, nothing else.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct FieldChange {
    /// Its name on the wire.
    pub field: String,
    /// What it was. Absent where it was not there before, and where only that it changed is kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::changed_value))]
    pub from: Option<Value>,
    /// What it is. Absent where it is gone, and where only that it changed is kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::changed_value))]
    pub to: Option<Value>,
}

impl FieldChange {
    /// The change of this field.
    #[must_use]
    pub fn new(field: impl Into<String>, from: Option<Value>, to: Option<Value>) -> Self {
        Self { field: field.into(), from, to }
    }
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldChange").field("field", &self.field).finish_non_exhaustive()
    }
}

/// What a reading of a history asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListClaimHistory {
    /// Whose claim it is.
    pub member_id: MemberId,
    /// The claim.
    pub claim_id: ClaimId,
    /// How many entries a page may hold.
    pub limit: PageLimit,
    /// Start here: [`NextToken::last`].
    pub after: Option<HistoryPosition>,
}

/// Where a page of a history ends: what a token holds, in digits. Nothing in it is a key or a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPosition {
    /// As every page of this reading says it.
    pub history_from: Version,
    /// The version of the last entry that was read.
    pub version: Version,
    /// How many entries of that version were read: more than one after a restore.
    pub entries: u32,
}

impl From<HistoryPosition> for NextToken {
    fn from(HistoryPosition { history_from, version, entries }: HistoryPosition) -> Self {
        format!("{history_from}-{version}-{entries}").into()
    }
}

impl FromStr for HistoryPosition {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let not_ours = InvalidValue::new(FieldErrorCode::InvalidFormat, "must be digits, twice a hyphen between them");
        let mut parts = text.split('-').map(|digits| {
            let is_number = !digits.starts_with(['0', '+']) && digits.len() <= 19;
            is_number.then(|| digits.parse::<u64>().ok()).flatten()
        });
        let mut next = || parts.next().flatten();
        let (from, version, entries) = (next(), next(), next());
        let entries = entries.and_then(|entries| u32::try_from(entries).ok()).filter(|entries| *entries <= 10_000);
        match (from.and_then(Version::new), version.and_then(Version::new), entries, parts.next()) {
            (Some(history_from), Some(version), Some(entries), None) => Ok(Self { history_from, version, entries }),
            _ => Err(not_ours),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_is_written_as_the_contract_has_it_and_read_with_what_comes_later() {
        let json = json!({
            "version": 2, "operation": "updateClaim", "at": "2026-11-23T09:30:00.000Z", "requestId": "r-1",
            "actor": {"kind": "iam", "arn": "arn:aws:iam::123456789012:user/x"}, "onBehalfOf": "adjuster-7",
            "changes": [{"field": "status", "from": "pending", "to": "in_review"}, {"field": "claimAmount", "from": 19.99, "to": 20},
                {"field": "description"}],
        });
        let entry: HistoryEntry = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&entry).unwrap(), json);
        let later = json!({
            "version": 3, "operation": "mergeClaim", "at": "2026-11-23T09:30:00.000Z", "actor": {"kind": "service", "name": "x"},
            "changes": [{"field": "tags", "from": ["a"], "to": {"b": 1}}], "weather": "fair",
        });
        let entry: HistoryEntry = serde_json::from_value(later).unwrap();
        assert_eq!((entry.operation.as_str(), entry.actor), ("mergeClaim", Actor::Unknown));
        assert_eq!(serde_json::to_value(Actor::Unknown).unwrap(), json!({"kind": "unknown"}));
    }

    #[test]
    fn no_value_is_in_debug() {
        let change = FieldChange::new("claimAmount", Some(json!(4711)), Some(json!("secret")));
        assert_eq!(format!("{change:?}"), r#"FieldChange { field: "claimAmount", .. }"#);
    }

    #[test]
    fn a_token_is_what_a_page_said_and_nothing_else() {
        let version = |n| Version::new(n).unwrap();
        let position = HistoryPosition { history_from: version(3), version: version(u64::from(u32::MAX)), entries: 2 };
        assert_eq!(NextToken::from(position).last::<HistoryPosition>().unwrap(), position);
        for wrong in
            ["", "1", "1-1", "1-1-1-1", "0-1-1", "1-1-0", "01-1-1", "1-+1-1", "1-1-10001", "1--1", "a-b-c", " 1-1-1"]
        {
            assert!(NextToken::from(wrong.to_owned()).last::<HistoryPosition>().is_err(), "{wrong}");
        }
    }
}
