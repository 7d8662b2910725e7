//! Where an attempt is, so that whatever ends it, its error says what was sent by then and what failed.

use std::{
    cell::RefCell,
    fmt, mem,
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use serde::Serialize;

use crate::observe::{Marks, PhaseTimes};

/// What an attempt was doing when it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// Getting credentials to sign with.
    Credentials,
    /// Resolving the name.
    Resolve,
    /// Connecting to an address.
    Connect,
    /// Negotiating TLS.
    Tls,
    /// Sending the request, or waiting for its answer: it may have arrived.
    Wait,
    /// Reading the answer's body.
    Read,
}

impl Phase {
    const ALL: [Self; 6] = [Self::Credentials, Self::Resolve, Self::Connect, Self::Tls, Self::Wait, Self::Read];

    /// Whether bytes of the request may have left.
    pub(crate) fn may_have_sent(self) -> bool {
        match self {
            Self::Credentials | Self::Resolve | Self::Connect | Self::Tls => false,
            Self::Wait | Self::Read => true,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "getting credentials",
            Self::Resolve => "resolving the name",
            Self::Connect => "connecting",
            Self::Tls => "negotiating TLS",
            Self::Wait => "waiting for the answer",
            Self::Read => "reading the answer",
        })
    }
}

/// How far an attempt has come, written by what works for it and read by whoever ends it.
pub(crate) struct Progress {
    /// The phase of the connection being made, or `Read`.
    phase: AtomicU8,
    /// Whether the last time that the attempt was polled it was still waiting for a connection. Once it is not, it has one, be it
    /// another one than was being made, and gives it the request at once.
    connecting: AtomicBool,
    /// Where the connection leads that this attempt has made.
    address: OnceLock<SocketAddr>,
    /// For an observer.
    marks: Option<Marks>,
}

thread_local! {
    /// The attempt that this thread is working for at this moment.
    static CURRENT: RefCell<Option<Arc<Progress>>> = const { RefCell::new(None) };
}

impl Progress {
    pub(crate) fn new(marks: Option<Marks>) -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(Phase::Connect as u8),
            connecting: AtomicBool::new(false),
            address: OnceLock::new(),
            marks,
        })
    }

    /// Polls for the attempt in `slot`: what is called finds it by [`current`](Self::current).
    pub(crate) fn work_for<T>(slot: &mut Option<Arc<Self>>, poll: impl FnOnce() -> T) -> T {
        /// Puts back what was there, also after a panic.
        struct Restore<'a>(&'a mut Option<Arc<Progress>>);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                swap(self.0);
            }
        }
        fn swap(slot: &mut Option<Arc<Progress>>) {
            // A thread that is ending works for nobody.
            let _ = CURRENT.try_with(|current| mem::swap(&mut *current.borrow_mut(), slot));
        }
        if let Some(attempt) = slot {
            attempt.connecting.store(false, Ordering::Release);
        }
        swap(slot);
        let _restore = Restore(slot);
        poll()
    }

    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// The connection that this attempt has begun is being polled; in the background, once the attempt has got another one.
    pub(crate) fn connecting(self: &Arc<Self>) {
        let is_current =
            |current: &RefCell<Option<Arc<Self>>>| current.borrow().as_ref().is_some_and(|c| Arc::ptr_eq(c, self));
        if CURRENT.try_with(is_current).unwrap_or(false) {
            self.connecting.store(true, Ordering::Release);
        }
    }

    pub(crate) fn connected(&self, address: Option<SocketAddr>) {
        self.connecting.store(false, Ordering::Release);
        self.mark(Phase::Wait);
        if let Some(address) = address {
            let _ = self.address.set(address);
        }
    }

    /// Goes on from `from`; an attempt that is elsewhere stays there.
    pub(crate) fn advance(&self, from: Phase, to: Phase) {
        if self.phase.compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.mark(to);
        }
    }

    pub(crate) fn answered(&self) {
        self.phase.store(Phase::Read as u8, Ordering::Release);
        self.mark(Phase::Read);
    }

    /// Where the answer came from; a connection that was made for this attempt led there already.
    pub(crate) fn answered_by(&self, address: SocketAddr) {
        let _ = self.address.set(address);
    }

    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    /// How long each phase took, where somebody wants to know.
    pub(crate) fn times(&self) -> PhaseTimes {
        self.marks.as_ref().map(Marks::times).unwrap_or_default()
    }

    fn mark(&self, phase: Phase) {
        if let Some(marks) = &self.marks {
            marks.enter(phase);
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        let phase = Phase::ALL[usize::from(self.phase.load(Ordering::Acquire))];
        if self.connecting.load(Ordering::Acquire) { phase } else { phase.max(Phase::Wait) }
    }
}
