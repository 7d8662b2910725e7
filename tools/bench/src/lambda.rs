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
    events::event,
    samples::{Ratios, Samples},
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
struct Candidate {
    name: &'static str,
    program: PathBuf,
    endpoint: String,
    trust: (&'static str, PathBuf),
    event: Bytes,
}

impl Candidate {
    async fn start(&self) -> io::Result<Function> {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .envs(environment(Operation::CreateClaim.id()))
            .env("DYNAMODB_TABLE_NAME", "claimsTable")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.endpoint)
            .env(self.trust.0, &self.trust.1);
        Function::start(command).await
    }

    async fn call(&self, function: &mut Function) -> Result<(), Box<dyn Error>> {
        match function.invoke(self.event.clone()).await? {
            Answer::Response(answer) => {
                let answer: serde_json::Value = serde_json::from_slice(&answer)?;
                match answer["statusCode"].as_u64() {
                    Some(200..300) => Ok(()),
                    _ => Err(format!("{} answered {answer}", self.name).into()),
                }
            }
            Answer::Error(error) => Err(format!("{}: {}", self.name, String::from_utf8_lossy(&error)).into()),
        }
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
    // What each trusts on a real Lambda, and the emulator's authority: ours five roots, the SDK's defaults the machine's.
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
    let candidate = |name, program: &Path, endpoint: &str, trust: (&'static str, &Path)| Candidate {
        name,
        program: program.to_owned(),
        endpoint: endpoint.to_owned(),
        trust: (trust.0, trust.1.to_owned()),
        event: event.clone(),
    };
    let (plain, tls) = (format!("http://{dynamodb}"), front.url());
    let ours = ("AWS_CA_BUNDLE", &*pinned);
    let theirs = ("SSL_CERT_FILE", &*machine);
    let all = [
        candidate("empty", &args.empty, &plain, ours),
        candidate("claims-lambda", &args.claims_lambda, &plain, ours),
        candidate("claims-lambda, TLS", &args.claims_lambda, &tls, ours),
        candidate("put-item", &args.put_item, &plain, theirs),
        candidate("put-item, TLS", &args.put_item, &tls, theirs),
    ];
    cold(&all).await?;
    warm(&all).await?;
    memory(&all).await
}

async fn cold(all: &[Candidate; 5]) -> Result<(), Box<dyn Error>> {
    let mut times = [(); 5].map(|()| Samples::default());
    let [mut plain_to_empty, mut tls_to_empty, mut plain_to_defaults, mut tls_to_defaults] =
        [(); 4].map(|()| Ratios::default());
    for round in 0..=COLD_ROUNDS {
        let mut now = [0.0; 5];
        for turn in 0..5 {
            // Who goes first changes, so that a drift of the machine hits all alike.
            let who = (round + turn) % 5;
            let time = all[who].cold().await?;
            now[who] = time.as_secs_f64();
            if round > 0 {
                times[who].push(time);
            }
        }
        // The first round warms the file cache up.
        if round > 0 {
            plain_to_empty.push(now[1], now[0]);
            tls_to_empty.push(now[2], now[0]);
            plain_to_defaults.push(now[1], now[3]);
            tls_to_defaults.push(now[2], now[4]);
        }
    }
    for (candidate, times) in all.iter().zip(&times) {
        eprintln!("cold start, {}: {:.2} ms", candidate.name, times.median() * 1e3);
    }
    tls_to_empty.report("cold start, TLS to DynamoDB", "the empty function", Some(3.5));
    tls_to_defaults.report("cold start, TLS to DynamoDB", "PutItem on SDK defaults, TLS", Some(0.15));
    plain_to_empty.report("cold start, plain HTTP", "the empty function", None);
    plain_to_defaults.report("cold start, plain HTTP", "PutItem on SDK defaults, plain HTTP", None);
    Ok(())
}

async fn warm(all: &[Candidate; 5]) -> Result<(), Box<dyn Error>> {
    let mut functions = Vec::new();
    for candidate in all {
        let mut function = candidate.start().await?;
        for _ in 0..CALLS {
            candidate.call(&mut function).await?;
        }
        functions.push(function);
    }
    let [mut plain_to_empty, mut tls_to_empty, mut plain_to_defaults, mut tls_to_defaults, mut first] =
        [(); 5].map(|()| Ratios::default());
    for round in 0..WARM_ROUNDS {
        let mut now = [0.0; 5];
        for turn in 0..5 {
            let who = (round + turn) % 5;
            let mut times = Samples::default();
            for _ in 0..CALLS {
                let start = Instant::now();
                all[who].call(&mut functions[who]).await?;
                times.push(start.elapsed());
            }
            now[who] = times.median();
        }
        plain_to_empty.push(now[1], now[0]);
        tls_to_empty.push(now[2], now[0]);
        plain_to_defaults.push(now[1], now[3]);
        tls_to_defaults.push(now[2], now[4]);
        first.push(all[2].first().await?.as_secs_f64(), now[2]);
    }
    tls_to_defaults.report("warm call, TLS to DynamoDB", "PutItem on SDK defaults, TLS", None);
    tls_to_empty.report("warm call, TLS to DynamoDB", "the empty function", None);
    plain_to_defaults.report("warm call, plain HTTP", "PutItem on SDK defaults, plain HTTP", None);
    plain_to_empty.report("warm call, plain HTTP", "the empty function", None);
    first.report("first request after init, TLS", "a warm call", None);
    Ok(())
}

/// The most that a process ever had resident, each time of a new one.
async fn memory(all: &[Candidate; 5]) -> Result<(), Box<dyn Error>> {
    let mut ours = Samples::default();
    let [mut plain_to_empty, mut tls_to_empty, mut plain_to_defaults, mut tls_to_defaults] =
        [(); 4].map(|()| Ratios::default());
    for _ in 0..MEMORY_ROUNDS {
        let mut now = [0.0; 5];
        for (candidate, now) in all.iter().zip(&mut now) {
            let mut function = candidate.start().await?;
            for _ in 0..CALLS {
                candidate.call(&mut function).await?;
            }
            let Some(peak) = function.peak_memory() else {
                eprintln!("SKIPPED: peak memory, which only Linux tells");
                return Ok(());
            };
            *now = peak as f64 / MIB;
        }
        ours.push_value(now[2]);
        plain_to_empty.push(now[1], now[0]);
        tls_to_empty.push(now[2], now[0]);
        plain_to_defaults.push(now[1], now[3]);
        tls_to_defaults.push(now[2], now[4]);
    }
    ours.report("peak memory, TLS to DynamoDB", 1.0, "MiB", 8.0);
    tls_to_empty.report("peak memory, TLS to DynamoDB", "the empty function", None);
    tls_to_defaults.report("peak memory, TLS to DynamoDB", "PutItem on SDK defaults, TLS", None);
    plain_to_empty.report("peak memory, plain HTTP", "the empty function", None);
    plain_to_defaults.report("peak memory, plain HTTP", "PutItem on SDK defaults, plain HTTP", None);
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
