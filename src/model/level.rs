//! The levels of the warning ledger (红黄绿三色预警台账).

use serde::{Deserialize, Serialize};

/// The level of a warning. Levels are ordered, and the maximum of several is the most severe.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Level {
    /// Nothing is known; never shown as green.
    NoData,
    /// Normal (正常).
    Green,
    /// Yellow warning (黄色预警).
    Yellow,
    /// Red warning (红色预警).
    Red,
}

impl Level {
    /// The name of the level in data and the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
