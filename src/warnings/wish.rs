//! Who wants what of a case: the person behind a request, and the action with its fields as they came
//! through the door.
//!
//! The door knows the shape of a field and not whether it is needed: that depends on where the case
//! stands and who asks, and so the table says it ([`super::table::decide`]).

use geo_types::Coord;
use jiff::{Timestamp, civil, tz};
use serde_json::{Map, Value};

use super::step::{Action, PhotoKind, StepPhoto, Verdict};
use crate::model::{FeatureId, Role, RoleSet, View};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// In which roles.
    pub roles: RoleSet,
    /// By which account; `None` for the public and the system.
    pub account: Option<String>,
    /// The member unit to which the account belongs.
    pub unit: Option<String>,
    /// The communities to which the account is bound; none for no bounds.
    pub communities: Vec<String>,
    /// Whether a receipt shows that this is who reported it.
    pub is_reporter: bool,
}

impl Actor {
    /// Anybody.
    pub fn public() -> Self {
        Self {
            roles: RoleSet::PUBLIC,
            account: None,
            unit: None,
            communities: Vec::new(),
            is_reporter: false,
        }
    }

    /// What the account sees, and where it may act.
    pub fn view(&self) -> View<'_> {
        View {
            roles: self.roles,
            unit: self.unit.as_deref(),
            communities: &self.communities,
        }
    }

    /// The program itself: the timer, a sensor's condition.
    pub fn system() -> Self {
        Self {
            roles: Role::Admin.into(),
            ..Self::public()
        }
    }
}

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

/// An action that somebody wants, with its fields as far as they were given.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// What is wanted; never a mark of the system.
    pub action: Action,
    /// What they write.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Photos that were stored before.
    pub photos: Vec<StepPhoto>,
    /// The unit to dispatch to.
    pub unit: Option<String>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The case to merge into.
    pub into: Option<FeatureId>,
    /// What a verification found.
    pub result: Option<Verdict>,
    /// Where the person stands, WGS 84 degrees.
    pub position: Option<Coord<f64>>,
    /// 1 to 5.
    pub rating: Option<u8>,
    /// Until when to park it.
    pub until: Option<Timestamp>,
    /// The client's own name for the step.
    pub key: Option<String>,
}

/// The most characters of a note or a reason.
pub const TEXT_LIMIT: usize = 2_000;
/// The most photos of one step.
pub const PHOTO_LIMIT: usize = 12;
/// The most characters of a client's key.
pub const KEY_LIMIT: usize = 100;

impl Wish {
    /// An action without any field.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            note: None,
            reason: None,
            photos: Vec::new(),
            unit: None,
            due_at: None,
            into: None,
            result: None,
            position: None,
            rating: None,
            until: None,
            key: None,
        }
    }

    /// Reads `{action, …}`. Members that no action knows are ignored.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, FieldError> {
        let action = match text(map, "action", 40)? {
            None => return Err(FieldError::new("action", "expected one of the actions")),
            Some(name) => Action::parse(&name)
                .filter(|a| !a.is_mark() && *a != Action::Report)
                .ok_or_else(|| {
                    let names: Vec<&str> = super::table::actions().map(Action::as_str).collect();
                    let problem =
                        format!("{name:?} is no action; actions are {}", names.join(", "));
                    FieldError::new("action", problem)
                })?,
        };
        let due = if map.contains_key("due_at") {
            "due_at"
        } else {
            "due"
        };
        Ok(Self {
            action,
            note: text(map, "note", TEXT_LIMIT)?,
            reason: text(map, "reason", TEXT_LIMIT)?,
            photos: photos(map, PhotoKind::of(action))?,
            unit: text(map, "unit", 200)?,
            due_at: moment(map, due)?,
            into: match text(map, "into", 200)? {
                None => None,
                Some(id) => {
                    Some(FeatureId::new(id).map_err(|e| FieldError::new("into", e.to_string()))?)
                }
            },
            result: match text(map, "result", 40)? {
                None => None,
                Some(word) => Some(Verdict::parse(&word).ok_or_else(|| {
                    FieldError::new("result", format!("expected pass or fail, found {word:?}"))
                })?),
            },
            position: position(map)?,
            rating: match map.get("rating") {
                None | Some(Value::Null) => None,
                Some(value) => Some(
                    value
                        .as_u64()
                        .and_then(|n| u8::try_from(n).ok())
                        .filter(|n| (1..=5).contains(n))
                        .ok_or_else(|| {
                            FieldError::new(
                                "rating",
                                format!("expected a whole number from 1 to 5, found {value}"),
                            )
                        })?,
                ),
            },
            until: moment(map, "until")?,
            key: key(map)?,
        })
    }
}

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

fn position(map: &Map<String, Value>) -> Result<Option<Coord<f64>>, FieldError> {
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
