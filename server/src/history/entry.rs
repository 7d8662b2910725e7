//! From the two images of a stream record to an entry, to what is stored of it, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use claims_api_types::{Claim, ClaimId, FieldChange, HistoryEntry, MemberId, Version, WriteOperation};
use private_api_lambda::{
    item::{DamagedItem, number, parsed},
    stream::StreamRecord,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Number, Value};

use super::{sort_key, text_in};
use crate::{
    item::{CLAIM_PREFIX, Item, LAST_WRITE, PK, SK, n, s, text},
    tombstone, writer,
};

/// The fields of which the history keeps what they were.
const WITH_VALUES: [&str; 3] = ["status", "policyType", "claimAmount"];

/// The fields of which it keeps that they have changed.
const WITHOUT_VALUES: [&str; 1] = ["description"];

/// A write of a claim, as a stream record tells it.
pub(super) struct Write {
    pub(super) member_id: MemberId,
    pub(super) claim_id: ClaimId,
    pub(super) entry: HistoryEntry,
    /// With the entry's time, which write it is.
    pub(super) last_write: String,
}

impl Write {
    /// What a record tells; `None` of what is no write of a claim: an erasure, or an item that is none of ours.
    pub(super) fn of(record: &StreamRecord) -> Result<Option<Self>, DamagedItem> {
        let Some((member_id, claim_id)) = whose(&record.keys) else { return Ok(None) };
        let Some(new) = &record.new else { return Ok(None) };
        let (before, after) = (tombstone::alive(record.old.as_ref()), tombstone::alive(Some(new)));
        let version = version(new)?;
        let (operation, time) = match (before, after) {
            (_, None) => (WriteOperation::DeleteClaim, tombstone::DELETED_AT),
            (None, Some(_)) => (WriteOperation::CreateClaim, "updatedAt"),
            (Some(_), Some(_)) => (WriteOperation::UpdateClaim, "updatedAt"),
        };
        let mut entry = HistoryEntry::new(version, operation, parsed(new, time)?);
        // Where they belong to another version, a release that knows nothing of them has written this one.
        if new.get(writer::VERSION) == Some(&n(version)) {
            entry.request_id = text_in(new, writer::REQUEST_ID).map(str::to_owned);
            entry.on_behalf_of = text_in(new, writer::ON_BEHALF_OF).and_then(|who| who.parse().ok());
            if let Some(actor) = new.get(writer::ACTOR) {
                entry.actor = from_json(json(actor)).ok_or_else(|| DamagedItem(writer::ACTOR.to_owned()))?;
            }
        }
        entry.changes = changes(before, after);
        Ok(Some(Self { member_id, claim_id, entry, last_write: text(new, LAST_WRITE)?.to_owned() }))
    }

    /// As it is stored, under the version's own key.
    pub(super) fn to_item(&self) -> Result<Item, DamagedItem> {
        let Self { member_id, claim_id, entry, last_write } = self;
        let mut item = Item::from([
            (PK.to_owned(), crate::item::partition(member_id)),
            (SK.to_owned(), s(sort_key(*claim_id, entry.version))),
            (LAST_WRITE.to_owned(), s(last_write)),
        ]);
        let Ok(Value::Object(fields)) = serde_json::to_value(entry) else {
            return Err(DamagedItem("changes".to_owned()));
        };
        item.extend(fields.into_iter().map(|(name, value)| (name, attribute(value))));
        Ok(item)
    }

    /// The key of this write where its version's own key is taken by another.
    pub(super) fn key_beside(&self) -> String {
        let Self { claim_id, entry, last_write, .. } = self;
        format!("{}#{last_write}#{}", sort_key(*claim_id, entry.version), entry.at)
    }

    /// Whether what is stored is this very write.
    pub(super) fn is(&self, stored: &Item) -> bool {
        text_in(stored, LAST_WRITE) == Some(self.last_write.as_str())
            && text_in(stored, "at") == Some(self.entry.at.to_string().as_str())
    }
}

/// An entry as it is on the wire.
pub(super) fn read(item: &Item) -> Result<HistoryEntry, DamagedItem> {
    let fields = item.iter().filter(|(name, _)| ![PK, SK, LAST_WRITE].contains(&name.as_str()));
    let fields: Map<_, _> = fields.map(|(name, value)| (name.clone(), json(value))).collect();
    from_json(Value::Object(fields)).ok_or_else(|| DamagedItem("changes, or another of an entry,".to_owned()))
}

fn version(item: &Item) -> Result<Version, DamagedItem> {
    let version = number(item, private_api_lambda::table::VERSION)?.parse().ok().and_then(Version::new);
    version.ok_or_else(|| DamagedItem(private_api_lambda::table::VERSION.to_owned()))
}

/// Whose item it is, if it is a claim's.
fn whose(keys: &Item) -> Option<(MemberId, ClaimId)> {
    let member = text_in(keys, PK)?.strip_prefix(crate::item::MEMBER_PREFIX)?.parse().ok()?;
    Some((member, text_in(keys, SK)?.strip_prefix(CLAIM_PREFIX)?.parse().ok()?))
}

fn changes(before: Option<&Item>, after: Option<&Item>) -> Vec<FieldChange> {
    debug_assert!(WITH_VALUES.iter().chain(&WITHOUT_VALUES).all(|field| Claim::FIELDS.contains(field)));
    let of = |item: Option<&Item>, field: &str| item.and_then(|item| item.get(field)).cloned();
    let changed = |field: &&str| of(before, field) != of(after, field);
    let with = WITH_VALUES.iter().filter(|field| changed(field));
    let with = with.map(|field| {
        FieldChange::new(*field, of(before, field).as_ref().map(json), of(after, field).as_ref().map(json))
    });
    let without = WITHOUT_VALUES.iter().filter(|field| changed(field));
    with.chain(without.map(|field| FieldChange::new(*field, None, None))).collect()
}

fn from_json<T: DeserializeOwned>(json: Value) -> Option<T> {
    serde_json::from_value(json).ok()
}

/// As JSON says it. Sets and bytes are none of ours.
fn json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.as_str().into(),
        AttributeValue::N(number) => as_number(number),
        AttributeValue::Bool(yes) => (*yes).into(),
        AttributeValue::L(values) => values.iter().map(json).collect(),
        AttributeValue::M(fields) => fields.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
        _ => Value::Null,
    }
}

/// A whole number stays one; an amount is one of a claim's, which a double holds to the cent.
fn as_number(number: &str) -> Value {
    let whole = number.parse::<u64>().ok().map(Number::from);
    whole.or_else(|| number.parse().ok().and_then(Number::from_f64)).map_or(Value::Null, Value::Number)
}

fn attribute(value: impl Serialize) -> AttributeValue {
    match serde_json::to_value(value).unwrap_or_default() {
        Value::String(text) => s(text),
        Value::Number(number) => n(number),
        Value::Bool(yes) => AttributeValue::Bool(yes),
        Value::Array(values) => AttributeValue::L(values.into_iter().map(attribute).collect()),
        Value::Object(fields) => {
            AttributeValue::M(fields.into_iter().map(|(name, value)| (name, attribute(value))).collect())
        }
        Value::Null => AttributeValue::Null(true),
    }
}
