//! The key `blocks` of a category: which ways near a case are closed.

use serde::{Deserialize, Serialize};

use crate::codec::config::Item;

/// Which ways near a case are closed, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Blocks {
    /// Whether the ways are closed to e-bikes, ridden or pushed.
    pub ebike: bool,
    /// Whether the ways are closed to people on foot.
    pub foot: bool,
    /// The distance from the case, in metres, within which ways are closed.
    pub within_m: f64,
}

impl Blocks {
    /// The least distance from a case within which ways can be closed, in metres.
    pub const NEAREST_M: f64 = 0.5;
    /// The greatest distance from a case within which ways can be closed, in metres.
    pub const FARTHEST_M: f64 = 200.0;
    /// The distance if neither the officer nor the category gives one, in metres.
    pub const USUAL_M: f64 = 5.0;

    /// Whether ways are closed to e-bikes or to people on foot.
    pub fn is_closing(self) -> bool {
        self.ebike || self.foot
    }
}

/// Parses `blocks = { ebike, foot, within_m }`.
pub(super) fn read(item: &Item<'_>) -> Option<Blocks> {
    let table = item.table()?;
    let flag = |key| table.get(key).map_or(Some(false), |i| i.flag());
    let (ebike, foot) = (flag("ebike"), flag("foot"));
    let within_m = table
        .need("within_m", "a distance in metres, such as 5")
        .and_then(|i| i.number_in(Blocks::NEAREST_M, Blocks::FARTHEST_M, "metres"));
    table.finish();
    let made = Blocks {
        ebike: ebike?,
        foot: foot?,
        within_m: within_m?,
    };
    if !made.is_closing() {
        item.wrong(
            "closes nothing",
            "`ebike = true`, `foot = true` or both; leave `blocks` out where a case closes no way",
        );
        return None;
    }
    Some(made)
}
