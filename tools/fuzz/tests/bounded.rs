//! The corpus and a bounded number of its mutations, the same on every machine.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{fs, path::Path};

use claims_fuzz::{TARGETS, Target};

/// Mutations of a target's corpus in an ordinary run; `cargo xtask nightly` asks for more.
const MUTATIONS: u64 = 2_000;

fn longer() -> u64 {
    std::env::var("CLAIMS_TEST_LONGER").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut seeds: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    if name == "lowering" {
        seeds.push(claims_openapi::CLAIMS_OPENAPI_JSON.into());
    }
    assert!(seeds.len() > 3, "{} has too few seeds", folder.display());
    seeds
}

/// What breaks parsers more often than random bytes do.
const TOKENS: [&[u8]; 24] = [
    b"\0",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"0.001",
    b"18446744073709551616",
    b"\\u0000",
    b"\\ud800",
    b"#",
    b"%00",
    b"\xff",
    b"\xe2\x80\xae",
    b"\xef\xbc\x91",
    b"..",
];

fn mutate(random: &mut fastrand::Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seeds[random.usize(..seeds.len())].clone();
    for _ in 0..random.usize(1..6) {
        let at = random.usize(..=data.len());
        let end = random.usize(at..=data.len().min(at + 32));
        match random.u8(..7) {
            0 => data.insert(at, random.u8(..)),
            1 => drop(data.drain(at..end)),
            2 => drop(data.splice(at..end, TOKENS[random.usize(..TOKENS.len())].iter().copied())),
            3 => {
                let piece = data[at..end].repeat(random.usize(1..64));
                drop(data.splice(at..at, piece));
            }
            4 => {
                let other = &seeds[random.usize(..seeds.len())];
                let from = random.usize(..=other.len());
                let to = random.usize(from..=other.len().min(from + 64));
                drop(data.splice(at..end, other[from..to].iter().copied()));
            }
            5 if at < data.len() => data[at] ^= 1 << random.u8(..8),
            _ => data.truncate(at),
        }
    }
    data
}

fn run((name, target): Target) {
    let seeds = corpus(name);
    seeds.iter().for_each(|seed| target(seed));
    // The big documents are slow to parse, and a bite out of one is much like another.
    let mutations = if name == "lowering" { MUTATIONS / 4 } else { MUTATIONS };
    for number in 0..mutations * longer() {
        let data = mutate(&mut fastrand::Rng::with_seed(number), &seeds);
        if std::panic::catch_unwind(|| target(&data)).is_err() {
            panic!("{name}, mutation {number}: {:?}", String::from_utf8_lossy(&data));
        }
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            run(*TARGETS.iter().find(|(name, _)| *name == stringify!($name)).unwrap());
        })*

        #[test]
        fn every_target_runs_here_and_under_cargo_fuzz() {
            let here = [$(stringify!($name)),*];
            let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("targets");
            let read = |file: &str| fs::read_to_string(targets.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
            let manifest = read("Cargo.toml");
            for (name, _) in TARGETS {
                assert!(here.contains(&name), "{name}");
                let file = format!("fuzz_targets/{name}.rs");
                assert!(read(&file).contains(&format!("claims_fuzz::{name}(")), "{file} does not call it");
                assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"{file}\"")), "{file} is in no manifest");
            }
        }
    };
}

targets! { event body id token problem answer lowering }
