//! `claims doctor` has to name what was broken on purpose.

use std::{net::Ipv4Addr, path::Path, process::Command};

use serde_json::{Value, json};

use super::{Checks, forget_names, holds, same};
use crate::{
    lab::Lab,
    namespaces::{
        Done,
        packet_faults::{self, Fault},
        resolvers::{PUBLIC_API, other_dns_name},
        topology::{BASTION, CLIENT, ENDPOINTS, INBOUND, OUTSIDE},
    },
    servers::Wire,
};

pub fn add_to(checks: &mut Checks<'_>) {
    let (lab, claims) = (checks.lab, checks.claims);
    let endpoints = |fault: fn(Ipv4Addr) -> Fault| ENDPOINTS.into_iter().zip(lab.addresses.endpoint.map(fault));
    let inbound = INBOUND.into_iter().zip(lab.addresses.inbound.map(Fault::Silent));
    for (broken, role, faults, verdict) in [
        ("nothing", BASTION, vec![], "works"),
        ("nothing, from the client VPC", CLIENT, vec![], "works"),
        ("one zone silent", BASTION, endpoints(Fault::Silent).skip(1).collect(), "partly_reachable"),
        ("both zones silent", CLIENT, endpoints(Fault::Silent).collect(), "unreachable"),
        ("both zones reset every connection", BASTION, endpoints(Fault::Resets).collect(), "unreachable"),
        ("both inbound resolver addresses dead", CLIENT, inbound.collect(), "name_unknown"),
    ] {
        checks.add(role, format!("doctor on {broken}: {verdict}"), async move {
            faults.into_iter().try_for_each(|(role, fault)| packet_faults::set(&lab.ns(role), fault))?;
            forget_names().await;
            says(lab, claims, "private-dns", None, &json!(verdict))
        });
    }
    checks.add(BASTION, "doctor on answers that are cut off: no_answer", async move {
        let cut = Wire { cut: 1000, ..Wire::default() };
        ENDPOINTS.into_iter().try_for_each(|role| cut.set(lab, role))?;
        says(lab, claims, "private-dns", None, &json!("no_answer"))
    });
    let (refused, public) = (|why| json!({ "refused": why }), ("CLAIMS_API_ID", PUBLIC_API.to_owned()));
    let unlisted = ("CLAIMS_API_VPCE_DNS", other_dns_name(&lab.design));
    let no_authority = ("CLAIMS_API_CA_FILE", String::new());
    for (what, role, mode, changed, verdict) in [
        ("an outside host", OUTSIDE, "private-dns", None, json!("name_unknown")),
        ("an outside host with the alias", OUTSIDE, "alias", None, json!("unreachable")),
        ("an unlisted endpoint", CLIENT, "vpce-host", Some(unlisted), refused("explicit_deny")),
        ("another API's id, which is public", CLIENT, "private-dns", Some(public.clone()), json!("public_address")),
        ("a public API's id in the endpoint's VPC", BASTION, "private-dns", Some(public), refused("bare")),
        ("an authority nobody trusts", BASTION, "private-dns", Some(no_authority), json!("tls")),
    ] {
        checks.add(
            role,
            format!("doctor on {what}: {verdict}"),
            async move { says(lab, claims, mode, changed, &verdict) },
        );
    }
}

fn says(lab: &Lab, claims: &Path, mode: &str, changed: Option<(&str, String)>, verdict: &Value) -> Done {
    let mut doctor = Command::new(claims);
    let output = doctor.args(["doctor", "--json"]).envs(lab.environment(mode)?).envs(changed).output()?;
    let diagnosis: Value = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
    same(verdict, &diagnosis["verdict"]).map_err(|e| format!("{e} in {diagnosis}"))?;
    holds(output.status.success() == (verdict == "works"), "an exit code that says the same", output.status)
}
