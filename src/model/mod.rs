//! The data types of the map, without I/O: features, schemas, edits, commits, accounts and roles.
//!
//! All other modules use these types. Input is converted to them once, where it is read.

mod account_name;
mod canonical;
mod change;
mod china;
mod feature;
mod id;
mod in_chinese;
mod level;
mod localized;
pub mod names;
mod properties;
mod role;
mod schema;
mod view;

pub use account_name::{NameError, account_name, canonical_name, chosen_name, folded_name};
pub use canonical::Canonical;
pub use change::{Author, Change, Commit, CommitHeader, Edit, Expect, Precondition};
pub use china::{date_in_china, end_in_china, hour_in_china};
pub use feature::{Body, Feature, Record};
pub use id::{CollectionId, FeatureId, IdError, SCHEMAS, SOURCES};
pub use in_chinese::InChinese;
pub use level::Level;
pub(crate) use localized::both;
pub use localized::{Language, Localized};
pub use properties::{Properties, PropertiesError, pick};
pub use role::{ParseRoleError, Role, RoleSet};
pub use schema::{
    BuiltIns, GeometryKind, INFERRED, ORIGIN, OriginKind, PropertySchema, Schema, SchemaError,
    Scope, built_in_texts,
};
pub use view::View;
