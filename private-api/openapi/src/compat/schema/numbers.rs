//! Numbers: limits, steps, and how wide they are.

use serde_json::{Number, Value};

use super::{Comparison, Place, kinds::Kinds, parts::Parts, plain::tightest};
use crate::{compat::WIDTH_HINT, lower::limits::End};

/// A limit and whether it is itself outside.
#[derive(Clone, Debug)]
struct Limit {
    number: Number,
    exclusive: bool,
}

impl Comparison<'_, '_> {
    pub(super) fn numbers(&mut self, place: &Place, from: &Parts<'_>, to: &Parts<'_>, shared: Kinds) {
        if !shared.intersects(Kinds::NUMBER) {
            return;
        }
        let whole = !shared.intersects(Kinds::FRACTION);
        for (end, inclusive, exclusive) in
            [(End::Lower, "minimum", "exclusiveMinimum"), (End::Upper, "maximum", "exclusiveMaximum")]
        {
            let (narrow, wide) = (limit(from, end, whole), limit(to, end, whole));
            let keyword = if wide.as_ref().is_some_and(|limit| limit.exclusive) { exclusive } else { inclusive };
            if let (Some(a), Some(b)) = (&narrow, &wide)
                && !end.is_tighter(&a.number, &b.number)
                && !end.is_tighter(&b.number, &a.number)
            {
                if b.exclusive && !a.exclusive {
                    self.narrower(&place.at, keyword);
                }
                continue;
            }
            let numbers = (narrow.as_ref().map(|l| &l.number), wide.as_ref().map(|l| &l.number));
            self.limit(place, keyword, numbers, end);
        }
        let steps: Vec<f64> = from.all("multipleOf").filter_map(Value::as_f64).collect();
        for step in to.all("multipleOf").filter_map(Value::as_f64) {
            let holds = |narrow: &f64| (narrow / step).fract() == 0.0;
            if !(steps.iter().any(holds) || whole && holds(&1.0)) {
                self.narrower(&place.at, "multipleOf");
            }
        }
        self.widths(place, from, to, whole);
    }

    /// A width is a hint to generators: harmless if all values fit it. An answer that gets one it does not fit would be cut by
    /// clients made from the new contract; one that had one and outgrows it, by those made from the old.
    fn widths(&mut self, place: &Place, from: &Parts<'_>, to: &Parts<'_>, whole: bool) {
        let names =
            |parts: &Parts<'_>| parts.objects.iter().filter_map(|o| o.get("format")).cloned().collect::<Vec<_>>();
        let (narrow, wide) = (names(from), names(to));
        let (_, newer) = self.by_age(&narrow, &wide);
        let mut hints: Vec<&Value> = wide.iter().filter(|format| !narrow.contains(format)).collect();
        hints.extend(newer.iter().filter(|format| !wide.contains(format)));
        for format in hints {
            if !is_width(format) {
                if self.direction.is_request() || wide.contains(format) {
                    self.narrower(&place.at, "format");
                }
                continue;
            }
            let others: Vec<&Value> = narrow.iter().filter(|other| *other != format).collect();
            if fits(format.as_str().unwrap_or_default(), from, &others, whole) {
                self.allow(&place.at, WIDTH_HINT);
            } else {
                self.add(&place.at, format!("{} cannot hold every value", format.as_str().unwrap_or_default()));
            }
        }
        // A hint that goes from a request takes nothing away; what goes from an answer was looked at above.
        if wide.is_empty() && narrow.iter().any(is_width) && self.direction.is_request() {
            self.allow(&place.at, WIDTH_HINT);
        }
    }
}

pub(super) fn is_width(format: &Value) -> bool {
    format.as_str().is_some_and(|name| range(name).is_some())
}

/// The least and the greatest value of a width. Whole numbers beyond 64 bits and numbers beyond a double travel in no JSON that
/// two parties read alike (RFC 8259, section 6): these widths hold everything.
fn range(width: &str) -> Option<(f64, f64)> {
    Some(match width {
        "int8" => (-128.0, 127.0),
        "int16" => (-32_768.0, 32_767.0),
        "int32" => (-2_147_483_648.0, 2_147_483_647.0),
        "uint8" => (0.0, 255.0),
        "uint16" => (0.0, 65_535.0),
        "uint32" => (0.0, 4_294_967_295.0),
        "uint64" => (0.0, f64::INFINITY),
        "int64" | "double" => (f64::NEG_INFINITY, f64::INFINITY),
        // Whole numbers that 24 bits hold.
        "float" => (-16_777_216.0, 16_777_216.0),
        _ => return None,
    })
}

fn fits(width: &str, values: &Parts<'_>, other_widths: &[&Value], whole: bool) -> bool {
    let Some((least, greatest)) = range(width) else { return false };
    let floats = other_widths.iter().any(|other| *other == "float");
    if width == "double" || width == "float" && floats {
        return true;
    }
    if !whole {
        return false;
    }
    let ranges: Vec<(f64, f64)> = other_widths.iter().filter_map(|other| range(other.as_str()?)).collect();
    let bound = |end: End| limit(values, end, true).and_then(|limit| limit.number.as_f64());
    let lower = ranges.iter().map(|(low, _)| *low).chain(bound(End::Lower)).fold(f64::NEG_INFINITY, f64::max);
    let upper = ranges.iter().map(|(_, high)| *high).chain(bound(End::Upper)).fold(f64::INFINITY, f64::min);
    lower >= least && upper <= greatest
}

/// The tightest limit at an end. Of whole numbers an exclusive one is the next inclusive one.
fn limit(parts: &Parts<'_>, end: End, whole: bool) -> Option<Limit> {
    let (inclusive, exclusive) = match end {
        End::Lower => ("minimum", "exclusiveMinimum"),
        End::Upper => ("maximum", "exclusiveMaximum"),
    };
    let mut limits: Vec<Limit> = Vec::new();
    limits.extend(tightest(parts, exclusive, end).map(|number| Limit { number, exclusive: true }));
    for object in &parts.objects {
        if let Some(Value::Number(number)) = object.get(inclusive) {
            // 3.0's way: a flag beside the limit.
            let exclusive = object.get(exclusive).is_some_and(|flag| flag == true);
            limits.push(Limit { number: number.clone(), exclusive });
        }
    }
    let as_inclusive = |limit: Limit| match limit.exclusive.then(|| end.next_whole(&limit.number)).flatten() {
        Some(number) if whole => Limit { number, exclusive: false },
        _ => limit,
    };
    let tighter = |a: &Limit, b: &Limit| {
        end.is_tighter(&b.number, &a.number) || !end.is_tighter(&a.number, &b.number) && b.exclusive
    };
    limits.into_iter().map(as_inclusive).reduce(|a, b| if tighter(&a, &b) { b } else { a })
}
