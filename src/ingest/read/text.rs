//! Reads one feature of a text file: parses and transforms it, and finds its id and collection.

use serde_json::Value;

use super::{Checked, Origin, Raw, Rules, check};
use crate::codec::geojson::crs;
use crate::codec::geojson::read::{self as geojson, Limits, Member};
use crate::codec::json;
use crate::ingest::split::lines_of;
use crate::ingest::{IdRule, Reject, ids};
use crate::model::{CollectionId, Feature, FeatureId, InChinese as _, Localized, both};
use crate::spatial::crs::Crs;

pub(super) enum Outcome {
    Checked(Checked),
    /// A FeatureCollection in one line of a sequence.
    Several(Vec<Checked>),
    NoJson(Reject, Cut),
}

/// Whether a text is invalid JSON only because its end is missing.
pub(super) struct Cut(pub bool);

/// The position of a feature in its file.
struct At<'a> {
    file: &'a str,
    line: u64,
    index: u64,
    /// The position in a FeatureCollection that is one line of a sequence.
    part: Option<usize>,
}

impl At<'_> {
    fn reject(
        &self,
        id: Option<String>,
        collection: Option<&CollectionId>,
        field: &str,
        problem: impl Into<Localized>,
    ) -> Reject {
        let Localized { zh, en } = problem.into();
        Reject {
            file: self.file.to_owned(),
            sheet: None,
            line: Some(self.line),
            index: Some(self.index),
            id,
            collection: collection.map(ToString::to_string),
            field: field.to_owned(),
            problem: en,
            problem_zh: zh,
            others: Vec::new(),
        }
    }
}

/// The parameters shared by all features of a text file.
pub(super) struct Shared<'a> {
    pub rules: &'a Rules,
    pub name: &'a str,
    pub stem: Option<&'a CollectionId>,
}

