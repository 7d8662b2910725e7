//! The embedded API for a long time at a steady rate: memory, descriptors and latency have to stay what they are.

use std::{
    error::Error,
    fs,
    time::{Duration, Instant},
};

use claims_client::{ClaimsClient, Endpoint, types::*};
use tokio::time::{MissedTickBehavior, interval};

use crate::measured_rounds::Samples;

/// How long, how fast, and what.
#[derive(clap::Args)]
pub struct Args {
    /// Where the API is
    #[arg(long)]
    url: String,
    /// Its process
    #[arg(long)]
    process: u32,
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

/// Resident KiB and open descriptors of a process; Linux says them.
fn state(process: u32) -> Result<(f64, f64), Box<dyn Error>> {
    let folder = format!("/proc/{process}");
    let status = fs::read_to_string(format!("{folder}/status"))?;
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB"));
    Ok((memory.ok_or("no VmRSS")?.trim().parse()?, fs::read_dir(format!("{folder}/fd"))?.count() as f64))
}

/// What was seen in one sixtieth of the time.
struct Minute {
    memory: f64,
    descriptors: f64,
    p50: f64,
    p99: f64,
}

pub async fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let client = ClaimsClient::builder().endpoint(Endpoint::url(&*args.url)).build()?;
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
            life(&client, number, &mut times).await?;
        }
        calls += times.len();
        let (memory, descriptors) = state(args.process)?;
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

/// One claim from create to delete, with the time of each call.
async fn life(client: &ClaimsClient, number: u64, times: &mut Samples) -> Result<(), Box<dyn Error>> {
    let created = timed(client.create_claim(claim(number)?), times).await?;
    let read = timed(client.get_claim(&created.member_id, created.claim_id), times).await?;
    let page = timed(client.list_claims(&created.member_id), times).await?;
    if !page.claims.contains(&read) {
        return Err("a created claim is not in its member's list".into());
    }
    let update = UpdateClaimRequest { status: ClaimStatus::InReview, ..read.to_update() };
    let update = client.update_claim(&read.member_id, read.claim_id, update).if_match(read.version);
    let updated = timed(update, times).await?;
    timed(client.delete_claim(&updated.member_id, updated.claim_id).if_match(updated.version), times).await?;
    Ok(())
}

async fn timed<C: IntoFuture>(call: C, times: &mut Samples) -> C::Output {
    let start = Instant::now();
    let done = call.await;
    times.push(start.elapsed());
    done
}

/// A claim of ordinary size.
pub fn claim(number: u64) -> Result<CreateClaim, InvalidValue> {
    Ok(CreateClaim {
        member_id: format!("member-{}", number % MEMBERS).parse()?,
        policy_id: "9".parse()?,
        member_name: "John Doe".parse()?,
        request: CreateClaimRequest::new(PolicyType::Health, "19.99".parse()?, "snow accident".parse()?),
    })
}
