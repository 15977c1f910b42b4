//! The text of a wish on the public board, as a field of a request.

use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{FromJson, Text};
use crate::model::Localized;

/// The maximum length of a text on the public board of wishes, in characters.
pub const PUBLIC_TEXT_LIMIT: usize = 200;

/// A text for the public board of wishes, without leading and trailing blanks. An empty text is a value: it takes the
/// text down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicText(pub String);

impl FromJson for PublicText {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        Ok(Some(match Text::<PUBLIC_TEXT_LIMIT>::from_json(value)? {
            Some(Text(text)) => Self(text),
            None => Self(String::new()),
        }))
    }
}

impl PartialSchema for PublicText {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(PUBLIC_TEXT_LIMIT))
            .into()
    }
}

impl ToSchema for PublicText {}
