//! `onemap import`: imports files into the map as one commit, and undoes imports.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::import_ledger::{self, Sheets};
use super::{PARTLY, print, with_made_store, with_store};
use crate::demo;
use crate::ingest::{self, IdRule, Options, Progress, Report, Source, Stage, Undo};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId};
use crate::spatial::crs::Crs;
use crate::store::{Opening, Store, StoreError};

/// Import GeoJSON, newline-delimited GeoJSON, OSM PBF or OSM XML files as one commit, and ledgers of cases (XLSX, XLS,
/// CSV) as steps of the ledger.
///
/// A file that cannot be read to its end fails the whole import and leaves the map as it was. Single features with
/// errors are left out and listed. Exit status: 0 if everything was written, 1 if nothing was written, 2 if some
/// features were rejected.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// The files. Their formats are recognised by their content.
    #[arg(required_unless_present = "undo", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The collection of all features. From an OSM extract, only features of this collection are imported.
    /// Without it, the member "collection" of each feature or the name of the file decides.
    #[arg(long, value_name = "NAME", env = "ONEMAP_COLLECTION")]
    pub collection: Option<CollectionId>,
    /// The coordinate system of the files: WGS84, CGCS2000, GCJ-02, BD-09, EPSG:3857, EPSG:4513 to EPSG:4554.
    /// Without it, the member "crs" of a file decides, otherwise WGS 84.
    #[arg(long, value_name = "CRS", env = "ONEMAP_CRS")]
    pub crs: Option<Crs>,
    /// The property with the id. "row" uses the number of the feature in its file. Without it, the member or
    /// property "id" is used; features without one get an id derived from geometry and name, so that a later
    /// import updates them.
    #[arg(long = "id", value_name = "PROPERTY", env = "ONEMAP_ID")]
    pub ids: Option<IdRule>,
    /// Delete features that are on the map but not in the files, in all collections that occur in the files.
    #[arg(long, env = "ONEMAP_REMOVE_MISSING")]
    pub remove_missing: bool,
    /// Undo the import with this commit: features get back their state from before it. Refused if features were
    /// changed since.
    #[arg(long, value_name = "COMMIT", env = "ONEMAP_UNDO",
        conflicts_with_all = ["files", "collection", "crs", "ids", "remove_missing", "rejects", "unlinked"])]
    pub undo: Option<u64>,
    /// With --undo: leave out and list features that were changed since.
    #[arg(long, requires = "undo", env = "ONEMAP_PARTLY")]
    pub partly: bool,
    /// Print what would be added, changed or rejected, and write nothing.
    #[arg(long, env = "ONEMAP_DRY_RUN")]
    pub dry_run: bool,
    /// Write every rejected feature to this file, one JSON object per line.
    #[arg(long, value_name = "FILE", env = "ONEMAP_REJECTS")]
    pub rejects: Option<PathBuf>,
    /// Write every feature that could not be linked to this file, one JSON object per line.
    #[arg(long, value_name = "FILE", env = "ONEMAP_UNLINKED")]
    pub unlinked: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    pub json: bool,
}

/// Runs the import and prints its report on stdout.
///
/// # Errors
/// If a file or the store fails. The map is unchanged then.
pub(super) async fn run(database: &str, args: ImportArgs) -> anyhow::Result<ExitCode> {
    // Checked before the database is opened, because opening creates a missing database.
    for file in &args.files {
        let name = file.display();
        let found = std::fs::metadata(file).with_context(|| format!("{name}: cannot be read"))?;
        if found.is_dir() {
            anyhow::bail!("{name} is a folder. Name the files in it");
        }
        // A pipe can only be opened once.
        if found.is_file() {
            std::fs::File::open(file).with_context(|| format!("{name}: cannot be read"))?;
        }
    }
    let cases = CollectionId::new(WARNINGS)?;
    let mut files = args.files.clone();
    let sheets = match &args.collection {
        // Only the ledger can import spreadsheets.
        Some(other) if *other != cases => Sheets::default(),
        _ => Sheets::take(&mut files)?,
    };
    if let Some(seq) = args.undo {
        let store = Store::open_as(database, Opening::Existing).await?;
        return with_store(store, async |store: &Store| undo(store, seq, &args).await).await;
    }
    let dry_run = args.dry_run;
    let work = async |store: &Store| import(store, args, &files, sheets, cases).await;
    if !dry_run {
        return with_made_store(database, work).await;
    }
    match Store::open_as(database, Opening::Existing).await {
        // A dry run creates no database. It uses a temporary empty one.
        Err(StoreError::Missing { .. }) => {
            let scratch = std::env::temp_dir().join(format!("onemap-dry-run-{}", Uuid::new_v4()));
            std::fs::create_dir(&scratch)?;
            let url = format!("sqlite:{}", scratch.join("empty.db").display());
            let done = match Store::open(&url).await {
                Ok(store) => with_store(store, work).await,
                Err(error) => Err(error.into()),
            };
            std::fs::remove_dir_all(&scratch)?;
            done
        }
        opened => with_store(opened?, work).await,
    }
}

