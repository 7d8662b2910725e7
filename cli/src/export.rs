//! `claims export`: a member's claims to a file, as they come.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use claims_client::{Claim, ClaimStatus, ClaimsClient, MemberId, PageLimit};

use super::{Failure, Format, Status, exit::note, files::Target, import::write_csv, output, record};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Whose claims
    #[arg(long, short)]
    member: MemberId,
    /// Only those in this status
    #[arg(long, short, value_parser = crate::usage::statuses())]
    status: Option<ClaimStatus>,
    /// The file's format, where its name does not say it
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    /// The file to write, .csv, .jsonl or .ndjson; - is standard output
    file: PathBuf,
}

pub(super) async fn run(client: &ClaimsClient, args: &Args, json: bool) -> Result<Status, Failure> {
    let format = args.format.or_else(|| Format::of(&args.file)).ok_or_else(|| {
        Failure::new(Status::Usage, "the file's name does not say its format: give --format csv or --format jsonl")
    })?;
    let target_is_stdout = args.file.as_os_str() == "-";
    let mut target = Target::open(&args.file, args.force)?;
    let count = tokio::select! {
        count = write(client, args, format, &mut target) => count?,
        () = crate::interrupt::interruption(), if target.is_file() => {
            return Err(Failure::new(Status::Interrupted, "interrupted; nothing was written"));
        }
    };
    // A mistyped member must not leave an empty file where a full one was.
    let written = count > 0 || args.force || !target.is_file();
    if written {
        target.finish()?;
    }
    if json && written {
        let summary = serde_json::json!({"exported": count, "file": args.file.display().to_string()});
        // The answer, unless standard output is where the claims are.
        if target_is_stdout { note(&summary.to_string()) } else { output::json(&summary)? }
    } else if written {
        note(&format!("{count} claims exported"));
    }
    if count == 0 {
        let nothing = if written { "" } else { "; nothing was written" };
        return Err(Failure::new(Status::NotFound, format!("the member has no such claims{nothing}")));
    }
    Ok(Status::Done)
}

async fn write(client: &ClaimsClient, args: &Args, format: Format, file: impl Write) -> Result<u64, Failure> {
    let mut call = client.list_claims(&args.member);
    if let Ok(most) = PageLimit::new(100) {
        call = call.limit(most);
    }
    if let Some(status) = &args.status {
        call = call.status(status.clone());
    }
    let mut claims = call.into_stream();
    let mut out = BufWriter::new(file);
    if format == Format::Csv {
        write_csv(&mut out, record::exported())?;
    }
    let mut count = 0;
    while let Some(claim) = claims.try_next().await? {
        match format {
            Format::Csv => write_csv(&mut out, claim.texts().iter().map(String::as_str))?,
            Format::Jsonl => write_line(&mut out, &claim)?,
        }
        count += 1;
    }
    out.flush()?;
    Ok(count)
}

fn write_line(out: &mut impl Write, claim: &Claim) -> io::Result<()> {
    let mut line = serde_json::to_value(claim)?;
    if let Some(fields) = line.as_object_mut() {
        fields.remove(record::ID);
        fields.insert(record::KEY.to_owned(), claim.claim_id.to_string().into());
    }
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
