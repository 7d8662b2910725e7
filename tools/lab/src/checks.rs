//! What the lab proves, check by check. Each runs in the place that it is about, in a process of its own, as the real client does.

mod doctor_verdicts;
mod lives_of_claims;
mod lookups;
mod moving_names;
mod silent_zones;
mod storms;

use std::{
    fmt::Debug,
    future::Future,
    path::Path,
    pin::Pin,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use claims_client::{
    ClaimsClient, ClientBuilder, CreateClaim,
    types::{CreateClaimRequest, IdempotencyKey, MemberId, PolicyType},
};

use crate::{
    lab::Lab,
    namespaces::{
        Done, STOPPED, inside, packet_faults,
        resolvers::TTL,
        topology::{BASTION, CLIENT, ENDPOINTS, INBOUND},
    },
    servers::Wire,
};

const PLACES: [(&str, &str); 2] = [("the bastion", BASTION), ("the client VPC", CLIENT)];

/// All checks of a lab, in order: as many and the same in every process.
struct Checks<'a> {
    lab: &'a Lab,
    /// The program `claims`.
    claims: &'a Path,
    all: Vec<Check<'a>>,
}

struct Check<'a> {
    role: &'static str,
    title: String,
    work: Pin<Box<dyn Future<Output = Done> + 'a>>,
}

impl<'a> Checks<'a> {
    fn of(lab: &'a Lab, claims: &'a Path) -> Self {
        let mut checks = Self { lab, claims, all: Vec::new() };
        lookups::add_to(&mut checks);
        lives_of_claims::add_to(&mut checks);
        silent_zones::add_to(&mut checks);
        moving_names::add_to(&mut checks);
        doctor_verdicts::add_to(&mut checks);
        storms::add_to(&mut checks);
        checks
    }

    /// What is done from the role's place. What it breaks is fixed after it.
    fn add(&mut self, role: &'static str, title: impl Into<String>, work: impl Future<Output = Done> + 'a) {
        self.all.push(Check { role, title: title.into(), work: Box::pin(work) });
    }
}

/// Runs every check; whether all of them passed. Those after a failure run too: faults seldom come alone.
pub fn run_all(lab: &Lab, claims: &Path) -> Done<bool> {
    let (mut done, mut failed) = (0, 0);
    for (index, Check { role, title, .. }) in Checks::of(lab, claims).all.iter().enumerate() {
        let started = Instant::now();
        let mut check = inside(&lab.ns(role), &std::env::current_exe()?);
        let output = check.arg("check").args([&lab.file("lab.json"), claims]).arg(index.to_string()).output()?;
        let fixed = fix(lab);
        // What Ctrl-C interrupts has neither passed nor failed.
        if STOPPED.load(Ordering::Relaxed) {
            return Ok(false);
        }
        fixed?;
        done += 1;
        let seconds = started.elapsed().as_secs_f64();
        if output.status.success() {
            println!("ok      {title}  {seconds:.1}");
        } else {
            failed += 1;
            println!("FAILED  {title}  {seconds:.1}\n        {}", String::from_utf8_lossy(&output.stderr).trim());
        }
    }
    println!("{done} checks, {failed} failed");
    Ok(failed == 0)
}

/// Runs one check, in the namespace that this process is in.
pub async fn run_one(lab: &Lab, claims: &Path, index: usize) -> Done {
    let check = Checks::of(lab, claims).all.into_iter().nth(index).ok_or("there is no such check")?;
    check.work.await
}

/// Fixes what a check may have broken.
fn fix(lab: &Lab) -> Done {
    ENDPOINTS.into_iter().chain(INBOUND).try_for_each(|role| packet_faults::fix(&lab.ns(role)))?;
    ENDPOINTS.into_iter().try_for_each(|role| Wire::default().set(lab, role))
}

/// The client's options in an addressing mode, as Terraform's output describes it.
fn options(lab: &Lab, mode: &str) -> Done<ClientBuilder> {
    let environment = lab.environment(mode)?;
    Ok(ClientBuilder::from_vars(|name| environment.get(name).cloned()))
}

fn client(lab: &Lab) -> Done<ClaimsClient> {
    Ok(options(lab, "private-dns")?.build()?)
}

/// A member nobody else has, so that checks do not meet.
fn new_member() -> Done<MemberId> {
    Ok(format!("member-{}", IdempotencyKey::mint()).parse()?)
}

/// A claim that its description tells from all others.
fn claim(member: &MemberId, description: &str) -> Done<CreateClaim> {
    Ok(CreateClaim {
        member_id: member.clone(),
        policy_id: "123".parse()?,
        member_name: "John Doe".parse()?,
        request: CreateClaimRequest::new(PolicyType::Health, "500".parse()?, description.parse()?),
    })
}

/// So many lists at once, and the seconds that the slowest takes.
async fn lists(client: &ClaimsClient, count: usize) -> Done<f64> {
    let (member, started) = (new_member()?, Instant::now());
    let calls = (0..count).map(|_| async { client.list_claims(&member).await });
    futures_util::future::join_all(calls).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(started.elapsed().as_secs_f64())
}

/// Calls work, and not one packet goes where nobody answers: told by counting, as time says little on a busy machine.
async fn nobody_tries(lab: &Lab, silent: &[&str], client: &ClaimsClient) -> Done {
    let swallowed = || silent.iter().map(|role| packet_faults::swallowed(&lab.ns(role))).sum::<Done<u64>>();
    let before = swallowed()?;
    for calls in [1, 1, 8] {
        lists(client, calls).await?;
    }
    same(before, swallowed()?).map_err(|e| format!("packets to a silent address: {e}").into())
}

/// Waits until no resolver remembers anything.
async fn forget_names() {
    tokio::time::sleep(Duration::from_secs(TTL) + Duration::from_millis(200)).await;
}

fn same<T: PartialEq + Debug>(expected: T, got: T) -> Done {
    if expected == got { Ok(()) } else { Err(format!("expected {expected:?}, got {got:?}").into()) }
}

fn holds(condition: bool, expected: &str, got: impl Debug) -> Done {
    if condition { Ok(()) } else { Err(format!("expected {expected}, got {got:?}").into()) }
}
