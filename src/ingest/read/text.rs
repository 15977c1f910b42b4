//! One feature of a text file: parse, transform, find its id and its collection.

use serde_json::Value;

use super::{Checked, Plan, Raw, check};
use crate::codec::geojson::crs;
use crate::codec::geojson::read::{self as geojson, Limits, Member};
use crate::ingest::Reject;
use crate::model::{CollectionId, Feature, FeatureId};
use crate::spatial::crs::Crs;

pub(super) enum Outcome {
    Checked(Checked),
    /// A collection that stands in one line.
    Several(Vec<Checked>),
    NoJson(Reject, Cut),
}

/// Whether a text is no JSON because its end is missing.
pub(super) struct Cut(pub bool);

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
pub(super) struct Shared<'a> {
    pub plan: &'a Plan,
    pub name: &'a str,
    pub stem: Option<&'a CollectionId>,
}

impl Shared<'_> {
    pub fn prepare(&self, raw: &Raw) -> Outcome {
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
