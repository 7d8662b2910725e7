//! The embedded API for a long time at a steady rate: memory, descriptors and latency have to stay what they are.

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use claims_client::{ClaimsClient, Endpoint, types::*};
use tokio::time::{MissedTickBehavior, interval};

use crate::samples::Samples;

/// How long, how fast, and what.
#[derive(clap::Args)]
pub struct Args {
    /// The API's program
    #[arg(long)]
    claims_local: PathBuf,
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Claims' lives a second: each is a create, a get, a list, an update and a delete
    #[arg(long, default_value_t = 20)]
    rate: u32,
}

/// Memory and descriptors may be so much more at the end than after the first tenth, and latency so many times higher.
const MEMORY: f64 = 1.10;
const DESCRIPTORS: f64 = 8.0;
/// Wide: the machine may be busy with something else at the end.
const LATENCY: f64 = 2.0;
const TAIL: f64 = 4.0;
const MEMBERS: u64 = 1_000;

struct Api(Child, String);

impl Api {
    fn start(program: &PathBuf) -> Result<Self, Box<dyn Error>> {
        let mut child =
            Command::new(program).args(["--port", "0"]).env("RUST_LOG", "error").stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("claims-local has no output")?;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            if let Some(at) = line.find("http://127.0.0.1:") {
                let url = line[at..].split_whitespace().next().unwrap_or_default().to_owned();
                return Ok(Self(child, url));
            }
        }
        let _ = child.kill();
        Err("claims-local did not say where it is".into())
    }

    /// Resident KiB and open descriptors; Linux says them.
    fn state(&self) -> Result<(f64, f64), Box<dyn Error>> {
        let folder = format!("/proc/{}", self.0.id());
        let status = fs::read_to_string(format!("{folder}/status"))?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB"));
        let memory = memory.ok_or("no VmRSS")?.trim().parse()?;
        Ok((memory, fs::read_dir(format!("{folder}/fd"))?.count() as f64))
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What was seen in one sixtieth of the time.
struct Minute {
    memory: f64,
    descriptors: f64,
    p50: f64,
    p99: f64,
}

pub async fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let api = Api::start(&args.claims_local)?;
    let client = ClaimsClient::builder().endpoint(Endpoint::url(&*api.1)).build()?;
    // A standing population, so that the lists have something to show.
    for number in 0..MEMBERS {
        client.create_claim(claim(number)?).await?;
    }
    let step = Duration::from_secs(args.minutes);
    let mut ticks = interval(Duration::from_secs(1) / args.rate.max(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut minutes, mut number, mut calls) = (Vec::new(), 0, 0);
    for minute in 1..=60 {
        let (start, mut times) = (Instant::now(), Samples::default());
        while start.elapsed() < step {
            ticks.tick().await;
            number += 1;
            calls += life(&client, number, &mut times).await?;
        }
        let (memory, descriptors) = api.state()?;
        let seen = Minute { memory, descriptors, p50: times.median() * 1e6, p99: times.quantile(0.99) * 1e6 };
        eprintln!(
            "{minute:>2}/60  {calls} calls  {:.1} MiB  {} descriptors  p50 {:.0} µs  p99 {:.0} µs",
            seen.memory / 1024.0,
            seen.descriptors,
            seen.p50,
            seen.p99
        );
        minutes.push(seen);
    }
    judge(&minutes)
}

/// The last tenth against the second one: in the first the caches fill.
fn judge(minutes: &[Minute]) -> Result<(), Box<dyn Error>> {
    let median = |part: &[Minute], of: fn(&Minute) -> f64| {
        let mut values: Vec<f64> = part.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    let tenth = minutes.len() / 10;
    let (early, late) = (&minutes[tenth..2 * tenth], &minutes[minutes.len() - tenth..]);
    let ratio = |of: fn(&Minute) -> f64| median(late, of) / median(early, of);
    let (memory, p50, p99) = (ratio(|m| m.memory), ratio(|m| m.p50), ratio(|m| m.p99));
    let descriptors = median(late, |m| m.descriptors) - median(early, |m| m.descriptors);
    eprintln!("late to early: memory {memory:.3}, descriptors {descriptors:+}, p50 {p50:.3}, p99 {p99:.3}");
    if memory > MEMORY || descriptors > DESCRIPTORS || p50 > LATENCY || p99 > TAIL {
        return Err("it does not stay what it is".into());
    }
    Ok(())
}

/// One claim from create to delete. The number of calls.
async fn life(client: &ClaimsClient, number: u64, times: &mut Samples) -> Result<u64, Box<dyn Error>> {
    let mut timed = |start: Instant| times.push(start.elapsed());
    let start = Instant::now();
    let created = client.create_claim(claim(number)?).await?;
    timed(start);
    let start = Instant::now();
    let read = client.get_claim(&created.member_id, created.claim_id).await?;
    timed(start);
    let start = Instant::now();
    let page = client.list_claims(&created.member_id).await?;
    timed(start);
    if !page.claims.contains(&read) {
        return Err("a created claim is not in its member's list".into());
    }
    let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..read.to_update() };
    let start = Instant::now();
    let updated = client.update_claim(&read.member_id, read.claim_id, update).if_match(read.version).await?;
    timed(start);
    let start = Instant::now();
    client.delete_claim(&updated.member_id, updated.claim_id).if_match(updated.version).await?;
    timed(start);
    Ok(5)
}

fn claim(number: u64) -> Result<CreateClaim, InvalidValue> {
    Ok(CreateClaim {
        member_id: format!("member-{}", number % MEMBERS).parse()?,
        policy_id: "9".parse()?,
        member_name: "John Doe".parse()?,
        request: CreateClaimRequest::new(PolicyType::Health, "19.99".parse()?, "snow accident".parse()?),
    })
}
