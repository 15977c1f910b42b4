//! `onemap check`: finds errors in files before they are served or imported.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::print;
use crate::codec::config::{Problem, text_of};
use crate::demo;
use crate::ingest::{self, Options, Source};
use crate::model::{CollectionId, Schema};
use crate::network::Profiles;
use crate::planning::deliveries::Deliveries;
use crate::planning::placement::Placement;
use crate::planning::standards::Standards;
use crate::service::config::{
    self, CALENDAR_FILE, DELIVERIES_FILE, Folder, PLACEMENT_FILE, PROFILES_FILE, RULES_FILE,
    STANDARDS_FILE, THEMES_FILE,
};
use crate::store::Store;
use crate::themes::{self, Themes};
use crate::warnings::{Calendar, Rules};

/// Check rules, calendars, travel profiles, standards, rules of placement, deliveries, themes, schemas and data files
/// without changing anything.
///
/// Each problem is printed as one line: FILE:LINE:COLUMN: what is wrong; what was expected. The exit status is
/// 1 if there is a problem.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Configuration folders (rules.toml, calendar.toml, profiles.toml, standards.toml, placement.toml,
    /// deliveries.toml, themes.toml, schemas/*.json) and files. Configuration files are recognised by name or content; all other
    /// files are checked as data for an import.
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long, env = "ONEMAP_JSON")]
    pub json: bool,
}

/// The result of a check.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// How many files were checked.
    files: usize,
    problems: Vec<Problem>,
    /// Findings that are not errors, such as a calendar without the current year.
    warnings: Vec<String>,
}

