//! Reads files feature by feature, on a thread of its own: cut, parse, transform, check. What it hands
//! out is either good for its collection or a reject.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use super::detect::{self, Format};
use super::split::{self, Found, Piece, SplitError};
use super::{ImportError, Reject};
use crate::codec::check::{Checker, Problem};
use crate::codec::geojson::crs;
use crate::codec::geojson::read::{self as geojson, Limits, Member};
use crate::codec::osm::{self, Item, OsmError};
use crate::model::{Body, CollectionId, Feature, FeatureId};
use crate::spatial::{crs::Crs, validity};

/// What every file is read by.
pub(super) struct Plan {
    pub collection: Option<CollectionId>,
    pub crs: Option<Crs>,
    pub id_property: Option<String>,
    pub aside: Option<CollectionId>,
    pub vertices: usize,
    pub feature_bytes: usize,
    pub checkers: HashMap<CollectionId, Checker>,
    /// Chinese titles, for files that are named so.
    pub titles: HashMap<String, CollectionId>,
}

/// A feature that was looked at.
pub(super) enum Checked {
    Feature {
        collection: CollectionId,
        feature: Feature,
        /// Where it stands, for an error that is found later.
        line: Option<u64>,
        index: Option<u64>,
    },
    Rejected(Reject),
}

/// What the reading thread says.
pub(super) enum Message {
    /// A file begins.
    File { file: usize, format: Format },
    /// Features of a file, in its order.
    Batch {
        file: usize,
        checked: Vec<Checked>,
        share: f64,
    },
    /// A file can't be used, so nothing can.
    Failed(ImportError),
}

/// The other side is gone: nobody listens any more.
struct Gone;

/// Why reading a file ends.
enum Stop {
    Gone,
    File(String),
}

impl From<SplitError> for Stop {
    fn from(e: SplitError) -> Self {
        Self::File(e.to_string())
    }
}

impl From<OsmError> for Stop {
    fn from(e: OsmError) -> Self {
        Self::File(e.to_string())
    }
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// Reads all files and sends what it finds; ends at the first file that can't be used.
pub(super) fn read_all(
    plan: &Plan,
    files: &[PathBuf],
    send: &mut dyn FnMut(Message) -> Result<(), ()>,
) {
    for (index, path) in files.iter().enumerate() {
        let mut reader = FileReader {
            plan,
            file: index,
            name: path.display().to_string(),
            stem: collection_of(path, plan),
            crs: plan.crs,
            waiting: Vec::new(),
            bytes: 0,
            parsed: 0,
            first_garbage: None,
            share: 0.0,
            send,
        };
        match reader.read(path) {
            Ok(()) => {}
            Err(Stop::Gone) => return,
            Err(Stop::File(problem)) => {
                let error = ImportError::File {
                    file: path.clone(),
                    problem,
                };
                // When nobody listens, nobody needs to know.
                let _ = send(Message::Failed(error));
                return;
            }
        }
    }
}

/// The collection that a file's name stands for.
fn collection_of(path: &Path, plan: &Plan) -> Option<CollectionId> {
    let stem = path.file_stem()?.to_str()?;
    let stem = stem.trim();
    if let Some(known) = plan.titles.get(stem) {
        return Some(known.clone());
    }
    let plain: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    CollectionId::new(plain.trim_matches('_')).ok()
}

/// A feature of a text file that waits to be parsed.
struct Raw {
    piece: Piece,
    unterminated: bool,
    /// The coordinate system of the document that it stands in.
    crs: Crs,
}

struct FileReader<'a> {
    plan: &'a Plan,
    file: usize,
    name: String,
    stem: Option<CollectionId>,
    crs: Option<Crs>,
    waiting: Vec<Raw>,
    bytes: usize,
    /// Pieces that were JSON at all.
    parsed: u64,
    first_garbage: Option<String>,
    share: f64,
    send: &'a mut dyn FnMut(Message) -> Result<(), ()>,
}

/// Features are parsed in batches on all cores.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 8 << 20;

