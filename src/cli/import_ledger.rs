//! Warnings out of files: they become steps of the ledger and never features put as they are, by the
//! same way as a sheet that a district kept before. All of them come in, in one transaction, or none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use serde_json::Value;

use crate::codec::check::Problem as Wrong;
use crate::demo;
use crate::ingest::{Aside, Counts, Reject, Report};
use crate::live::desk::{self, CASES};
use crate::live::place::anchor;
use crate::live::{Live, Office};
use crate::model::{CollectionId, Localized};
use crate::store::Store;
use crate::warnings::sheet::columns::{self, Column};
use crate::warnings::sheet::plan::plan;
use crate::warnings::sheet::read::{Cell, Sheet};
use crate::warnings::sheet::{Names, Problem};
use crate::warnings::{Actor, Status};

/// Takes the warnings of an import in and adds to its report what became of them; with the others on the
/// map already, so that a case finds the house that came with it.
///
/// # Errors
/// When the store fails, or somebody changed one of the cases meanwhile; no warning came in then.
pub(super) async fn bring(
    store: &Store,
    report: &mut Report,
    rejects: Option<&Path>,
) -> anyhow::Result<()> {
    let features = std::mem::take(&mut report.aside);
    if features.is_empty() {
        return Ok(());
    }
    let warnings = CollectionId::new(CASES)?;
    let counts = report.collections.get(&warnings);
    let refused_before = counts.is_some_and(|c| c.rejected > 0);
    let live = Live::start(store.clone()).await?;
    let snapshot = live.snapshot();
    let now = Timestamp::now();
    let mut understood = Understood::of(&features);
    let schema = match snapshot.collections().get(CASES) {
        Some(cases) => cases.schema().document.clone(),
        None => built_in_schema(),
    };
    let names: Names = desk::names(&snapshot);
    let planned = plan(&understood.sheet, &names, &columns::words(&schema), now);
    understood.problems.extend(planned.problems);
    let mut rows = planned.rows;
    for row in &mut rows {
        let feature = feature_of(&features, row.row).map(|f| &f.feature);
        row.geometry = feature.and_then(|f| f.body.geometry.clone());
    }
    let is_known = |id: &str| snapshot.collections().get(CASES)?.get(id);
    rows.retain(|row| {
        let id = row.id.as_ref().map_or("", |id| id.as_str());
        let alone = row.status != Status::Merged || is_known(id).is_some();
        if !alone {
            report.merged.push(id.to_owned());
        }
        alone
    });
    let only_try = report.dry_run || refused_before || !understood.problems.is_empty();
    let office = Office::new(live);
    let brought = office.bring(rows, &Actor::system(), now, only_try).await?;
    understood.problems.extend(brought.problems);

    let refused: BTreeSet<u32> = understood.problems.iter().map(|p| p.row).collect();
    let nothing = refused_before || !refused.is_empty();
    let counts = report.collections.entry(warnings).or_default();
    counts.rejected += refused.len() as u64;
    if !nothing {
        counts.changed += u64::from(brought.created) + u64::from(brought.updated);
        counts.unchanged += u64::from(brought.unchanged);
        if !report.dry_run {
            report.seq = Some(brought.seq);
        }
    }
    report.held_back = nothing.then(|| counts.held_back());
    report.passed_over = understood.unknown.into_iter().collect();
    report.rejected += refused.len() as u64;
    tell(report, &features, &understood.problems, rejects)
}

impl Counts {
    /// How many are good and stay out because others are not.
    fn held_back(&self) -> u64 {
        self.read.saturating_sub(self.rejected)
    }
}

/// Features as the rows of a sheet: the row of the n-th is n + 2.
struct Understood {
    sheet: Sheet,
    problems: Vec<Problem>,
    /// Properties that the ledger does not know.
    unknown: BTreeSet<String>,
}

impl Understood {
    fn of(features: &[Aside]) -> Self {
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
                            format!("应为文字或数，现为 {value}"),
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
        // A file in which no feature has them tells so feature by feature.
        for needed in ["category", "reported_at"] {
            let is = |h: &String| Column::find(h).is_some_and(|c| c.name == needed);
            if !headers.iter().any(is) {
                headers.push(needed.to_owned());
            }
        }
        Self {
            sheet: Sheet { headers, rows },
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

fn feature_of(features: &[Aside], row: u32) -> Option<&Aside> {
    features.get(usize::try_from(row.checked_sub(2)?).ok()?)
}

fn built_in_schema() -> Value {
    let mut all = demo::schemas().into_iter();
    all.find(|(name, _)| name.as_str() == CASES)
        .map_or(Value::Null, |(_, document)| document)
}

/// Names what was wrong, in the report and in the file of rejects.
fn tell(
    report: &mut Report,
    features: &[Aside],
    problems: &[Problem],
    rejects: Option<&Path>,
) -> anyhow::Result<()> {
    let mut of_row: BTreeMap<u32, Vec<Wrong>> = BTreeMap::new();
    for p in problems {
        let field = match p.column.as_deref() {
            None => "feature".to_owned(),
            Some("id") => "id".to_owned(),
            Some("lon" | "lat") => "geometry".to_owned(),
            Some(column) => format!("properties.{column}"),
        };
        let wrong = Wrong::new(field, p.problem.clone());
        of_row.entry(p.row).or_default().push(wrong);
    }
    let mut told: Vec<Reject> = of_row
        .into_iter()
        .map(|(row, mut wrong)| {
            let one = feature_of(features, row);
            let first = wrong.remove(0);
            Reject {
                file: one.map_or_else(String::new, |o| o.file.clone()),
                line: one.and_then(|o| o.line),
                index: one.and_then(|o| o.index),
                id: one.map(|o| o.feature.id.to_string()),
                collection: Some(CASES.to_owned()),
                field: first.field,
                problem: first.problem,
                others: wrong,
            }
        })
        .collect();
    told.sort_by(|a, b| (&a.file, a.index).cmp(&(&b.file, b.index)));
    if let Some(path) = rejects {
        let open = OpenOptions::new().append(true).create(true).open(path);
        let cannot = || format!("{}: cannot be written", path.display());
        let mut file = open.with_context(cannot)?;
        for one in &told {
            writeln!(file, "{}", serde_json::to_string(one)?).with_context(cannot)?;
        }
    }
    let room = Report::SAMPLES.saturating_sub(report.rejects.len());
    report.rejects.extend(told.into_iter().take(room));
    Ok(())
}
