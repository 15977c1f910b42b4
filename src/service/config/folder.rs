//! The configuration as files: reads and checks the folder of `--config`. Other code commits the content to the
//! store.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::codec::check::Checker;
use crate::codec::config::{Problem, text_of};
use crate::model::{
    Author, Body, BuiltIns, Change, CollectionId, Edit, Expect, FeatureId, OriginKind, Properties,
    Schema, SchemaError,
};
use crate::network::Profiles;
use crate::planning::deliveries::Deliveries;
use crate::planning::placement::Placement;
use crate::planning::standards::Standards;
use crate::store::{Committed, Store, StoreError};
use crate::themes::{Schemas, Themes};
use crate::warnings::{Calendar, Rules};

/// The file of the rules.
pub const RULES_FILE: &str = "rules.toml";
/// The file with working hours and holidays.
pub const CALENDAR_FILE: &str = "calendar.toml";
/// The file of the travel profiles.
pub const PROFILES_FILE: &str = "profiles.toml";
/// The file of the standards of planning.
pub const STANDARDS_FILE: &str = "standards.toml";
/// The file of the rules of placement.
pub const PLACEMENT_FILE: &str = "placement.toml";
/// The file with the numbers of deliveries and walks in a day.
pub const DELIVERIES_FILE: &str = "deliveries.toml";
/// The file of the themes (十彩民情图).
pub const THEMES_FILE: &str = "themes.toml";
/// How often installing schemas is tried again when other nodes write them at the same time.
const ATTEMPTS: u32 = 10;
/// The folder of the schemas.
const SCHEMAS: &str = "schemas";

/// The content of a configuration folder: `rules.toml`, `calendar.toml`, `profiles.toml`, `standards.toml`,
/// `placement.toml`, `deliveries.toml`, `themes.toml` and `schemas/*.json`. Each may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    /// Reads the files without checking their content.
    ///
    /// # Errors
    /// If there is no such folder, or a file in it cannot be read.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let named = |path: &Path, e: io::Error| {
            io::Error::new(e.kind(), format!("{}: {e}", path.display()))
        };
        std::fs::read_dir(dir).map_err(|e| named(dir, e))?;
        let mut files = BTreeMap::new();
        let mut take = |name: String, path: &Path| match std::fs::read(path) {
            Ok(bytes) => {
                files.insert(name, bytes);
                Ok(())
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(named(path, e)),
        };
        for name in [
            RULES_FILE,
            CALENDAR_FILE,
            PROFILES_FILE,
            STANDARDS_FILE,
            PLACEMENT_FILE,
            DELIVERIES_FILE,
            THEMES_FILE,
        ] {
            take(name.to_owned(), &dir.join(name))?;
        }
        let schemas = dir.join(SCHEMAS);
        match std::fs::read_dir(&schemas) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(named(&schemas, e)),
            Ok(list) => {
                for entry in list {
                    let path = entry.map_err(|e| named(&schemas, e))?.path();
                    if path.extension().is_some_and(|e| e == "json") {
                        let name = path.file_name().unwrap_or_default().to_string_lossy();
                        take(format!("{SCHEMAS}/{name}"), &path)?;
                    }
                }
            }
        }
        Ok(Self { files })
    }

    /// The files by their names within the folder.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files
    }

    /// Whether the folder holds schema files.
    pub fn has_schemas(&self) -> bool {
        self.files.keys().any(|name| name.starts_with(SCHEMAS))
    }

    /// The valid schemas, and the problems of the others.
    pub fn schemas(&self) -> (Vec<(CollectionId, Value)>, Vec<Problem>) {
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        for (name, bytes) in &self.files {
            if name.starts_with(SCHEMAS) {
                match read_schema(name, bytes) {
                    Ok(schema) => right.push(schema),
                    Err(problems) => wrong.extend(problems),
                }
            }
        }
        (right, wrong)
    }

    /// The text of the rules file, if it exists and is valid. Each rule for places must name one of `collections`.
    pub fn rules(&self, collections: &[&str]) -> Result<Option<&str>, Vec<Problem>> {
        self.text(RULES_FILE, |text| {
            Rules::read(RULES_FILE, text, Some(collections)).map(drop)
        })
    }

    /// The text of the calendar file, if it exists and is valid.
    pub fn calendar(&self) -> Result<Option<&str>, Vec<Problem>> {
        self.text(CALENDAR_FILE, |text| Calendar::parse(text).map(drop))
    }

    /// The text of the travel profiles if the file exists and is valid.
    pub fn profiles(&self) -> Result<Option<&str>, Vec<Problem>> {
        self.text(PROFILES_FILE, |text| Profiles::parse(text).map(drop))
    }

    /// The text of the standards of planning if the file exists and is valid.
    pub fn standards(&self) -> Result<Option<&str>, Vec<Problem>> {
        self.text(STANDARDS_FILE, |text| {
            Standards::read(STANDARDS_FILE, text).map(drop)
        })
    }

    /// The text of the rules of placement if the file exists and is valid.
    pub fn placement(&self) -> Result<Option<&str>, Vec<Problem>> {
        self.text(PLACEMENT_FILE, |text| {
            Placement::read(PLACEMENT_FILE, text).map(drop)
        })
    }

    /// The text of the deliveries if the file exists and is valid.
    pub fn deliveries(&self) -> Result<Option<&str>, Vec<Problem>> {
        self.text(DELIVERIES_FILE, |text| {
            Deliveries::read(DELIVERIES_FILE, text).map(drop)
        })
    }

    /// The text of the themes if the file exists and is valid. Themes may only name these collections and their
    /// properties.
    pub fn themes(&self, schemas: &Schemas) -> Result<Option<&str>, Vec<Problem>> {
        self.text(THEMES_FILE, |text| {
            Themes::read(THEMES_FILE, text, Some(schemas)).map(drop)
        })
    }

    fn text(
        &self,
        name: &str,
        check: impl FnOnce(&str) -> Result<(), Vec<Problem>>,
    ) -> Result<Option<&str>, Vec<Problem>> {
        let Some(bytes) = self.files.get(name) else {
            return Ok(None);
        };
        let text = text_of(name, bytes)?;
        check(text).map(|()| Some(text))
    }
}

