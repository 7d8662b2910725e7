//! A proxy between two parts of the system: each request it carries may meet a fault.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

use super::{dice::Dice, message};

/// What happens to one request. All but the first three and `Answer` pass the request on before they spoil its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// The connection is reset before the request is passed on.
    ResetBefore,
    /// Half-open: the request is taken and not passed on; no answer ever comes.
    Silent,
    /// As `ResetBefore`, with a farewell (FIN) instead of a reset.
    CloseBefore,
    /// The connection is reset instead of an answer.
    ResetAfter,
    /// No answer ever comes, although the request was passed on.
    SilentAfter,
    /// The answer comes byte by byte, slower than anybody waits.
    Drip,
    /// The answer comes in small pieces, but in time.
    Pieces,
    /// Half of the answer, then the connection is closed.
    Truncated,
    /// The answer promises more bytes than it has.
    TooLong,
    /// The answer promises fewer bytes than it has.
    TooShort,
    /// What comes back is not HTTP.
    Garbage,
    /// Something in between answers on its own account, and passes nothing on.
    Answer(u16, &'static str, &'static str),
}

/// Which requests meet which fault.
#[derive(Debug)]
pub enum Plan {
    Pass,
    /// The next requests, one fault each.
    Next(VecDeque<WireFault>),
    Always(WireFault),
    /// So many of a hundred.
    Random(Dice, u64, &'static [WireFault]),
}

impl Plan {
    fn next(&mut self) -> Option<WireFault> {
        match self {
            Self::Pass => None,
            Self::Next(faults) => faults.pop_front(),
            Self::Always(fault) => Some(*fault),
            Self::Random(dice, percent, faults) => dice.chance(*percent).then(|| *dice.pick(faults)),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    upstream: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    requests: Arc<AtomicUsize>,
    faults: Arc<AtomicUsize>,
    silences: Arc<watch::Sender<usize>>,
    hung_up: Arc<Notify>,
    /// Bound and never listening: while nobody listens, callers are refused, and nobody else gets the port.
    _port: Arc<TcpSocket>,
    /// Present while it takes connections.
    serving: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Proxy {
    pub fn start(upstream: SocketAddr) -> Self {
        let port = bind(([127, 0, 0, 1], 0).into());
        let proxy = Self {
            address: port.local_addr().unwrap(),
            upstream,
            plan: Arc::new(Mutex::new(Plan::Pass)),
            requests: Arc::default(),
            faults: Arc::default(),
            silences: Arc::default(),
            hung_up: Arc::default(),
            _port: Arc::new(port),
            serving: Arc::default(),
        };
        proxy.heal();
        proxy
    }

    /// Another way to the same service, with faults of its own.
    pub fn beside(&self) -> Self {
        Self::start(self.upstream)
    }

    pub fn plan(&self, plan: Plan) {
        *self.plan.lock().unwrap() = plan;
    }

    /// How many requests have arrived since the last time this was asked.
    pub fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }

    /// How many faults have happened since the last time this was asked.
    pub fn faults(&self) -> usize {
        self.faults.swap(0, Ordering::SeqCst)
    }

    /// How many requests have met silence so far.
    pub fn silences(&self) -> usize {
        *self.silences.borrow()
    }

    /// Ends when a request meets silence after this was called.
    pub fn silence(&self) -> impl Future<Output = ()> + Send + Sync + use<> {
        let mut silences = self.silences.subscribe();
        async move { drop(silences.changed().await) }
    }

    /// Closes a connection that is silent, or the next one to be.
    pub fn hang_up(&self) {
        self.hung_up.notify_one();
    }

    /// Nothing listens any more, and every connection ends: new ones are refused.
    pub async fn refuse(&self) {
        let task = self.serving.lock().unwrap().take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
    }

    /// Listens again at the same address.
    pub fn heal(&self) {
        let mut serving = self.serving.lock().unwrap();
        if serving.is_none() {
            let listener = bind(self.address).listen(1024).unwrap();
            *serving = Some(tokio::spawn(self.clone().serve(listener)));
        }
    }

    async fn serve(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                Ok((caller, _)) = listener.accept() => {
                    let proxy = self.clone();
                    // Either side may go away.
                    connections.spawn(async move { drop(proxy.carry(caller).await) });
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn carry(&self, caller: TcpStream) -> io::Result<()> {
        caller.set_nodelay(true)?;
        let mut caller = message::Connection::new(caller);
        let mut service: Option<message::Connection> = None;
        while let Some(request) = caller.message().await? {
            self.requests.fetch_add(1, Ordering::SeqCst);
            let fault = self.plan.lock().unwrap().next();
            self.faults.fetch_add(usize::from(fault.is_some()), Ordering::SeqCst);
            match fault {
                Some(WireFault::ResetBefore) => return caller.reset(),
                Some(WireFault::CloseBefore) => return Ok(()),
                Some(WireFault::Silent) => return self.stay_silent(&mut caller).await,
                Some(WireFault::Answer(status, headers, body)) => {
                    caller.stream.write_all(&message::answer(status, headers, body)).await?;
                    continue;
                }
                _ => {}
            }
            let upstream = match &mut service {
                Some(connection) => connection,
                None => {
                    let stream = TcpStream::connect(self.upstream).await?;
                    stream.set_nodelay(true)?;
                    service.insert(message::Connection::new(stream))
                }
            };
            upstream.stream.write_all(&request).await?;
            let Some(answer) = upstream.message().await? else { return caller.reset() };
            match fault {
                None => caller.stream.write_all(&answer).await?,
                Some(fault) => {
                    if !self.spoil(fault, &answer, &mut caller).await? {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Says nothing until the caller gives up, or `hang_up` is called.
    async fn stay_silent(&self, caller: &mut message::Connection) -> io::Result<()> {
        self.silences.send_modify(|n| *n += 1);
        tokio::select! {
            gone = caller.until_gone() => gone,
            () = self.hung_up.notified() => Ok(()),
        }
    }

    /// Gives the caller what the fault leaves of the answer; says whether the connection goes on.
    async fn spoil(&self, fault: WireFault, answer: &[u8], caller: &mut message::Connection) -> io::Result<bool> {
        let pause = |millis| tokio::time::sleep(Duration::from_millis(millis));
        let head = message::head_length(answer).unwrap_or(answer.len());
        let body = answer.len() - head;
        let sent = match fault {
            WireFault::ResetAfter => return caller.reset().map(|()| false),
            WireFault::SilentAfter => return self.stay_silent(caller).await.map(|()| false),
            WireFault::Drip => {
                for (n, byte) in answer.chunks(1).enumerate() {
                    caller.stream.write_all(byte).await?;
                    if n == 0 {
                        // As good as silence.
                        self.silences.send_modify(|n| *n += 1);
                    }
                    pause(100).await;
                }
                return Ok(true);
            }
            WireFault::Pieces => {
                for piece in answer.chunks(answer.len() / 5 + 1) {
                    caller.stream.write_all(piece).await?;
                    pause(2).await;
                }
                return Ok(true);
            }
            // An answer without a body is cut in its head.
            WireFault::Truncated => answer[..if body > 0 { head + body / 2 } else { head / 2 }].to_vec(),
            WireFault::TooLong => message::with_length(answer, body + 10),
            WireFault::TooShort => message::with_length(answer, body / 2),
            WireFault::Garbage => b"\x16\x03\x01 what comes back is not HTTP\r\n\r\n".to_vec(),
            _ => return Ok(true),
        };
        caller.stream.write_all(&sent).await?;
        caller.stream.shutdown().await?;
        Ok(false)
    }
}

/// With SO_REUSEADDR, a port can be bound beside what is bound to it and does not listen, and beside old connections.
fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}
