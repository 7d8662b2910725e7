//! What breaks on the wire: nftables drops and resets. (Delays and cuts are the endpoint's own: `servers::fault`.)

use std::net::Ipv4Addr;

use super::{Done, nft, run};

/// One thing at a time may be wrong with a namespace.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Whatever is sent to this address vanishes.
    Silent(Ipv4Addr),
    /// Connections to this address are refused and broken with a reset.
    Resets(Ipv4Addr),
    /// Of a thousand packets in each direction so many are lost, and so many of those that come in are answered with a reset.
    Lossy { lost: u32, reset: u32 },
}

const NONE: &str = "table inet fault\ndelete table inet fault\n";

/// Breaks it; what was broken before in this namespace is fixed.
pub fn set(namespace: &str, fault: Fault) -> Done {
    let (input, output) = match fault {
        // Counted is who begins a connection: one that is given up still says goodbye.
        Fault::Silent(address) => {
            let begins = format!("ip daddr {address} tcp flags & (syn | ack) == syn counter drop");
            (format!("{begins}\nip daddr {address} drop"), String::new())
        }
        Fault::Resets(address) => (format!("ip daddr {address} meta l4proto tcp reject with tcp reset"), String::new()),
        Fault::Lossy { lost, reset } => {
            let loss = format!("tcp dport 443 numgen random mod 1000 < {lost} drop");
            let resets = format!("tcp dport 443 numgen random mod 1000 < {reset} reject with tcp reset");
            (format!("{loss}\n{resets}"), format!("tcp sport 443 numgen random mod 1000 < {lost} drop"))
        }
    };
    let chain = |name: &str, rules: &str| {
        // Before the security group, which would let the packets of running connections pass.
        format!("chain {name} {{\ntype filter hook {name} priority -10; policy accept;\n{rules}\n}}\n")
    };
    nft(namespace, &format!("{NONE}table inet fault {{\n{}{}}}\n", chain("input", &input), chain("output", &output)))
}

/// Fixes the namespace.
pub fn fix(namespace: &str) -> Done {
    nft(namespace, NONE)
}

/// How often somebody has begun a connection into a silent namespace: whether anybody still tries it.
pub fn swallowed(namespace: &str) -> Done<u64> {
    let rules = run("ip", &["netns", "exec", namespace, "nft", "list", "table", "inet", "fault"])?;
    let count = rules.split("counter packets ").nth(1).and_then(|rest| rest.split_whitespace().next());
    Ok(count.ok_or("nothing is silent here")?.parse()?)
}
