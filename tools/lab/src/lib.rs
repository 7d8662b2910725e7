//! The private network on one machine: `cargo xtask lab`.
//!
//! Both VPCs, their resolvers, the VPC endpoint and the API behind it, each in a Linux network namespace of its own, with
//! the values of the Terraform plan. The real client runs inside and is shown what networks do.

#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)] // What a program says to its user.

mod certificates;
mod checks;
mod cli;
mod lab;
mod namespaces;
mod planned_network;
mod servers;
mod who_is_where;

pub use cli::main;
