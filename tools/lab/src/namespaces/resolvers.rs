//! Who knows which names: dnsmasq in four roles.

use std::{
    fs::{self, File},
    net::Ipv4Addr,
    path::Path,
    thread,
    time::Duration,
};

use super::{Done, inside, run, run_always, start, topology::*};
use crate::{lab::Lab, planned_network::Design};

/// Seconds that a name's addresses may be kept; AWS's private names say 60, which is long to wait for in a test.
pub const TTL: u64 = 2;

/// A public API's name, which private DNS must leave alone outside the API VPC.
pub const PUBLIC_API: &str = "public0000";

/// The endpoint that no policy lists.
pub const OTHER_ENDPOINT: &str = "vpce-0fedcba9876543210";

pub fn other_dns_name(design: &Design) -> String {
    format!("{OTHER_ENDPOINT}-hgfedcba.{}", design.vpce_domain())
}

/// Starts every resolver and waits until it answers.
pub fn serve(lab: &Lab) -> Done {
    let (design, addresses) = (&lab.design, &lab.addresses);
    let [api_upstream, client_upstream] = Addresses::upstream();
    let private_zone = design.execute_api_domain();
    write_hosts(lab, addresses.endpoint)?;

    // The public DNS: public APIs, and what AWS publishes of VPC endpoints, which are private addresses.
    let public = ["--local=/amazonaws.com/".to_owned(), hosts(&lab.file("public.hosts"))];
    dnsmasq(lab, INTERNET, &[addresses.public_dns, api_upstream, client_upstream], &public)?;

    // Private DNS takes over the whole of execute-api.<region>.amazonaws.com in the endpoint's VPC.
    let mut private = vec![format!("--local=/{private_zone}/"), hosts(&lab.file("private.hosts"))];
    private.extend(addresses.endpoint.iter().map(|a| format!("--address=/{private_zone}/{a}")));
    private.push(format!("--server={api_upstream}"));
    dnsmasq(lab, API, &[design.api_vpc.resolver()], &private)?;
    for (role, address) in INBOUND.into_iter().zip(addresses.inbound) {
        dnsmasq(lab, role, &[address], &[format!("--server={}", design.api_vpc.resolver())])?;
    }

    // One name goes to the inbound endpoint's addresses, one after the other; nothing else goes there.
    let mut outbound: Vec<_> =
        addresses.inbound.iter().map(|address| format!("--server=/{}/{address}", design.forwarded)).collect();
    outbound.extend(["--strict-order".to_owned(), "--fast-dns-retry=300,4000".to_owned(), "--cache-size=0".to_owned()]);
    dnsmasq(lab, OUTBOUND, &[addresses.outbound], &outbound)?;
    let rule =
        [format!("--server=/{}/{}", design.forwarded, addresses.outbound), format!("--server={client_upstream}")];
    dnsmasq(lab, CLIENT_VPC, &[design.client_vpc.resolver()], &rule)?;

    for (role, resolver) in
        [(BASTION, design.api_vpc.resolver()), (CLIENT, design.client_vpc.resolver()), (OUTSIDE, addresses.public_dns)]
    {
        let folder = Path::new("/etc/netns").join(lab.ns(role));
        fs::create_dir_all(&folder)?;
        // As on Amazon Linux 2023.
        fs::write(folder.join("resolv.conf"), format!("options timeout:2 attempts:5\nnameserver {resolver}\n"))?;
    }
    Ok(())
}

/// Lets the names of our endpoint lead to these addresses, from the next look-up on that is not answered from a cache.
pub fn point_to(lab: &Lab, addresses: [Ipv4Addr; 2]) -> Done {
    write_hosts(lab, addresses)?;
    for role in [INTERNET, API] {
        // dnsmasq reads its hosts again when it is told to.
        for pid in run("ip", &["netns", "pids", &lab.ns(role)])?.split_whitespace() {
            run_always("kill", &["-HUP", pid], "")?;
        }
    }
    Ok(())
}

fn write_hosts(lab: &Lab, endpoint: [Ipv4Addr; 2]) -> Done {
    let (design, addresses) = (&lab.design, &lab.addresses);
    let (mut public, mut private) = (String::new(), String::new());
    for address in endpoint {
        let alias = design.alias_host(&design.endpoint.id);
        public += &format!("{address} {alias}\n{address} {}\n", design.endpoint.dns_name);
        private += &format!("{address} {}\n{address} {alias}\n", design.api_host());
    }
    public += &format!("{} {}\n", addresses.other, other_dns_name(design));
    public += &format!("{} {}\n", addresses.public_api, design.execute_api_name(PUBLIC_API));
    fs::write(lab.file("public.hosts"), public)?;
    fs::write(lab.file("private.hosts"), private)?;
    Ok(())
}

fn hosts(file: &Path) -> String {
    format!("--addn-hosts={}", file.display())
}

fn dnsmasq(lab: &Lab, role: &str, listen: &[Ipv4Addr], more: &[String]) -> Done {
    let log = lab.file(&format!("{role}.dns.log"));
    let output = File::create(&log)?;
    let mut dnsmasq = inside(&lab.ns(role), Path::new("dnsmasq"));
    dnsmasq.args(["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--no-poll"]);
    dnsmasq.args(["--bind-interfaces", "--user=root", "--pid-file=", "--log-facility=-", "--dns-loop-detect"]);
    dnsmasq.args(["local-ttl", "max-cache-ttl", "neg-ttl"].map(|option| format!("--{option}={TTL}")));
    dnsmasq.args(listen.iter().map(|address| format!("--listen-address={address}"))).args(more);
    start(dnsmasq.stdout(output.try_clone()?).stderr(output))?;
    for _ in 0..100 {
        // It binds all its sockets before it reads anything.
        let listening = run("ip", &["netns", "exec", &lab.ns(role), "ss", "-Hlnu", "sport = :53"])?;
        if listening.lines().count() >= listen.len() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(format!("dnsmasq does not serve in {role}: {}", fs::read_to_string(log)?).into())
}
