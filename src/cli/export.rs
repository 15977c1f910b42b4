//! `onemap export`: writes the features of one collection to a file.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use tokio::task::JoinSet;

use super::language::local;
use super::{PARTLY, print, say, with_store};
use crate::export::{self, ExportError, Exported, Options};
use crate::model::{CollectionId, Localized, Role, both};
use crate::spatial::crs::Crs;
use crate::store::{AuditEntry, AuditKind, Opening, Store};

/// The size of the output buffer, in bytes.
const BUFFER: usize = 1 << 20;

/// Write the features of a collection at one moment to a file. The server may run meanwhile.
///
/// Properties that the role of --as may not see are left out; without --as, only public properties are written.
/// `onemap import` reads GeoJSON and ndjson back as the same features; CSV is for spreadsheets. Exit status: 0 if
/// everything was written, 1 if nothing was written, 2 if features without coordinates in the system of --crs were
/// left out.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The name of the collection.
    #[arg(long, value_name = "NAME", env = "ONEMAP_COLLECTION")]
    collection: CollectionId,
    /// The file to write. It appears under this name when it is complete. Without it, standard output.
    #[arg(long, value_name = "FILE", env = "ONEMAP_OUT")]
    out: Option<PathBuf>,
    /// The format. Without it, the extension of the file decides (.geojson, .ndjson, .csv).
    #[arg(long, value_enum, env = "ONEMAP_FORMAT")]
    format: Option<Format>,
    /// The role whose properties are written: public, rider, unit, grid_worker, officer, planner, steward or
    /// admin. An export for a role above public is recorded in the audit, once before it begins and once with
    /// the number of features after it ends; only the owner may read the file.
    #[arg(
        long = "as",
        value_name = "ROLE",
        env = "ONEMAP_AS",
        default_value = "public"
    )]
    role: Role,
    /// The coordinate system: WGS84, CGCS2000, GCJ-02, BD-09, EPSG:3857, EPSG:4513 to EPSG:4554. Longitude
    /// or easting comes first.
    #[arg(long, value_name = "CRS", env = "ONEMAP_CRS", default_value = "WGS84")]
    crs: Crs,
    /// Print the result as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One FeatureCollection.
    Geojson,
    /// One feature per line.
    Ndjson,
    /// One row per feature, with the geometry as well-known text.
    Csv,
}

impl Format {
    /// The format for a file name.
    fn of(path: &Path) -> Self {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        match extension.to_ascii_lowercase().as_str() {
            "ndjson" | "jsonl" | "geojsonl" | "geojsons" => Self::Ndjson,
            "csv" => Self::Csv,
            _ => Self::Geojson,
        }
    }
}

pub(super) async fn run(database: &str, args: ExportArgs) -> anyhow::Result<ExitCode> {
    if args.collection.is_hidden() {
        let collection = &args.collection;
        anyhow::bail!(local(both!(
            "图层“{collection}”由系统内部使用，不能导出",
            "the collection {collection} is internal and is not exported"
        )));
    }
    let format = match (args.format, &args.out) {
        (Some(format), _) => format,
        (None, Some(path)) => Format::of(path),
        (None, None) => Format::Geojson,
    };
    let options = Options {
        collection: args.collection.clone(),
        format: match format {
            Format::Geojson => export::Format::GeoJson,
            Format::Ndjson => export::Format::Ndjson,
            Format::Csv => export::Format::Csv,
        },
        role: args.role,
        crs: args.crs,
    };
    let store = Store::open_as(database, Opening::Existing).await?;
    with_store(store, async |store| {
        let (role, collection) = (options.role, options.collection.clone());
        // Record before writing: an interrupted export may already have shown everything.
        look(
            store,
            role,
            &collection,
            &format!("exported as {role} sees it"),
        )
        .await?;
        // On a separate task, so that a signal ends the command even if nobody reads from the pipe.
        // Dropping the set aborts the task.
        let mut tasks = JoinSet::new();
        let (source, out) = (store.clone(), args.out.clone());
        tasks.spawn(async move { write(&source, &options, out.as_deref()).await });
        let done = match tasks.join_next().await {
            Some(done) => done??,
            None => anyhow::bail!("the export could not be started; try again"),
        };
        let recorded = match done.recorded {
            0 => String::new(),
            n => format!(", {n} with a property whose every reading is recorded"),
        };
        let said = format!(
            "{} features written as {role} sees them, as of commit {}{recorded}",
            done.features, done.seq
        );
        look(store, role, &collection, &said).await?;
        answer(&done, &args)
    })
    .await
}

