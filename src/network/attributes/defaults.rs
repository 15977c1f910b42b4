//! Default attributes of features without the properties.
//!
//! | feature | e-bike | on foot | hours |
//! | --- | --- | --- | --- |
//! | road, lane, cycleway, path, garage way | rides | yes | always |
//! | crossing, square | pushes | yes | always |
//! | steps, lift | no (with a ramp: pushes) | yes | always |
//! | bollard | rides | yes | always |
//! | cycle barrier, chain | pushes | yes | always |
//! | stile | no | yes | always |
//! | gate, garage entrance | rides | yes | unknown |
//! | door, and the outline of a building without one | no | yes | always |

use super::times::Times;
use crate::model::names::collection::{ENTRANCES, ROUTES};
use crate::network::core::{Admission, WayKind};

/// The default attributes of a kind of feature.
pub struct Default {
    /// The kind of way.
    pub kind: WayKind,
    /// Whether an e-bike passes.
    pub ebike: Admission,
    /// Whether people on foot pass.
    pub foot: Admission,
    /// When it is open.
    pub hours: Times,
}

/// The defaults for a feature of a collection and a kind.
pub fn of(collection: &str, kind: Option<&str>, is_lift: bool) -> Default {
    use Admission::{Dismount, No, Yes};
    let (kind, ebike, hours) = match (collection, kind) {
        (ROUTES, _) if is_lift => (WayKind::Lift, No, Times::Always),
        (ROUTES, Some("road")) => (WayKind::Road, Yes, Times::Always),
        (ROUTES, Some("cycleway")) => (WayKind::Cycleway, Yes, Times::Always),
        (ROUTES, Some("path")) => (WayKind::Path, Yes, Times::Always),
        (ROUTES, Some("garage")) => (WayKind::Garage, Yes, Times::Always),
        (ROUTES, Some("crossing")) => (WayKind::Crossing, Dismount, Times::Always),
        (ROUTES, Some("square")) => (WayKind::Area, Dismount, Times::Always),
        (ROUTES, Some("steps")) => (WayKind::Steps, No, Times::Always),
        (ROUTES, Some("lift")) => (WayKind::Lift, No, Times::Always),
        (ROUTES, Some("bollard")) => (WayKind::Gate, Yes, Times::Always),
        (ROUTES, Some("cycle_barrier" | "chain")) => (WayKind::Gate, Dismount, Times::Always),
        (ROUTES, Some("stile")) => (WayKind::Gate, No, Times::Always),
        (ROUTES, _) => (WayKind::Lane, Yes, Times::Always),
        (ENTRANCES, Some("gate" | "garage")) => (WayKind::Gate, Yes, Times::Unknown),
        // Doors, buildings without a known door, and facilities.
        _ => (WayKind::Door, No, Times::Always),
    };
    Default {
        kind,
        ebike,
        foot: Yes,
        hours,
    }
}
