//! Checks the parts of an endpoint and puts them together.

use http::HeaderValue;
use url::Url;

use super::{Address, Mode};

/// What is wrong with an endpoint's parts.
pub(super) struct Mistakes {
    pub list: Vec<String>,
    /// Whether the source of the endpoint has already said, in its own terms, which parts are missing.
    pub missing_is_told: bool,
}

impl Mistakes {
    /// Says what is wrong by the part's name; the value is quoted where it is short.
    fn add(&mut self, part: &str, value: &str, rule: &str) {
        let shown = if value.chars().count() <= 100 { format!("{value:?}") } else { "(too long to show)".to_owned() };
        match value {
            "" if self.missing_is_told => {}
            "" => self.list.push(format!("the {part} is missing: it {rule}")),
            _ => self.list.push(format!("the {part} {shown} is wrong: it {rule}")),
        }
    }
}

fn lower_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

pub(super) fn check_region(region: &str, mistakes: &mut Mistakes) {
    let mut words = region.split('-');
    let number = words.next_back().is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let names: Vec<_> = words.collect();
    let named = names.len() >= 2 && names.iter().all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase()));
    if !(number && named && region.len() <= 32) {
        mistakes.add("region", region, "has to be an AWS region such as eu-central-1");
    } else if domain(region).is_empty() {
        mistakes.add("region", region, "belongs to no partition of AWS that this client knows; use its URL instead");
    }
}

fn check_api_id(api_id: &str, mistakes: &mut Mistakes) {
    if !(lower_alphanumeric(api_id) && api_id.len() <= 32) {
        mistakes.add("api id", api_id, "has to be a REST API's id such as a1b2c3d4e5 (lower-case letters, digits)");
    }
}

fn check_stage(stage: &str, mistakes: &mut Mistakes) {
    let allowed = stage.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !(allowed && (1..=128).contains(&stage.len())) {
        mistakes.add("stage", stage, "has to be a stage name such as dev (1 to 128 of A-Z a-z 0-9 _ -)");
    }
}

fn is_vpce_id(id: &str) -> bool {
    id.strip_prefix("vpce-").is_some_and(|hex| {
        (8..=17).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

fn check_vpce_id(id: &str, mistakes: &mut Mistakes) {
    if !is_vpce_id(id) {
        mistakes.add("VPC endpoint id", id, "has to be an id such as vpce-0123456789abcdef0");
    }
}

/// `vpce-<id>-<suffix>[-<zone>].execute-api.<region>.vpce.<domain>`
fn check_vpce_dns(name: &str, region: &str, mistakes: &mut Mistakes) {
    const RULE: &str = "has to be the VPC endpoint's DNS name such as \
                        vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com";
    let shape = name.split_once(".execute-api.").and_then(|(label, rest)| {
        let mut parts = label.splitn(3, '-');
        let id_is_good = is_vpce_id(&format!("{}-{}", parts.next()?, parts.next()?));
        let tail = parts.next()?;
        let tail_is_good = !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let (named_region, suffix) = rest.split_once(".vpce.")?;
        let good = id_is_good && tail_is_good && !suffix.is_empty() && suffix == domain(named_region);
        good.then_some(named_region)
    });
    match shape {
        None => mistakes.add("VPC endpoint's DNS name", name, RULE),
        Some(named) if named != region && !region.is_empty() => mistakes.list.push(format!(
            "the VPC endpoint is in {named:?} and the API in {region:?}: a private API is reached through an endpoint of \
             its own region"
        )),
        Some(_) => {}
    }
}

/// What the names of each partition's regions begin with, and its domain, as the endpoint rules of AWS's SDKs have them. The first
/// that fits counts.
const PARTITIONS: [(&str, &str); 16] = [
    ("cn-", "amazonaws.com.cn"),
    ("us-gov-", "amazonaws.com"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("eusc-", "amazonaws.eu"),
    ("us-", "amazonaws.com"),
    ("eu-", "amazonaws.com"),
    ("ap-", "amazonaws.com"),
    ("sa-", "amazonaws.com"),
    ("ca-", "amazonaws.com"),
    ("me-", "amazonaws.com"),
    ("af-", "amazonaws.com"),
    ("il-", "amazonaws.com"),
    ("mx-", "amazonaws.com"),
];

fn domain(region: &str) -> &'static str {
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("", |(_, domain)| domain)
}

/// The region in the name of an API, an alias or a VPC endpoint.
pub(super) fn region_of_host(host: &str) -> Option<String> {
    let (_, rest) = host.split_once(".execute-api.")?;
    let (region, suffix) = rest.split_once('.')?;
    let suffix = suffix.trim_start_matches("vpce.");
    (!suffix.is_empty() && suffix == domain(region)).then(|| region.to_owned())
}

pub(super) fn base_url(text: &str, collection: &str, mistakes: &mut Mistakes) -> Option<Url> {
    // A URL may hold a secret as its user part, so a wrong one is not shown.
    if text.is_empty() && mistakes.missing_is_told {
        return None;
    }
    let mut wrong = |rule: &str| mistakes.list.push(format!("the URL {rule}"));
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(e) => {
            wrong(&format!("cannot be read ({e}): give it as https://host/stage"));
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        wrong("has to begin with https:// or http://");
    }
    if url.host_str().is_none_or(str::is_empty) {
        wrong("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        wrong("must not hold a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        wrong("must end with the stage, without a query or a fragment");
    }
    let path = url.path().trim_end_matches('/').to_owned();
    if path.ends_with(collection) {
        wrong(&format!("has to end with the stage, not with {collection}"));
    }
    if url.host_str().and_then(region_of_host).is_some() {
        // On a port of its own it is a stand-in on this machine, which goes by the API's name.
        if url.scheme() == "http" && url.port().is_none() {
            wrong("has to begin with https://: API Gateway does not answer over http");
        }
        if path.is_empty() {
            wrong("has to end with the stage, such as /dev");
        }
    }
    let mut base = url;
    base.set_path(&path);
    Some(base)
}

pub(super) fn api_address(
    mode: Mode,
    api_id: &str,
    region: &str,
    stage: &str,
    vpce: &str,
    mistakes: &mut Mistakes,
) -> Option<Address> {
    let found = mistakes.list.len();
    check_api_id(api_id, mistakes);
    check_stage(stage, mistakes);
    match mode {
        Mode::PrivateDns | Mode::Url => {}
        Mode::Alias => check_vpce_id(vpce, mistakes),
        Mode::VpceHost | Mode::VpceHeader | Mode::VpceResolve => check_vpce_dns(vpce, region, mistakes),
    }
    if mistakes.list.len() > found {
        return None;
    }
    let api_host = format!("{api_id}.execute-api.{region}.{}", domain(region));
    let connect_to = match mode {
        Mode::Alias => format!("{api_id}-{vpce}.execute-api.{region}.{}", domain(region)),
        Mode::VpceHost | Mode::VpceHeader => vpce.to_owned(),
        Mode::PrivateDns | Mode::VpceResolve | Mode::Url => api_host.clone(),
    };
    Some(Address {
        base: Url::parse(&format!("https://{connect_to}/{stage}")).ok()?,
        host: (mode == Mode::VpceHost).then(|| HeaderValue::from_str(&api_host).ok()).flatten(),
        api_id: (mode == Mode::VpceHeader).then(|| HeaderValue::from_str(api_id).ok()).flatten(),
        resolve_as: (mode == Mode::VpceResolve).then(|| vpce.to_owned()),
        region: Some(region.to_owned()),
    })
}
