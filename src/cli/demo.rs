//! `onemap demo`: the synthetic district as files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

/// Write the demo district: one GeoJSON file a collection, the same for the same `--as-of`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The moment at which the 60 days of warnings end; now where it is missing.
    #[arg(long)]
    as_of: Option<Timestamp>,
    /// The folder to write to; made where it is missing.
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let as_of = args.as_of.unwrap_or_else(Timestamp::now);
    std::fs::create_dir_all(&args.out).with_context(|| format!("{}", args.out.display()))?;
    crate::demo::write_dir(as_of, &args.out).with_context(|| format!("{}", args.out.display()))?;
    Ok(ExitCode::SUCCESS)
}
