//! Imports warnings from files: from features, and from spreadsheets that a district kept before. They become
//! steps of the ledger, not plain features, by the same code as imports over HTTP. Either all are written in
//! one transaction, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use jiff::Timestamp;
use serde_json::Value;

use super::language::local;
use crate::codec::check::Problem as Wrong;
use crate::demo;
use crate::index::{Budget, StopOnDrop};
use crate::ingest::{Aside, Counts, Far, FileReport, Format, Reject, Report, SkippedSheet};
use crate::live::{Live, Written};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{CollectionId, Localized, Role, both};
use crate::service::ledger::CaseService;
use crate::service::ledger::cases;
use crate::service::place::anchor;
use crate::store::Store;
use crate::warnings::sheet::cell::Cell;
use crate::warnings::sheet::columns::{self, Column};
use crate::warnings::sheet::plan::plan;
use crate::warnings::sheet::read::{self, Sheet};
use crate::warnings::sheet::{Names, Problem};
use crate::warnings::{Actor, Status};

/// The largest sheet that is read, in bytes.
const LARGEST: u64 = 64 << 20;
/// How many bytes of a file are read to recognise a spreadsheet.
const LOOKED_AT: u64 = 16 << 10;

/// The spreadsheets among the files of an import.
#[derive(Default)]
pub(super) struct Sheets {
    /// The spreadsheets, each with the path of its file as given on the command line.
    sheets: Vec<(String, Sheet)>,
    files: Vec<FileReport>,
    skipped: Vec<SkippedSheet>,
}

impl Sheets {
    /// Removes spreadsheets from a list of files and reads them.
    ///
    /// # Errors
    /// If one of them cannot be read. Nothing was written then.
    pub fn take(files: &mut Vec<PathBuf>) -> anyhow::Result<Self> {
        let mut taken = Self::default();
        let mut others = Vec::new();
        for path in std::mem::take(files) {
            if is_sheet(&path) {
                taken.read(&path)?;
            } else {
                others.push(path);
            }
        }
        *files = others;
        Ok(taken)
    }

    fn read(&mut self, path: &Path) -> anyhow::Result<()> {
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        let cannot = || local(both!("{name}：无法读取", "{name}: cannot be read"));
        let file = File::open(path).with_context(cannot)?;
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .with_context(cannot)?;
        if bytes.len() as u64 > LARGEST {
            let most = LARGEST >> 20;
            anyhow::bail!(local(both!(
                "{name}：表格文件超过 {most} MiB，请拆分",
                "{name}: the sheet is larger than {most} MiB. Split it"
            )));
        }
        let book = read::read(&bytes).with_context(|| name.clone())?;
        self.files.push(FileReport {
            file: name.clone(),
            format: Format::Sheet,
        });
        let skipped = book.skipped.into_iter();
        self.skipped.extend(skipped.map(|s| SkippedSheet {
            file: name.clone(),
            sheet: s.sheet,
            rows: s.rows,
            why: s.why,
            why_zh: s.why_zh,
        }));
        let sheets = book.sheets.into_iter();
        self.sheets
            .extend(sheets.map(|sheet| (name.clone(), sheet)));
        Ok(())
    }

    /// Whether there are no spreadsheets.
    pub fn is_empty(&self) -> bool {
        self.sheets.is_empty()
    }
}

/// Whether a file is a spreadsheet. A pipe can be read only once, so it is never treated as one.
fn is_sheet(path: &Path) -> bool {
    let Ok(file) = File::open(path) else {
        // The reader of the file reports the error.
        return false;
    };
    let mut head = Vec::new();
    file.metadata().is_ok_and(|about| about.is_file())
        && file.take(LOOKED_AT).read_to_end(&mut head).is_ok()
        && read::is_likely(&head)
}

