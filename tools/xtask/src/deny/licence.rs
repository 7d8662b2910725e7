//! SPDX expressions, as far as manifests have them.

/// The licences that `deny.toml` allows.
pub fn allowed(deny: &str) -> Result<Vec<&str>, &'static str> {
    let (_, licences) = deny.split_once("\n[licenses]").ok_or("deny.toml has no [licenses]")?;
    let (_, list) = licences.split_once("\nallow = [").ok_or("deny.toml allows no licences")?;
    let (list, _) = list.split_once(']').ok_or("deny.toml's list of licences has no end")?;
    let bare = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    Ok(bare.filter_map(|line| line.split('"').nth(1)).collect())
}

/// Whether the expression can be kept with allowed licences alone: all parts of an AND, one of an OR.
pub fn permits(expression: &str, allowed: &[&str]) -> bool {
    // Old manifests write a slash for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    any(&mut words, allowed) && words.is_empty()
}

fn any(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let mut permitted = all(words, allowed);
    while words.pop_if(|word| *word == "OR").is_some() {
        // Read in any case: the words have to be used up.
        let next = all(words, allowed);
        permitted |= next;
    }
    permitted
}

fn all(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    let mut permitted = one(words, allowed);
    while words.pop_if(|word| *word == "AND").is_some() {
        let next = one(words, allowed);
        permitted &= next;
    }
    permitted
}

fn one(words: &mut Vec<&str>, allowed: &[&str]) -> bool {
    match words.pop() {
        Some("(") => {
            let permitted = any(words, allowed);
            words.pop() == Some(")") && permitted
        }
        Some(licence) if words.pop_if(|word| *word == "WITH").is_some() => {
            let with = format!("{licence} WITH {}", words.pop().unwrap_or_default());
            allowed.contains(&with.as_str())
        }
        Some(licence) => allowed.contains(&licence),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_and_wants_both_and_an_or_wants_one() {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
        for fine in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/GPL-3.0",
            "MIT AND ISC",
            "(GPL-3.0 OR MIT) AND ISC",
            "GPL-3.0 OR MIT AND ISC",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
        ] {
            assert!(permits(fine, &allowed), "{fine}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "MIT AND (ISC AND GPL-3.0)",
            "GPL-3.0 AND MIT OR Apache-2.0",
            "Apache-2.0",
            "MIT WITH GPL-3.0",
            "(MIT",
            "MIT)",
            "MIT ISC",
        ] {
            assert!(!permits(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn the_list_is_read_from_deny_toml() {
        let deny =
            "[a]\nallow = [\"X\"]\n[licenses]\nallow = [\n    \"MIT\", # not \"GPL\"\n    # \"BSD\"\n    \"ISC\",\n]\n";
        assert_eq!(allowed(deny), Ok(vec!["MIT", "ISC"]));
        assert!(allowed("[licenses]\n").is_err());
    }
}
