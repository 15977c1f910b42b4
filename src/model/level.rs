//! The three colours of the warning ledger (红黄绿三色预警台账).

use serde::{Deserialize, Serialize};

/// How bad it is. Ordered: the worst of several is their maximum.
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
    /// Nothing is known: neither good nor bad, and never shown as green.
    NoData,
    /// 正常.
    Green,
    /// 黄色预警.
    Yellow,
    /// 红色预警.
    Red,
}

impl Level {
    /// The name as it stands in data.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
