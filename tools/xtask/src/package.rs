//! `cargo xtask package`: the Lambda's zip. Same source, same toolchain: same bytes, so Terraform redeploys only what changed.

use std::{
    env,
    error::Error,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use clap::ValueEnum;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::{
    process::{find, root, run_shown},
    python::Venv,
};

/// Brings zig, the linker for the other architecture.
const CARGO_LAMBDA: &str = "cargo-lambda";

/// What to build.
#[derive(clap::Args)]
pub struct Args {
    /// Processor to build for; Terraform's `architecture` must say the same
    #[arg(long, value_enum, default_value = "arm64")]
    arch: Arch,
    /// Also build the example programs, for Terraform to deliver to its instances
    #[arg(long)]
    examples: bool,
}

/// A Lambda architecture, by Lambda's own name.
#[derive(Clone, Copy, ValueEnum)]
enum Arch {
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

impl Arch {
    fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }

    /// For programs that must run wherever they are put: linked statically.
    fn static_target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-musl",
            Self::X86_64 => "x86_64-unknown-linux-musl",
        }
    }
}

/// A package for x86_64 has at most so many bytes: 2.6 MiB. A larger one starts slower from cold.
pub const LARGEST_X86_64: f64 = 2.6 * 1_048_576.0;

/// The package where it is built by default. Else one for arm64 that a simulated AWS may have, which runs nothing: compiled
/// quickly, and not put where somebody would deploy it.
pub fn any_zip() -> Result<PathBuf, Box<dyn Error>> {
    let zip = root().join("target/lambda/claims-lambda.zip");
    if zip.exists() {
        return Ok(zip);
    }
    eprintln!("no target/lambda/claims-lambda.zip: taking one that is not optimised");
    pack(&Venv::with(CARGO_LAMBDA)?, Arch::Arm64, &root().join("target/lambda-unoptimised"), &QUICK)
}

const QUICK: [(&str, &str); 3] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
];

/// Builds `target/lambda/claims-lambda.zip` and, if asked, the programs in `target/lambda/examples/`.
pub fn run(args: &Args) -> Done {
    let lambda = Venv::with(CARGO_LAMBDA)?;
    let output = root().join("target/lambda");

    let zip = pack(&lambda, args.arch, &output, &[])?;
    let size = fs::metadata(zip)?.len() as f64;
    if matches!(args.arch, Arch::X86_64) && size > LARGEST_X86_64 {
        return Err(format!("the package has {size} bytes; it may have {LARGEST_X86_64}").into());
    }

    if args.examples {
        let only = ["--package", "claims-cli", "--bin", "claims", "--no-default-features"];
        build(&lambda, args.arch.static_target(), &only, &output, &[])?;
        let delivered = output.join("examples");
        fs::create_dir_all(&delivered)?;
        fs::copy(output.join("claims/bootstrap"), delivered.join("claims"))?;
        report(&delivered.join("claims"))?;
    }
    Ok(())
}

/// Builds the function into `output` and packs it.
fn pack(lambda: &Venv, arch: Arch, output: &Path, profile: &[(&str, &str)]) -> Result<PathBuf, Box<dyn Error>> {
    let function = ["--package", "claims-server", "--bin", "claims-lambda"];
    build(lambda, arch.target(), &function, output, profile)?;
    let bootstrap = output.join("claims-lambda/bootstrap");
    runs_on_al2023(&fs::read(&bootstrap)?)?;
    let zip = output.join("claims-lambda.zip");
    fs::write(&zip, zipped(&bootstrap)?)?;
    report(&zip)?;
    Ok(zip)
}

type Done = Result<(), Box<dyn Error>>;

