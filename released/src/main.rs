//! `claims-released record DIR` makes an entry with the present build. With any other arguments this is the `claims` program,
//! which the recorder and the tests run as a process of its own: imports are interrupted as a user interrupts them.

mod record;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some("record".as_ref()) {
        return claims_cli::main().await;
    }
    let Some(folder) = arguments.next() else {
        eprintln!("usage: claims-released record DIR");
        return ExitCode::from(2);
    };
    match record::entry(folder.as_ref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("claims-released: {why}");
            ExitCode::FAILURE
        }
    }
}