/// Reads a schema from a file. The name of the file is the name of the collection.
///
/// # Errors
/// All mistakes in the file, each with line and column.
pub fn read_schema(name: &str, bytes: &[u8]) -> Result<(CollectionId, Value), Vec<Problem>> {
    let text = text_of(name, bytes)?;
    let at = |line: usize, column: usize, problem: String, expected: &str| {
        vec![Problem {
            file: name.to_owned(),
            line,
            column,
            problem,
            expected: expected.to_owned(),
        }]
    };
    let stem = Path::new(name).file_stem().unwrap_or_default();
    let id = CollectionId::new(stem.to_string_lossy())
        .map_err(|e| at(1, 1, e.to_string(), "a file named as its collection"))?;
    let document: Value = serde_json::from_str(text).map_err(|e| {
        let message = e.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        at(
            e.line().max(1),
            e.column().max(1),
            what.to_owned(),
            "a JSON document",
        )
    })?;
    let misplaced = |e: SchemaError| {
        let (line, column) = locate(text, &e.place);
        let (problem, expected) = match e.problem.strip_prefix("expected ") {
            Some(rest) => match rest.rsplit_once(", found ") {
                Some((expected, found)) => (format!("{}: found {found}", e.place), expected),
                None => (format!("{}: the value is not valid", e.place), rest),
            },
            None => (format!("{}: {}", e.place, e.problem), "a JSON Schema"),
        };
        at(line, column, problem, expected)
    };
    Schema::parse(&id, document.clone())
        .and_then(|schema| Checker::new(&schema))
        .map_err(misplaced)?;
    if let Some(map) = document.as_object() {
        let mut wrong = BuiltIns::compiled().loosened(&id, map);
        wrong.extend(Schema::unhonoured(&id, map));
        if !wrong.is_empty() {
            return Err(wrong.into_iter().flat_map(misplaced).collect());
        }
    }
    Ok((id, document))
}

