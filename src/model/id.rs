//! Identifiers of collections and features.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The hidden collection whose rows are the schemas of all other collections. Collections whose names
/// begin with `$` are never served, but commits write their rows like all features.
pub const SCHEMAS: &str = "$schemas";

/// The hidden collection with the sources of the map's data and the attribution that each requires.
pub const SOURCES: &str = "$sources";

/// Why a text is not a valid identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty or only white space.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than the limit, in bytes.
    #[error("an id has at most {limit} bytes of UTF-8, this one has {found}")]
    TooLong {
        /// The maximum length in bytes.
        limit: usize,
        /// The length of the text in bytes.
        found: usize,
    },
    /// The text has a character that is not allowed.
    #[error("an id must not contain {0:?}")]
    Character(char),
    /// The text is not a valid collection name. Collection names are used in paths, SQL and tiles,
    /// so only simple characters are allowed.
    #[error(
        "{0:?} is not the name of a collection: expected a-z, then a-z, 0-9 or _, at most 48 characters"
    )]
    Collection(String),
}

impl super::InChinese for IdError {
    fn zh(&self) -> String {
        match self {
            Self::Empty => "编号不能为空".to_owned(),
            Self::TooLong { limit, found } => {
                format!("编号最长{limit}个字节（UTF-8），该编号有{found}个字节")
            }
            Self::Character(c) => format!("编号中不能有字符 {c:?}"),
            Self::Collection(name) => {
                format!("图层名应以 a-z 开头，只含 a-z、0-9 和 _，最长48个字符，实际为“{name}”")
            }
        }
    }
}

/// The id of a feature in its collection: any text of 1 to 200 bytes without control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct FeatureId(Arc<str>);

impl utoipa::PartialSchema for FeatureId {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}

impl utoipa::ToSchema for FeatureId {}

impl FeatureId {
    const LIMIT: usize = 200;

    /// Checks a text and converts it to an id.
    pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
        let text = text.as_ref();
        if text.trim().is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > Self::LIMIT {
            return Err(IdError::TooLong {
                limit: Self::LIMIT,
                found: text.len(),
            });
        }
        if let Some(c) = text.chars().find(|c| c.is_control()) {
            return Err(IdError::Character(c));
        }
        Ok(Self(text.into()))
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a collection, as it occurs in paths: `buildings`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CollectionId(Arc<str>);

impl CollectionId {
    /// Checks a text and converts it to a collection name.
    pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
        let text = text.as_ref();
        let plain = text.strip_prefix('$').unwrap_or(text);
        let ok = plain.len() <= 48
            && plain.starts_with(|c: char| c.is_ascii_lowercase())
            && plain
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if ok {
            Ok(Self(text.into()))
        } else {
            Err(IdError::Collection(text.to_owned()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hidden collection of the schemas.
    pub fn schemas() -> Self {
        Self(SCHEMAS.into())
    }

    /// The hidden collection of the data sources and their attributions.
    pub fn sources() -> Self {
        Self(SOURCES.into())
    }

    /// Whether the collection is hidden: it contains data of the program itself and is not served.
    pub fn is_hidden(&self) -> bool {
        self.0.starts_with('$')
    }
}

macro_rules! text_like {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}
text_like!(FeatureId);
text_like!(CollectionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_name_is_safe_in_paths_and_sql() {
        assert!(CollectionId::new("pocket_parks").is_ok());
        for bad in ["", "Buildings", "a-b", "a;drop", "1a", "$", "建筑"] {
            assert!(CollectionId::new(bad).is_err(), "{bad}");
        }
        assert!(CollectionId::schemas().is_hidden());
    }

    #[test]
    fn a_feature_id_may_be_chinese_but_not_empty_or_endless() {
        assert_eq!(
            FeatureId::new("温泉花园3号楼").unwrap().as_str(),
            "温泉花园3号楼"
        );
        assert_eq!(FeatureId::new("  "), Err(IdError::Empty));
        assert!(FeatureId::new("a\nb").is_err());
        assert!(FeatureId::new("x".repeat(201)).is_err());
    }
}
