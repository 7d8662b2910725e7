//! Stands between two programs, passes everything on, and keeps the bytes of both.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    Error,
    http::{self, Message},
};

/// A request and its answer.
pub type Exchange = (Message, Message);

/// Passes on what is sent to [`address`](Self::address); ends when it is dropped.
pub struct Recorder {
    /// Where to send what is to be recorded.
    pub address: SocketAddr,
    kept: Arc<Mutex<Vec<Exchange>>>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// A recorder in front of `to`.
    ///
    /// # Errors
    /// There is no port.
    pub async fn before(to: SocketAddr) -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let kept = Arc::<Mutex<Vec<Exchange>>>::default();
        let keep = kept.clone();
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let keep = keep.clone();
                tokio::spawn(async move {
                    // Either end may go away at any time; what was whole has been kept.
                    let _ = pass(connection, to, &keep).await;
                });
            }
        });
        Ok(Self { address, kept, task })
    }

    /// What has been recorded since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(connection: TcpStream, to: SocketAddr, keep: &Mutex<Vec<Exchange>>) -> Result<(), Error> {
    let mut connection = BufReader::new(connection);
    while let Some(request) = http::read(&mut connection).await? {
        let answer = http::send(to, &request.bytes).await?;
        keep.lock().unwrap_or_else(PoisonError::into_inner).push((request, answer.clone()));
        connection.write_all(&answer.bytes).await?;
    }
    Ok(())
}

/// Answers every request with the same bytes, over one connection each.
///
/// # Errors
/// There is no port.
pub async fn canned(answer: Vec<u8>) -> Result<(SocketAddr, JoinHandle<()>), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let mut connection = BufReader::new(connection);
            if let Ok(Some(_)) = http::read(&mut connection).await {
                // A caller that has gone wants no answer.
                let _ = connection.write_all(&answer).await;
            }
        }
    });
    Ok((address, task))
}
