//! Whatever asks a program to end: Ctrl-C, and what docker, systemd, an IDE or a closed terminal sends.

/// The requests to end, as they come. If none can be had, serving on is better than ending.
pub(crate) struct Signals {
    #[cfg(unix)]
    received: Vec<tokio::signal::unix::Signal>,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(unix)]
            received: {
                use tokio::signal::unix::{SignalKind, signal};
                let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
                // A program under nohup is to outlive its terminal.
                if !is_ignored(SignalKind::hangup().as_raw_value()) {
                    kinds.push(SignalKind::hangup());
                }
                kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect()
            },
        }
    }

    /// Resolves at the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|cx| {
            let any =
                self.received.iter_mut().any(|signal| matches!(signal.poll_recv(cx), std::task::Poll::Ready(Some(()))));
            if any { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }

    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Whether this process was started with the signal ignored, where the system tells.
#[cfg(unix)]
fn is_ignored(signal: std::ffi::c_int) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or_default();
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask >> (signal - 1) & 1 == 1)
}
