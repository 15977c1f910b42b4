//! Fields of request bodies: their types, their limits, and their form in the OpenAPI document.
//! Whether a field is required depends on the case and the caller; [`super::table::decide`] checks
//! that.

mod public_text;

use geo_types::Coord;
use jiff::{Timestamp, civil, tz};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use public_text::PublicText;

use super::step::{Action, PhotoKind, Source, StepPhoto, Verdict};
use crate::model::{InChinese, Localized, both};

/// An error in a field: it is missing or its value is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FieldError {
    /// The name of the field.
    pub field: &'static str,
    /// What is wrong and what was expected.
    pub problem: Localized,
}

impl FieldError {
    /// A problem with a field.
    pub fn new(field: &'static str, problem: impl Into<Localized>) -> Self {
        Self {
            field,
            problem: problem.into(),
        }
    }
}

impl InChinese for FieldError {
    fn zh(&self) -> String {
        format!("{}：{}", self.field, self.problem.zh)
    }
}

/// The maximum length of a note or a reason, in characters.
pub const TEXT_LIMIT: usize = 2_000;
/// The maximum number of photos of one step.
pub const PHOTO_LIMIT: usize = 12;
/// The maximum length of an idempotency key, in characters.
pub const KEY_LIMIT: usize = 100;

/// A type that a field of a request body can have.
pub trait FromJson: Sized {
    /// Parses a value that is not `null`. Returns `None` if it counts as missing.
    ///
    /// # Errors
    /// What is wrong with the value and what was expected.
    fn from_json(value: Value) -> Result<Option<Self>, Localized>;
}

/// A field of a request body. An invalid value does not fail the whole body: the field stores the
/// error and [`Field::get`] returns it. So a handler can check the caller's rights first.
#[derive(Debug, Clone)]
pub struct Field<T>(Result<Option<T>, Localized>);

impl<T> Field<T> {
    /// The value; `None` if the field is missing or empty.
    ///
    /// # Errors
    /// What is wrong with the value. `name` is the field's name in the body.
    pub fn get(self, name: &'static str) -> Result<Option<T>, FieldError> {
        self.0.map_err(|problem| FieldError::new(name, problem))
    }
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(Ok(None))
    }
}

impl<'de, T: FromJson> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self(match value {
            Value::Null => Ok(None),
            value => T::from_json(value),
        }))
    }
}

impl<T: PartialSchema> PartialSchema for Field<T> {
    fn schema() -> RefOr<Schema> {
        T::schema()
    }
}

impl<T: ToSchema> ToSchema for Field<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

/// A text of at most `N` characters, without leading and trailing blanks. An empty text counts as
/// missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const N: usize>(pub String);

impl<const N: usize> FromJson for Text<N> {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let Value::String(text) = value else {
            return Err(both!(
                "应为文本，实际为 {value}",
                "expected a text, found {value}"
            ));
        };
        let text = text.trim();
        let length = text.chars().count();
        if length > N {
            return Err(both!(
                "不能超过{N}个字符，实际有{length}个",
                "at most {N} characters, found {length}"
            ));
        }
        if text.contains('\0') {
            return Err(both!("含有空字符（NUL）", "contains a NUL character"));
        }
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }
}

impl<const N: usize> PartialSchema for Text<N> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(N))
            .into()
    }
}

impl<const N: usize> ToSchema for Text<N> {}

impl<const N: usize> Field<Text<N>> {
    /// The text; see [`Field::get`].
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn text(self, name: &'static str) -> Result<Option<String>, FieldError> {
        Ok(self.get(name)?.map(|text| text.0))
    }
}

