//! The table of all figures, for people and as JSON.

use std::{error::Error, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::process::target;

/// One figure: a ratio to a baseline of the same run, or a value whose bound is part of what was promised.
#[derive(Deserialize, Serialize)]
pub struct Row {
    pub what: String,
    #[serde(flatten)]
    figure: Figure,
    /// The quartiles over all rounds; none where what is compared does not vary.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    /// The most it may be.
    limit: Option<f64>,
}

/// JSON has no word for a broken figure: that is `null`.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Figure {
    Ratio { to: String, ratio: Option<f64> },
    Value { value: Option<f64>, unit: String },
}

impl Row {
    /// A ratio without a spread.
    pub fn ratio(what: &str, to: &str, ratio: f64) -> Self {
        let figure = Figure::Ratio { to: to.to_owned(), ratio: Some(ratio) };
        Self { what: what.to_owned(), figure, low: None, high: None, limit: None }
    }

    pub fn figure(what: &str, value: f64, unit: &str, limit: Option<f64>) -> Self {
        let figure = Figure::Value { value: Some(value), unit: unit.to_owned() };
        Self { what: what.to_owned(), figure, low: None, high: None, limit }
    }

    /// What it is compared with, and the ratio.
    pub fn as_ratio(&self) -> Option<(&str, f64)> {
        match &self.figure {
            Figure::Ratio { to, ratio: Some(ratio) } => Some((to, *ratio)),
            Figure::Ratio { .. } | Figure::Value { .. } => None,
        }
    }

    pub fn limit(&self) -> Option<f64> {
        self.limit
    }

    pub fn quartiles(&self) -> Option<(f64, f64)> {
        self.low.zip(self.high)
    }

    /// Also what has a limit and no figure.
    pub fn is_over(&self) -> bool {
        let (Figure::Ratio { ratio: figure, .. } | Figure::Value { value: figure, .. }) = &self.figure;
        self.limit.is_some_and(|limit| figure.is_none_or(|figure| figure > limit))
    }

    /// Bytes are the same on a busy machine.
    pub fn is_of_bytes(&self) -> bool {
        matches!(&self.figure, Figure::Value { unit, .. } if unit == "MiB")
    }
}

/// The table, on standard error.
pub fn print(rows: &[Row]) {
    eprintln!("\n{:<50} {:>12} {:>17} {:>7}  to", "what", "median", "quartiles", "limit");
    let shown = |number: Option<f64>, digits| number.map_or_else(String::new, |number| format!("{number:.digits$}"));
    for row in rows {
        let (median, to) = match &row.figure {
            Figure::Ratio { to, ratio } => (shown(*ratio, 3) + " x", &**to),
            Figure::Value { value, unit } => (format!("{} {unit}", shown(*value, 2)), ""),
        };
        let quartiles =
            if row.low.is_some() { shown(row.low, 3) + " to " + &shown(row.high, 3) } else { String::new() };
        let limit = row.limit.map_or_else(String::new, |limit| limit.to_string());
        let over = if row.is_over() { "  OVER ITS LIMIT" } else { "" };
        eprintln!("{:<50} {median:>12} {quartiles:>17} {limit:>7}  {to}{over}", row.what);
    }
}

/// Where reports go.
pub fn folder() -> Result<PathBuf, Box<dyn Error>> {
    let folder = target().join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The same as JSON, for a machine to compare.
pub fn write(rows: &[Row]) -> Result<PathBuf, Box<dyn Error>> {
    let folder = folder()?;
    let file = folder.join("report.json");
    fs::write(&file, serde_json::to_string_pretty(rows)? + "\n")?;
    Ok(file)
}
