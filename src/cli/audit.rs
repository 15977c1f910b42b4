//! `onemap audit`: exports the audit.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use serde_json::json;

use super::{moment, print, with_store};
use crate::store::{AuditKind, AuditQuery, AuditRow, Opening, Store, audit};

/// How many rows are read at a time.
const PAGE: u32 = 5_000;

/// Export the audit.
#[derive(Debug, Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    /// One JSON object per line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the rows to standard output, the oldest first.
    Export {
        /// From this moment on: 2026-11-22, or 2026-11-22T14:05:00+08:00.
        #[arg(long, value_name = "MOMENT", value_parser = moment)]
        from: Option<Timestamp>,
        /// Before this moment.
        #[arg(long, value_name = "MOMENT", value_parser = moment)]
        to: Option<Timestamp>,
        /// Only rows of this account, given by id or name.
        #[arg(long)]
        account: Option<String>,
        /// Only rows of this kind: write, look, sign_in, sign_in_failed, account or erase.
        #[arg(long)]
        kind: Option<String>,
        /// The format of the output.
        #[arg(long, value_enum, default_value = "csv")]
        format: Format,
    },
}

pub(super) async fn run(database: &str, args: AuditArgs) -> anyhow::Result<ExitCode> {
    let Action::Export {
        from,
        to,
        account,
        kind,
        format,
    } = args.action;
    let kind = match kind {
        None => None,
        Some(name) => match name.parse() {
            Ok(kind) => Some(kind),
            Err(_) => bail!("--kind {name}: expected one of {}", AuditKind::names()),
        },
    };
    let query = AuditQuery {
        from,
        to,
        account,
        kind,
        after: 0,
        limit: PAGE,
    };
    let store = Store::open_as(database, Opening::Existing).await?;
    with_store(store, async |store| export(store, query, format).await).await
}

async fn export(store: &Store, mut query: AuditQuery, format: Format) -> anyhow::Result<ExitCode> {
    let mut is_first = true;
    loop {
        let rows = store.audit_rows(&query).await?;
        match format {
            Format::Json => {
                for row in &rows {
                    print(&line(row).to_string())?;
                }
            }
            Format::Csv => {
                let sheet = String::from_utf8(audit::csv(&rows)?)?;
                // Only the first page has a header.
                let text = match is_first {
                    true => sheet.as_str(),
                    false => sheet.split_once('\n').map_or("", |(_, rest)| rest),
                };
                if !text.trim_end().is_empty() {
                    print(text.trim_end())?;
                }
            }
        }
        is_first = false;
        match rows.last() {
            Some(last) if rows.len() == PAGE as usize => query.after = last.id,
            _ => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn line(row: &AuditRow) -> serde_json::Value {
    let e = &row.entry;
    json!({
        "id": row.id,
        "at": row.at.to_string(),
        "kind": e.kind.as_str(),
        "account_id": e.account_id,
        "account": e.account,
        "method": e.method,
        "path": e.path,
        "collection": e.collection,
        "feature": e.feature,
        "seq": row.seq,
        "address": e.address,
        "detail": e.detail,
    })
}
