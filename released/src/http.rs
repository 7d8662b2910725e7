//! HTTP/1.1 messages as bytes: what a library would tidy up on the way is just what is kept here.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::Error;

/// A request or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// All of it, as it stood on the wire.
    pub bytes: Vec<u8>,
    head: String,
    body_at: usize,
}

impl Message {
    /// Takes a whole message apart.
    ///
    /// # Errors
    /// It has no end of its head, or the head is no text.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Error> {
        let end =
            bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("a message without an end of its head")?;
        let head = std::str::from_utf8(&bytes[..end])?.to_owned();
        Ok(Self { bytes, head, body_at: end + 4 })
    }

    /// The first line.
    #[must_use]
    pub fn start(&self) -> &str {
        self.head.split("\r\n").next().unwrap_or_default()
    }

    /// An answer's status; 0 for what is none.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.start().split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    /// Names, in lower case, and values.
    pub fn headers(&self) -> impl Iterator<Item = (String, &str)> {
        let lines = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        lines.map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// What follows the head.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body_at..]
    }

    /// The body as JSON; `null` where it is empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn json(&self) -> Result<Value, Error> {
        Ok(if self.body().is_empty() { Value::Null } else { serde_json::from_slice(self.body())? })
    }
}

/// The next message of a connection; `None` at its end. The length is the header's: nobody here sends in chunks.
///
/// # Errors
/// The connection breaks in the middle, or what comes is no HTTP.
pub async fn read(connection: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Message>, Error> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        if connection.read_until(b'\n', &mut bytes).await? == 0 {
            return if bytes.is_empty() { Ok(None) } else { Err("the connection ended in a head".into()) };
        }
    }
    let head = Message::parse(bytes)?;
    let length = head.header("content-length").map_or(Ok(0), str::parse)?;
    let mut bytes = head.bytes;
    let body_at = bytes.len();
    bytes.resize(body_at + length, 0);
    connection.read_exact(&mut bytes[body_at..]).await?;
    Message::parse(bytes).map(Some)
}

/// Sends bytes as they are over a connection of their own, and reads one answer.
///
/// # Errors
/// There is none.
pub async fn send(to: SocketAddr, request: &[u8]) -> Result<Message, Error> {
    let mut connection = BufReader::new(TcpStream::connect(to).await?);
    connection.write_all(request).await?;
    read(&mut connection).await?.ok_or_else(|| "the connection was closed without an answer".into())
}

/// A request put together. `target` begins with the stage.
#[must_use]
pub fn request(method: &str, target: &str, headers: &[(String, String)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    text.into_bytes()
}
