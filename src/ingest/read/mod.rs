//! Reads files feature by feature, on a thread of its own: cut, parse, transform, check. What it hands
//! out is either good for its collection or a reject.

mod osm;
mod text;

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
use crate::codec::osm::OsmError;
use crate::model::{Body, CollectionId, Feature};
use crate::spatial::{crs::Crs, validity};
use text::{Cut, Outcome, Shared};

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
