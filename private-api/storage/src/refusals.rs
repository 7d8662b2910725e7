//! What DynamoDB calls a request that it refuses, where the engine itself does not say so.

use dynoxide::DynoxideError;
use serde_json::Value;

/// `IN` takes as many operands.
const MAX_OPERANDS: usize = 100;

/// Of a request that could not be read. The engine marks those that are well formed and mean nothing; neither its marks nor a
/// position in the request are for callers.
pub(crate) fn of_unread(message: &str) -> DynoxideError {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    if message.contains("empty AttributeValue") {
        let words = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
        return DynoxideError::ValidationException(words.to_owned());
    }
    let (mark, rest) = message.split_once(':').unwrap_or_default();
    match mark {
        "VALIDATION" | "VALIDATION_REQUEST" | "VALIDATION_AS_READ" => {
            DynoxideError::ValidationException(rest.trim_start().to_owned())
        }
        "SERIALIZATION" | "SERIALIZATION_AS_READ" => {
            DynoxideError::SerializationException(rest.trim_start().to_owned())
        }
        // A field that is missing or null, and a word that is none, are wrong values; all else is a wrong type.
        _ if ["missing field", "unknown variant", "invalid type: null", "AttributeValue"]
            .iter()
            .any(|words| message.contains(words)) =>
        {
            DynoxideError::ValidationException(message.to_owned())
        }
        _ => DynoxideError::SerializationException(message.to_owned()),
    }
}

/// Of a condition or filter with a longer list than DynamoDB takes.
pub(crate) fn of_operands(body: &[u8]) -> Option<DynoxideError> {
    // Nearly all requests are not long enough to have such a list.
    if body.iter().filter(|byte| **byte == b',').count() < MAX_OPERANDS {
        return None;
    }
    let request: Value = serde_json::from_slice(body).ok()?;
    ["ConditionExpression", "FilterExpression"].into_iter().find_map(|field| {
        let operands = most_operands(request[field].as_str()?);
        (operands > MAX_OPERANDS).then(|| {
            DynoxideError::ValidationException(format!(
                "Invalid {field}: The IN operator is provided with too many operands; number of operands: {operands}"
            ))
        })
    })
}

/// Of the longest `IN (…)`. An expression holds no values, so a word is what it looks like.
fn most_operands(expression: &str) -> usize {
    let is_word = |character: char| character.is_ascii_alphanumeric() || "_#:.".contains(character);
    let lists = expression.char_indices().filter_map(|(at, _)| {
        let (before, after) = expression.split_at(at);
        let list = after.get(..2)?.eq_ignore_ascii_case("in").then(|| after[2..].trim_start().strip_prefix('('))??;
        (!before.ends_with(is_word)).then(|| list.split(')').next().unwrap_or_default().split(',').count())
    });
    lists.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operands_of_the_longest_list_are_counted() {
        for (expression, count) in [
            ("", 0),
            ("a = :b", 0),
            ("a IN (:b)", 1),
            ("a in(:b, :c) OR b In  ( :c,:d,:e ) AND contains(c, :d)", 3),
            ("begins_with(a, :b) AND #in = :in", 0),
            ("size(main) > :a", 0),
            ("NOT a IN (:b, :c", 2),
            ("é IN", 0),
        ] {
            assert_eq!(most_operands(expression), count, "{expression}");
        }
    }
}
