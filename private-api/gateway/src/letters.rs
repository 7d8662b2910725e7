//! The letters of header names as they were sent: API Gateway hands them on, and the HTTP library does not keep them.

use std::collections::{HashMap, VecDeque};

/// More than any head that is served.
const MAX_HEAD: usize = 512 * 1024;

/// Follows the bytes of a connection from head to head.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    /// The heads that no request has taken yet.
    whole: VecDeque<Vec<u8>>,
    state: State,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    /// So many bytes of a body are to come.
    Body(usize),
    /// The next head cannot be found, so the connection must end with this request.
    Lost,
}

impl Default for State {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

impl Heads {
    pub(crate) fn read(&mut self, mut bytes: &[u8]) {
        while let [first, rest @ ..] = bytes {
            match &mut self.state {
                State::Lost => return,
                State::Body(left) => {
                    let taken = bytes.len().min(*left);
                    *left -= taken;
                    bytes = &bytes[taken..];
                    if *left == 0 {
                        self.state = State::default();
                    }
                }
                State::Head(head) => {
                    // Empty lines before a request line are skipped.
                    if !head.is_empty() || !matches!(first, b'\r' | b'\n') {
                        head.push(*first);
                    }
                    bytes = rest;
                    if head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n") {
                        let head = std::mem::take(head);
                        self.state = after(&head);
                        self.whole.push_back(head);
                    } else if head.len() > MAX_HEAD {
                        self.state = State::Lost;
                    }
                }
            }
        }
    }

    /// The names of the next request's headers, and whether another request may follow on this connection.
    pub(crate) fn next(&mut self) -> (Letters, bool) {
        let head = self.whole.pop_front().unwrap_or_default();
        let names = lines(&head).map(|(name, _)| (name.to_ascii_lowercase(), name.to_owned()));
        // Of a name in two spellings the first counts: what AWS does then is not known.
        let mut letters = HashMap::new();
        names.for_each(|(lower, name)| {
            letters.entry(lower).or_insert(name);
        });
        let is_last = self.whole.is_empty() && matches!(self.state, State::Lost);
        (Letters(letters), !is_last)
    }
}

fn lines(head: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    head.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((std::str::from_utf8(&line[..colon]).ok()?, &line[colon + 1..]))
    })
}

/// What follows a head. Where this and the HTTP library differ, the library refuses the request and closes.
fn after(head: &[u8]) -> State {
    let mut length = 0;
    for (name, value) in lines(head) {
        if name.eq_ignore_ascii_case("transfer-encoding") {
            return State::Lost;
        }
        if name.eq_ignore_ascii_case("content-length") {
            let digits = std::str::from_utf8(value.trim_ascii()).ok();
            let Some(digits) = digits.and_then(|digits| digits.parse().ok()) else { return State::Lost };
            length = digits;
        }
    }
    if length == 0 { State::default() } else { State::Body(length) }
}

/// Names in lower case, and how they were sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letters(HashMap<String, String>);

impl Letters {
    /// As the function sees it. A few are always written in one way (recorded for the first two).
    pub(crate) fn of<'a>(&'a self, lower: &'a str) -> &'a str {
        match lower {
            "authorization" => "Authorization",
            "user-agent" => "User-Agent",
            "host" => "Host",
            other => self.0.get(other).map_or(other, String::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_of_a_connection_has_its_own_letters_however_its_bytes_come() {
        let bytes = b"\r\nGET / HTTP/1.1\r\nX-oNE: a:b\r\n\r\nPOST / HTTP/1.1\r\nx-one: 1\r\ncontent-Length: 9\r\n\r\n\
                      X-Two: \n\nGET / HTTP/1.1\nX-TWO:\n\n";
        for size in [1, 2, 7, bytes.len()] {
            let mut heads = Heads::default();
            bytes.chunks(size).for_each(|some| heads.read(some));
            for (name, wanted) in [("x-one", "X-oNE"), ("x-one", "x-one"), ("x-two", "X-TWO"), ("x-two", "x-two")] {
                let (letters, goes_on) = heads.next();
                assert_eq!((letters.of(name), goes_on), (wanted, true), "{size} bytes at once");
            }
        }
    }

    #[test]
    fn after_chunks_no_head_is_looked_for() {
        let mut heads = Heads::default();
        heads.read(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nX: y\r\n\r\n");
        assert!(heads.next().1 && !heads.next().1);
        assert!(heads.whole.is_empty());
    }
}
