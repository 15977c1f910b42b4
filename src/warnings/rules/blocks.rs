//! The key `blocks` of a category: which ways near a case are closed.

use serde::Serialize;

use crate::codec::config::Item;

/// Closes the ways near an open case.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Blocks {
    /// Whether they are closed to e-bikes, ridden or pushed.
    pub ebike: bool,
    /// Whether they are closed to people on foot.
    pub foot: bool,
    /// The distance from the case, in metres, within which ways are closed.
    pub within_m: f64,
}

/// The greatest distance from a case at which ways may be closed, in metres.
const FARTHEST_M: f64 = 200.0;

/// Parses `blocks = { ebike, foot, within_m }`.
pub(super) fn read(item: &Item<'_>) -> Option<Blocks> {
    let table = item.table()?;
    let flag = |key| table.get(key).map_or(Some(false), |i| i.flag());
    let (ebike, foot) = (flag("ebike"), flag("foot"));
    let within_m = table
        .need("within_m", "a distance in metres, such as 5")
        .and_then(|i| i.number_in(0.5, FARTHEST_M, "metres"));
    table.finish();
    let made = Blocks {
        ebike: ebike?,
        foot: foot?,
        within_m: within_m?,
    };
    if !made.ebike && !made.foot {
        item.wrong(
            "closes nothing",
            "`ebike = true`, `foot = true` or both; leave `blocks` out where a case closes no way",
        );
        return None;
    }
    Some(made)
}
