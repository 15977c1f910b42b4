//! Exports the features of one collection to a file, one feature at a time from the store, so that memory does not
//! grow with the collection. Properties that the role must not see are left out.
//!
//! | file | subject |
//! | --- | --- |
//! | `csv` | one row per feature, for spreadsheets |
//! | `json` | GeoJSON and newline-delimited GeoJSON, which `onemap import` reads |

mod csv;
mod json;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use geo_types::Geometry;
use tokio::sync::Notify;

use crate::index::{Collections, Entry};
use crate::model::{Canonical, CollectionId, InChinese, Localized, Record, Role, Schema};
use crate::spatial::crs::Crs;
use crate::store::{Store, StoreError};

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One FeatureCollection.
    GeoJson,
    /// One feature per line.
    Ndjson,
    /// One row per feature, with the geometry as well-known text.
    Csv,
}

/// The options of an export.
#[derive(Debug, Clone)]
pub struct Options {
    /// The collection to export.
    pub collection: CollectionId,
    /// The format of the file.
    pub format: Format,
    /// The role for which the file is written: properties that it may not see are left out.
    pub role: Role,
    /// The coordinate system of the file, x (longitude, easting) first.
    pub crs: Crs,
}

/// The result of an export.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Exported {
    /// How many features were written.
    pub features: u64,
    /// How many features could not be written.
    pub left_out: u64,
    /// The first features that were left out, with the reason.
    pub problems: Vec<LeftOut>,
    /// The number of written features with a property whose every reading is recorded in the audit, such as a door
    /// code.
    pub recorded: u64,
    /// The commit as of which the features were read.
    pub seq: u64,
}

/// A feature that could not be written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    /// The id of the feature.
    pub id: String,
    /// Why the feature is left out, in English.
    pub problem: String,
    /// The text of `problem` in Chinese.
    pub problem_zh: String,
}

/// The most features that are listed as left out.
const NAMED: usize = 20;

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such collection.
    #[error("there is no collection {name:?}; there are {known}")]
    NoCollection {
        /// The requested collection.
        name: String,
        /// The names of all collections.
        known: String,
    },
    /// A CSV file would be too wide.
    #[error("the features have more than {most} different properties: use --format ndjson")]
    TooWide {
        /// The maximum number of columns.
        most: usize,
    },
    /// A property was added while the file was written, so it has no column.
    #[error("the property {0:?} was added while the file was written: export again")]
    NewProperty(String),
    /// The file or the pipe cannot be written.
    #[error("the export cannot be written: {0}")]
    Write(#[from] io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InChinese for ExportError {
    fn zh(&self) -> String {
        match self {
            Self::NoCollection { name, known } => {
                format!("没有名为“{name}”的图层，现有图层：{known}")
            }
            Self::TooWide { most } => {
                format!("要素的不同属性超过{most}个，请用 --format ndjson 导出")
            }
            Self::NewProperty(name) => {
                format!("导出期间新增了属性“{name}”，请重新导出")
            }
            Self::Write(error) => format!("无法写入导出内容（{error}）"),
            Self::Store(error) => error.zh(),
        }
    }
}

/// Writes the features of a collection as of one moment.
///
/// # Errors
/// If there is no such collection, or the store or the output fails.
pub async fn export(
    store: &Store,
    options: &Options,
    out: impl Write + Send,
) -> Result<Exported, ExportError> {
    let schema = schema_of(store, &options.collection).await?;
    let mut features: Box<dyn Features + Send + '_> = match options.format {
        Format::GeoJson => Box::new(json::Json::collection(out, options)?),
        Format::Ndjson => Box::new(json::Json::lines(out, options)),
        Format::Csv => {
            let columns = columns(store, options, &schema).await?;
            Box::new(csv::Csv::new(out, columns, &schema)?)
        }
    };
    let recorded: Vec<&str> = schema.recorded_for(options.role).collect();
    let mut done = Exported::default();
    done.seq = each(store, options, |record| {
        let Some(entry) = Entry::new(&schema, record) else {
            return Ok(());
        };
        let geometry = match moved(entry.geometry(), options.crs) {
            Ok(geometry) => geometry,
            Err(problem) => {
                done.left_out += 1;
                if done.problems.len() < NAMED {
                    let id = entry.id().to_string();
                    let Localized { zh, en } = problem;
                    done.problems.push(LeftOut {
                        id,
                        problem: en,
                        problem_zh: zh,
                    });
                }
                return Ok(());
            }
        };
        let properties = entry.recorded_properties(&schema, options.role);
        features.put(entry.id().as_str(), geometry.as_ref(), &properties)?;
        done.features += 1;
        let said = Canonical::new(&properties);
        done.recorded += u64::from(recorded.iter().any(|name| said.has(name)));
        Ok(())
    })
    .await?;
    features.end()?;
    Ok(done)
}

