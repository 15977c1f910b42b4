//! The nouns of the map, without any I/O: what a feature, a schema, an edit and a commit are.
//!
//! Every floor above speaks in these types; outside text becomes one of them once, at the door.

mod account_name;
mod canonical;
mod change;
mod feature;
mod id;
mod level;
pub mod names;
mod properties;
mod role;
mod schema;
mod view;

pub use account_name::{NameError, account_name, canonical_name, chosen_name, folded_name};
pub use canonical::Canonical;
pub use change::{Author, Change, Commit, CommitHeader, Edit, Expect, Precondition};
pub use feature::{Body, Feature, Record};
pub use id::{CollectionId, FeatureId, IdError, SCHEMAS, SOURCES};
pub use level::Level;
pub use properties::{Properties, PropertiesError, pick};
pub use role::{ParseRoleError, Role, RoleSet};
pub use schema::{
    BuiltIns, GeometryKind, INFERRED, ORIGIN, OriginKind, PropertySchema, Schema, SchemaError,
    Scope, built_in_texts,
};
pub use view::View;

use serde::{Deserialize, Serialize};

/// A text in both languages of the product; Chinese comes first and is never missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Localized {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// A text in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}