/// A time in RFC 3339, or a date, which means the end of that day in China's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl FromJson for Moment {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let Some(Text(word)) = Text::<60>::from_json(value)? else {
            return Ok(None);
        };
        let end_of = |day: civil::Date| {
            let end = day.at(23, 59, 59, 0);
            end.to_zoned(tz::TimeZone::fixed(tz::offset(8))).ok()
        };
        word.parse::<Timestamp>()
            .ok()
            .or_else(|| {
                let day = word.parse::<civil::Date>().ok();
                let day = day.filter(|_| word.len() == 10)?;
                end_of(day).map(|end| end.timestamp())
            })
            .map(|at| Some(Self(at)))
            .ok_or_else(|| {
                both!(
                    "“{word}”不是有效的时间，应形如 2026-11-22T18:00:00+08:00",
                    "expected a moment like 2026-11-22T18:00:00+08:00, found {word:?}"
                )
            })
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).into()
    }
}

impl ToSchema for Moment {}

impl Field<Moment> {
    /// The time; see [`Field::get`].
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn at(self, name: &'static str) -> Result<Option<Timestamp>, FieldError> {
        Ok(self.get(name)?.map(|moment| moment.0))
    }
}

/// A time in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

impl FromJson for Instant {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let read = value.as_str().and_then(|text| text.parse().ok());
        read.map(|at| Some(Self(at))).ok_or_else(|| {
            both!(
                "应为时间，形如 2026-11-22T06:05:00Z，实际为 {value}",
                "expected a moment like 2026-11-22T06:05:00Z, found {value}"
            )
        })
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Instant {}

impl FromJson for bool {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let read = value.as_bool().map(Some);
        read.ok_or_else(|| {
            both!(
                "应为 true 或 false，实际为 {value}",
                "expected true or false, found {value}"
            )
        })
    }
}

impl FromJson for f64 {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let read = value.as_f64().map(Some);
        read.ok_or_else(|| {
            both!(
                "应为数字，实际为 {value}",
                "expected a number, found {value}"
            )
        })
    }
}

impl FromJson for Source {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let Some(Text(word)) = Text::<40>::from_json(value)? else {
            return Ok(None);
        };
        Self::parse(&word).map(Some).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|s| s.as_str()).collect();
            let known = known.join(", ");
            both!(
                "应为 {known} 之一，实际为“{word}”",
                "expected one of {known}, found {word:?}"
            )
        })
    }
}

impl FromJson for Verdict {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let Some(Text(word)) = Text::<40>::from_json(value)? else {
            return Ok(None);
        };
        let read = Self::parse(&word).map(Some);
        read.ok_or_else(|| {
            both!(
                "应为 pass（合格）或 fail（不合格），实际为“{word}”",
                "expected pass or fail, found {word:?}"
            )
        })
    }
}

/// An action that a caller may request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestableAction(pub Action);

impl FromJson for RequestableAction {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let Some(Text(word)) = Text::<40>::from_json(value)? else {
            return Ok(None);
        };
        let read = Action::parse(&word).filter(|a| a.is_requestable());
        read.map(|action| Some(Self(action))).ok_or_else(|| {
            let names: Vec<&str> = Action::requestable().map(Action::as_str).collect();
            let names = names.join(", ");
            both!(
                "没有“{word}”这一操作；可用的操作：{names}",
                "{word:?} is not an action; actions are {names}"
            )
        })
    }
}

impl PartialSchema for RequestableAction {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Action::requestable().map(Action::as_str)))
            .into()
    }
}

impl ToSchema for RequestableAction {}

/// The reporter's rating of the handling, 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating(pub u8);

impl FromJson for Rating {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let number = value.as_u64().and_then(|n| u8::try_from(n).ok());
        let read = number.filter(|n| (1..=5).contains(n));
        read.map(|n| Some(Self(n))).ok_or_else(|| {
            both!(
                "应为1至5的整数，实际为 {value}",
                "expected a whole number from 1 to 5, found {value}"
            )
        })
    }
}

impl PartialSchema for Rating {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .minimum(Some(1))
            .maximum(Some(5))
            .into()
    }
}

impl ToSchema for Rating {}

/// The position of the caller in degrees of WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
pub struct Position {
    /// Longitude in degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Latitude in degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
}