/// A writer of features in one format.
trait Features {
    /// Writes one feature; its properties are a JSON object.
    fn put(
        &mut self,
        id: &str,
        geometry: Option<&Geometry<f64>>,
        properties: &str,
    ) -> Result<(), ExportError>;

    /// Writes the end of the file.
    fn end(&mut self) -> Result<(), ExportError>;
}

fn moved(geometry: Option<&Geometry<f64>>, crs: Crs) -> Result<Option<Geometry<f64>>, Localized> {
    let moved = geometry.map(|g| crs.geometry_from_wgs84(g)).transpose();
    moved.map_err(|e| e.localized())
}

/// Returns the schema of a collection, read from the store.
async fn schema_of(store: &Store, name: &CollectionId) -> Result<Arc<Schema>, ExportError> {
    let mut rows = Vec::new();
    store
        .load_collection(&CollectionId::schemas(), |record| rows.push(record))
        .await?;
    let (collections, _) = Collections::load(rows);
    match collections.get(name.as_str()) {
        Some(collection) => Ok(Arc::clone(collection.schema())),
        None => Err(ExportError::NoCollection {
            name: name.to_string(),
            known: collections
                .iter()
                .map(|(id, _)| id.to_string())
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

/// The properties that the role may see: those of the schema, and others that features have.
async fn columns(
    store: &Store,
    options: &Options,
    schema: &Schema,
) -> Result<BTreeSet<String>, ExportError> {
    // Properties whose every reading is recorded are included: the caller has recorded the export in the audit.
    let hidden: BTreeSet<&str> = schema.closed_to(options.role).collect();
    let known = schema
        .properties
        .keys()
        .filter(|k| !hidden.contains(k.as_str()));
    let mut columns: BTreeSet<String> = known.cloned().collect();
    each(store, options, |record| {
        let Some(body) = &record.body else {
            return Ok(());
        };
        for (name, _) in csv::members(body.properties.as_str())? {
            if !columns.contains(&*name) && !hidden.contains(&*name) {
                columns.insert(name.into_owned());
            }
        }
        if columns.len() > csv::MOST_COLUMNS {
            return Err(ExportError::TooWide {
                most: csv::MOST_COLUMNS,
            });
        }
        Ok(())
    })
    .await?;
    Ok(columns)
}

/// Passes each feature of the collection to the callback; ends at the first error. Returns the commit as of which
/// the features were read.
async fn each(
    store: &Store,
    options: &Options,
    mut take: impl FnMut(&Record) -> Result<(), ExportError> + Send,
) -> Result<u64, ExportError> {
    let mut failed = None;
    let stop = Notify::new();
    let loading = store.load_collection(&options.collection, |record| {
        if failed.is_some() {
            return;
        }
        if let Err(error) = take(&record) {
            failed = Some(error);
            stop.notify_one();
        }
    });
    let head = tokio::select! {
        head = loading => Some(head?),
        () = stop.notified() => None,
    };
    match (failed, head) {
        (None, Some(head)) => Ok(head.seq),
        (Some(error), _) => Err(error),
        // The reader stops only with an error; treat a stop without one as an interruption.
        (None, None) => Err(io::Error::from(io::ErrorKind::Interrupted).into()),
    }
}
