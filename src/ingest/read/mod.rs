//! Reads files feature by feature, on a separate thread: cut, parse, transform, check. Each result is either a
//! feature that is valid for its collection or a reject.

mod osm;
mod text;

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;

use super::detect::{self, Format};
use super::source::Source;
use super::split::{self, Found, Piece, SplitError};
use super::{IdRule, ImportError, Reject};
use crate::codec::check::{Checker, Problem};
use crate::codec::geojson::crs;
use crate::codec::json;
use crate::codec::osm::OsmError;
use crate::model::{Body, CollectionId, Feature, InChinese as _, Localized, SchemaError, both};
use crate::spatial::{crs::Crs, validity};
use text::{Cut, Outcome, Shared};

/// The rules by which every file is read.
pub(super) struct Rules {
    pub collection: Option<CollectionId>,
    pub crs: Option<Crs>,
    pub ids: IdRule,
    pub aside: Option<CollectionId>,
    pub refuse: Vec<CollectionId>,
    pub vertices: usize,
    pub feature_bytes: usize,
    /// The checker of each collection with a schema, or why the schema cannot be read.
    pub checkers: HashMap<CollectionId, Result<Checker, SchemaError>>,
    /// The collections by their Chinese titles, since files may be named by them.
    pub titles: HashMap<String, CollectionId>,
}

/// The result of checking a feature.
pub(super) enum Checked {
    Feature {
        collection: CollectionId,
        feature: Feature,
        /// Whether the id was generated from geometry and name.
        made: bool,
        /// The position in the file, for errors that are found later.
        line: Option<u64>,
        index: Option<u64>,
    },
    Rejected(Reject),
}

/// A message of the reading thread.
pub(super) enum Message {
    /// A file begins.
    File { file: usize, format: Format },
    /// Features of a file, in the order of the file.
    Batch {
        file: usize,
        checked: Vec<Checked>,
        share: f64,
    },
    /// A file was read to its end; its SHA-256, in hexadecimal digits.
    Hashed(String),
    /// A file cannot be read, so the whole import fails.
    Failed(ImportError),
}

/// The receiver is gone, since the import ended.
struct Gone;

/// Why reading a file ends early.
enum Stop {
    Gone,
    File(Localized),
}

impl From<SplitError> for Stop {
    fn from(e: SplitError) -> Self {
        Self::File(e.localized())
    }
}

