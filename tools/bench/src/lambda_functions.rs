//! The real functions under a Lambda Runtime API: from the start of the process to its first answer, and after that.

use std::{
    error::Error,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bytes::Bytes;
use claims_api_types::Operation;
use claims_local::LocalApi;
use private_api_runtime::{Answer, Function, TlsFront, environment};
use private_api_storage::{Database, serve};
use tokio::{net::TcpListener, process::Command};

use crate::{
    measured_rounds::{Rounds, Samples},
    proxy_events::{body_of, event},
};

const COLD_ROUNDS: usize = 40;
const WARM_ROUNDS: usize = 25;
const MEMORY_ROUNDS: usize = 5;
const CALLS: usize = 40;
const MIB: f64 = 1024.0 * 1024.0;

/// The programs to compare.
#[derive(clap::Args)]
pub struct Args {
    /// The product's
    #[arg(long)]
    claims_lambda: PathBuf,
    /// The one that does nothing, in the same profile
    #[arg(long)]
    empty: PathBuf,
    /// One PutItem on the SDK's defaults
    #[arg(long)]
    put_item: PathBuf,
    /// The product's own pinned roots, to trust beside the emulator's
    #[arg(long)]
    amazon_roots: PathBuf,
}

/// A function and what it is to have in its environment.
struct Candidate<'a> {
    name: &'static str,
    program: &'a Path,
    endpoint: &'a str,
    trust: (&'static str, &'a Path),
    event: Bytes,
}

impl Candidate<'_> {
    async fn start(&self) -> io::Result<Function> {
        let mut command = Command::new(self.program);
        command
            .env_clear()
            .envs(environment(Operation::CreateClaim.id()))
            .env("DYNAMODB_TABLE_NAME", "claimsTable")
            .env("AWS_ENDPOINT_URL_DYNAMODB", self.endpoint)
            .env(self.trust.0, self.trust.1);
        Function::start(command).await
    }

    async fn call(&self, function: &mut Function) -> Result<(), Box<dyn Error>> {
        match function.invoke(self.event.clone()).await? {
            Answer::Response(answer) => body_of(self.name, &serde_json::from_slice(&answer)?).map(drop),
            Answer::Error(error) => Err(format!("{}: {}", self.name, String::from_utf8_lossy(&error)).into()),
        }
    }

    /// One that is warm.
    async fn warm(&self) -> Result<Function, Box<dyn Error>> {
        let mut function = self.start().await?;
        for _ in 0..CALLS {
            self.call(&mut function).await?;
        }
        Ok(function)
    }

    /// From nothing to the first answer.
    async fn cold(&self) -> Result<Duration, Box<dyn Error>> {
        let start = Instant::now();
        let mut function = self.start().await?;
        self.call(&mut function).await?;
        Ok(start.elapsed())
    }

    /// The first answer after an init that is over.
    async fn first(&self) -> Result<Duration, Box<dyn Error>> {
        let mut function = self.start().await?;
        function.ready().await?;
        let start = Instant::now();
        self.call(&mut function).await?;
        Ok(start.elapsed())
    }
}

pub async fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let dynamodb = dynamodb().await?;
    let front = TlsFront::start(dynamodb).await.map_err(|e| e.to_string())?;
    let folder = tempfile::tempdir()?;
    // What each trusts on a real Lambda, and the emulator's authority: ours the pinned roots, the SDK's defaults the machine's.
    let trusting = |name: &str, others: Vec<u8>| -> io::Result<PathBuf> {
        let file = folder.path().join(name);
        fs::write(&file, [others, front.ca_pem().into()].join(&b'\n'))?;
        Ok(file)
    };
    let pinned = trusting("pinned.pem", fs::read(&args.amazon_roots)?)?;
    let machines = match machines_roots() {
        Some(file) => fs::read(file)?,
        None => {
            eprintln!("SKIPPED: no store of root certificates here; the SDK's defaults are spared loading it");
            Vec::new()
        }
    };
    let machine = trusting("machine.pem", machines)?;
    let event = Bytes::from(event(Operation::CreateClaim, "").to_string());
    let (plain, tls) = (format!("http://{dynamodb}"), front.url());
    let (ours, theirs) = (("AWS_CA_BUNDLE", &*pinned), ("SSL_CERT_FILE", &*machine));
    let all = [
        ("empty", &args.empty, &plain, ours),
        ("claims-lambda", &args.claims_lambda, &plain, ours),
        ("claims-lambda, TLS", &args.claims_lambda, &tls, ours),
        ("put-item", &args.put_item, &plain, theirs),
        ("put-item, TLS", &args.put_item, &tls, theirs),
    ]
    .map(|(name, program, endpoint, trust)| Candidate { name, program, endpoint, trust, event: event.clone() });
    cold(&all).await?;
    warm(&all).await?;
    memory(&all).await
}

