//! Calls on a network where everything works, and where they must not.

use std::{path::Path, process::Stdio, thread};

use super::{Report, holds, same};
use crate::{
    lab::Lab,
    network::{
        Done, inside,
        names::other_dns_name,
        topology::{BASTION, CLIENT, OUTSIDE},
    },
    probe::{Command, Probe},
};

const PLACES: [(&str, &str); 2] = [("the bastion", BASTION), ("the client VPC", CLIENT)];

pub fn check(lab: &Lab, examples: &Path, report: &mut Report) {
    for (place, role) in PLACES {
        for mode in lab.design.environment.keys() {
            report.check(&format!("from {place} a claim's life works in mode {mode}"), || {
                let answer = Probe::in_mode(lab, role, mode)?.ask(&Command::Life)?;
                holds(answer.ok, "every call to work", answer.error)
            });
        }
        report.check(&format!("from {place} `claims lifecycle` runs to its end"), || {
            example(lab, role, &examples.join("claims"))
        });
    }
    report.check("from outside no call is sent, in any mode", || {
        // All at once: what cannot be reached takes its time to fail.
        thread::scope(|scope| {
            let started: Vec<_> =
                lab.design.environment.keys().map(|mode| scope.spawn(move || unsent(lab, mode))).collect();
            started
                .into_iter()
                .try_for_each(|thread| thread.join().map_err(|_| "a check panicked")?.map_err(Into::into))
        })
    });
    for (place, role) in PLACES {
        report.check(&format!("from {place} an unlisted endpoint is denied by the resource policy"), || {
            denied(lab, role)
        });
    }
}

fn unsent(lab: &Lab, mode: &str) -> Result<(), String> {
    let outcome = Probe::in_mode(lab, OUTSIDE, mode).and_then(|mut probe| probe.ask(&Command::Lists(1)));
    let answer = outcome.map_err(|e| e.to_string())?;
    let unsent = !answer.ok && answer.sent == "No";
    holds(unsent, "an error that says that nothing was sent", (mode, &answer)).map_err(|e| e.to_string())
}

/// The other endpoint's name, in the modes that take one. (An alias AWS gives only to an associated endpoint.)
fn denied(lab: &Lab, role: &str) -> Done {
    for mode in ["vpce-host", "vpce-header", "vpce-resolve"] {
        let mut environment = lab.environment(mode)?;
        environment.insert("CLAIMS_API_VPCE_DNS".to_owned(), other_dns_name(&lab.design));
        let answer = Probe::start(lab, role, &environment)?.ask(&Command::Lists(1))?;
        same("ExplicitDeny", answer.refusal.as_str()).map_err(|e| format!("mode {mode}: {e} ({})", answer.error))?;
    }
    Ok(())
}

fn example(lab: &Lab, role: &str, program: &Path) -> Done {
    let output = inside(&lab.ns(role), program, &["lifecycle"], &lab.environment("private-dns")?)
        .stdin(Stdio::null())
        .output()?;
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    holds(
        output.status.success() && said.contains("left     0 claims"),
        "no claims left at its end",
        (said, complained),
    )
}