/// The line and column of the last key of a JSON pointer. Searches the text for one key after the other.
fn locate(text: &str, pointer: &str) -> (usize, usize) {
    let mut at = 0;
    for key in pointer.split('/').filter(|k| !k.is_empty()) {
        let quoted = format!("\"{}\"", key.replace("~1", "/").replace("~0", "~"));
        let rest = text.get(at..).unwrap_or_default();
        at += rest.find(&quoted).unwrap_or_default();
    }
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// Commits the rows of `$schemas` that are out of date, before the map is read. Built-in schemas that nobody
/// changed are replaced by those of this program; changes of a data steward are kept on top of them (see
/// [`BuiltIns::resolve`]). With `add_missing`, built-in collections that the store lacks are added. If
/// everything is up to date, nothing is written, so this runs at every start.
///
/// # Errors
/// If the store fails, or other processes keep changing the same schemas.
pub async fn install_schemas(
    store: &Store,
    built_ins: &BuiltIns,
    steward: &[(CollectionId, Value)],
    add_missing: bool,
) -> Result<Committed, StoreError> {
    let mut attempt = 1;
    loop {
        let edit = schemas_edit(store, built_ins, steward, add_missing).await?;
        match store.commit(edit).await {
            // Another node that starts at the same time wrote first. Its schemas may already be the wanted
            // ones.
            Err(StoreError::Precondition { .. }) if attempt < ATTEMPTS => attempt += 1,
            other => return other,
        }
    }
}

async fn schemas_edit(
    store: &Store,
    built_ins: &BuiltIns,
    steward: &[(CollectionId, Value)],
    add_missing: bool,
) -> Result<Edit, StoreError> {
    let mut rows = BTreeMap::new();
    store
        .load_collection(&CollectionId::schemas(), |r| {
            if let (Ok(id), Some(body)) = (CollectionId::new(&r.id), r.body) {
                rows.insert(id, (r.seq, body.properties.to_map()));
            }
        })
        .await?;
    let own: BTreeMap<_, _> = steward
        .iter()
        .map(|(id, document)| (id, document))
        .collect();
    let mut next = Vec::new();
    for (id, (seq, row)) in &rows {
        if let Some(row) = built_ins.resolve(id, row, own.get(id).copied()) {
            next.push((id, Expect::Seq(*seq), row));
        }
    }
    for (id, document) in steward.iter().filter(|(id, _)| !rows.contains_key(id)) {
        let row = built_ins.new_row(id, document, OriginKind::Steward);
        next.push((id, Expect::Absent, row));
    }
    if add_missing {
        for (id, document) in built_ins.documents() {
            if !rows.contains_key(id) && !own.contains_key(id) {
                let document = Value::Object(document.clone());
                let row = built_ins.new_row(id, &document, OriginKind::Builtin);
                next.push((id, Expect::Absent, row));
            }
        }
    }
    let mut edit = Edit::new(Author::system(), Vec::new()).because("schemas of the program");
    for (collection, expect, map) in next {
        let id =
            FeatureId::new(collection.as_str()).map_err(|e| StoreError::bad_id("schema", &e))?;
        edit = edit.expecting(CollectionId::schemas(), id.clone(), expect);
        edit.changes.push(row(CollectionId::schemas(), id, map)?);
    }
    Ok(edit)
}

/// Returns the change that writes a row of a hidden collection.
pub(in crate::service) fn row(
    collection: CollectionId,
    id: FeatureId,
    map: serde_json::Map<String, Value>,
) -> Result<Change, StoreError> {
    let properties = Properties::from_map(map)
        .map_err(|e| StoreError::corrupt(format!("{collection}/{id}"), e))?;
    let body = Body {
        geometry: None,
        properties,
    };
    Ok(Change {
        collection,
        id,
        body: Some(body),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(name: &str, text: &str) -> String {
        read_schema(name, text.as_bytes()).unwrap_err()[0].to_string()
    }

    #[test]
    fn an_invalid_schema_file_is_reported_with_its_position() {
        assert_eq!(
            problem("schemas/parks.json", "{\n  \"title\": \"公园\",\n}"),
            "schemas/parks.json:3:1: trailing comma; expected a JSON document"
        );
        assert_eq!(
            problem(
                "schemas/parks.json",
                "{\n  \"x-onemap-geometry\": [\"Circle\"]\n}"
            ),
            "schemas/parks.json:2:3: /x-onemap-geometry: found \"Circle\"; \
             expected Point, LineString, Polygon or none"
        );
        assert!(problem("schemas/Big Parks.json", "{}").contains("a file named as its collection"));
        let entrances =
            r#"{"properties": {"access_note": {"type": "string", "x-onemap-role": "public"}}}"#;
        let lower = problem("schemas/entrances.json", entrances);
        assert!(
            lower.starts_with("schemas/entrances.json:1:51: /properties/access_note/x-onemap-role: found public; expected rider or a role that includes it"),
            "{lower}"
        );
    }

    #[test]
    fn a_folder_may_contain_only_some_of_the_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(RULES_FILE), "categories = 1").unwrap();
        let folder = Folder::read(dir.path()).unwrap();
        assert!(!folder.has_schemas());
        assert_eq!(folder.calendar(), Ok(None));
        let problems = folder.rules(&[]).unwrap_err();
        assert_eq!((problems[0].line, problems[0].column), (1, 14));
        let e = Folder::read(&dir.path().join("nowhere")).unwrap_err();
        assert!(e.to_string().contains("nowhere"), "{e}");
    }
}
