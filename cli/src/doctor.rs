//! `claims doctor`: `diagnose()` for people.

use claims_client::{ClaimsClient, Diagnosis, Mode, Verdict};

use super::{Failure, Status, exit, output};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const PLAIN: &str = "\x1b[0m";

pub(super) fn say_embedded(json: bool) {
    exit::say(json, "note: no API is configured (`claims env`), so this examines an embedded one");
}

pub(super) async fn run(client: &ClaimsClient, json: bool) -> Result<Status, Failure> {
    let diagnosis = client.diagnose().await;
    if json {
        output::json(&diagnosis)?
    } else {
        show(&diagnosis)?
    }
    Ok(if diagnosis.verdict == Verdict::Works { Status::Done } else { Status::Ill })
}

fn show(diagnosis: &Diagnosis) -> std::io::Result<()> {
    step(true, "configuration", &format!("complete; connects to {}", diagnosis.name))?;
    match &diagnosis.resolution_error {
        Some(error) => step(false, "DNS", error)?,
        None => {
            let public = diagnosis.verdict == Verdict::PublicAddress;
            let found: Vec<_> = diagnosis
                .addresses
                .iter()
                .map(|a| format!("{} ({})", a.address, if a.private { "private" } else { "public" }))
                .collect();
            step(
                !public && !found.is_empty(),
                "DNS",
                &if found.is_empty() { "no address".into() } else { found.join(", ") },
            )?;
        }
    }
    for reached in &diagnosis.addresses {
        // Nothing is sent to a public address of a private API.
        if reached.private || reached.error.is_some() || diagnosis.verdict != Verdict::PublicAddress {
            let said = reached.error.as_deref().unwrap_or("connected");
            step(reached.error.is_none(), "TCP", &format!("{}: {said}", reached.address))?;
        }
    }
    for tried in &diagnosis.modes {
        match tried.verdict {
            Verdict::Tls | Verdict::PlainHttp => {
                step(false, "TLS", &format!("mode {}: {}", tried.mode, tried.error.as_deref().unwrap_or("fails")))?;
                continue;
            }
            // A URL may be plain HTTP, and these two came to no connection.
            Verdict::NameUnknown | Verdict::Unreachable | Verdict::NotRunning => {}
            _ if tried.mode == Mode::Url => {}
            _ => step(true, "TLS", &format!("mode {}: the certificate is the name's", tried.mode))?,
        }
        let mut said = tried.error.clone().unwrap_or_else(|| "the API answers".to_owned());
        if let Verdict::Refused(refusal) = diagnosis.verdict {
            // The advice follows once, at the end.
            let advice = refusal.to_string();
            said = said.replace(&advice, advice.split([';', ',']).next().unwrap_or_default());
        }
        step(tried.verdict == Verdict::Works, "HTTP", &format!("mode {}: {said}", tried.mode))?;
    }
    let colour = if diagnosis.verdict == Verdict::Works { GREEN } else { RED };
    let local = if diagnosis.verdict == Verdict::NotRunning { " (claims-local starts one)" } else { "" };
    let advice = output::wrapped(&format!("{}{local}", diagnosis.advice()), 0);
    output::line(&format!("\n{colour}{advice}{PLAIN}"))?;
    // The mode in use may fail where another one works: that is a way out for now.
    let works = diagnosis.modes.iter().find(|tried| tried.verdict == Verdict::Works);
    if let Some(works) = works.filter(|_| !matches!(diagnosis.verdict, Verdict::Works | Verdict::PartlyReachable)) {
        output::line(&format!("Meanwhile CLAIMS_API_MODE={} works from here.", works.mode))?;
    }
    Ok(())
}

fn step(good: bool, name: &str, said: &str) -> std::io::Result<()> {
    let (colour, mark) = if good { (GREEN, "ok  ") } else { (RED, "FAIL") };
    output::line(&format!("{colour}{mark}{PLAIN}  {name:<13}  {}", output::wrapped(said, 21)))
}
