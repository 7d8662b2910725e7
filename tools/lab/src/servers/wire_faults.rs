//! The proxy that delays answers and cuts connections in the middle of one. This kernel may have no netem.

use std::{
    collections::hash_map::RandomState,
    fs,
    hash::{BuildHasher, Hasher},
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, split},
    net::TcpStream,
};

use crate::{lab::Lab, namespaces::Done};

/// How the wire behaves, of a thousand pieces of answers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Wire {
    /// So many are late,
    pub late: u64,
    /// by up to so long;
    pub delay_ms: u64,
    /// and so many are cut in half, with a reset.
    pub cut: u64,
}

impl Wire {
    /// Where an endpoint looks for it.
    pub fn file(lab: &Lab, endpoint: &str) -> PathBuf {
        lab.file(&format!("{endpoint}.wire"))
    }

    /// Changes it at once, also for connections that exist.
    pub fn set(self, lab: &Lab, endpoint: &str) -> Done {
        // Whole or not at all: the endpoint reads it meanwhile.
        let new = lab.file(&format!("{endpoint}.wire.new"));
        fs::write(&new, serde_json::to_string(&self)?)?;
        Ok(fs::rename(new, Self::file(lab, endpoint))?)
    }

    fn read(file: &PathBuf) -> Self {
        // No file: nothing is wrong.
        fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }
}

/// Carries bytes between the caller and TLS until one of them ends; `established`: the handshake is over.
pub async fn proxy(caller: TcpStream, tls: DuplexStream, faults: PathBuf, established: Arc<AtomicBool>) {
    let (mut from_tls, mut to_tls) = split(tls);
    let (mut from_caller, mut to_caller) = caller.into_split();
    let requests = async {
        tokio::io::copy(&mut from_caller, &mut to_tls).await?;
        to_tls.shutdown().await
    };
    let answers = async {
        let mut piece = vec![0; 16 * 1024];
        loop {
            let length = from_tls.read(&mut piece).await?;
            if length == 0 {
                return to_caller.shutdown().await;
            }
            let wire = if established.load(Ordering::Relaxed) { Wire::read(&faults) } else { Wire::default() };
            if chance(wire.late) {
                tokio::time::sleep(Duration::from_millis(random() % (wire.delay_ms + 1))).await;
            }
            if chance(wire.cut) {
                to_caller.write_all(&piece[..length / 2]).await?;
                // Let the first half arrive, then end without a farewell.
                tokio::time::sleep(Duration::from_millis(2)).await;
                let _ = to_caller.as_ref().set_zero_linger();
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            to_caller.write_all(&piece[..length]).await?;
        }
    };
    // The first that fails ends both.
    let _ = tokio::try_join!(requests, answers);
}

fn chance(of_a_thousand: u64) -> bool {
    random() % 1000 < of_a_thousand
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
