//! Just enough HTTP/1.1 for a proxy that has to break it: whole messages as bytes.

use std::io;

use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Connection {
    pub stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// The next whole message; `None` when the peer has closed.
    pub async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(length) = length(&self.read)
                && length <= self.read.len()
            {
                return Ok(Some(self.read.drain(..length).collect()));
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Makes the connection end with a reset (RST) instead of a farewell (FIN).
    pub fn reset(&self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    /// Waits, without a word, for the peer to give up.
    pub async fn until_gone(&mut self) -> io::Result<()> {
        while self.stream.read_buf(&mut self.read).await? > 0 {}
        Ok(())
    }
}

/// The head's length, with the empty line.
pub fn head_length(message: &[u8]) -> Option<usize> {
    message.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// The whole message's length; `None` before its head is complete.
fn length(message: &[u8]) -> Option<usize> {
    let head = head_length(message)?;
    let text = String::from_utf8_lossy(&message[..head]).to_ascii_lowercase();
    let body = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    Some(head + body.unwrap_or(0))
}

/// The message with another Content-Length, if it has one.
pub fn with_length(message: &[u8], length: usize) -> Vec<u8> {
    let head = head_length(message).unwrap_or(message.len());
    let mut changed = Vec::new();
    for line in String::from_utf8_lossy(&message[..head]).split_inclusive("\r\n") {
        if line.to_ascii_lowercase().starts_with("content-length:") {
            changed.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
        } else {
            changed.extend_from_slice(line.as_bytes());
        }
    }
    changed.extend_from_slice(&message[head..]);
    changed
}

/// An answer with these headers, each line ended by `\r\n`.
pub fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Whatever\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
