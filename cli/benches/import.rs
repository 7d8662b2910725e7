//! What `claims import` costs besides the client: its rate against a bare loop over the same rows, already read, at the
//! same concurrency. Same embedded API, in turns.
//!
//! `cargo xtask bench` runs it and reads its standard output, a JSON line. Only the ratio means anything.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{fmt::Write, sync::mpsc, time::Instant};

use claims_cli::import::{self, Args};
use claims_client::{ClaimsClient, CreateClaim, Endpoint, types::*};
use claims_local::LocalApi;
use futures_util::StreamExt;

const ROUNDS: usize = 9;
const ROWS: usize = 3_000;
const CONCURRENCY: u16 = 16;

/// The embedded API on a thread of its own.
fn serve() -> String {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let api = LocalApi::start().await.unwrap();
            tell.send(api.url()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    told.recv().unwrap()
}

fn row(number: usize) -> CreateClaim {
    CreateClaim {
        member_id: format!("member-{}", number % 100).parse().unwrap(),
        policy_id: "9".parse().unwrap(),
        member_name: "John Doe".parse().unwrap(),
        request: CreateClaimRequest::new(
            PolicyType::Health,
            "19.99".parse().unwrap(),
            "snow accident".parse().unwrap(),
        ),
    }
}

/// The time of the loop that everybody writes first.
async fn bare(client: &ClaimsClient) -> f64 {
    let rows: Vec<_> = (0..ROWS).map(row).collect();
    let start = Instant::now();
    futures_util::stream::iter(rows)
        .for_each_concurrent(usize::from(CONCURRENCY), async |row| {
            client.create_claim(row).await.unwrap();
        })
        .await;
    start.elapsed().as_secs_f64()
}

/// The time of an import, its look through the file and the keyed copy included.
async fn imported(client: &ClaimsClient) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("claims.csv");
    let mut text = "memberId,policyId,memberName,policyType,claimAmount,description\n".to_owned();
    for number in 0..ROWS {
        writeln!(text, "member-{},9,John Doe,Health,19.99,snow accident", number % 100).unwrap();
    }
    std::fs::write(&file, text).unwrap();
    let start = Instant::now();
    import::run(client, &Args::of(&file, CONCURRENCY), true).await.unwrap();
    start.elapsed().as_secs_f64()
}

fn main() {
    let client = ClaimsClient::builder().endpoint(Endpoint::url(serve())).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut ratios: Vec<f64> = runtime.block_on(async {
        bare(&client).await;
        let mut ratios = Vec::new();
        for round in 0..ROUNDS {
            let (b, i);
            if round % 2 == 0 {
                b = bare(&client).await;
                i = imported(&client).await;
            } else {
                i = imported(&client).await;
                b = bare(&client).await;
            }
            ratios.push(i / b);
        }
        ratios
    });
    ratios.sort_by(f64::total_cmp);
    println!(
        "{{\"what\":\"import of {ROWS} rows, {CONCURRENCY} under way\",\"to\":\"a bare loop of creates\",\"ratio\":{},\"low\":{},\
         \"high\":{},\"limit\":null}}",
        ratios[ROUNDS / 2],
        ratios[ROUNDS / 4],
        ratios[ROUNDS * 3 / 4]
    );
}
