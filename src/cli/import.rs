//! `onemap import`: imports files into the map as one commit, and undoes imports.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::import_ledger::{self, Sheets};
use super::language::{language, local};
use super::{PARTLY, print, with_made_store, with_store};
use crate::demo;
use crate::ingest::{self, IdRule, Options, Progress, Report, Source, Stage, Undo};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId, InChinese, Language, Localized, both};
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
/// If a file or the store fails. Then nothing was imported; or only the features, if the import of the cases failed.
pub(super) async fn run(database: &str, args: ImportArgs) -> anyhow::Result<ExitCode> {
    // Checked before the database is opened, because opening creates a missing database.
    for file in &args.files {
        let name = file.display();
        let cannot = || local(both!("{name}：无法读取", "{name}: cannot be read"));
        let found = std::fs::metadata(file).with_context(cannot)?;
        if found.is_dir() {
            anyhow::bail!(local(both!(
                "{name} 是文件夹，请指定其中的文件",
                "{name} is a folder. Name the files in it"
            )));
        }
        // A pipe can only be opened once.
        if found.is_file() {
            std::fs::File::open(file).with_context(cannot)?;
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
        in_words(&report, language())
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
        in_words(&report, language())
    };
    print(text.trim_end())?;
    Ok(if report.conflicting == 0 {
        ExitCode::SUCCESS
    } else if args.dry_run && !args.partly {
        // The dry run found conflicts, and without --partly the undo would be refused.
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
            Stage::Reading(file) => file.file_name().map_or_else(
                || local(both!("正在读取", "reading")),
                |n| n.to_string_lossy().into_owned(),
            ),
            Stage::Linking => local(both!("正在关联", "linking")),
            Stage::Restoring => local(both!("正在读取历史", "reading the log")),
            Stage::Publishing => local(both!("正在发布", "publishing")),
            Stage::Settling => local(both!("正在整理", "compacting")),
        };
        self.0.set_message(what);
        self.0
            .set_prefix(local(both!("{features} 个要素", "{features} features")));
        self.0.set_position((share * 1000.0) as u64);
    }
}

/// The lines of a report in words.
struct Lines {
    language: Language,
    text: String,
}

impl Lines {
    fn push(&mut self, text: Localized) {
        self.push_plain(&text.into_language(self.language));
    }

    fn push_plain(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Says how many entries of a list are not shown.
    fn rest(&mut self, shown: usize, all: u64, option: &str) {
        let rest = all.saturating_sub(shown as u64);
        if rest > 0 {
            self.push(both!(
                "  ……还有 {rest} 个；用 {option} 文件名 可写出全部",
                "  … and {rest} more; {option} FILE writes all of them"
            ));
        }
    }
}

fn in_words(report: &Report, language: Language) -> String {
    let mut lines = Lines {
        language,
        text: String::new(),
    };
    counts(report, &mut lines);
    rejects(report, &mut lines);
    left_out(report, &mut lines);
    far_and_unlinked(report, &mut lines);
    match report.seq {
        Some(_) if report.total().changed + report.total().removed == 0 => {
            lines.push(both!("没有变化", "nothing changed"));
        }
        Some(seq) => lines.push(both!("提交 {seq}", "commit {seq}")),
        None => lines.push(both!(
            "试运行：未写入任何内容",
            "a dry run: nothing was committed"
        )),
    }
    lines.text
}

/// The numbers of features of each collection that were changed, unchanged, removed, rejected or not linked.
fn counts(report: &Report, lines: &mut Lines) {
    for (collection, c) in &report.collections {
        let (changed, new, unchanged) = (c.changed, c.new, c.unchanged);
        let Localized { mut zh, mut en } = match new {
            0 => both!("变更 {changed}", "{changed} changed"),
            new => both!(
                "变更 {changed}（其中新增 {new}）",
                "{changed} changed ({new} new)"
            ),
        };
        for (count, is_shown, what_zh, what) in [
            (unchanged, true, "未变", "unchanged"),
            (c.removed, c.removed > 0, "删除", "removed"),
            (c.rejected, c.rejected > 0, "拒绝", "rejected"),
            (c.unlinked, c.unlinked > 0, "未关联", "not linked"),
        ] {
            if is_shown {
                zh.push_str(&format!("，{what_zh} {count}"));
                en.push_str(&format!(", {count} {what}"));
            }
        }
        lines.push(both!("{collection}：{zh}", "{collection}: {en}"));
    }
    for (collection, c) in &report.collections {
        let made = c.made_ids;
        if made > 0 {
            lines.push(both!(
                "{collection}：{made} 个要素在文件中没有编号，已按几何和名称生成；如需其他编号，请用 \
                 --id 属性名 或 --id row",
                "{collection}: {made} features have no id in the file, so their ids are derived from \
                 geometry and name. Use --id PROPERTY or --id row for other ids"
            ));
        }
    }
    let identical = report.identical;
    if identical > 0 {
        lines.push(both!(
            "与前面的要素几何和名称相同、编号后加了序号的要素：{identical}",
            "features with the same geometry and name as an earlier feature, so a number was added to their ids: \
             {identical}"
        ));
    }
    for collection in &report.not_removed {
        lines.push(both!(
            "未从 {collection} 删除任何要素，因为有的被拒绝的要素没有编号",
            "nothing was removed from {collection}, because some rejected features have no id"
        ));
    }
    let conflicting = report.conflicting;
    if conflicting > 0 {
        lines.push(both!(
            "导入后又被修改、保持现状的要素：{conflicting}",
            "changed since the import, and left as they are: {conflicting}"
        ));
        for conflict in &report.conflicts {
            let Localized { zh, en } = conflict.localized();
            lines.push(both!("  {zh}", "  {en}"));
        }
    }
    for collection in &report.created {
        lines.push(both!(
            "新图层：{collection}",
            "new collection: {collection}"
        ));
    }
}

/// The features that were rejected, and why.
fn rejects(report: &Report, lines: &mut Lines) {
    let rejected = report.rejected;
    if rejected == 0 {
        return;
    }
    lines.push(both!("未导入：{rejected}", "not imported: {rejected}"));
    for r in &report.rejects {
        let at = match (r.line, &r.id) {
            (Some(n), _) if r.sheet.is_some() => {
                let sheet = r.sheet.as_deref().unwrap_or("");
                both!("，工作表“{sheet}”第{n}行", ", sheet {sheet:?}, row {n}")
            }
            (Some(n), Some(id)) => both!(":{n}（{id}）", ":{n} ({id})"),
            // A whole file may be one line, so the index is more useful.
            (Some(n), None) => match r.index {
                Some(i) => both!(":{n}，第{i}个要素", ":{n}, feature {i}"),
                None => both!(":{n}", ":{n}"),
            },
            // One element of an extract may become several features.
            (None, Some(id)) => match &r.collection {
                Some(collection) => both!("（{collection}/{id}）", " ({collection}/{id})"),
                None => both!("（{id}）", " ({id})"),
            },
            (None, None) => Localized::new("", ""),
        };
        let Localized { zh, en } = at;
        let (file, field) = (&r.file, &r.field);
        let (problem_zh, problem) = (&r.problem_zh, &r.problem);
        lines.push(both!(
            "  {file}{zh}：{field}：{problem_zh}",
            "  {file}{en}: {field}: {problem}"
        ));
    }
    lines.rest(report.rejects.len(), rejected, "--rejects");
}

/// Valid content of the files that was not imported.
fn left_out(report: &Report, lines: &mut Lines) {
    if let Some(good) = report.held_back {
        lines.push(both!(
            "事件须全部有效才会导入：另有 {good} 条有效事件未导入，改正其他事件后请重新导入",
            "warnings are imported only if all of them are valid: {good} valid ones are left out until the others \
             are corrected"
        ));
    }
    let merged = report.merged.len();
    if merged > 0 {
        lines.push(both!(
            "已并入其他事件、未单独导入：{merged}",
            "left out, because they were merged into other warnings: {merged}"
        ));
    }
    let names = report.passed_over.join(", ");
    if !names.is_empty() {
        lines.push(both!(
            "未导入的属性（台账中没有）：{names}",
            "properties that were left out, because the ledger does not have them: {names}"
        ));
    }
    let names = report.ignored_columns.join(", ");
    if !names.is_empty() {
        lines.push(both!(
            "未导入的列（台账中没有）：{names}",
            "columns that were left out, because the ledger does not have them: {names}"
        ));
    }
    for s in &report.skipped_sheets {
        let (file, sheet, rows) = (&s.file, &s.sheet, s.rows);
        let (why_zh, why) = (&s.why_zh, &s.why);
        lines.push(both!(
            "未读取：{file}，工作表“{sheet}”（{rows} 行）：{why_zh}",
            "not read: {file}, sheet {sheet:?} ({rows} rows): {why}"
        ));
    }
}

/// Imported features that somebody should check.
fn far_and_unlinked(report: &Report, lines: &mut Lines) {
    let far = report.far_away;
    if far > 0 {
        lines.push(both!(
            "已导入，但远离地图上的其他要素：{far}",
            "imported, but far from everything else on the map: {far}"
        ));
        for f in &report.far {
            let ([x, y], collection, id) = (f.at, &f.collection, &f.id);
            let (problem_zh, problem) = (&f.problem_zh, &f.problem);
            let Localized { zh, en } = match f.row {
                Some(row) => both!("（第{row}行）", " (row {row})"),
                None => Localized::new("", ""),
            };
            lines.push(both!(
                "  {collection}/{id}{zh}：[{x}, {y}] {problem_zh}",
                "  {collection}/{id}{en}: [{x}, {y}] {problem}"
            ));
        }
    }
    let unlinked = report.total().unlinked;
    if unlinked > 0 {
        lines.push(both!(
            "已导入，但未关联：{unlinked}",
            "on the map, but not linked: {unlinked}"
        ));
        for u in &report.unlinked {
            let (collection, id, property) = (&u.collection, &u.id, &u.property);
            let (problem_zh, problem) = (&u.problem_zh, &u.problem);
            lines.push(both!(
                "  {collection}/{id}：{property}：{problem_zh}",
                "  {collection}/{id}: {property}: {problem}"
            ));
        }
        lines.rest(report.unlinked.len(), unlinked, "--unlinked");
    }
    let missing = report.nothing_to_link_to.join(", ");
    if !missing.is_empty() {
        lines.push(both!(
            "要素无法关联，因为地图上没有 {missing}",
            "features cannot be linked, because the map has no {missing}"
        ));
    }
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
            in_words(&report, Language::English),
            "buildings: 2 changed, 0 unchanged, 1 rejected\nnot imported: 1\n  … and 1 more; --rejects \
             FILE writes all of them\ncommit 7\n"
        );
        assert_eq!(
            in_words(&report, Language::Chinese),
            "buildings：变更 2，未变 0，拒绝 1\n未导入：1\n  ……还有 1 个；用 --rejects 文件名 \
             可写出全部\n提交 7\n"
        );
    }
}
