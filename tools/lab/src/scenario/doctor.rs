//! `claims doctor` has to name what was broken on purpose.

use std::{collections::BTreeMap, path::Path, process::Stdio};

use serde_json::{Value, json};

use super::{Report, holds, resolvers::forget_names, same, then};
use crate::{
    lab::Lab,
    network::{
        Done,
        faults::{self, Fault},
        inside,
        names::{PUBLIC_API, other_dns_name},
        topology::{BASTION, CLIENT, ENDPOINTS, INBOUND, OUTSIDE},
    },
    serve::Wire,
};

pub fn check(lab: &Lab, examples: &Path, report: &mut Report) {
    let program = &examples.join("claims");
    let addresses = &lab.addresses;
    let both = |fault: fn(std::net::Ipv4Addr) -> Fault| -> Vec<(&'static str, Fault)> {
        ENDPOINTS.into_iter().zip(addresses.endpoint).map(|(role, address)| (role, fault(address))).collect()
    };
    let one = |index: usize| vec![(ENDPOINTS[index], Fault::Silent(addresses.endpoint[index]))];
    let inbound = INBOUND.into_iter().zip(addresses.inbound).map(|(role, a)| (role, Fault::Silent(a))).collect();
    for (what, role, broken, verdict) in [
        ("nothing", BASTION, vec![], json!("works")),
        ("nothing, from the client VPC", CLIENT, vec![], json!("works")),
        ("one zone silent", BASTION, one(1), json!("partly_reachable")),
        ("both zones silent", CLIENT, both(Fault::Silent), json!("unreachable")),
        ("both zones reset every connection", BASTION, both(Fault::Resets), json!("unreachable")),
        ("both inbound resolver addresses dead", CLIENT, inbound, json!("name_unknown")),
    ] {
        report.check(&format!("doctor on {what}: {verdict}"), || {
            for (role, fault) in &broken {
                faults::set(&lab.ns(role), *fault)?;
            }
            forget_names();
            let checked =
                lab.environment("private-dns").and_then(|environment| says(lab, program, role, &environment, &verdict));
            let mended: Done = broken.iter().try_for_each(|(role, _)| faults::mend(&lab.ns(role)));
            then(checked, mended)
        });
    }
    report.check("doctor on answers that are cut off: \"no_answer\"", || {
        let cut = |wire: Wire| ENDPOINTS.into_iter().try_for_each(|role| wire.set(lab, role));
        cut(Wire { cut: 1000, ..Wire::default() })?;
        let checked = says(lab, program, BASTION, &lab.environment("private-dns")?, &json!("no_answer"));
        then(checked, cut(Wire::default()))
    });
    for (what, role, mode, changed, verdict) in [
        ("an outside host", OUTSIDE, "private-dns", None, json!("name_unknown")),
        ("an outside host with the alias", OUTSIDE, "alias", None, json!("unreachable")),
        (
            "an endpoint that the policy does not list",
            CLIENT,
            "vpce-host",
            Some(("CLAIMS_API_VPCE_DNS", other_dns_name(&lab.design))),
            json!({ "refused": "explicit_deny" }),
        ),
        (
            "another API's id, which is public",
            CLIENT,
            "private-dns",
            Some(("CLAIMS_API_ID", PUBLIC_API.to_owned())),
            json!("public_address"),
        ),
        (
            "a public API's id inside the endpoint's VPC",
            BASTION,
            "private-dns",
            Some(("CLAIMS_API_ID", PUBLIC_API.to_owned())),
            json!({ "refused": "wrong_api" }),
        ),
        (
            "an authority nobody trusts",
            BASTION,
            "private-dns",
            Some(("CLAIMS_API_CA_FILE", String::new())),
            json!("tls"),
        ),
    ] {
        report.check(&format!("doctor on {what}: {verdict}"), || {
            let mut environment = lab.environment(mode)?;
            environment.extend(changed.map(|(name, value)| (name.to_owned(), value)));
            says(lab, program, role, &environment, &verdict)
        });
    }
}

fn says(lab: &Lab, program: &Path, role: &str, environment: &BTreeMap<String, String>, verdict: &Value) -> Done {
    let arguments = ["doctor", "--json"];
    let output = inside(&lab.ns(role), program, &arguments, environment).stdin(Stdio::null()).output()?;
    let diagnosis: Value = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
    same(verdict, &diagnosis["verdict"]).map_err(|e| format!("{e} in {diagnosis}"))?;
    let healthy = *verdict == json!("works");
    holds(output.status.success() == healthy, "an exit code that says the same", output.status)
}
