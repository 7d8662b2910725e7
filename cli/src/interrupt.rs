//! Ctrl-C, or what ends a service. Not SIGHUP: `nohup` ignores it, and a handler would undo that.

/// Resolves once this process is to end. From the first poll on, the signals no longer end it by themselves.
pub(crate) async fn interruption() {
    #[cfg(unix)]
    if let Ok(mut end) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = end.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
