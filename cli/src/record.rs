//! Claims in files: the formats, the columns, and a row in both directions.

use std::path::Path;

use claims_client::{
    Claim, CreateClaim, FieldError, IdempotencyKey,
    types::{ClaimAmount, CreateClaimRequest, FieldErrorCode, Timestamp, validate::Findings},
};
use clap::ValueEnum;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A file's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values with a heading, UTF-8
    Csv,
    /// JSON Lines: one JSON object per line, UTF-8
    Jsonl,
}

impl Format {
    /// What a file's name says it is; what it is packed in does not matter.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" | "tsv" | "tab" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "gz" => Self::of(Path::new(path.file_stem()?)),
            _ => None,
        }
    }
}

/// The key's column: a UUIDv7, which becomes the claim's id.
pub(super) const KEY: &str = "claimKey";

/// The same, as the API's answers call it.
pub(super) const ID: &str = "claimId";

/// What was wrong with a row, in the file of rejected rows.
pub(super) const PROBLEM: &str = "problem";

/// The columns that a CSV file has to have.
pub(super) const REQUIRED: [&str; 6] =
    ["memberId", "policyId", "memberName", "policyType", "claimAmount", "description"];

/// Fields of an exported claim that a new one cannot have: the API sets them.
pub(super) const NOT_STORED: [&str; 3] = ["createdAt", "updatedAt", "version"];

/// Columns that it may have, and that are read: the key under both of its names, and whatever else a claim has.
pub(super) fn optional() -> impl Iterator<Item = &'static str> {
    let others = Claim::FIELDS.into_iter().filter(|name| !REQUIRED.contains(name) && !NOT_STORED.contains(name));
    [KEY].into_iter().chain(others)
}

/// The columns of an exported file; importing it elsewhere makes the same claims, if they are pending.
pub(super) fn exported() -> impl ExactSizeIterator<Item = &'static str> {
    Claim::FIELDS.into_iter().map(|name| if name == ID { KEY } else { name })
}

/// Whether a column or field of this name is read into a claim.
fn is_read(name: &str) -> bool {
    REQUIRED.contains(&name) || optional().any(|other| other == name)
}

/// What a row says, once it is right.
pub(super) struct Row {
    pub key: Option<IdempotencyKey>,
    pub create: CreateClaim,
}

/// Reads a CSV row. An empty cell of a required field counts as missing.
pub(super) fn from_cells<'a>(
    cells: impl Iterator<Item = (&'a str, &'a str)>,
    decimal_comma: bool,
) -> Result<Row, Vec<FieldError>> {
    let mut findings = Findings::new();
    let mut errors = Vec::new();
    let mut fields = Vec::new();
    for (name, cell) in cells.filter(|(name, _)| is_read(name)) {
        if cell.is_empty() && name != "description" {
            continue;
        }
        let value = if name == "claimAmount" {
            // The reader of bodies would ask for a JSON number; a cell is told what is wrong with its text.
            let amount = match with_point(cell, decimal_comma) {
                Ok(text) => findings.keep(name, text.parse::<ClaimAmount>()),
                Err(why) => {
                    errors.push(wrong(name, FieldErrorCode::InvalidFormat, why));
                    None
                }
            };
            serde_json::value::to_raw_value(&amount.unwrap_or(ClaimAmount::MIN))
        } else {
            serde_json::value::to_raw_value(cell)
        };
        fields.extend(value.ok().map(|value| (name.to_owned(), value)));
    }
    read(findings, errors, fields)
}

/// An amount as the API writes it.
fn with_point(cell: &str, decimal_comma: bool) -> Result<String, &'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match (cell.split_once(','), decimal_comma) {
        (Some((whole, fraction)), _) if digits(whole) && digits(fraction) && fraction.len() <= 2 => {
            if decimal_comma {
                Ok(format!("{whole}.{fraction}"))
            } else {
                Err("has a decimal comma: write a point, or give --decimal-comma")
            }
        }
        (None, true) if cell.contains('.') => Err("has a point, and --decimal-comma was given"),
        _ => Ok(cell.to_owned()),
    }
}