/// Imports the warnings and adds the result to the report. The caller has already committed the other features of the
/// import, so that a case finds a building from the same import.
///
/// # Errors
/// If the store fails, or another commit changed one of the cases meanwhile. No warning was imported then.
pub(super) async fn import(
    store: &Store,
    report: &mut Report,
    sheets: Sheets,
    rejects: Option<&Path>,
) -> anyhow::Result<()> {
    let features = std::mem::take(&mut report.aside);
    report.files.extend(sheets.files);
    report.skipped_sheets = sheets.skipped;
    if features.is_empty() && sheets.sheets.is_empty() {
        return Ok(());
    }
    let warnings = CollectionId::new(WARNINGS)?;
    let counts = report.collections.get(&warnings);
    let refused_before = counts.is_some_and(|c| c.rejected > 0);
    let live = Live::start(store.clone()).await?;
    let snapshot = live.snapshot();
    let now = Timestamp::now();
    let mut understood = Understood::of(features, sheets.sheets);
    let schema = match snapshot.collections().get(WARNINGS) {
        Some(cases) => cases.schema().document.clone(),
        None => built_in_schema(),
    };
    let names: Names = cases::names(&snapshot, Role::Admin);
    let planned = plan(&understood.sheets, &names, &columns::words(&schema), now);
    understood.problems.extend(planned.problems);
    report.ignored_columns = planned.ignored;
    let mut rows = planned.rows;
    for row in &mut rows {
        let feature = understood.feature_of(row.from, row.row).map(|f| &f.feature);
        row.geometry = feature.and_then(|f| f.body.geometry.clone());
    }
    let is_known = |id: &str| snapshot.collections().get(WARNINGS)?.get(id);
    rows.retain(|row| {
        let id = row.id.as_ref().map_or("", |id| id.as_str());
        let alone = row.status != Status::Merged || is_known(id).is_some();
        if !alone {
            report.merged.push(id.to_owned());
        }
        alone
    });
    let only_try = report.dry_run || refused_before || !understood.problems.is_empty();
    let newest = live.snapshot().seq();
    let service = CaseService::new(live);
    let budget = Arc::new(Budget::new(u64::MAX, u64::MAX));
    // When a signal ends the command, this guard is dropped, which stops the import.
    let _waiting = StopOnDrop(Arc::clone(&budget));
    let outcome = service
        .import(rows, &Actor::system(), now, only_try, budget)
        .await?;
    understood.problems.extend(outcome.problems);
    report.far_away += outcome.far_away;
    for far in outcome.far {
        if report.far.len() < Report::SAMPLES {
            report.far.push(Far {
                collection: WARNINGS.to_owned(),
                id: far.id,
                row: (far.from > 0).then_some(far.row),
                at: far.at,
                problem: far.problem,
                problem_zh: far.problem_zh,
            });
        }
    }

    let refused: BTreeSet<(usize, u32)> = understood
        .problems
        .iter()
        .map(|p| (p.from, p.row))
        .collect();
    let nothing = refused_before || !refused.is_empty();
    let counts = report.collections.entry(warnings).or_default();
    counts.read += understood.rows_of_sheets();
    counts.rejected += refused.len() as u64;
    if !nothing {
        counts.changed += u64::from(outcome.created) + u64::from(outcome.updated);
        counts.unchanged += u64::from(outcome.unchanged);
        if !report.dry_run {
            report.seq = Some(outcome.written.map_or(newest, Written::seq));
        }
    }
    report.held_back = nothing.then(|| counts.held_back());
    report.passed_over = std::mem::take(&mut understood.unknown)
        .into_iter()
        .collect();
    report.rejected += refused.len() as u64;
    add_to_report(report, &understood, rejects)
}

impl Counts {
    /// How many valid rows are not imported because others have problems.
    fn held_back(&self) -> u64 {
        self.read.saturating_sub(self.rejected)
    }
}

/// The rows to import, as sheets. The first sheet holds the features: the feature with index n is in row n + 2. The
/// sheets of files follow.
struct Understood {
    features: Vec<Aside>,
    sheets: Vec<Sheet>,
    /// The file of each sheet.
    files: Vec<String>,
    problems: Vec<Problem>,
    /// Properties that the ledger does not know.
    unknown: BTreeSet<String>,
}

impl Understood {
    fn of(features: Vec<Aside>, sheets: Vec<(String, Sheet)>) -> Self {
        let mut understood = Self::of_features(&features);
        understood.features = features;
        for (file, sheet) in sheets {
            understood.files.push(file);
            understood.sheets.push(sheet);
        }
        understood
    }

    /// The feature that a row was made from.
    fn feature_of(&self, from: usize, row: u32) -> Option<&Aside> {
        if from > 0 {
            return None;
        }
        self.features
            .get(usize::try_from(row.checked_sub(2)?).ok()?)
    }

    fn rows_of_sheets(&self) -> u64 {
        self.sheets
            .iter()
            .skip(1)
            .map(|s| s.rows.len() as u64)
            .sum()
    }

