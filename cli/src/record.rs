//! Claims in files: the formats, and a row in both directions.

use std::path::Path;

use claims_client::{
    Claim, CreateClaim, FieldError, IdempotencyKey,
    types::{ClaimAmount, CreateClaimRequest, validate::Findings},
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
    /// What a file's name says it is.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// The key's column: a UUIDv7, which becomes the claim's id.
pub(super) const KEY: &str = "claimKey";

/// What was wrong with a row, in the file of rejected rows.
pub(super) const PROBLEM: &str = "problem";

/// A row's fields that are read.
const READ: [&str; 8] =
    [KEY, "memberId", "policyId", "memberName", "policyType", "claimAmount", "description", "status"];

/// The columns that a CSV file has to have.
pub(super) const REQUIRED: [&str; 6] =
    ["memberId", "policyId", "memberName", "policyType", "claimAmount", "description"];

/// Fields of an exported claim that a new one cannot have, and the problem of a rejected row.
const SKIPPED: [&str; 5] = ["claimId", "createdAt", "updatedAt", "version", PROBLEM];

/// The columns of an exported file; importing it elsewhere makes the same claims, if they are pending.
pub(super) const EXPORTED: [&str; 11] = [
    KEY,
    "memberId",
    "policyId",
    "memberName",
    "policyType",
    "claimAmount",
    "description",
    "status",
    "createdAt",
    "updatedAt",
    "version",
];

pub(super) fn exported(claim: &Claim) -> [String; 11] {
    [
        claim.claim_id.to_string(),
        claim.member_id.to_string(),
        claim.policy_id.to_string(),
        claim.member_name.as_str().to_owned(),
        claim.policy_type.to_string(),
        claim.claim_amount.to_string(),
        claim.description.as_str().to_owned(),
        claim.status.to_string(),
        claim.created_at.to_string(),
        claim.updated_at.to_string(),
        claim.version.to_string(),
    ]
}

/// Which columns of a CSV file no row can have; a typo must not be lost silently.
pub(super) fn unknown_columns<'a>(heading: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    heading.filter(|name| !READ.contains(name) && !SKIPPED.contains(name)).collect()
}

/// What a row says, once it is right.
pub(super) struct Row {
    pub key: Option<IdempotencyKey>,
    pub create: CreateClaim,
}

/// Reads a CSV row. An empty cell of a required field counts as missing.
pub(super) fn from_cells<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Row, Vec<FieldError>> {
    let mut findings = Findings::new();
    let mut fields = Vec::new();
    for (name, cell) in cells.filter(|(name, _)| READ.contains(name)) {
        if cell.is_empty() && name != "description" {
            continue;
        }
        let value = if name == "claimAmount" {
            // The reader of bodies would ask for a JSON number; a cell is told what is wrong with its text.
            let amount = findings.keep(name, cell.parse::<ClaimAmount>()).unwrap_or(ClaimAmount::MIN);
            serde_json::value::to_raw_value(&amount)
        } else {
            serde_json::value::to_raw_value(cell)
        };
        fields.extend(value.ok().map(|value| (name.to_owned(), value)));
    }
    read(findings, fields)
}

/// Reads a line of JSON.
pub(super) fn from_line(line: &str) -> Result<Row, Vec<FieldError>> {
    let Fields(fields) = serde_json::from_str(line).map_err(|e| vec![not_an_object(e.column())])?;
    let fields = fields.into_iter().filter(|(name, _)| !SKIPPED.contains(&name.as_str())).collect();
    read(Findings::new(), fields)
}

/// Whether a line of JSON has a key; `None` if it is no object.
pub(super) fn line_has_key(line: &str) -> Option<bool> {
    let Fields(fields) = serde_json::from_str(line).ok()?;
    Some(fields.iter().any(|(name, _)| name == KEY))
}

fn not_an_object(column: usize) -> FieldError {
    FieldError {
        field: "row".to_owned(),
        code: claims_client::types::FieldErrorCode::WrongType,
        message: format!("the line is not one JSON object (column {column})"),
    }
}

/// Both formats end here: what the query has is taken out, and the rest is read by the very reader of the API's bodies.
fn read(mut findings: Findings, fields: Vec<(String, Box<RawValue>)>) -> Result<Row, Vec<FieldError>> {
    const QUERY: [&str; 4] = [KEY, "memberId", "policyId", "memberName"];
    let (query, body): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| QUERY.contains(&name.as_str()));
    // What is no string is no id and no name either: its own text is refused.
    let text = |value: &RawValue| serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| "\u{0}".to_owned());
    let texts: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let values = |wanted: &str| -> Vec<&str> {
        texts.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value.as_str()).collect()
    };

    let key = findings.optional(KEY, &values(KEY));
    let member_id = findings.required("memberId", &values("memberId"));
    let policy_id = findings.required("policyId", &values("policyId"));
    let member_name = findings.required("memberName", &values("memberName"));
    let body: Vec<String> = body
        .iter()
        .map(|(name, value)| format!("{}:{}", serde_json::Value::from(name.as_str()), value.get()))
        .collect();
    let request = CreateClaimRequest::read(&mut findings, format!("{{{}}}", body.join(",")).as_bytes());
    match (findings.is_empty(), member_id, policy_id, member_name, request) {
        (true, Some(member_id), Some(policy_id), Some(member_name), Some(request)) => {
            Ok(Row { key, create: CreateClaim { member_id, policy_id, member_name, request } })
        }
        _ => Err(findings.into_problem::<claims_client::ProblemCode>().errors),
    }
}

/// A JSON object's fields in their order, repeats included.
struct Fields(Vec<(String, Box<RawValue>)>);

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
