//! Zones that fall silent.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Report, holds, same, then};
use crate::{
    lab::Lab,
    network::{
        Done,
        faults::{self, Fault},
        topology::{BASTION, CLIENT, ENDPOINTS},
    },
    probe::{Answer, Command, NO_IDLE, Probe},
};

/// The client's default connect timeout.
const CONNECT: f64 = 3.0;
/// Its default limit of a whole call.
const CALL: f64 = 25.0;

/// Probes come once a second, and a call may have met a dead connection late.
const SLACK: f64 = 5.0;

pub fn check(lab: &Lab, report: &mut Report) {
    for (zone, role) in ENDPOINTS.into_iter().enumerate() {
        let silent = || faults::set(&lab.ns(role), Fault::Silent(lab.addresses.endpoint[zone]));
        report.check(&format!("zone {} silent: a new client succeeds within one connect timeout", zone + 1), || {
            let checked = new_clients(lab, role, &silent);
            then(checked, faults::mend(&lab.ns(role)))
        });
        report.check(
            &format!("zone {} falls silent under a running client: later calls do not pay for it", zone + 1),
            || {
                let mut probe = Probe::in_mode(lab, CLIENT, "private-dns")?;
                works(&probe.ask(&Command::Lists(6))?)?;
                silent()?;
                let checked = running_client(lab, role, &mut probe);
                then(checked, faults::mend(&lab.ns(role)))
            },
        );
    }
    report.check("both zones silent: an error that says that nothing was sent, within the deadline", || {
        let both = || ENDPOINTS.into_iter().zip(lab.addresses.endpoint);
        for (role, address) in both() {
            faults::set(&lab.ns(role), Fault::Silent(address))?;
        }
        let checked = Probe::in_mode(lab, BASTION, "private-dns").and_then(|mut probe| {
            let answer = probe.ask(&Command::Lists(1))?;
            holds(!answer.ok && answer.sent == "No", "an error that says that nothing was sent", &answer)?;
            holds(answer.seconds < CALL, "the error within the call's 25 s", answer.seconds)
        });
        let mended: Done = both().try_for_each(|(role, _)| faults::mend(&lab.ns(role)));
        then(checked, mended)
    });
}

/// Of a client that keeps no connections only the first call may meet the silent zone.
fn new_clients(lab: &Lab, silent_role: &str, silence: &dyn Fn() -> Done) -> Done {
    for role in [BASTION, CLIENT] {
        let mut environment = lab.environment("private-dns")?;
        environment.insert(NO_IDLE.to_owned(), "yes".to_owned());
        faults::mend(&lab.ns(silent_role))?;
        // What a first call takes on this machine, as busy as it is now.
        let healthy = Probe::start(lab, role, &environment)?.ask(&Command::Lists(1))?;
        works(&healthy)?;
        silence()?;
        let mut probe = Probe::start(lab, role, &environment)?;
        let first = probe.ask(&Command::Lists(1))?;
        works(&first)?;
        let limit = CONNECT + 10.0 * healthy.seconds;
        holds(first.seconds < limit, "the first call within one connect timeout", (first.seconds, healthy.seconds))?;
        nobody_tries(lab, &[silent_role], &mut probe)?;
    }
    Ok(())
}

/// Open connections into the silent zone are found out when their other side has acknowledged nothing for a connect timeout:
/// until then a call may meet one and has to wait for that, and succeeds; after that nobody goes there. An idle one is probed
/// a second after its last use, and one that a call met just before its end has its own timeout still to come.
fn running_client(lab: &Lab, silent_role: &str, probe: &mut Probe) -> Done {
    let fell_silent = Instant::now();
    while fell_silent.elapsed().as_secs_f64() < CONNECT + SLACK {
        let meanwhile = probe.ask(&Command::Lists(1))?;
        works(&meanwhile)?;
        // The limit of an attempt is 10 s: whoever waits for that has found out nothing.
        holds(meanwhile.seconds < 10.0, "to find out and to connect anew", meanwhile.seconds)?;
        thread::sleep(Duration::from_millis(50));
    }
    nobody_tries(lab, &[silent_role], probe)
}

/// Calls work, and not one packet goes where nobody answers: told by counting, as time says little on a busy machine.
pub fn nobody_tries(lab: &Lab, silent: &[&str], probe: &mut Probe) -> Done {
    let swallowed = || silent.iter().map(|role| faults::swallowed(&lab.ns(role))).sum::<Result<u64, _>>();
    let before = swallowed()?;
    for calls in [1, 1, 8] {
        works(&probe.ask(&Command::Lists(calls))?)?;
    }
    same(before, swallowed()?).map_err(|e| format!("packets to a silent address: {e}").into())
}

fn works(answer: &Answer) -> Done {
    holds(answer.ok, "the calls to work", &answer.error)
}
