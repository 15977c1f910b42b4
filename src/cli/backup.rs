//! `onemap backup` writes a whole map to one file; `onemap restore` reads it back.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::language::local;
use super::{print, say, with_store};
use crate::model::{Localized, both};
use crate::store::backup::{self, Manifest};
use crate::store::{Opening, Store};

/// Write the whole map to one file: the log, features, tokens, photos, contacts, webhooks and the audit. The server
/// may run meanwhile. Whoever can read the file can read all of this.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write. It must not exist yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the result as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

/// Restore a backup into a SQLite or PostgreSQL database. No server may use the database.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The file that `onemap backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the content of the database, which is lost.
    #[arg(long, env = "ONEMAP_REPLACE")]
    replace: bool,
    /// Print the result as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

pub(super) async fn backup(database: &str, args: BackupArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open_as(database, Opening::Existing).await?;
    let manifest = with_store(store, async |store| {
        Ok(backup::backup(store, &args.file, &show_progress).await?)
    })
    .await?;
    answer(&manifest, &both!("已备份", "in the backup"), args.json)
}

pub(super) async fn restore(database: &str, args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let manifest = backup::restore(database, &args.file, args.replace, &show_progress).await?;
    answer(&manifest, &both!("已恢复", "restored"), args.json)
}

fn show_progress(what: Localized, share: Option<f64>) {
    let what = local(what);
    match share {
        Some(share) => say(&format!("{what}: {:.0} %", share.clamp(0.0, 1.0) * 100.0)),
        None => say(&what),
    }
}

fn answer(manifest: &Manifest, what: &Localized, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        print(&serde_json::to_string(manifest)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = |table: &str| manifest.rows.get(table).copied().unwrap_or_default();
    let features = manifest.features.unwrap_or_else(|| rows("features"));
    let (commits, photos, tokens) = (rows("commits"), rows("photos"), rows("tokens"));
    let Manifest {
        seq,
        made_by,
        from,
        made_at,
        quarantined,
        ..
    } = manifest;
    let Localized { zh, en } = what;
    print(&local(both!(
        "{zh}：要素 {features} 个，提交 {commits} 个（最新为 {seq}），照片 {photos} 张，令牌 {tokens} 个；\
         由 onemap {made_by} 于 {made_at} 从 {from} 备份",
        "{en}: {features} features, {commits} commits (the newest is {seq}), {photos} photos, {tokens} \
         tokens; made by onemap {made_by} from {from} at {made_at}"
    )))?;
    if *quarantined > 0 {
        print(&local(both!(
            "未包含隔离区中的版本：{quarantined} 个（它们不是地图上的要素）",
            "left out, because they are in quarantine and not on the map: {quarantined} versions"
        )))?;
    }
    Ok(ExitCode::SUCCESS)
}
