//! Texts with `*` and `?`, and ARNs of such texts.

use std::str::Chars;

/// Whether a text is what is wanted, in which `*` stands for any characters, also for none, and `?` for any one.
pub(crate) fn is_like(text: &str, wanted: &str) -> bool {
    let (mut text, mut wanted) = (text.chars(), wanted.chars());
    // Behind the last star: what is wanted there, and where it was looked for.
    let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        match wanted.next() {
            Some('*') => {
                star = Some((wanted.clone(), text.clone()));
                continue;
            }
            Some(letter) if text.next().is_some_and(|found| letter == '?' || letter == found) => continue,
            None if text.as_str().is_empty() => return true,
            _ => {}
        }
        // One more letter for the last star: those before it have theirs.
        let Some((behind, from)) = &mut star else { return false };
        if from.next().is_none() {
            return false;
        }
        (wanted, text) = (behind.clone(), from.clone());
    }
}

/// Whether an ARN is what is wanted, each of its six parts for itself: a star crosses colons in the last part alone.
pub(crate) fn is_arn_like(arn: &str, wanted: &str) -> bool {
    let (mut parts, mut wanted) = (arn.splitn(6, ':'), wanted.splitn(6, ':'));
    (0..6).all(|_| match (parts.next(), wanted.next()) {
        (Some(part), Some(wanted)) => is_like(part, wanted),
        _ => false,
    })
}

/// Whether there are six parts, and `arn` is the first.
pub(crate) fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6
}

/// For people.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_characters_and_a_question_mark_is_one() {
        for (wanted, like, unlike) in [
            ("", &[""][..], &["a"][..]),
            ("*", &["", "a", "a:b/c"], &[]),
            ("?", &["a", "é"], &["", "ab"]),
            ("a*b", &["ab", "axb", "abab"], &["a", "b", "aba", "xab"]),
            ("a*b*c", &["abc", "a-b-c", "abbcc"], &["acb", "ac", "abcd"]),
            ("*a?c", &["abc", "xxabc", "acabc"], &["ac", "abcd"]),
            ("a**", &["a", "ab"], &["xa"]),
            ("/dev/*/item/?", &["/dev/GET/item/1"], &["/dev/GET/item/", "/dev/GET/item/12"]),
        ] {
            assert!(like.iter().all(|text| is_like(text, wanted)), "{wanted}");
            assert!(!unlike.iter().any(|text| is_like(text, wanted)), "{wanted}");
        }
        // Not in the square of its length, nor worse.
        assert!(!is_like(&"a".repeat(4000), &"*a".repeat(100).replace("*a*a", "*a*b")));
    }

    #[test]
    fn a_star_stays_in_its_part_of_an_arn() {
        let arn = "arn:aws:execute-api:eu-central-1:123456789012:api/dev/GET/a:b";
        for (wanted, is) in [
            ("arn:aws:execute-api:*:*:*", true),
            ("arn:aws:execute-api:eu-*:123456789012:api/*/b", false),
            ("arn:aws:execute-api:eu-*:123456789012:api/*b", true),
            ("arn:aws:execute-api:*:api/dev/GET/a:b", false),
            ("arn:*:api/dev/GET/a:b", false),
            ("arn:aws:execute-api:eu-central-1:123456789012:api/DEV/*", false),
        ] {
            assert_eq!(is_arn_like(arn, wanted), is, "{wanted}");
        }
    }
}
