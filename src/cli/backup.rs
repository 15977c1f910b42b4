//! `onemap backup` writes a whole map to one file; `onemap restore` reads it back.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{print, say, with_store};
use crate::store::backup::{self, Manifest};
use crate::store::{Opening, Store};

/// Write the whole map to one file, while it is served: the log, features, tokens, photos, contacts and
/// webhooks. Who can read the file can read all of that.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write. It must not be there yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The answer as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

/// Restore a backup into a database of either kind. No server may run on it.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The file that `onemap backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the database holds is lost, and the backup takes its place.
    #[arg(long, env = "ONEMAP_REPLACE")]
    replace: bool,
    /// The answer as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

pub(super) async fn backup(database: &str, args: BackupArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open_as(database, Opening::Existing).await?;
    let manifest = with_store(store, async |store| {
        Ok(backup::backup(store, &args.file, &show_progress).await?)
    })
    .await?;
    answer(&manifest, "in the backup", args.json)
}

pub(super) async fn restore(database: &str, args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let manifest = backup::restore(database, &args.file, args.replace, &show_progress).await?;
    answer(&manifest, "restored", args.json)
}

fn show_progress(what: &str, share: Option<f64>) {
    match share {
        Some(share) => say(&format!("{what}: {:.0} %", share.clamp(0.0, 1.0) * 100.0)),
        None => say(what),
    }
}

fn answer(manifest: &Manifest, what: &str, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        print(&serde_json::to_string(manifest)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = |table: &str| manifest.rows.get(table).copied().unwrap_or_default();
    print(&format!(
        "{what}: {} features, {} commits (the newest is {}), {} photos, {} tokens; made by onemap {} \
         from {} at {}",
        manifest.features.unwrap_or_else(|| rows("features")),
        rows("commits"),
        manifest.seq,
        rows("photos"),
        rows("tokens"),
        manifest.made_by,
        manifest.from,
        manifest.made_at,
    ))?;
    if manifest.quarantined > 0 {
        print(&format!(
            "left out, since they stand in quarantine and are no features: {} versions",
            manifest.quarantined
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