impl FileReader<'_> {
    fn read(&mut self, path: &Path) -> Result<(), Stop> {
        let unreadable = |e: std::io::Error| Stop::File(format!("cannot be read: {e}"));
        let mut file = File::open(path).map_err(unreadable)?;
        let about = file.metadata().map_err(unreadable)?;
        let head = detect::head(&mut file).map_err(unreadable)?;
        let format = detect::of_bytes(&head).map_err(Stop::File)?;
        self.say(Message::File {
            file: self.file,
            format,
        })?;
        match format {
            Format::OsmPbf if !about.is_file() => Err(Stop::File(
                "is an OSM extract, which is read more than once: write it to a file first".into(),
            )),
            Format::OsmPbf => self.read_osm(path),
            // `detect` never says so: sheets are taken out before.
            Format::Sheet => Err(Stop::File("is a sheet, which only the ledger takes".into())),
            Format::GeoJson | Format::GeoJsonSequence => {
                self.read_text(Cursor::new(head).chain(file), about.len(), format)
            }
        }
    }

    fn say(&mut self, message: Message) -> Result<(), Gone> {
        (self.send)(message).map_err(|()| Gone)
    }

    fn read_text(&mut self, text: impl Read, bytes: u64, format: Format) -> Result<(), Stop> {
        let total = bytes.max(1) as f64;
        let limit = self.plan.feature_bytes;
        let mut seen = 0u64;
        let mut input = BufReader::with_capacity(1 << 20, text);
        let mut take = |reader: &mut Self, piece: Piece, unterminated| {
            seen += piece.bytes.as_ref().map_or_else(|n| *n, |b| b.len() as u64);
            reader.share = (seen as f64 / total).min(1.0);
            reader.bytes += piece.bytes.as_ref().map_or(0, Vec::len);
            reader.waiting.push(Raw {
                piece,
                unterminated,
                crs: reader.crs.unwrap_or(Crs::Crs84),
            });
            if reader.waiting.len() >= BATCH || reader.bytes >= BATCH_BYTES {
                reader.flush()?;
            }
            Ok::<(), Stop>(())
        };
        if format == Format::GeoJson {
            split::document::<Stop>(&mut input, limit, &mut |found| match found {
                Found::Document => {
                    self.crs = self.plan.crs;
                    Ok(())
                }
                Found::Crs(bytes) => self.take_crs(&bytes),
                Found::Piece(piece) => take(self, piece, false),
            })?;
        } else {
            split::sequence::<Stop>(&mut input, limit, &mut |piece, end| {
                take(self, piece, end.unterminated)
            })?;
        }
        self.flush()?;
        if let (0, Some(garbage)) = (self.parsed, &self.first_garbage) {
            return Err(Stop::File(format!("holds no JSON: {garbage}")));
        }
        Ok(())
    }

    /// The member `crs` of a collection.
    fn take_crs(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if self.plan.crs.is_some() {
            return Ok(());
        }
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|e| Stop::File(format!("has a member crs that is no JSON: {e}")))?;
        if !value.is_null() {
            let named = crs::named(&value);
            self.crs = Some(named.map_err(|e| Stop::File(format!("has a member crs: {e}")))?);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stop> {
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let this: &Self = self;
        let shared = Shared {
            plan: this.plan,
            name: &this.name,
            stem: this.stem.as_ref(),
        };
        let outcomes: Vec<Outcome> = waiting.par_iter().map(|raw| shared.prepare(raw)).collect();
        let mut checked = Vec::with_capacity(outcomes.len());
        for (outcome, raw) in outcomes.into_iter().zip(&waiting) {
            match outcome {
                Outcome::Checked(one) => {
                    self.parsed += 1;
                    checked.push(one);
                }
                Outcome::Several(all) => {
                    self.parsed += 1;
                    checked.extend(all);
                }
                Outcome::NoJson(reject, Cut(true)) if raw.unterminated => {
                    return Err(Stop::File(format!(
                        "ends in the middle of line {}: the file is truncated ({})",
                        raw.piece.line, reject.problem
                    )));
                }
                Outcome::NoJson(reject, _) => {
                    self.first_garbage.get_or_insert_with(|| {
                        format!("line {}: {}", raw.piece.line, reject.problem)
                    });
                    checked.push(Checked::Rejected(reject));
                }
            }
        }
        let (file, share) = (self.file, self.share);
        self.say(Message::Batch {
            file,
            checked,
            share,
        })?;
        Ok(())
    }

    fn read_osm(&mut self, path: &Path) -> Result<(), Stop> {
        if self.plan.crs.is_some_and(|c| !c.is_wgs84()) {
            return Err(Stop::File(
                "is an OSM extract, which is always WGS 84: leave --crs out".into(),
            ));
        }
        let plan = self.plan;
        let name = self.name.clone();
        let mut waiting: Vec<(CollectionId, Result<Feature, Reject>)> = Vec::new();
        let share = std::cell::Cell::new(0.0);
        let flush =
            |reader: &mut Self, waiting: &mut Vec<(CollectionId, Result<Feature, Reject>)>| {
                let checked: Vec<Checked> = std::mem::take(waiting)
                    .into_par_iter()
                    .map(|(collection, item)| match item {
                        Ok(feature) => check(plan, &name, None, None, collection, feature),
                        Err(reject) => Checked::Rejected(reject),
                    })
                    .collect();
                reader.say(Message::Batch {
                    file: reader.file,
                    checked,
                    share: share.get(),
                })
            };
        let name = self.name.clone();
        osm::read::<Stop>(path, &mut |done| share.set(done), &mut |item| {
            let collection = match &item {
                Item::Feature { collection, .. } => *collection,
                Item::Dropped(dropped) => dropped.collection,
            };
            let Ok(collection) = CollectionId::new(collection) else {
                return Ok(());
            };
            if plan
                .collection
                .as_ref()
                .is_some_and(|wanted| *wanted != collection)
            {
                return Ok(());
            }
            let item = match item {
                Item::Feature { feature, .. } => Ok(feature),
                Item::Dropped(dropped) => Err(Reject {
                    file: name.clone(),
                    sheet: None,
                    line: None,
                    index: None,
                    id: Some(dropped.id),
                    collection: Some(dropped.collection.to_owned()),
                    field: dropped.field.to_owned(),
                    problem: dropped.problem,
                    others: Vec::new(),
                }),
            };
            waiting.push((collection, item));
            if waiting.len() >= BATCH {
                flush(self, &mut waiting)?;
            }
            Ok(())
        })?;
        flush(self, &mut waiting)?;
        Ok(())
    }
}