impl Shared<'_> {
    pub fn prepare(&self, raw: &Raw) -> Outcome {
        let at = At {
            file: self.name,
            line: raw.piece.line,
            index: raw.piece.index,
            part: None,
        };
        let bytes = match &raw.piece.bytes {
            Ok(bytes) => bytes,
            Err(size) => {
                let most = self.rules.feature_bytes;
                let problem = both!(
                    "该要素有{size}个字节，最多允许{most}个，请简化或拆分",
                    "has {size} bytes; at most {most} are allowed: simplify or split it"
                );
                let reject = at.reject(None, None, "feature", problem);
                return Outcome::Checked(Checked::Rejected(reject));
            }
        };
        let mut value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(e) => {
                // If lines follow a sequence with separators, the last record also contains those lines.
                if let Some(several) = self.lines(raw, bytes) {
                    return Outcome::Several(several);
                }
                let (problem, cut) = no_json(bytes, &e);
                return Outcome::NoJson(at.reject(None, None, "feature", problem), cut);
            }
        };
        // A FeatureCollection among lines: the file was concatenated from several.
        let features = (value.get("type").and_then(Value::as_str) == Some("FeatureCollection"))
            .then(|| value.get_mut("features").map(Value::take));
        let Some(Some(Value::Array(features))) = features else {
            return Outcome::Checked(self.feature(&at, value, raw.crs));
        };
        let crs = match value.get("crs").filter(|crs| !crs.is_null()) {
            Some(said) if self.rules.crs.is_none() => match crs::named(said) {
                Ok(crs) => crs,
                Err(problem) => {
                    let reject = at.reject(None, None, "crs", problem);
                    return Outcome::Checked(Checked::Rejected(reject));
                }
            },
            _ => raw.crs,
        };
        let each = features.into_iter().enumerate();
        let each = each.map(|(i, feature)| {
            let part = At {
                part: Some(i),
                ..at
            };
            self.feature(&part, feature, crs)
        });
        Outcome::Several(each.collect())
    }

    /// The features of a record in which each line is a complete feature.
    fn lines(&self, raw: &Raw, record: &[u8]) -> Option<Vec<Checked>> {
        let lines: Vec<(u64, Value)> = lines_of(record)
            .map(|(n, line)| Some((n, serde_json::from_slice(&line).ok()?)))
            .collect::<Option<_>>()?;
        if lines.len() < 2 || lines.iter().any(|(_, value)| !value.is_object()) {
            return None;
        }
        let read = |(part, (n, value))| {
            let at = At {
                file: self.name,
                line: raw.piece.line + n,
                index: raw.piece.index,
                part: Some(part),
            };
            self.feature(&at, value, raw.crs)
        };
        Some(lines.into_iter().enumerate().map(read).collect())
    }

    /// Reads and checks one feature.
    fn feature(&self, at: &At<'_>, mut value: Value, crs: Crs) -> Checked {
        let id = self.id_of(at, &mut value);
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
        let refuse = |field: &str, problem: Localized| {
            Checked::Rejected(at.reject(said.clone(), Some(&collection), field, problem))
        };
        let limits = Limits {
            vertices: self.rules.vertices,
            crs,
            member: if self.rules.crs.is_some() {
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
        let (id, made) = match (id, &self.rules.ids) {
            (Ok(Some(id)), _) => (id, false),
            (Ok(None), IdRule::Property(name)) => {
                return refuse(
                    &format!("properties.{name}"),
                    (
                        "缺少该项；已指定以它为要素编号（--id）",
                        "missing; --id says that it contains the id",
                    )
                        .into(),
                );
            }
            // A generated id would merge two cases at the same place.
            (Ok(None), _) if self.rules.aside.as_ref() == Some(&collection) => {
                return refuse(
                    "id",
                    (
                        "缺少编号；事件必须有编号，请用 --id 指定编号所在的属性",
                        "missing; a case must have an id: name the property that contains it with --id",
                    )
                        .into(),
                );
            }
            (Ok(None), _) => match ids::made(&collection, &body) {
                Ok(id) => (id, true),
                Err(e) => return refuse("id", e.localized()),
            },
            (Err((place, problem)), _) => return refuse(&place, problem),
        };
        check(
            self.rules,
            self.name,
            Origin {
                line: Some(at.line),
                index: Some(at.index),
                made,
            },
            collection,
            Feature { id, body },
        )
    }

    fn id_of(
        &self,
        at: &At<'_>,
        value: &mut Value,
    ) -> Result<Option<FeatureId>, (String, Localized)> {
        let name = match &self.rules.ids {
            IdRule::Own => return geojson::take_id(value).map_err(|e| (e.place, e.problem)),
            IdRule::Row => {
                let row = at.index + 1;
                let text = match at.part {
                    Some(part) => format!("{row}.{}", part + 1),
                    None => row.to_string(),
                };
                return FeatureId::new(text)
                    .map(Some)
                    .map_err(|e| ("id".into(), e.localized()));
            }
            IdRule::Property(name) => name,
        };
        match value.get("properties").and_then(|p| p.get(name)) {
            None | Some(Value::Null) => Ok(None),
            Some(said) => geojson::id_from(said)
                .map(Some)
                .map_err(|problem| (format!("properties.{name}"), problem)),
        }
    }

    fn collection_of(&self, value: &Value) -> Result<CollectionId, Localized> {
        if let Some(wanted) = &self.rules.collection {
            return Ok(wanted.clone());
        }
        match value.get("collection") {
            Some(Value::String(name)) => match CollectionId::new(name) {
                Ok(c) if !c.is_hidden() => Ok(c),
                Ok(_) => Err(both!(
                    "图层“{name}”由系统内部使用，不能导入",
                    "the collection {name:?} is internal and takes no imports"
                )),
                Err(e) => Err(e.localized()),
            },
            Some(other) if !other.is_null() => Err(both!(
                "应为图层名，实际为 {other}",
                "expected a collection's name, found {other}"
            )),
            _ => self.stem.cloned().ok_or_else(|| {
                (
                    "文件名不是图层名，请指定图层（--collection）",
                    "the file name is not the name of a collection: name the collection with --collection",
                )
                    .into()
            }),
        }
    }
}

fn no_json(bytes: &[u8], error: &serde_json::Error) -> (Localized, Cut) {
    if let Err(e) = std::str::from_utf8(bytes) {
        let problem = (
            "不是 UTF-8 编码（如为 GBK，可用 `iconv -f GBK -t UTF-8` 转换）",
            "is not UTF-8 (if it is GBK, `iconv -f GBK -t UTF-8` converts it)",
        );
        return (problem.into(), Cut(e.error_len().is_none()));
    }
    let has = |word: &str| bytes.windows(word.len()).any(|w| w == word.as_bytes());
    let (hint_zh, hint) = if has("NaN") || has("Infinity") {
        (
            "；JSON 中的数字不能是 NaN 或 Infinity",
            "; NaN and Infinity are not valid numbers in JSON",
        )
    } else {
        ("", "")
    };
    let Localized { zh, en } = json::problem_of(error);
    let problem = both!("{zh}{hint_zh}", "is not valid JSON: {en}{hint}");
    (problem, Cut(error.is_eof()))
}