/// Records in the audit that a role above public exports a collection.
async fn look(
    store: &Store,
    role: Role,
    collection: &CollectionId,
    said: &str,
) -> anyhow::Result<()> {
    if role != Role::Public {
        let mut look = AuditEntry::new(AuditKind::Look)
            .of_this_request()
            .saying(said);
        look.collection = Some(collection.to_string());
        store.audit(look).await?;
    }
    Ok(())
}

async fn write(store: &Store, options: &Options, out: Option<&Path>) -> anyhow::Result<Exported> {
    let Some(path) = out else {
        let out = BufWriter::with_capacity(BUFFER, std::io::stdout());
        return export::export(store, options, out)
            .await
            .map_err(|e| match e {
                // The reader closed the pipe, as `head` does: not an error.
                ExportError::Write(e) => e.into(),
                e => e.into(),
            });
    };
    let named = || path.display().to_string();
    // A pipe or a device is written directly, without a temporary file.
    if path.metadata().is_ok_and(|about| !about.is_file()) {
        let file = OpenOptions::new()
            .write(true)
            .open(path)
            .with_context(named)?;
        let out = BufWriter::with_capacity(BUFFER, file);
        return export::export(store, options, out)
            .await
            .with_context(named);
    }
    let partial = Partial::new(path, options.role).with_context(named)?;
    let out = BufWriter::with_capacity(BUFFER, &partial.file);
    let done = export::export(store, options, out)
        .await
        .with_context(named)?;
    // Do not replace an existing file by one without features.
    if done.features > 0 || done.left_out == 0 {
        partial.become_file(path).with_context(named)?;
    }
    Ok(done)
}

fn answer(done: &Exported, args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let text = if args.json {
        serde_json::to_string(done)?
    } else {
        in_words(done, args)
    };
    // Print to stderr, since standard output may be the export.
    match &args.out {
        Some(_) => print(&text)?,
        None => say(&text),
    }
    Ok(match (done.left_out, done.features) {
        (0, _) => ExitCode::SUCCESS,
        (_, 0) => ExitCode::FAILURE,
        _ => ExitCode::from(PARTLY),
    })
}

fn in_words(done: &Exported, args: &ExportArgs) -> String {
    let (collection, role) = (&args.collection, args.role);
    let (count, seq, left_out) = (done.features, done.seq, done.left_out);
    let plural = if count == 1 { "" } else { "s" };
    let mut text = local(both!(
        "{collection}：已导出要素 {count} 个，截至提交 {seq}，以角色 {role} 可见的内容为准",
        "{collection}: {count} feature{plural} as of commit {seq}, as {role} sees it"
    ));
    if left_out > 0 {
        text.push_str(&local(both!(
            "\n未导出：{left_out} 个",
            "\nleft out: {left_out}"
        )));
        for one in &done.problems {
            let why = Localized::new(&one.problem_zh, &one.problem);
            text.push_str(&format!("\n  {}: {}", one.id, local(why)));
        }
    }
    text
}

/// A temporary file. Removed when dropped, unless it got its final name.
struct Partial {
    file: File,
    path: PathBuf,
    kept: bool,
}

impl Partial {
    fn new(name: &Path, role: Role) -> std::io::Result<Self> {
        let mut path = name.as_os_str().to_owned();
        path.push(format!(".{}.partial", std::process::id()));
        let path = PathBuf::from(path);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(if role == Role::Public { 0o666 } else { 0o600 })
            .open(&path)?;
        Ok(Self {
            file,
            path,
            kept: false,
        })
    }

    /// Renames the file to its final name and replaces an existing file.
    fn become_file(mut self, name: &Path) -> std::io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, name)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept {
            // Ignore the error: the file is incomplete and nobody uses it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
