//! The titles of day orders (当日管制). This file is also part of the program for phones.

use crate::model::{Localized, both};

/// Returns the title of a kind of order, for example 暴雨管制 (storm).
pub fn title(kind: &str) -> Localized {
    match kind {
        "storm" => both!("暴雨管制", "storm"),
        "snow" => both!("冰雪管制", "snow and ice"),
        "peak" => both!("高峰管控", "peak hours"),
        "emergency" => both!("应急管制", "emergency"),
        other => both!("{other}", "{other}"),
    }
}