impl FromJson for Position {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let read = Self::deserialize(&value).ok();
        read.filter(|at| at.lon.abs() <= 180.0 && at.lat.abs() <= 90.0)
            .map(Some)
            .ok_or_else(|| {
                both!(
                    "应为以度为单位的 {{lon, lat}}，实际为 {value}",
                    "expected {{lon, lat}} in degrees, found {value}"
                )
            })
    }
}

impl From<Position> for Coord<f64> {
    fn from(at: Position) -> Self {
        Self {
            x: at.lon,
            y: at.lat,
        }
    }
}

/// A reference to an uploaded photo.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PhotoRef {
    /// The id of a photo that the same account uploaded.
    Id(String),
    /// A photo with the claim from the response to its upload.
    Claimed {
        /// The id of the photo.
        id: String,
        /// The secret that allows its uploader to link it to a case.
        claim: Option<String>,
        /// What the photo shows; if it is missing, the usual kind for the action.
        kind: Option<PhotoKind>,
    },
}

impl PhotoRef {
    fn step_photo(self, usual: PhotoKind) -> StepPhoto {
        match self {
            Self::Id(id) => StepPhoto::new(id, usual),
            Self::Claimed { id, claim, kind } => StepPhoto {
                id,
                kind: kind.unwrap_or(usual),
                claim,
            },
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Claimed { id, .. } => id,
        }
    }
}

/// The photos of one step, without repetitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photos(Vec<PhotoRef>);

impl FromJson for Photos {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        let wrong = |found: &Value| {
            both!(
                "应为 {{id, claim, kind}} 或编号的列表，实际为 {found}",
                "expected a list of {{id, claim, kind}} or of ids, found {found}"
            )
        };
        let Value::Array(list) = value else {
            return Err(wrong(&value));
        };
        if list.len() > PHOTO_LIMIT {
            let found = list.len();
            return Err(both!(
                "一次最多{PHOTO_LIMIT}张照片，实际有{found}张",
                "at most {PHOTO_LIMIT} photos in one step, found {found}"
            ));
        }
        let mut photos: Vec<PhotoRef> = Vec::with_capacity(list.len());
        for item in list {
            let photo = PhotoRef::deserialize(&item).ok();
            let photo = photo.filter(|p| !p.id().is_empty());
            let photo = photo.ok_or_else(|| wrong(&item))?;
            if !photos.iter().any(|p| p.id() == photo.id()) {
                photos.push(photo);
            }
        }
        Ok(Some(Self(photos)))
    }
}

impl PartialSchema for Photos {
    fn schema() -> RefOr<Schema> {
        utoipa::openapi::ArrayBuilder::new()
            .items(Ref::from_schema_name("PhotoRef"))
            .max_items(Some(PHOTO_LIMIT))
            .into()
    }
}

impl ToSchema for Photos {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((PhotoRef::name().into_owned(), PhotoRef::schema()));
        PhotoRef::schemas(schemas);
    }
}

impl Field<Photos> {
    /// The photos; `usual` is their kind if the request does not give one.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn photos(self, usual: PhotoKind) -> Result<Vec<StepPhoto>, FieldError> {
        let photos = self.get("photos")?.map_or_else(Vec::new, |photos| photos.0);
        Ok(photos.into_iter().map(|p| p.step_photo(usual)).collect())
    }
}

// `ToSchema` cannot be derived for generic types, so the types used in bodies have names.

/// A note or a reason.
pub type LongText = Field<Text<TEXT_LIMIT>>;
/// An id, or a line of text.
pub type ShortText = Field<Text<200>>;
/// The client's idempotency key for a step or a report.
pub type Key = Field<Text<KEY_LIMIT>>;
/// A field with a time or a day.
pub type MomentField = Field<Moment>;
/// A field with the photos of a step.
pub type PhotosField = Field<Photos>;

#[cfg(test)]
mod tests;
