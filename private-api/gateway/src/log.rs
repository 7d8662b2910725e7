//! Lines for people: one may be lost, but no request ever waits for a reader, nor fails for want of one.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// As many lines wait for a reader; what comes after them is lost, and counted.
const WAITING: usize = 1024;

enum Item {
    Line(Vec<u8>),
    /// Everything before this is to be written.
    Flush(SyncSender<()>),
}

/// A writer that never blocks and never fails: a thread of its own writes what it is given.
#[derive(Clone)]
pub(crate) struct Lossy {
    items: SyncSender<Item>,
    lost: Arc<AtomicU64>,
}

impl Lossy {
    pub(crate) fn new(out: impl Write + Send + 'static) -> Self {
        let (items, received) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = lost.clone();
        // Without a thread, all is lost, and nothing else is.
        let _ = thread::Builder::new().name("log".to_owned()).spawn(move || write(out, &received, &counted));
        Self { items, lost }
    }

    /// Waits until everything so far is written, but not for a reader who does not read.
    pub(crate) fn flush_for(&self, limit: Duration) {
        let (done, written) = sync_channel(1);
        if self.items.try_send(Item::Flush(done)).is_ok() {
            let _ = written.recv_timeout(limit);
        }
    }
}

fn write(mut out: impl Write, items: &Receiver<Item>, lost: &AtomicU64) {
    for item in items {
        match item {
            Item::Line(line) => {
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let _ = writeln!(out, "({lost} lines were lost: nobody read them)");
                }
                // The reader has gone, or the disk is full.
                let _ = out.write_all(&line).and_then(|()| out.flush());
            }
            Item::Flush(done) => {
                let _ = done.try_send(());
            }
        }
    }
}

impl Write for Lossy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.items.try_send(Item::Line(bytes.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lossy {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::{Mutex, mpsc::channel};

    use super::*;

    /// Writes once it is allowed to.
    struct Slow(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn without_a_reader_lines_are_lost_and_counted_and_nothing_waits() {
        let (reads, reader) = channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let mut log = Lossy::new(Slow(reader, written.clone()));
        for n in 0..3 * WAITING {
            log.write_all(format!("line {n}\n").as_bytes()).unwrap();
        }
        let lost = log.lost.load(Ordering::Relaxed);
        assert!(lost >= WAITING as u64, "{lost}");
        for _ in 0..4 * WAITING {
            reads.send(()).unwrap();
        }
        while log.lost.load(Ordering::Relaxed) > 0 || !written.lock().unwrap().ends_with(b"last\n") {
            log.write_all(b"last\n").unwrap();
            log.flush_for(Duration::from_millis(10));
        }
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(text.contains("line 0\n") && text.contains(" lines were lost"), "{text}");
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let (reads, reader) = channel();
        drop(reads);
        let mut log = Lossy::new(Slow(reader, Arc::default()));
        for _ in 0..10 {
            log.write_all(b"line\n").unwrap();
        }
        log.flush_for(Duration::from_secs(60));
    }
}