fn build(lambda: &Venv, target: &str, what: &[&str], output: &Path, profile: &[(&str, &str)]) -> Done {
    if let Some(rustup) = find("rustup") {
        run_shown(Command::new(rustup).args(["target", "add", target]).current_dir(root()))?;
    }
    let mut command = Command::new(lambda.program("cargo-lambda"));
    command.args(["lambda", "build", "--release", "--locked", "--target", target]).args(what);
    command.arg("--lambda-dir").arg(output).envs(profile.iter().copied());
    // zig lies in the same environment.
    let rest = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([lambda.programs()].into_iter().chain(env::split_paths(&rest)))?;
    command.env("PATH", path).env("RUSTFLAGS", remapped_paths()?).env_remove("CARGO_ENCODED_RUSTFLAGS");
    run_shown(command.current_dir(root()))
}

/// Panic messages hold source paths; without this two checkouts would give two packages.
fn remapped_paths() -> Result<String, Box<dyn Error>> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .ok_or("neither CARGO_HOME nor a home directory is known")?;
    Ok(format!("--remap-path-prefix={}=/cargo --remap-path-prefix={}=/claims-api", home.display(), root().display()))
}

/// The glibc of Lambda's `provided.al2023`.
const AL2023_GLIBC: u32 = 34;

/// Fails for a program that would not start there: one that wants a newer glibc than 2.34.
fn runs_on_al2023(program: &[u8]) -> Done {
    let newest = newest_glibc(program);
    if newest > Some(AL2023_GLIBC) {
        let newest = newest.unwrap_or_default();
        return Err(format!("the program wants glibc 2.{newest}; Amazon Linux 2023 has 2.{AL2023_GLIBC}").into());
    }
    Ok(())
}

/// The newest `GLIBC_2.<minor>` among a program's symbol versions; `None` for one that is linked statically.
fn newest_glibc(program: &[u8]) -> Option<u32> {
    const VERSION: &[u8] = b"GLIBC_2.";
    let starts = program.windows(VERSION.len()).enumerate().filter(|(_, window)| *window == VERSION);
    let minor = |(at, _)| {
        let digits = program[at + VERSION.len()..].iter().copied().take_while(u8::is_ascii_digit).collect();
        String::from_utf8(digits).ok()?.parse().ok()
    };
    starts.filter_map(minor).max()
}

/// The deployment package of this program.
pub fn zipped(program: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    package(&fs::read(program)?)
}

/// A zip of one executable, `bootstrap`, that says nothing of when or where it was made.
fn package(bootstrap: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default()) // 1980-01-01, zip's zero
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("bootstrap", options)?;
    zip.write_all(bootstrap)?;
    Ok(zip.finish()?.into_inner())
}

fn report(file: &Path) -> Done {
    let content = fs::read(file)?;
    let hash: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    eprintln!("{}  {} bytes  sha256 {hash}", file.display(), content.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn the_package_holds_an_executable_bootstrap() -> Result<(), Box<dyn Error>> {
        let mut zip = zip::ZipArchive::new(Cursor::new(package(b"program")?))?;
        assert_eq!(zip.len(), 1);
        let mut file = zip.by_name("bootstrap")?;
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        assert_eq!(content, b"program");
        Ok(())
    }

    #[test]
    fn a_program_for_a_newer_glibc_is_refused() {
        assert!(runs_on_al2023(b"GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.4\0GLIBC_PRIVATE\0").is_ok());
        let refused = runs_on_al2023(b"GLIBC_2.2.5\0GLIBC_2.38").err().map(|e| e.to_string()).unwrap_or_default();
        assert!(refused.contains("2.38") && refused.contains("2.34"), "{refused}");
        assert!(runs_on_al2023(b"static").is_ok());
    }

    #[test]
    fn the_package_says_nothing_of_when_it_was_made() -> Result<(), Box<dyn Error>> {
        let mut zip = zip::ZipArchive::new(Cursor::new(package(b"program")?))?;
        let time = zip.by_name("bootstrap")?.last_modified();
        assert_eq!(time.map(|time| (time.year(), time.month(), time.day(), time.hour())), Some((1980, 1, 1, 0)));
        assert_eq!(package(b"program")?, package(b"program")?);
        Ok(())
    }
}
