//! Ctrl-C, or what ends a service. Not SIGHUP: `nohup` ignores it, and a handler would undo that.

/// From its creation on, the signals no longer end this process by themselves.
pub(crate) struct Interruption {
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Interruption {
    pub(crate) fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let both = signal(SignalKind::interrupt()).and_then(|int| Ok([int, signal(SignalKind::terminate())?]));
            Self { signals: both.ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Resolves once this process is to end.
    pub(crate) async fn wait(&mut self) {
        #[cfg(unix)]
        if let Some([interrupt, terminate]) = &mut self.signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Resolves once this process is to end, from the first poll on.
pub(crate) async fn interruption() {
    Interruption::new().wait().await;
}