impl From<OsmError> for Stop {
    fn from(e: OsmError) -> Self {
        Self::File(e.localized())
    }
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// Reads all files and sends what it finds; ends at the first file that cannot be read.
pub(super) fn read_all(
    rules: &Rules,
    sources: &[Source],
    stopped: &(impl Fn() -> bool + Clone + Send + 'static),
    send: &mut dyn FnMut(Message) -> Result<(), ()>,
) {
    for (index, source) in sources.iter().enumerate() {
        let mut reader = FileReader {
            rules,
            file: index,
            name: source.name().to_owned(),
            stem: collection_of(Path::new(source.name()), rules),
            crs: rules.crs,
            waiting: Vec::new(),
            bytes: 0,
            parsed: 0,
            first_garbage: None,
            share: 0.0,
            send,
        };
        match reader.read(source, stopped.clone()) {
            Ok(()) => {}
            Err(Stop::Gone) => return,
            Err(Stop::File(problem)) => {
                let error = ImportError::File {
                    file: source.name().to_owned(),
                    problem,
                };
                // If the receiver is gone, nobody needs the error.
                let _ = send(Message::Failed(error));
                return;
            }
        }
    }
}

/// The collection that a file name means.
fn collection_of(path: &Path, rules: &Rules) -> Option<CollectionId> {
    let stem = path.file_stem()?.to_str()?;
    let stem = stem.trim();
    if let Some(known) = rules.titles.get(stem) {
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
    /// The coordinate system of the document that contains the feature.
    crs: Crs,
}

struct FileReader<'a> {
    rules: &'a Rules,
    file: usize,
    name: String,
    stem: Option<CollectionId>,
    crs: Option<Crs>,
    waiting: Vec<Raw>,
    bytes: usize,
    /// The number of pieces that were JSON.
    parsed: u64,
    first_garbage: Option<Localized>,
    share: f64,
    send: &'a mut dyn FnMut(Message) -> Result<(), ()>,
}

/// Features are parsed in batches on all cores. A batch ends at this number of features or of bytes.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 8 << 20;

impl FileReader<'_> {
    fn read(
        &mut self,
        source: &Source,
        stopped: impl Fn() -> bool + Send + 'static,
    ) -> Result<(), Stop> {
        let unreadable =
            |e: std::io::Error| Stop::File(both!("无法读取（{e}）", "cannot be read: {e}"));
        let mut file = source.open(stopped).map_err(unreadable)?;
        // A pipe has no size and can be read only once.
        let size = file.seek(SeekFrom::End(0)).ok();
        if size.is_some() {
            file.rewind().map_err(unreadable)?;
        }
        let head = detect::head(&mut file).map_err(unreadable)?;
        let format = detect::of_bytes(&head).map_err(Stop::File)?;
        self.say(Message::File {
            file: self.file,
            format,
        })?;
        match format {
            Format::OsmPbf | Format::OsmXml if size.is_none() => Err(Stop::File(both!(
                "是 OSM 数据，需要多次读取，请先保存为文件再导入",
                "is an OSM extract, which is read more than once: write it to a file first"
            ))),
            Format::OsmPbf | Format::OsmXml => self.read_osm(&mut file, format),
            // `onemap import` imports spreadsheets into the ledger itself and does not pass them on. One arrives here if
            // another collection was named, or over HTTP.
            Format::Sheet => Err(Stop::File(both!(
                "是表格，只能导入预警台账",
                "is a spreadsheet; only the ledger of warnings can be imported from spreadsheets"
            ))),
            Format::GeoJson | Format::GeoJsonSequence => {
                let text = head.as_slice().chain(&mut file);
                self.read_text(text, size.unwrap_or(0), format)
            }
        }?;
        self.say(Message::Hashed(file.finish().map_err(unreadable)?))?;
        Ok(())
    }

    fn say(&mut self, message: Message) -> Result<(), Gone> {
        (self.send)(message).map_err(|()| Gone)
    }

    fn read_text(&mut self, text: impl Read, bytes: u64, format: Format) -> Result<(), Stop> {
        let total = bytes.max(1) as f64;
        let limit = self.rules.feature_bytes;
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
                    self.crs = self.rules.crs;
                    Ok(())
                }
                Found::Crs(bytes) => self.read_crs(&bytes),
                Found::Piece(piece) => take(self, piece, false),
            })?;
        } else {
            split::sequence::<Stop>(&mut input, limit, &mut |piece, end| {
                take(self, piece, end.unterminated)
            })?;
        }
        self.flush()?;
        if let (0, Some(Localized { zh, en })) = (self.parsed, &self.first_garbage) {
            return Err(Stop::File(both!(
                "不含任何 JSON（{zh}）",
                "contains no JSON: {en}"
            )));
        }
        Ok(())
    }

    /// The member `crs` of a collection.
    fn read_crs(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if self.rules.crs.is_some() {
            return Ok(());
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|e| {
            let Localized { zh, en } = json::problem_of(&e);
            Stop::File(both!(
                "成员 crs 有误：{zh}",
                "its member crs is not valid JSON: {en}"
            ))
        })?;
        if !value.is_null() {
            let named = crs::named(&value);
            self.crs = Some(named.map_err(|Localized { zh, en }| {
                Stop::File(both!(
                    "成员 crs 有误：{zh}",
                    "its member crs is invalid: {en}"
                ))
            })?);
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stop> {
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let this: &Self = self;
        let shared = Shared {
            rules: this.rules,
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
                    let (line, zh, en) = (raw.piece.line, reject.problem_zh, reject.problem);
                    return Err(Stop::File(both!(
                        "在第{line}行中间结束，文件不完整（{zh}）",
                        "ends in the middle of line {line}: the file is truncated ({en})"
                    )));
                }
                Outcome::NoJson(reject, _) => {
                    self.first_garbage.get_or_insert_with(|| {
                        let (line, zh, en) = (raw.piece.line, &reject.problem_zh, &reject.problem);
                        both!("第{line}行：{zh}", "line {line}: {en}")
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

/// The position of a feature in its file, and whether its id was generated.
#[derive(Clone, Copy, Default)]
struct Origin {
    line: Option<u64>,
    index: Option<u64>,
    made: bool,
}

/// Checks whether the feature fits its collection.
fn check(
    rules: &Rules,
    name: &str,
    origin: Origin,
    collection: CollectionId,
    feature: Feature,
) -> Checked {
    let Origin { line, index, made } = origin;
    let problems = match rules.checkers.get(&collection) {
        _ if rules.refuse.contains(&collection) => Err(vec![Problem::new(
            "collection",
            both!(
                "事件应通过 POST /api/warnings/import 或 onemap import 导入台账",
                "cases must be imported into the ledger with POST /api/warnings/import or onemap import"
            ),
        )]),
        _ if rules.aside.as_ref() == Some(&collection) => Ok(()),
        Some(Ok(checker)) => checker.check(&feature.id, &feature.body),
        Some(Err(error)) => Err(vec![Problem::new(
            "collection",
            both!(
                "“{collection}”的数据结构无法读取，请先修正后再导入（{error}）",
                "the schema of {collection} cannot be read; correct it, then import again ({error})"
            ),
        )]),
        None => check_unknown(&feature.body),
    };
    let mut problems = match problems {
        Ok(()) => {
            return Checked::Feature {
                collection,
                feature,
                made,
                line,
                index,
            };
        }
        Err(problems) => problems,
    };
    if problems.is_empty() {
        problems.push(Problem::new(
            "feature",
            both!(
                "不符合图层“{collection}”的数据结构",
                "the feature does not match the schema of {collection}"
            ),
        ));
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
        problem_zh: first.problem_zh,
        others: problems,
    })
}

/// Checks a feature of a collection without a schema, which accepts every valid geometry.
fn check_unknown(body: &Body) -> Result<(), Vec<Problem>> {
    let problem = match &body.geometry {
        None => Problem::new(
            "geometry",
            both!(
                "缺少图形；要素没有图形的图层应在数据结构中注明（\"x-onemap-geometry\": [\"none\"]）",
                "missing; a collection whose features have no geometry needs a schema that says so \
                 (\"x-onemap-geometry\": [\"none\"])"
            ),
        ),
        Some(geometry) => match validity::validate(geometry) {
            Ok(()) => return Ok(()),
            Err(e) => Problem::new(format!("geometry.{}", e.place), e.problem),
        },
    };
    Err(vec![problem])
}
