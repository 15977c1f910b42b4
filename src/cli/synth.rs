//! `onemap synth`: generates a synthetic city of any size.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

/// Write a synthetic city as newline-delimited GeoJSON.
#[derive(Debug, Args)]
pub struct SynthArgs {
    /// The number of buildings.
    #[arg(long, env = "ONEMAP_BUILDINGS")]
    buildings: u64,
    /// The seed of the random numbers. The same seed gives the same city.
    #[arg(long, env = "ONEMAP_SEED", default_value_t = 1)]
    seed: u64,
    /// Also generate routes, walls, gates and doors, for measuring routes. About seven times as many features.
    #[arg(long, env = "ONEMAP_NETWORK")]
    network: bool,
    /// The file to write. Without it, standard output.
    #[arg(long, env = "ONEMAP_OUT")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &SynthArgs) -> anyhow::Result<ExitCode> {
    let sink: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(File::create(path).with_context(|| format!("{}", path.display()))?),
        None => Box::new(std::io::stdout().lock()),
    };
    let mut sink = BufWriter::with_capacity(1 << 20, sink);
    crate::demo::synth(args.buildings, args.seed, args.network, &mut sink)?;
    sink.flush()?;
    Ok(ExitCode::SUCCESS)
}