/// The candidates by their places.
const EMPTY: usize = 0;
const PLAIN: usize = 1;
const TLS: usize = 2;
const DEFAULTS_PLAIN: usize = 3;
const DEFAULTS_TLS: usize = 4;

/// Ours beside each baseline, over TLS and without; `limits` are those of the first two.
fn report(what: &str, rounds: &Rounds<1>, limits: [Option<f64>; 2]) {
    for (who, how, to, baseline, limit) in [
        (TLS, "TLS to DynamoDB", "the empty function", EMPTY, limits[0]),
        (TLS, "TLS to DynamoDB", "PutItem on SDK defaults, TLS", DEFAULTS_TLS, limits[1]),
        (PLAIN, "plain HTTP", "the empty function", EMPTY, None),
        (PLAIN, "plain HTTP", "PutItem on SDK defaults, plain HTTP", DEFAULTS_PLAIN, None),
    ] {
        rounds.report(&format!("{what}, {how}"), (who, 0), to, (baseline, 0), limit);
    }
}

async fn cold(all: &[Candidate<'_>]) -> Result<(), Box<dyn Error>> {
    let rounds = Rounds::of(COLD_ROUNDS, all.len(), async |who| Ok([all[who].cold().await?.as_secs_f64()])).await?;
    for (who, candidate) in all.iter().enumerate() {
        eprintln!("cold start, {}: {:.2} ms", candidate.name, rounds.value(who, 0).median() * 1e3);
    }
    report("cold start", &rounds, [Some(3.5), Some(0.15)]);
    Ok(())
}

async fn warm(all: &[Candidate<'_>]) -> Result<(), Box<dyn Error>> {
    let mut functions = Vec::new();
    for candidate in all {
        functions.push(candidate.warm().await?);
    }
    let first = all.len();
    let rounds = Rounds::of(WARM_ROUNDS, all.len() + 1, async |who| {
        if who == first {
            return Ok([all[TLS].first().await?.as_secs_f64()]);
        }
        let mut times = Samples::default();
        for _ in 0..CALLS {
            let start = Instant::now();
            all[who].call(&mut functions[who]).await?;
            times.push(start.elapsed());
        }
        Ok([times.median()])
    })
    .await?;
    report("warm call", &rounds, [None, None]);
    rounds.report("first request after init, TLS", (first, 0), "a warm call", (TLS, 0), None);
    Ok(())
}

/// The most that a process ever had resident, each time of a new one.
async fn memory(all: &[Candidate<'_>]) -> Result<(), Box<dyn Error>> {
    if all[EMPTY].warm().await?.peak_memory().is_none() {
        eprintln!("SKIPPED: peak memory, which only Linux tells");
        return Ok(());
    }
    let rounds = Rounds::of(MEMORY_ROUNDS, all.len(), async |who| {
        let peak = all[who].warm().await?.peak_memory().ok_or("a function ended")?;
        Ok([peak as f64 / MIB])
    })
    .await?;
    rounds.value(TLS, 0).report("peak memory, TLS to DynamoDB", 1.0, "MiB", 8.0);
    report("peak memory", &rounds, [None, None]);
    Ok(())
}

/// An embedded DynamoDB with the claims table.
async fn dynamodb() -> Result<SocketAddr, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, Database::memory("bench")?));
    // Starting an API makes the table.
    LocalApi::builder().dynamodb_endpoint(format!("http://{address}")).start().await?.stop().await;
    Ok(address)
}

/// Where Linux systems keep the roots that they trust.
fn machines_roots() -> Option<PathBuf> {
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
        .into_iter()
        .map(PathBuf::from)
        .find(|file| file.exists())
}
