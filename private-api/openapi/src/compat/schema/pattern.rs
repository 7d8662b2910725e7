//! Patterns that differ in nothing but how often something may repeat.

/// Whether every text of the narrow pattern matches the wide one, as far as that can be seen: the two are the same but for counts
/// `{m,n}`, and each of the wide one's includes the narrow one's. Anything else is another pattern.
pub(super) fn is_wider(narrow: &str, wide: &str) -> bool {
    // What must not follow turns wider into tighter.
    if narrow.contains("(?!") || narrow.contains("(?<!") {
        return false;
    }
    let (narrow, wide) = (tokens(narrow), tokens(wide));
    narrow.len() == wide.len()
        && narrow.iter().zip(&wide).all(|pair| match pair {
            (Token::Text(a), Token::Text(b)) => a == b,
            (Token::Count(a, b), Token::Count(c, d)) => c <= a && d >= b,
            _ => false,
        })
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Text(String),
    Count(u64, u64),
}

/// A pattern as texts and counts. Inside brackets and behind a backslash a brace counts nothing.
fn tokens(pattern: &str) -> Vec<Token> {
    let (mut tokens, mut text, mut in_class, mut rest) = (Vec::new(), String::new(), false, pattern);
    while let Some(c) = rest.chars().next() {
        if c == '{'
            && !in_class
            && let Some((count, after)) = count(rest)
        {
            tokens.push(Token::Text(std::mem::take(&mut text)));
            tokens.push(count);
            rest = after;
            continue;
        }
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        let escaped = if c == '\\' { rest[1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
        let (step, after) = rest.split_at(c.len_utf8() + escaped);
        text.push_str(step);
        rest = after;
    }
    tokens.push(Token::Text(text));
    tokens
}

/// `{3}`, `{3,}` and `{3,5}`.
fn count(text: &str) -> Option<(Token, &str)> {
    let (inner, after) = text.strip_prefix('{')?.split_once('}')?;
    let (low, high) = inner.split_once(',').unwrap_or((inner, inner));
    let low = low.parse().ok()?;
    let high = if high.is_empty() { u64::MAX } else { high.parse().ok()? };
    Some((Token::Count(low, high), after))
}