enum Outcome {
    Checked(Checked),
    /// A collection that stands in one line.
    Several(Vec<Checked>),
    NoJson(Reject, Cut),
}

/// Whether a text is no JSON because its end is missing.
struct Cut(bool);

/// Where a feature stands.
struct At<'a> {
    file: &'a str,
    line: u64,
    index: u64,
}

impl At<'_> {
    fn reject(
        &self,
        id: Option<String>,
        collection: Option<&CollectionId>,
        field: &str,
        problem: String,
    ) -> Reject {
        Reject {
            file: self.file.to_owned(),
            sheet: None,
            line: Some(self.line),
            index: Some(self.index),
            id,
            collection: collection.map(ToString::to_string),
            field: field.to_owned(),
            problem,
            others: Vec::new(),
        }
    }
}

/// What all features of a text file have in common.
struct Shared<'a> {
    plan: &'a Plan,
    name: &'a str,
    stem: Option<&'a CollectionId>,
}

impl Shared<'_> {
    fn prepare(&self, raw: &Raw) -> Outcome {
        let at = At {
            file: self.name,
            line: raw.piece.line,
            index: raw.piece.index,
        };
        let bytes = match &raw.piece.bytes {
            Ok(bytes) => bytes,
            Err(size) => {
                let problem = format!(
                    "has {size} bytes; at most {} are taken: simplify it or cut it in parts",
                    self.plan.feature_bytes
                );
                let reject = at.reject(None, None, "feature", problem);
                return Outcome::Checked(Checked::Rejected(reject));
            }
        };
        let mut value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(e) => {
                let (problem, cut) = no_json(bytes, &e);
                return Outcome::NoJson(at.reject(None, None, "feature", problem), cut);
            }
        };
        // A collection in the middle of lines: files that were joined.
        let features = (value.get("type").and_then(Value::as_str) == Some("FeatureCollection"))
            .then(|| value.get_mut("features").map(Value::take));
        let Some(Some(Value::Array(features))) = features else {
            return Outcome::Checked(self.feature(&at, value, raw.crs));
        };
        let crs = match value.get("crs").filter(|crs| !crs.is_null()) {
            Some(said) if self.plan.crs.is_none() => match crs::named(said) {
                Ok(crs) => crs,
                Err(problem) => {
                    let reject = at.reject(None, None, "crs", problem);
                    return Outcome::Checked(Checked::Rejected(reject));
                }
            },
            _ => raw.crs,
        };
        let each = features.into_iter().map(|f| self.feature(&at, f, crs));
        Outcome::Several(each.collect())
    }

    /// Reads and checks one feature.
    fn feature(&self, at: &At<'_>, mut value: Value, crs: Crs) -> Checked {
        let id = self.id_of(&mut value);
        let said = id
            .as_ref()
            .ok()
            .and_then(|i| i.as_ref().map(ToString::to_string));
        let collection = match self.collection_of(&value) {
            Ok(collection) => collection,
            Err(problem) => {
                return Checked::Rejected(at.reject(said, None, "collection", problem));
            }
        };
        let refuse = |field: &str, problem: String| {
            Checked::Rejected(at.reject(said.clone(), Some(&collection), field, problem))
        };
        let limits = Limits {
            vertices: self.plan.vertices,
            crs,
            member: if self.plan.crs.is_some() {
                Member::Ignored
            } else {
                Member::Counts
            },
            ..Limits::default()
        };
        let body = match geojson::read_body(&value, &limits) {
            Ok(body) => body,
            Err(e) => return refuse(&e.place, e.problem),
        };
        let id = match id {
            Ok(Some(id)) => id,
            Ok(None) => {
                return refuse(
                    "id",
                    "missing; a feature has a stable id. Name the property that has it with --id"
                        .into(),
                );
            }
            Err((place, problem)) => return refuse(&place, problem),
        };
        check(
            self.plan,
            self.name,
            Some(at.line),
            Some(at.index),
            collection,
            Feature { id, body },
        )
    }

    fn id_of(&self, value: &mut Value) -> Result<Option<FeatureId>, (String, String)> {
        let Some(name) = &self.plan.id_property else {
            return geojson::take_id(value).map_err(|e| (e.place, e.problem));
        };
        match value.get("properties").and_then(|p| p.get(name)) {
            None | Some(Value::Null) => Ok(None),
            Some(said) => geojson::id_from(said)
                .map(Some)
                .map_err(|problem| (format!("properties.{name}"), problem)),
        }
    }

    fn collection_of(&self, value: &Value) -> Result<CollectionId, String> {
        if let Some(wanted) = &self.plan.collection {
            return Ok(wanted.clone());
        }
        match value.get("collection") {
            Some(Value::String(name)) => match CollectionId::new(name) {
                Ok(c) if !c.is_hidden() => Ok(c),
                Ok(_) => Err(format!("{name:?} is not for imports")),
                Err(e) => Err(e.to_string()),
            },
            Some(other) if !other.is_null() => {
                Err(format!("expected a collection's name, found {other}"))
            }
            _ => self.stem.cloned().ok_or_else(|| {
                "the file's name is no collection's name: say one with --collection".to_owned()
            }),
        }
    }
}

