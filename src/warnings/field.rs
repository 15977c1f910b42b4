//! Fields of a request, read from a JSON object: their types and limits. Whether a field is needed depends on
//! the case and on who asks, so [`super::table::decide`] checks that.

use geo_types::Coord;
use jiff::{Timestamp, civil, tz};
use serde_json::{Map, Value};

use super::step::{PhotoKind, StepPhoto};

/// A field that is missing or not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// Its name.
    pub field: &'static str,
    /// What is wrong and what was expected.
    pub problem: String,
}

impl FieldError {
    /// A problem with a field.
    pub fn new(field: &'static str, problem: impl Into<String>) -> Self {
        Self {
            field,
            problem: problem.into(),
        }
    }
}

/// The most characters of a note or a reason.
pub const TEXT_LIMIT: usize = 2_000;
/// The most photos of one step.
pub const PHOTO_LIMIT: usize = 12;
/// The most characters of a client's key.
pub const KEY_LIMIT: usize = 100;

/// The client's own name for a step or a report.
pub fn key(map: &Map<String, Value>) -> Result<Option<String>, FieldError> {
    text(map, "key", KEY_LIMIT)
}

/// A text without the blanks around it; an empty one counts as absent.
pub fn text(
    map: &Map<String, Value>,
    field: &'static str,
    limit: usize,
) -> Result<Option<String>, FieldError> {
    match map.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(s)) => {
            let s = s.trim();
            let length = s.chars().count();
            if length > limit {
                let problem = format!("at most {limit} characters, found {length}");
                return Err(FieldError::new(field, problem));
            }
            if s.contains('\0') {
                return Err(FieldError::new(field, "contains a NUL character"));
            }
            Ok((!s.is_empty()).then(|| s.to_owned()))
        }
        Some(other) => Err(FieldError::new(
            field,
            format!("expected a text, found {other}"),
        )),
    }
}

/// A moment: RFC 3339, or a day (its end, in China's time).
pub fn moment(
    map: &Map<String, Value>,
    field: &'static str,
) -> Result<Option<Timestamp>, FieldError> {
    let Some(word) = text(map, field, 60)? else {
        return Ok(None);
    };
    if let Ok(at) = word.parse::<Timestamp>() {
        return Ok(Some(at));
    }
    word.parse::<civil::Date>()
        .ok()
        .filter(|_| word.len() == 10)
        .and_then(|day| {
            let end = day.at(23, 59, 59, 0);
            end.to_zoned(tz::TimeZone::fixed(tz::offset(8))).ok()
        })
        .map(|end| Some(end.timestamp()))
        .ok_or_else(|| {
            FieldError::new(
                field,
                format!("expected a moment like 2026-11-22T18:00:00+08:00, found {word:?}"),
            )
        })
}

/// Photos: `{id, claim, kind}`, or the ids of photos that the account itself uploaded.
pub fn photos(map: &Map<String, Value>, usual: PhotoKind) -> Result<Vec<StepPhoto>, FieldError> {
    let wrong = |found: &Value| {
        FieldError::new(
            "photos",
            format!("expected a list of {{id, claim, kind}} or of ids, found {found}"),
        )
    };
    let list = match map.get("photos") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(wrong(other)),
    };
    if list.len() > PHOTO_LIMIT {
        let problem = format!("at most {PHOTO_LIMIT} in one step, found {}", list.len());
        return Err(FieldError::new("photos", problem));
    }
    let mut photos: Vec<StepPhoto> = Vec::with_capacity(list.len());
    for item in list {
        let photo = match item {
            Value::String(id) if !id.is_empty() => StepPhoto::new(id, usual),
            Value::Object(photo) => {
                let id = photo.get("id").and_then(Value::as_str);
                let kind = match photo.get("kind") {
                    None | Some(Value::Null) => Some(usual),
                    Some(kind) => kind.as_str().and_then(PhotoKind::parse),
                };
                let claim = match photo.get("claim") {
                    None | Some(Value::Null) => None,
                    Some(Value::String(claim)) => Some(claim.clone()),
                    Some(_) => return Err(wrong(item)),
                };
                match (id, kind) {
                    (Some(id), Some(kind)) if !id.is_empty() => StepPhoto {
                        id: id.to_owned(),
                        kind,
                        claim,
                    },
                    _ => return Err(wrong(item)),
                }
            }
            other => return Err(wrong(other)),
        };
        if !photos.iter().any(|p| p.id == photo.id) {
            photos.push(photo);
        }
    }
    Ok(photos)
}

/// Where somebody stands: `{lon, lat}`, WGS 84 degrees.
pub fn position(map: &Map<String, Value>) -> Result<Option<Coord<f64>>, FieldError> {
    let Some(value) = map.get("position").filter(|v| !v.is_null()) else {
        return Ok(None);
    };
    let degrees = |name: &str, most: f64| {
        value
            .get(name)
            .and_then(Value::as_f64)
            .filter(|d| d.abs() <= most)
    };
    match (degrees("lon", 180.0), degrees("lat", 90.0)) {
        (Some(x), Some(y)) => Ok(Some(Coord { x, y })),
        _ => Err(FieldError::new(
            "position",
            format!("expected {{lon, lat}} in degrees, found {value}"),
        )),
    }
}
