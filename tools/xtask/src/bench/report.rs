//! The table of all figures, for people and as JSON.

use std::{error::Error, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::process::target;

/// One figure: a ratio to a baseline of the same run, or a value whose bound is part of what was promised.
#[derive(Deserialize, Serialize)]
pub struct Row {
    pub what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    /// The quartiles over all rounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The most it may be.
    limit: Option<f64>,
}

impl Row {
    /// A ratio without a spread: what is compared does not vary.
    pub fn ratio(what: &str, to: &str, ratio: f64) -> Self {
        let (what, to, ratio) = (what.to_owned(), Some(to.to_owned()), Some(ratio));
        Self { what, to, ratio, low: None, high: None, value: None, unit: None, limit: None }
    }

    pub fn figure(what: &str, value: f64, unit: &str, limit: Option<f64>) -> Self {
        let (what, value, unit) = (what.to_owned(), Some(value), Some(unit.to_owned()));
        Self { what, to: None, ratio: None, low: None, high: None, value, unit, limit }
    }

    /// Also what has a limit and no figure: JSON has no word for a broken one.
    pub fn is_over(&self) -> bool {
        let figure = self.ratio.or(self.value);
        self.limit.is_some_and(|limit| figure.is_none_or(|figure| figure > limit))
    }

    /// Bytes are the same on a busy machine.
    pub fn is_of_bytes(&self) -> bool {
        self.unit.as_deref() == Some("MiB")
    }
}

/// The table, on standard error.
pub fn print(rows: &[Row]) {
    eprintln!("\n{:<50} {:>12} {:>17} {:>7}  to", "what", "median", "quartiles", "limit");
    for row in rows {
        let median = match (row.ratio, row.value) {
            (Some(ratio), _) => format!("{ratio:.3} x"),
            (None, Some(value)) => format!("{value:.2} {}", row.unit.as_deref().unwrap_or_default()),
            (None, None) => String::new(),
        };
        let quartiles = match (row.low, row.high) {
            (Some(low), Some(high)) => format!("{low:.3} to {high:.3}"),
            _ => String::new(),
        };
        let limit = row.limit.map_or_else(String::new, |limit| limit.to_string());
        let over = if row.is_over() { "  OVER ITS LIMIT" } else { "" };
        let to = row.to.as_deref().unwrap_or_default();
        eprintln!("{:<50} {median:>12} {quartiles:>17} {limit:>7}  {to}{over}", row.what);
    }
}

/// The same as JSON, for a machine to compare.
pub fn write(rows: &[Row]) -> Result<PathBuf, Box<dyn Error>> {
    let folder = target().join("bench");
    fs::create_dir_all(&folder)?;
    let file = folder.join("report.json");
    fs::write(&file, serde_json::to_string_pretty(rows)? + "\n")?;
    Ok(file)
}
