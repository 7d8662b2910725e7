//! The lab's program: `cargo xtask lab`.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    claims_lab::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("error: the lab is made of Linux network namespaces: run it on Linux, as root");
    std::process::ExitCode::FAILURE
}
