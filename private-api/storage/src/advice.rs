//! What the system or SQLite said, with what to do about it.

pub(crate) fn with_advice(said: String) -> String {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let advice = if says(&["ermission denied", "ead-only", "readonly", "ccess is denied"]) {
        "let this user write the file and its folder, or choose another file"
    } else if says(&["is full", "No space left", "quota", "too large"]) {
        "free some space on its disk, or raise the limit"
    } else if says(&["malformed", "not a database", "not a valid SQLite"]) {
        "it is damaged: restore it from a copy, or choose another file"
    } else if says(&["No such file", "cannot find the path", "Not a directory"]) {
        "make its folder first, or choose another file"
    } else if says(&["symbolic link"]) {
        "choose another file"
    } else if says(&["disk I/O error"]) {
        "free some space on its disk or raise the limit (ulimit -f), if it is not the device that is broken"
    } else {
        return said;
    };
    format!("{said}; {advice}")
}
