//! Limits of numbers: draft-04 has no exclusive ones, so a model's are inclusive, and never tighter than the source's.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Which end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Lower,
    Upper,
}

impl End {
    /// Whether the first limit allows less.
    pub(crate) fn is_tighter(self, limit: &Number, than: &Number) -> bool {
        let order = compare(limit, than);
        match self {
            Self::Lower => order == Ordering::Greater,
            Self::Upper => order == Ordering::Less,
        }
    }

    /// The inclusive limit of whole numbers that is as tight as this exclusive one. `None` beyond all that can be written.
    pub(crate) fn next_whole(self, limit: &Number) -> Option<Number> {
        let whole = match (limit.as_i128(), limit.as_f64()) {
            (Some(whole), _) => whole,
            // Beyond 2^53 a float has no next one.
            (None, Some(float)) if float.abs() < 9e15 => {
                let whole = if self == Self::Lower { float.floor() } else { float.ceil() };
                #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
                let whole = whole as i128;
                whole
            }
            _ => return None,
        };
        Number::from_i128(if self == Self::Lower { whole + 1 } else { whole - 1 })
    }
}

pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// The tighter of two limits.
pub(crate) fn tighter(end: End, a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) if end.is_tighter(y, x) => b.clone(),
        _ => a.clone(),
    }
}
