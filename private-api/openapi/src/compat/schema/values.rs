//! Listed values: each is tried.

use serde_json::Value;

use super::{
    Comparison, Place,
    kinds::Kinds,
    parts::{Parts, equal},
};

impl<'a> Comparison<'a, '_> {
    /// Listed values on either side.
    pub(super) fn values(&mut self, place: &Place, from: &Parts<'a>, to: &Parts<'a>) {
        let Some(values) = &from.values else {
            if let Some(wide) = &to.values
                && !is_complete(from.kinds, wide)
            {
                let keyword = if to.all("enum").next().is_some() { "enum" } else { "const" };
                self.narrower(&place.at, keyword);
            }
            return;
        };
        let refused: Vec<_> = values
            .iter()
            .filter(|value| to.kinds_said.contains(Kinds::of(value)))
            // Listed, and refused by its own side for another reason.
            .filter(|value| refusing(from, from, value).is_none())
            .filter_map(|value| refusing(from, to, value))
            .collect();
        if let Some(keyword) = refused.first() {
            self.narrower(&place.at, keyword);
        }
    }
}

/// Null and the two truths are all there are of their kinds.
fn is_complete(kinds: Kinds, listed: &[&Value]) -> bool {
    let all = [Value::Null, Value::Bool(true), Value::Bool(false)];
    (Kinds::NULL | Kinds::BOOLEAN).contains(kinds)
        && all.iter().filter(|v| kinds.contains(Kinds::of(v))).all(|v| listed.iter().any(|l| equal(l, v)))
}

/// The keyword by which a schema refuses a value, alternatives aside. What cannot be tried here (a pattern, a format) refuses
/// unless the narrow side says the same.
fn refusing<'a>(from: &Parts<'a>, to: &Parts<'a>, value: &Value) -> Option<&'static str> {
    if to.values.as_ref().is_some_and(|listed| !listed.iter().any(|l| equal(l, value))) {
        return Some(if to.all("enum").next().is_some() { "enum" } else { "const" });
    }
    let number = value.as_f64();
    let count = match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        _ => None,
    };
    #[allow(clippy::cast_precision_loss, reason = "no text is as long")]
    let count = count.map(|count| count as f64);
    let (least, most) = match value {
        Value::Array(_) => ("minItems", "maxItems"),
        Value::Object(_) => ("minProperties", "maxProperties"),
        _ => ("minLength", "maxLength"),
    };
    let breaks = |keyword: &'static str, measured: Option<f64>, keeps: fn(f64, f64) -> bool| {
        let measured = measured?;
        let limits = to.objects.iter().filter_map(|o| o.get(keyword)).filter_map(Value::as_f64);
        limits.into_iter().any(|limit| !keeps(measured, limit)).then_some(keyword)
    };
    let unknown = |keyword: &'static str| {
        let says = |parts: &Parts<'_>| parts.objects.iter().filter_map(|o| o.get(keyword)).cloned().collect::<Vec<_>>();
        let has = says(from);
        let width = keyword == "format";
        let new = says(to).into_iter().any(|v| !(has.contains(&v) || width && super::numbers::is_width(&v)));
        new.then_some(keyword)
    };
    breaks("minimum", number, |n, limit| n >= limit)
        .or_else(|| breaks("maximum", number, |n, limit| n <= limit))
        .or_else(|| breaks("exclusiveMinimum", number, |n, limit| n > limit))
        .or_else(|| breaks("exclusiveMaximum", number, |n, limit| n < limit))
        .or_else(|| breaks("multipleOf", number, |n, step| (n / step).fract() == 0.0))
        .or_else(|| breaks(least, count, |n, limit| n >= limit))
        .or_else(|| breaks(most, count, |n, limit| n <= limit))
        .or_else(|| value.is_string().then(|| unknown("pattern").or_else(|| unknown("format"))).flatten())
}