pub(super) async fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let mut outcome = Outcome::default();
    let mut schemas = demo::schemas();
    let mut data = Vec::new();
    let mut late = Late::default();
    for path in &args.paths {
        if path.is_dir() {
            folder(path, &mut outcome, &mut schemas, &mut late)?;
        } else {
            let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
            outcome.files += 1;
            match kind_of(path, &bytes) {
                Kind::Rules => late.rules.push((path.clone(), bytes)),
                Kind::Themes => late.themes.push((path.clone(), bytes)),
                Kind::Calendar => calendar(path, &bytes, &mut outcome),
                Kind::Profiles => profiles(path, &bytes, &mut outcome),
                Kind::Standards => standards(path, &bytes, &mut outcome),
                Kind::Placement => placement(path, &bytes, &mut outcome),
                Kind::Deliveries => deliveries(path, &bytes, &mut outcome),
                Kind::Schema => schema(path, &bytes, &mut outcome, &mut schemas),
                Kind::Data => data.push(path.clone()),
            }
        }
    }
    anyhow::ensure!(
        outcome.files > 0,
        "nothing to check: expected a folder with files such as {RULES_FILE}, {CALENDAR_FILE}, {PROFILES_FILE} or \
         schemas/*.json, or files"
    );
    // Rules and themes may name any collection, so the schemas are read first.
    let collections: Vec<&str> = schemas.iter().map(|(id, _)| id.as_str()).collect();
    for (path, bytes) in &late.rules {
        let file = path.display().to_string();
        let read = text_of(&file, bytes)
            .and_then(|text| Rules::read(&file, text, Some(&collections)).map(drop));
        outcome.problems.extend(read.err().into_iter().flatten());
    }
    let schemas_by_name = parsed(&schemas);
    for (path, bytes) in &late.themes {
        let file = path.display().to_string();
        let read = text_of(&file, bytes)
            .and_then(|text| Themes::read(&file, text, Some(&schemas_by_name)).map(drop));
        outcome.problems.extend(read.err().into_iter().flatten());
    }
    for path in &data {
        outcome.problems.extend(import(path, &schemas).await?);
    }
    say(&outcome, args.json)?;
    Ok(if outcome.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn say(outcome: &Outcome, json: bool) -> anyhow::Result<()> {
    if json {
        print(&serde_json::to_string(outcome)?)?;
        return Ok(());
    }
    for problem in &outcome.problems {
        print(&problem.to_string())?;
    }
    for warning in &outcome.warnings {
        print(&format!("warning: {warning}"))?;
    }
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    print(&format!(
        "{}, {}",
        count(outcome.files, "file"),
        count(outcome.problems.len(), "problem")
    ))?;
    Ok(())
}

type Schemas = Vec<(CollectionId, Value)>;

/// The files that are checked after all schemas are read, because they name collections.
#[derive(Default)]
struct Late {
    rules: Vec<(PathBuf, Vec<u8>)>,
    themes: Vec<(PathBuf, Vec<u8>)>,
}

/// The schemas by the name of the collection. Schemas with problems are left out; they are reported elsewhere.
fn parsed(schemas: &Schemas) -> themes::Schemas {
    let read = |(id, document): &(CollectionId, Value)| {
        let schema = Schema::parse(id, document.clone()).ok()?;
        Some((id.to_string(), Arc::new(schema)))
    };
    schemas.iter().filter_map(read).collect()
}

/// Checks a folder in the way `serve --config` reads it.
fn folder(
    dir: &Path,
    outcome: &mut Outcome,
    schemas: &mut Schemas,
    late: &mut Late,
) -> anyhow::Result<()> {
    for (name, bytes) in Folder::read(dir)?.into_files() {
        let path = dir.join(&name);
        outcome.files += 1;
        match name.as_str() {
            RULES_FILE => late.rules.push((path, bytes)),
            THEMES_FILE => late.themes.push((path, bytes)),
            CALENDAR_FILE => calendar(&path, &bytes, outcome),
            PROFILES_FILE => profiles(&path, &bytes, outcome),
            STANDARDS_FILE => standards(&path, &bytes, outcome),
            PLACEMENT_FILE => placement(&path, &bytes, outcome),
            DELIVERIES_FILE => deliveries(&path, &bytes, outcome),
            _ => schema(&path, &bytes, outcome, schemas),
        }
    }
    Ok(())
}

fn calendar(path: &Path, bytes: &[u8], outcome: &mut Outcome) {
    let file = path.display().to_string();
    match text_of(&file, bytes).and_then(|text| Calendar::read(&file, text)) {
        Err(problems) => outcome.problems.extend(problems),
        Ok(calendar) => {
            let year = calendar.date_of(jiff::Timestamp::now()).year();
            if !calendar.knows(year) {
                outcome.warnings.push(format!(
                    "{file}: [years.{year}] is missing, so that year has weekends and no holidays"
                ));
            }
        }
    }
}

fn profiles(path: &Path, bytes: &[u8], outcome: &mut Outcome) {
    let file = path.display().to_string();
    let read = text_of(&file, bytes).and_then(|text| Profiles::read(&file, text));
    outcome.problems.extend(read.err().into_iter().flatten());
}

fn standards(path: &Path, bytes: &[u8], outcome: &mut Outcome) {
    let file = path.display().to_string();
    let read = text_of(&file, bytes).and_then(|text| Standards::read(&file, text));
    outcome.problems.extend(read.err().into_iter().flatten());
}

fn placement(path: &Path, bytes: &[u8], outcome: &mut Outcome) {
    let file = path.display().to_string();
    let read = text_of(&file, bytes).and_then(|text| Placement::read(&file, text));
    outcome.problems.extend(read.err().into_iter().flatten());
}

fn deliveries(path: &Path, bytes: &[u8], outcome: &mut Outcome) {
    let file = path.display().to_string();
    let read = text_of(&file, bytes).and_then(|text| Deliveries::read(&file, text));
    outcome.problems.extend(read.err().into_iter().flatten());
}

fn schema(path: &Path, bytes: &[u8], outcome: &mut Outcome, schemas: &mut Schemas) {
    match config::read_schema(&path.display().to_string(), bytes) {
        Err(problems) => outcome.problems.extend(problems),
        Ok((id, document)) => {
            schemas.retain(|(known, _)| *known != id);
            schemas.push((id, document));
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Rules,
    Calendar,
    Profiles,
    Standards,
    Placement,
    Deliveries,
    Themes,
    Schema,
    Data,
}

/// The kind of a file, by its name or otherwise by its content.
fn kind_of(path: &Path, bytes: &[u8]) -> Kind {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parent = path.parent().and_then(Path::file_name);
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    if name.ends_with(".toml") {
        if name.contains("standards") || head.contains("there_and_back") {
            return Kind::Standards;
        }
        if name.contains("themes") || head.contains("note_zh") || head.contains("\nhue") {
            return Kind::Themes;
        }
        if name.contains("placement") || head.contains("nearer_than_m") {
            return Kind::Placement;
        }
        if name.contains("deliveries") || head.contains("per_household_day") {
            return Kind::Deliveries;
        }
        let is_travel = name.contains("profiles") || head.contains("credential_s");
        if is_travel && !name.contains("rules") {
            return Kind::Profiles;
        }
        let working_time = name.contains("calendar") || head.contains("utc_offset");
        return if working_time && !name.contains("rules") {
            Kind::Calendar
        } else {
            Kind::Rules
        };
    }
    let in_schemas = parent.is_some_and(|p| p == "schemas");
    if name.ends_with(".json") && (in_schemas || head.contains("x-onemap-")) {
        return Kind::Schema;
    }
    Kind::Data
}

/// Imports a file into a temporary empty map with the schemas of the check.
async fn import(path: &Path, schemas: &Schemas) -> anyhow::Result<Vec<Problem>> {
    let scratch = std::env::temp_dir().join(format!("onemap-check-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&scratch)?;
    let problems = import_into(&scratch, path, schemas).await;
    std::fs::remove_dir_all(&scratch)?;
    problems
}

async fn import_into(
    scratch: &Path,
    path: &Path,
    schemas: &Schemas,
) -> anyhow::Result<Vec<Problem>> {
    let url = format!("sqlite:{}", scratch.join("check.db").display());
    let store = Store::open(&url).await?;
    let rejects = scratch.join("rejects.ndjson");
    let options = Options {
        dry_run: true,
        rejects: Some(rejects.clone()),
        schemas: schemas.clone(),
        ..Options::default()
    };
    let file = path.display().to_string();
    let problem = |line: u64, problem: String, expected: &str| Problem {
        file: file.clone(),
        line: usize::try_from(line).unwrap_or(usize::MAX),
        column: 1,
        problem,
        expected: expected.to_owned(),
    };
    let imported = ingest::import(&store, &[Source::path(path)], &options, &()).await;
    store.close().await?;
    if let Err(error) = imported {
        let words = error.to_string();
        let words = words.strip_prefix(&format!("{file}: ")).unwrap_or(&words);
        return Ok(vec![problem(
            1,
            words.to_owned(),
            "a file that `onemap import` reads",
        )]);
    }
    let mut found = Vec::new();
    for line in std::fs::read_to_string(&rejects)?.lines() {
        let reject: Value = serde_json::from_str(line)?;
        let text = |key: &str| reject.get(key).and_then(Value::as_str).unwrap_or_default();
        let at = reject.get("line").and_then(Value::as_u64).unwrap_or(1);
        let words = match text("id") {
            "" => format!("{}: {}", text("field"), text("problem")),
            id => format!("{id}: {}: {}", text("field"), text("problem")),
        };
        found.push(problem(at, words, "a feature that is valid by its schema"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_file_follows_from_its_name_or_content() {
        let kind = |name: &str, text: &str| kind_of(Path::new(name), text.as_bytes());
        assert_eq!(kind("a/rules.toml", ""), Kind::Rules);
        assert_eq!(kind("a/calendar-2027.toml", ""), Kind::Calendar);
        assert_eq!(
            kind("a/worktime.toml", "utc_offset = \"+08:00\""),
            Kind::Calendar
        );
        assert_eq!(kind("a/profiles.toml", ""), Kind::Profiles);
        assert_eq!(
            kind("a/tianjin.toml", "[ebike]\ncredential_s = {}"),
            Kind::Profiles
        );
        assert_eq!(kind("a/standards.toml", ""), Kind::Standards);
        assert_eq!(kind("a/own.toml", "nearer_than_m = 3"), Kind::Placement);
        assert_eq!(
            kind("a/own.toml", "per_household_day = 1"),
            Kind::Deliveries
        );
        assert_eq!(kind("a/themes.toml", ""), Kind::Themes);
        assert_eq!(kind("a/own.toml", "[trees]\nhue = 120"), Kind::Themes);
        assert_eq!(kind("a/wrong-03.toml", "[categories.other]"), Kind::Rules);
        assert_eq!(kind("schemas/parks.json", "{"), Kind::Schema);
        assert_eq!(
            kind("parks.json", "{\"x-onemap-geometry\": []}"),
            Kind::Schema
        );
        assert_eq!(kind("parks.geojson", "{}"), Kind::Data);
    }
}
