//! Creates over a network that loses, resets, delays and cuts.

use super::{Report, holds, same, then};
use crate::{
    lab::Lab,
    network::{
        Done,
        faults::{self, Fault},
        topology::{BASTION, CLIENT, ENDPOINTS},
    },
    probe::{Command, Probe},
    serve::Wire,
};

const CREATES: usize = 700;
const AT_ONCE: usize = 24;

/// In thousandths: of packets, and of pieces of answers.
const LOSSY: Fault = Fault::Lossy { lost: 20, reset: 4 };
const WIRE: Wire = Wire { late: 200, delay_ms: 40, cut: 15 };

pub fn check(lab: &Lab, report: &mut Report) {
    for (what, role, lossy, wire) in [
        ("loss and resets", BASTION, true, Wire::default()),
        ("delays and cuts", CLIENT, false, WIRE),
        ("all of it at once", CLIENT, true, WIRE),
    ] {
        report.check(&format!("{CREATES} creates under {what}: none doubled, none acknowledged lost"), || {
            let mut probe = Probe::in_mode(lab, role, "private-dns")?;
            let raged = break_both(lab, lossy, wire).and_then(|()| rage(&mut probe));
            then(raged, mend_both(lab))?;
            let audit = probe.ask(&Command::Audit)?;
            holds(audit.ok, "a list of what is stored", &audit.error)?;
            same((0, 0, 0), (audit.lost, audit.doubled, audit.ghosts))
        });
    }
}

fn rage(probe: &mut Probe) -> Done {
    let answer = probe.ask(&Command::Storm { creates: CREATES, at_once: AT_ONCE })?;
    same(CREATES, answer.created + answer.unknown + answer.unsent)?;
    // A storm in which nothing gets through proves nothing.
    holds(answer.created >= CREATES * 95 / 100, "at least 95 % of the creates acknowledged", &answer)
}

fn break_both(lab: &Lab, lossy: bool, wire: Wire) -> Done {
    for role in ENDPOINTS {
        if lossy {
            faults::set(&lab.ns(role), LOSSY)?;
        }
        wire.set(lab, role)?;
    }
    Ok(())
}

fn mend_both(lab: &Lab) -> Done {
    ENDPOINTS.into_iter().try_for_each(|role| faults::mend(&lab.ns(role)).and(Wire::default().set(lab, role)))
}
