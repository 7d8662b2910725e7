//! Zones that fall silent.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Report, holds, then};
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
/// What a call takes at most where nobody waits for a timeout; generous, as the machine may be busy.
const QUICK: f64 = 1.0;

pub fn check(lab: &Lab, report: &mut Report) {
    for (zone, role) in ENDPOINTS.into_iter().enumerate() {
        let silent = || faults::set(&lab.ns(role), Fault::Silent(lab.addresses.endpoint[zone]));
        report.check(&format!("zone {} silent: a new client succeeds within one connect timeout", zone + 1), || {
            silent()?;
            let checked = new_clients(lab);
            then(checked, faults::mend(&lab.ns(role)))
        });
        report.check(
            &format!("zone {} falls silent under a running client: later calls do not pay for it", zone + 1),
            || {
                let mut probe = Probe::in_mode(lab, CLIENT, "private-dns")?;
                works(&probe.ask(&Command::Lists(6))?)?;
                silent()?;
                let checked = running_client(&mut probe);
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

/// Of a client that keeps no connections only the first call may meet the silent zone; of others, those that were open.
fn new_clients(lab: &Lab) -> Done {
    for role in [BASTION, CLIENT] {
        let mut environment = lab.environment("private-dns")?;
        environment.insert(NO_IDLE.to_owned(), "yes".to_owned());
        let mut probe = Probe::start(lab, role, &environment)?;
        let first = probe.ask(&Command::Lists(1))?;
        works(&first)?;
        holds(first.seconds < CONNECT, "the first call within one connect timeout", first.seconds)?;
        later_calls_are_quick(&mut probe)?;
    }
    Ok(())
}

/// Open connections into the silent zone are found out when their other side has acknowledged nothing for a connect timeout:
/// until then a call may meet one and has to wait for that, and succeeds; after that nobody waits.
fn running_client(probe: &mut Probe) -> Done {
    let fell_silent = Instant::now();
    while fell_silent.elapsed().as_secs_f64() < CONNECT + 2.0 {
        let meanwhile = probe.ask(&Command::Lists(1))?;
        works(&meanwhile)?;
        holds(meanwhile.seconds < 2.0 * CONNECT, "to find out and to connect anew", meanwhile.seconds)?;
        thread::sleep(Duration::from_millis(50));
    }
    later_calls_are_quick(probe)
}

fn later_calls_are_quick(probe: &mut Probe) -> Done {
    for calls in [1, 1, 8] {
        let later = probe.ask(&Command::Lists(calls))?;
        works(&later)?;
        holds(later.seconds < QUICK, "later calls not to wait", later.seconds)?;
    }
    Ok(())
}

fn works(answer: &Answer) -> Done {
    holds(answer.ok, "the calls to work", &answer.error)
}