async fn import(
    store: &Store,
    args: ImportArgs,
    files: &[PathBuf],
    sheets: Sheets,
    cases: CollectionId,
) -> anyhow::Result<ExitCode> {
    let options = Options {
        collection: args.collection.clone(),
        crs: args.crs,
        ids: args.ids.clone().unwrap_or_default(),
        remove_missing: args.remove_missing,
        // Cases are imported as steps, not as features.
        aside: Some(cases.clone()),
        needed: if sheets.is_empty() {
            Vec::new()
        } else {
            vec![cases]
        },
        dry_run: args.dry_run,
        rejects: args.rejects.clone(),
        unlinked: args.unlinked.clone(),
        author: Author::system(),
        schemas: demo::schemas(),
        ..Options::default()
    };
    let bar = Bar::new();
    let sources: Vec<Source> = files.iter().map(Source::path).collect();
    let outcome = ingest::import(store, &sources, &options, &bar).await;
    bar.clear();
    let mut report = outcome?;
    import_ledger::import(store, &mut report, sheets, args.rejects.as_deref()).await?;
    let text = if args.json {
        serde_json::to_string(&report)?
    } else {
        in_words(&report)
    };
    print(text.trim_end())?;
    Ok(status(&report))
}

/// Undoes an import and prints the result on stdout.
async fn undo(store: &Store, seq: u64, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let undo = Undo {
        seq,
        partly: args.partly,
        note: None,
    };
    let author = Author::system();
    let bar = Bar::new();
    let outcome = if args.dry_run {
        let planned = ingest::plan_undo(store, &undo, &author, &bar).await;
        planned.map(|plan| plan.report)
    } else {
        ingest::undo(store, &undo, &author, &bar).await
    };
    bar.clear();
    let report = outcome?;
    let text = if args.json {
        serde_json::to_string(&report)?
    } else {
        in_words(&report)
    };
    print(text.trim_end())?;
    Ok(if report.conflicting == 0 {
        ExitCode::SUCCESS
    } else if args.dry_run && !args.partly {
        // Without --partly the undo would be refused.
        ExitCode::FAILURE
    } else {
        ExitCode::from(PARTLY)
    })
}

/// The exit status. A dry run has the status that the import would have.
fn status(report: &Report) -> ExitCode {
    let total = report.total();
    if report.rejected == 0 {
        ExitCode::SUCCESS
    } else if total.changed + total.unchanged == 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::from(PARTLY)
    }
}

/// A progress bar on stderr, if that is a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(1000);
        if let Ok(style) =
            ProgressStyle::with_template("{msg:32!} {wide_bar} {percent:>3} % {prefix}")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn update(&self, stage: &Stage, share: f64, features: u64) {
        let what = match stage {
            Stage::Reading(file) => file
                .file_name()
                .map_or_else(|| "reading".into(), |n| n.to_string_lossy().into_owned()),
            Stage::Linking => "linking".into(),
            Stage::Restoring => "reading the log".into(),
            Stage::Publishing => "publishing".into(),
            Stage::Settling => "tidying up".into(),
        };
        self.0.set_message(what);
        self.0.set_prefix(format!("{features} features"));
        self.0.set_position((share * 1000.0) as u64);
    }
}