/// Reads a JSON object.
pub(super) fn from_object(fields: &Fields) -> Result<Row, Vec<FieldError>> {
    let skipped = |name: &str| NOT_STORED.contains(&name) || name == PROBLEM;
    // Whoever writes null for "none" means none: the key is the only field that may be missing.
    let no_key = |name: &str, value: &RawValue| (name == KEY || name == ID) && value.get() == "null";
    let fields = fields.0.iter().filter(|(name, value)| !skipped(name) && !no_key(name, value));
    read(Findings::new(), Vec::new(), fields.cloned().collect())
}

fn wrong(field: &str, code: FieldErrorCode, why: &str) -> FieldError {
    FieldError::new(field, code, format!("{field} {why}"))
}

/// Both formats end here: what the query has is taken out, and the rest is read by the very reader of the API's bodies.
fn read(
    mut findings: Findings,
    mut errors: Vec<FieldError>,
    fields: Vec<(String, Box<RawValue>)>,
) -> Result<Row, Vec<FieldError>> {
    const QUERY: [&str; 5] = [KEY, ID, "memberId", "policyId", "memberName"];
    let (query, body): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| QUERY.contains(&name.as_str()));
    let mut texts = Vec::new();
    for (name, value) in &query {
        match serde_json::from_str::<String>(value.get()) {
            Ok(text) => texts.push((name.as_str(), text)),
            Err(_) => errors.push(wrong(name, FieldErrorCode::WrongType, "must be a JSON string")),
        }
    }
    let values = |wanted: &str| -> Vec<&str> {
        texts.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value.as_str()).collect()
    };
    // What is there, but no string, has been told: it is not missing as well.
    let given = |wanted: &str| query.iter().any(|(name, _)| name == wanted) && values(wanted).is_empty();

    let key = key(&mut findings, &mut errors, &values(KEY), &values(ID));
    let member_id = if given("memberId") { None } else { findings.required("memberId", &values("memberId")) };
    let policy_id = if given("policyId") { None } else { findings.required("policyId", &values("policyId")) };
    let member_name = if given("memberName") { None } else { findings.required("memberName", &values("memberName")) };
    let body: Vec<String> = body
        .iter()
        .map(|(name, value)| format!("{}:{}", serde_json::Value::from(name.as_str()), value.get()))
        .collect();
    let request = CreateClaimRequest::read(&mut findings, format!("{{{}}}", body.join(",")).as_bytes());
    match (findings.is_empty() && errors.is_empty(), member_id, policy_id, member_name, request) {
        (true, Some(member_id), Some(policy_id), Some(member_name), Some(request)) => {
            Ok(Row { key, create: CreateClaim { member_id, policy_id, member_name, request } })
        }
        _ => {
            errors.extend(findings.into_problem::<claims_client::ProblemCode>().errors);
            Err(errors)
        }
    }
}

/// The key under either of its names.
fn key(findings: &mut Findings, errors: &mut Vec<FieldError>, keys: &[&str], ids: &[&str]) -> Option<IdempotencyKey> {
    let now = Timestamp::now();
    let mut read = |name: &str, values: &[&str]| {
        let key: IdempotencyKey = findings.optional(name, values)?;
        match key.check_for_create(now) {
            Ok(()) => Some(key),
            Err(why) if name == ID => {
                let why = format!("{why}, for it becomes the claim's id: rename the column, or remove it for new ids");
                errors.push(wrong(name, FieldErrorCode::InvalidFormat, &why));
                None
            }
            Err(why) => {
                errors.push(wrong(name, FieldErrorCode::InvalidFormat, &why.to_string()));
                None
            }
        }
    };
    let (key, id) = (read(KEY, keys), read(ID, ids));
    if key.is_some() && id.is_some() && key != id {
        errors.push(wrong(ID, FieldErrorCode::InvalidValue, &format!("and {KEY} are one thing, and differ here")));
    }
    key.or(id)
}

/// A JSON object's fields in their order, repeats included.
pub(super) struct Fields(pub Vec<(String, Box<RawValue>)>);

impl Fields {
    /// What is wrong with this text, if it is not one JSON object; only the position, for the text may be personal.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|e| match e.line() {
            1 => format!("not one JSON object (column {})", e.column()),
            line => format!("not one JSON object (its line {line}, column {})", e.column()),
        })
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