    fn of_features(features: &[Aside]) -> Self {
        let known = built_in_schema();
        let known = known.get("properties").and_then(Value::as_object);
        let mut headers: Vec<String> = ["id", "lon", "lat"].map(str::to_owned).into();
        let mut problems = Vec::new();
        let mut unknown = BTreeSet::new();
        let mut rows = Vec::with_capacity(features.len());
        for (one, row) in features.iter().zip(2_u32..) {
            let mut cells = vec![Cell::Text(one.feature.id.to_string())];
            match one.feature.body.geometry.as_ref().and_then(anchor) {
                Some(at) => cells.extend([Cell::Number(at.x), Cell::Number(at.y)]),
                None => cells.extend([Cell::Empty, Cell::Empty]),
            }
            for (name, value) in one.feature.body.properties.to_map() {
                let column = Column::find(&name);
                let Some(column) = column.filter(|c| !matches!(c.name, "id" | "lon" | "lat"))
                else {
                    if known.is_none_or(|k| !k.contains_key(&name)) {
                        unknown.insert(name);
                    }
                    continue;
                };
                if !column.read {
                    continue;
                }
                let Some(cell) = cell(&value) else {
                    problems.push(Problem::new(
                        row,
                        Some(name),
                        Localized::new(
                            format!("应为文字或数字，实际为 {value}"),
                            format!("expected a text or a number, found {value}"),
                        ),
                    ));
                    continue;
                };
                let place = headers.iter().position(|h| *h == name);
                let place = place.unwrap_or_else(|| {
                    headers.push(name);
                    headers.len() - 1
                });
                if cells.len() <= place {
                    cells.resize(place + 1, Cell::Empty);
                }
                cells[place] = cell;
            }
            rows.push((row, cells));
        }
        // Required columns are always added, so that each feature without the property is reported.
        for needed in [property::CATEGORY, property::REPORTED_AT] {
            let is = |h: &String| Column::find(h).is_some_and(|c| c.name == needed);
            if !headers.iter().any(is) {
                headers.push(needed.to_owned());
            }
        }
        let sheet = Sheet {
            header_row: 1,
            headers,
            rows,
            ..Sheet::default()
        };
        Self {
            features: Vec::new(),
            sheets: vec![sheet],
            files: Vec::new(),
            problems,
            unknown,
        }
    }
}

fn cell(value: &Value) -> Option<Cell> {
    Some(match value {
        Value::Null => Cell::Empty,
        Value::Bool(yes) => Cell::Text(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Number(n) => Cell::Number(n.as_f64()?),
        Value::String(text) if text.trim().is_empty() => Cell::Empty,
        Value::String(text) => Cell::Text(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

fn built_in_schema() -> Value {
    let mut all = demo::schemas().into_iter();
    all.find(|(name, _)| name.as_str() == WARNINGS)
        .map_or(Value::Null, |(_, document)| document)
}

/// Adds the problems to the report and to the file of rejects.
fn add_to_report(
    report: &mut Report,
    understood: &Understood,
    rejects: Option<&Path>,
) -> anyhow::Result<()> {
    let mut of_row: BTreeMap<(usize, u32), (Option<String>, Vec<Wrong>)> = BTreeMap::new();
    for p in &understood.problems {
        let field = match p.column.as_deref() {
            None if p.from > 0 => "row".to_owned(),
            None => "feature".to_owned(),
            // A column of a sheet is named by its header.
            Some(column) if p.from > 0 => column.to_owned(),
            Some("id") => "id".to_owned(),
            Some("lon" | "lat") => "geometry".to_owned(),
            Some(column) => format!("properties.{column}"),
        };
        let wrong = Wrong::new(
            field,
            Localized::new(p.problem_zh.as_str(), p.problem.as_str()),
        );
        let (sheet, all) = of_row.entry((p.from, p.row)).or_default();
        sheet.clone_from(&p.sheet);
        all.push(wrong);
    }
    let mut told: Vec<Reject> = of_row
        .into_iter()
        .map(|((from, row), (sheet, mut wrong))| {
            let one = understood.feature_of(from, row);
            let first = wrong.remove(0);
            let file = from.checked_sub(1).and_then(|i| understood.files.get(i));
            Reject {
                file: match one {
                    Some(one) => one.file.clone(),
                    None => file.cloned().unwrap_or_default(),
                },
                sheet,
                line: if from > 0 {
                    Some(u64::from(row))
                } else {
                    one.and_then(|o| o.line)
                },
                index: one.and_then(|o| o.index),
                id: one.map(|o| o.feature.id.to_string()),
                collection: Some(WARNINGS.to_owned()),
                field: first.field,
                problem: first.problem,
                problem_zh: first.problem_zh,
                others: wrong,
            }
        })
        .collect();
    told.sort_by(|a, b| (&a.file, a.index).cmp(&(&b.file, b.index)));
    if let Some(path) = rejects {
        let open = OpenOptions::new().append(true).create(true).open(path);
        let name = path.display();
        let cannot = || local(both!("{name}：无法写入", "{name}: cannot be written"));
        let mut file = open.with_context(cannot)?;
        for one in &told {
            writeln!(file, "{}", serde_json::to_string(one)?).with_context(cannot)?;
        }
    }
    let room = Report::SAMPLES.saturating_sub(report.rejects.len());
    report.rejects.extend(told.into_iter().take(room));
    Ok(())
}
