//! `claims import --example`: a file to begin with.

use std::io::{BufWriter, Write};

use serde_json::json;

use super::{Args, write_csv};
use crate::{Failure, Format, Status, exit::note, files::Target, output, record::REQUIRED};

/// Invented rows, such that quotes, commas and both decimals are seen.
const ROWS: [[&str; 6]; 3] = [
    ["123", "9", "John Doe", "Health", "500", "snow accident"],
    ["123", "9", "John Doe", "Dental", "120.50", "a broken tooth, upper left"],
    ["124", "10", "Zoë \"Zo\" Example", "Accident", "19.99", "a bent wheel"],
];

pub(super) fn write(args: &Args, json: bool) -> Result<Status, Failure> {
    let mut target = Target::open(&args.file, args.force)?;
    let file = target.is_file();
    let mut out = BufWriter::new(&mut target);
    let format = args.format.or_else(|| Format::of(&args.file)).unwrap_or(Format::Csv);
    if format == Format::Csv {
        write_csv(&mut out, REQUIRED.into_iter())?;
    }
    for row in ROWS {
        match format {
            Format::Csv => write_csv(&mut out, row.into_iter())?,
            Format::Jsonl => {
                let [member, policy, name, kind, amount, description] = row;
                let amount: serde_json::Number = amount.parse().map_err(std::io::Error::from)?;
                let line = json!({
                    "memberId": member, "policyId": policy, "memberName": name, "policyType": kind, "claimAmount": amount,
                    "description": description,
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    out.flush()?;
    drop(out);
    target.finish()?;
    if file && json {
        output::json(&json!({ "file": args.file.display().to_string(), "rows": ROWS.len() }))?;
    } else if file {
        let name = args.file.display();
        note(&format!("{} rows in {name}: claims import --check {name}", ROWS.len()));
    }
    Ok(Status::Done)
}
