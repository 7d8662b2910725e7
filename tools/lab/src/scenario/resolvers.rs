//! Resolver addresses that die, and names that move.

use std::{thread, time::Duration};

use super::{Report, holds, then, zones::nobody_tries};
use crate::{
    lab::Lab,
    network::{
        Done,
        faults::{self, Fault},
        names::{self, TTL},
        topology::{API, CLIENT, ENDPOINTS, INBOUND, add_address},
    },
    probe::{Command, Probe},
};

pub fn check(lab: &Lab, report: &mut Report) {
    for (zone, role) in INBOUND.into_iter().enumerate() {
        report.check(&format!("inbound resolver address {} dead: names resolve and calls work", zone + 1), || {
            faults::set(&lab.ns(role), Fault::Silent(lab.addresses.inbound[zone]))?;
            forget_names();
            let checked = Probe::in_mode(lab, CLIENT, "private-dns").and_then(|mut probe| {
                let answer = probe.ask(&Command::Life)?;
                holds(answer.ok, "every call to work", answer.error)
            });
            then(checked, faults::mend(&lab.ns(role)))
        });
    }
    report.check("the endpoint moves to other addresses: a running client follows within the TTL", || {
        let mut probe = Probe::in_mode(lab, CLIENT, "private-dns")?;
        let before = probe.ask(&Command::Lists(2))?;
        holds(before.ok, "calls to work before", before.error)?;
        let moved = lab.addresses.moved;
        for (role, address) in ENDPOINTS.into_iter().zip(moved) {
            add_address(&lab.ns(API), &lab.ns(role), role, address)?;
        }
        names::point_to(lab, moved)?;
        for (role, old) in ENDPOINTS.into_iter().zip(lab.addresses.endpoint) {
            faults::set(&lab.ns(role), Fault::Silent(old))?;
        }
        let checked = follows(lab, &mut probe);
        let mended: Done = ENDPOINTS.into_iter().try_for_each(|role| faults::mend(&lab.ns(role)));
        let back = names::point_to(lab, lab.addresses.endpoint);
        forget_names();
        then(checked, mended.and(back))
    });
}

/// From the end of the TTL on, no call may go to an address that is no longer the name's.
fn follows(lab: &Lab, probe: &mut Probe) -> Done {
    let first = probe.ask(&Command::Lists(2))?;
    holds(first.ok, "the calls that meet the change to work", first.error)?;
    forget_names();
    nobody_tries(lab, &ENDPOINTS, probe)
}

/// Waits until no resolver remembers anything.
pub fn forget_names() {
    thread::sleep(Duration::from_secs(TTL) + Duration::from_millis(200));
}
