//! The client's diagnosis has to name what was broken on purpose.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Report, resolvers::forget_names, same, then};
use crate::{
    lab::Lab,
    network::{
        Done,
        faults::{self, Fault},
        names::{PUBLIC_API, other_dns_name},
        topology::{BASTION, CLIENT, ENDPOINTS, INBOUND, OUTSIDE},
    },
    probe::{Command, Probe},
    serve::Wire,
};

pub fn check(lab: &Lab, report: &mut Report) {
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
                lab.environment("private-dns").and_then(|environment| says(lab, role, &environment, &verdict));
            let mended: Done = broken.iter().try_for_each(|(role, _)| faults::mend(&lab.ns(role)));
            then(checked, mended)
        });
    }
    report.check("doctor on answers that are cut off: \"no_answer\"", || {
        let cut = |wire: Wire| ENDPOINTS.into_iter().try_for_each(|role| wire.set(lab, role));
        cut(Wire { cut: 1000, ..Wire::default() })?;
        let checked = says(lab, BASTION, &lab.environment("private-dns")?, &json!("no_answer"));
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
            says(lab, role, &environment, &verdict)
        });
    }
}

fn says(lab: &Lab, role: &str, environment: &BTreeMap<String, String>, verdict: &Value) -> Done {
    let answer = Probe::start(lab, role, environment)?.ask(&Command::Doctor)?;
    let diagnosis = answer.diagnosis.ok_or(answer.error)?;
    same(verdict, &diagnosis["verdict"]).map_err(|e| format!("{e} in {diagnosis}").into())
}
