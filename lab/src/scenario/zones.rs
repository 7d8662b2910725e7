//! Zones that fall silent.

use super::{Report, holds, then};
use crate::{
    lab::Lab,
    network::{
        Done,
        faults::{self, Fault},
        topology::{BASTION, CLIENT, ENDPOINTS},
    },
    probe::{Answer, Command, Probe},
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
        report.check(&format!("zone {} falls silent under a running client: later calls do not pay for it", zone + 1), || {
            let mut probe = Probe::in_mode(lab, CLIENT, "private-dns")?;
            works(&probe.ask(&Command::Lists(6))?)?;
            silent()?;
            let checked = running_client(&mut probe);
            then(checked, faults::mend(&lab.ns(role)))
        });
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

/// Each place prefers another address, so one of them meets the silent one first.
fn new_clients(lab: &Lab) -> Done {
    for role in [BASTION, CLIENT] {
        let mut probe = Probe::in_mode(lab, role, "private-dns")?;
        let first = probe.ask(&Command::Lists(1))?;
        works(&first)?;
        holds(first.seconds < CONNECT, "the first call within one connect timeout", first.seconds)?;
        // More calls at once than connections are open: new ones have to be made.
        for _ in 0..2 {
            let later = probe.ask(&Command::Lists(4))?;
            works(&later)?;
            holds(later.seconds < QUICK, "later calls not to wait", later.seconds)?;
        }
    }
    Ok(())
}

fn running_client(probe: &mut Probe) -> Done {
    // Six connections that may all have died: some calls find out, none fails.
    let first = probe.ask(&Command::Lists(6))?;
    works(&first)?;
    holds(first.seconds < 3.0 * CONNECT, "no more than finding out and connecting anew", first.seconds)?;
    for _ in 0..2 {
        let later = probe.ask(&Command::Lists(8))?;
        works(&later)?;
        holds(later.seconds < QUICK, "later calls not to wait", later.seconds)?;
    }
    Ok(())
}

fn works(answer: &Answer) -> Done {
    holds(answer.ok, "the calls to work", &answer.error)
}
