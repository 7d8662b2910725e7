//! Equal mistakes, told once: "17,412 rows: claimAmount has a decimal comma, first on line 2".

use std::{collections::HashMap, fmt};

/// Different reasons that are kept apart; what is beyond is counted together.
const MOST: usize = 200;

#[derive(Clone, Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    index: HashMap<String, usize>,
    pub rows: u64,
}

#[derive(Clone, serde::Serialize)]
pub(super) struct Group {
    pub reason: String,
    pub rows: u64,
    #[serde(rename = "firstLine")]
    pub first_line: u64,
}

impl Groups {
    /// Counts a row; whether its reason is a new one.
    pub(super) fn add(&mut self, line: u64, reason: &str) -> bool {
        const OTHERS: &str = "other reasons; they stand in the file of rejected rows";
        self.rows += 1;
        let kind = kind(reason);
        if let Some(at) = self.index.get(kind.as_ref()) {
            let group = &mut self.groups[*at];
            group.rows += 1;
            group.first_line = group.first_line.min(line);
            return false;
        }
        let last = self.groups.len() >= MOST;
        let kind = if last { OTHERS.to_owned() } else { kind.into_owned() };
        if let Some(at) = self.index.get(&kind) {
            self.groups[*at].rows += 1;
            return false;
        }
        self.index.insert(kind, self.groups.len());
        let reason = if last { OTHERS } else { reason }.to_owned();
        self.groups.push(Group { reason, rows: 1, first_line: line });
        true
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// These too.
    pub(super) fn extend(&mut self, other: &Self) {
        for group in &other.groups {
            self.add(group.first_line, &group.reason);
            self.rows += group.rows - 1;
            let at = self.index.get(kind(&group.reason).as_ref()).copied().unwrap_or(self.groups.len() - 1);
            self.groups[at].rows += group.rows - 1;
        }
    }
}

/// What reasons have in common: "line 2" is each one's own.
fn kind(reason: &str) -> std::borrow::Cow<'_, str> {
    match reason.split_once(" of line ") {
        Some((kind, _)) => kind.into(),
        None => reason.into(),
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rows {
            1 => write!(f, "line {}: {}", self.first_line, self.reason),
            rows => write!(f, "{} rows: {}, first on line {}", thousands(rows), self.reason, self.first_line),
        }
    }
}

/// 17,412
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_reasons_are_one_line_with_their_first_and_their_number() {
        let mut groups = Groups::default();
        for line in 2..17_414 {
            groups.add(line, "claimAmount has a decimal comma");
        }
        groups.add(5, "claimKey repeats the key of line 2");
        groups.add(9, "claimKey repeats the key of line 7");
        groups.add(20_000, "memberId is missing");
        let mut all = Groups::default();
        all.add(1, "memberId is missing");
        all.extend(&groups);
        let told: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "2 rows: memberId is missing, first on line 1",
                "17,412 rows: claimAmount has a decimal comma, first on line 2",
                "2 rows: claimKey repeats the key of line 2, first on line 5",
            ]
        );
        assert_eq!((all.rows, all.iter().map(|g| g.rows).sum::<u64>()), (17_416, 17_416));
        for line in 0..1000 {
            all.add(line, &format!("reason {line}"));
        }
        assert!(all.iter().count() <= MOST + 1);
        assert_eq!((all.rows, all.iter().map(|g| g.rows).sum::<u64>()), (18_416, 18_416));
    }
}