fn in_words(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    for (collection, c) in &report.collections {
        let new = match c.new {
            0 => String::new(),
            new => format!(" ({new} new)"),
        };
        let mut words = format!(
            "{collection}: {} changed{new}, {} unchanged",
            c.changed, c.unchanged
        );
        if c.removed > 0 {
            words.push_str(&format!(", {} removed", c.removed));
        }
        if c.rejected > 0 {
            words.push_str(&format!(", {} rejected", c.rejected));
        }
        if c.unlinked > 0 {
            words.push_str(&format!(", {} not linked", c.unlinked));
        }
        line(words);
    }
    for (collection, c) in &report.collections {
        if c.made_ids > 0 {
            line(format!(
                "{collection}: {} features have no id in the file, so their ids are derived from \
                 geometry and name. Use --id PROPERTY or --id row for other ids",
                c.made_ids
            ));
        }
    }
    if report.identical > 0 {
        line(format!(
            "features with the same geometry and name as an earlier one, whose ids got a number: {}",
            report.identical
        ));
    }
    for collection in &report.not_removed {
        line(format!(
            "nothing was removed from {collection}, because some rejected features have no id"
        ));
    }
    if report.conflicting > 0 {
        line(format!(
            "changed since the import, and left as they are: {}",
            report.conflicting
        ));
        for conflict in &report.conflicts {
            line(format!("  {conflict}"));
        }
    }
    for collection in &report.created {
        line(format!("new collection: {collection}"));
    }
    let more = |shown: usize, all: u64, option: &str| {
        (all > shown as u64).then(|| {
            format!(
                "  … and {} more; {option} FILE writes all of them",
                all - shown as u64
            )
        })
    };
    if report.rejected > 0 {
        line(format!("not taken: {}", report.rejected));
        for r in &report.rejects {
            let at = match (r.line, &r.id) {
                (Some(n), _) if r.sheet.is_some() => {
                    format!(", sheet {:?}, row {n}", r.sheet.as_deref().unwrap_or(""))
                }
                (Some(n), Some(id)) => format!(":{n} ({id})"),
                // A whole file may be one line, so the index is more useful.
                (Some(n), None) => match r.index {
                    Some(i) => format!(":{n}, feature {i}"),
                    None => format!(":{n}"),
                },
                // One element of an extract may become several features.
                (None, Some(id)) => match &r.collection {
                    Some(collection) => format!(" ({collection}/{id})"),
                    None => format!(" ({id})"),
                },
                (None, None) => String::new(),
            };
            line(format!("  {}{at}: {}: {}", r.file, r.field, r.problem));
        }
        if let Some(text) = more(report.rejects.len(), report.rejected, "--rejects") {
            line(text);
        }
    }
    if let Some(good) = report.held_back {
        line(format!(
            "warnings are imported all or not at all: {good} valid ones are left out until the \
             others are corrected"
        ));
    }
    if !report.merged.is_empty() {
        line(format!(
            "left out, because they were merged into other warnings: {}",
            report.merged.len()
        ));
    }
    if !report.passed_over.is_empty() {
        line(format!(
            "properties that the ledger does not have, which were left out: {}",
            report.passed_over.join(", ")
        ));
    }
    if !report.ignored_columns.is_empty() {
        line(format!(
            "columns that the ledger does not have, which were left out: {}",
            report.ignored_columns.join(", ")
        ));
    }
    for s in &report.skipped_sheets {
        line(format!(
            "not read: {}, sheet {:?} ({} rows): {}",
            s.file, s.sheet, s.rows, s.why
        ));
    }
    if report.far_away > 0 {
        line(format!("on the map, but far away: {}", report.far_away));
        for f in &report.far {
            let [x, y] = f.at;
            let row = f
                .row
                .map_or_else(String::new, |row| format!(" (row {row})"));
            line(format!(
                "  {}/{}{row}: [{x}, {y}] {}",
                f.collection, f.id, f.problem
            ));
        }
    }
    let unlinked = report.total().unlinked;
    if unlinked > 0 {
        line(format!("on the map, but not linked: {unlinked}"));
        for u in &report.unlinked {
            line(format!(
                "  {}/{}: {}: {}",
                u.collection, u.id, u.property, u.problem
            ));
        }
        if let Some(text) = more(report.unlinked.len(), unlinked, "--unlinked") {
            line(text);
        }
    }
    if !report.nothing_to_link_to.is_empty() {
        line(format!(
            "features cannot be linked, because the map has no {}",
            report.nothing_to_link_to.join(", ")
        ));
    }
    match report.seq {
        Some(_) if report.total().changed + report.total().removed == 0 => {
            line("nothing changed".into());
        }
        Some(seq) => line(format!("commit {seq}")),
        None => line("a dry run: nothing was committed".into()),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Counts;

    #[test]
    fn the_import_report_consists_of_sentences() {
        let counts = Counts {
            read: 3,
            changed: 2,
            unchanged: 0,
            rejected: 1,
            ..Counts::default()
        };
        let mut report = Report {
            rejected: 1,
            seq: Some(7),
            ..Report::default()
        };
        if let Ok(buildings) = CollectionId::new("buildings") {
            report.collections.insert(buildings, counts);
        }
        assert_eq!(
            in_words(&report),
            "buildings: 2 changed, 0 unchanged, 1 rejected\nnot taken: 1\n  … and 1 more; --rejects \
             FILE writes all of them\ncommit 7\n"
        );
    }
}
