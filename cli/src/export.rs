//! `claims export`: a member's claims to a file, as they come.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use claims_client::{Claim, ClaimStatus, ClaimsClient, MemberId, PageLimit};
use futures_util::TryStreamExt;

use super::{Failure, Format, Status, record};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Whose claims
    #[arg(long, short)]
    member: MemberId,
    /// Only those in this status
    #[arg(long, short, value_parser = ClaimStatus::known)]
    status: Option<ClaimStatus>,
    /// The file's format, where its name does not say it
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file to write, .csv, .jsonl or .ndjson; - is standard output
    file: PathBuf,
}

pub(super) async fn run(client: &ClaimsClient, args: &Args) -> Result<Status, Failure> {
    let format = args.format.or_else(|| Format::of(&args.file)).ok_or_else(|| {
        Failure::new(Status::Usage, "the file's name does not say its format: give --format csv or --format jsonl")
    })?;
    let count = if args.file.as_os_str() == "-" {
        write(client, args, format, io::stdout().lock()).await?
    } else {
        // Beside the file, so that it is either whole or not there.
        let folder = args.file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut part = tempfile::NamedTempFile::new_in(folder).map_err(|e| Failure::file(&args.file, e))?;
        let count = tokio::select! {
            count = write(client, args, format, part.as_file_mut()) => count?,
            _ = tokio::signal::ctrl_c() => {
                return Err(Failure::new(Status::Interrupted, "interrupted; nothing was written"));
            }
        };
        part.as_file().sync_all().map_err(|e| Failure::file(&args.file, e))?;
        part.persist(&args.file).map_err(|e| Failure::file(&args.file, e.error))?;
        count
    };
    anstream::eprintln!("{count} claims exported");
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
    let mut sink = Sink::new(format, file)?;
    let mut count = 0;
    while let Some(claim) = claims.try_next().await? {
        sink.write(&claim)?;
        count += 1;
    }
    sink.finish()?;
    Ok(count)
}

enum Sink<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(BufWriter<W>),
}

impl<W: Write> Sink<W> {
    fn new(format: Format, file: W) -> io::Result<Self> {
        Ok(match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(record::EXPORTED)?;
                Self::Csv(Box::new(writer))
            }
            Format::Jsonl => Self::Jsonl(BufWriter::new(file)),
        })
    }

    fn write(&mut self, claim: &Claim) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.write_record(record::exported(claim))?,
            Self::Jsonl(writer) => {
                let mut line = serde_json::to_value(claim)?;
                if let Some(fields) = line.as_object_mut() {
                    fields.remove("claimId");
                    fields.insert(record::KEY.to_owned(), claim.claim_id.to_string().into());
                }
                serde_json::to_writer(&mut *writer, &line)?;
                writer.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush(),
            Self::Jsonl(mut writer) => writer.flush(),
        }
    }
}