fn no_json(bytes: &[u8], error: &serde_json::Error) -> (String, Cut) {
    if let Err(e) = std::str::from_utf8(bytes) {
        let problem = "is not UTF-8 (if it is GBK, `iconv -f GBK -t UTF-8` converts it)";
        return (problem.into(), Cut(e.error_len().is_none()));
    }
    let has = |word: &str| bytes.windows(word.len()).any(|w| w == word.as_bytes());
    let hint = if has("NaN") || has("Infinity") {
        "; NaN and Infinity are no JSON numbers"
    } else {
        ""
    };
    (format!("is no JSON: {error}{hint}"), Cut(error.is_eof()))
}

/// The last check: whether the feature fits its collection.
fn check(
    plan: &Plan,
    name: &str,
    line: Option<u64>,
    index: Option<u64>,
    collection: CollectionId,
    feature: Feature,
) -> Checked {
    let problems = match plan.checkers.get(&collection) {
        _ if plan.aside.as_ref() == Some(&collection) => Ok(()),
        Some(checker) => checker.check(&feature.id, &feature.body),
        None => check_unknown(&feature.body),
    };
    let mut problems = match problems {
        Ok(()) => {
            return Checked::Feature {
                collection,
                feature,
                line,
                index,
            };
        }
        Err(problems) => problems,
    };
    if problems.is_empty() {
        problems.push(Problem::new("feature", "does not fit its collection"));
    }
    let first = problems.remove(0);
    Checked::Rejected(Reject {
        file: name.to_owned(),
        sheet: None,
        line,
        index,
        id: Some(feature.id.to_string()),
        collection: Some(collection.to_string()),
        field: first.field,
        problem: first.problem,
        others: problems,
    })
}

/// A collection without a schema takes every valid shape.
fn check_unknown(body: &Body) -> Result<(), Vec<Problem>> {
    let problem = match &body.geometry {
        None => Problem::new(
            "geometry",
            "missing; a collection whose features have no geometry needs a schema that says so \
             (\"x-onemap-geometry\": [\"none\"])",
        ),
        Some(geometry) => match validity::validate(geometry) {
            Ok(()) => return Ok(()),
            Err(e) => Problem::new(format!("geometry.{}", e.place), e.problem),
        },
    };
    Err(vec![problem])
}
