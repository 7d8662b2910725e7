//! The private network on one machine: `cargo xtask lab`.
//!
//! Both VPCs, their resolvers, the VPC endpoint and the API behind it, each in a Linux network namespace of its own, with
//! the values of the Terraform plan. The real client runs inside and is shown what networks do.

#![cfg_attr(target_os = "linux", allow(clippy::print_stdout))] // What a program says to its user.

#[cfg(target_os = "linux")]
mod certificates;
#[cfg(target_os = "linux")]
mod cli;
#[cfg(target_os = "linux")]
mod design;
#[cfg(target_os = "linux")]
mod lab;
#[cfg(target_os = "linux")]
mod map;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod probe;
#[cfg(target_os = "linux")]
mod scenario;
#[cfg(target_os = "linux")]
mod serve;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    cli::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("error: the lab is made of Linux network namespaces: run it on Linux, as root");
    std::process::ExitCode::FAILURE
}
