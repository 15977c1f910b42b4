//! The card of a grid, a community, a street or a building (网格档案、楼栋档案): all that is known about it.
//!
//! What stands in the areas and who is in charge of them is counted once and kept until a collection that it was
//! counted from changes. A card of a past moment is counted from the collections as they were then. Who has facilities
//! within reach takes walks on the network and is a separate answer.

mod answer;
mod card;
mod gaps;
mod ground;
mod map;
mod past;
mod reach;

pub use answer::{
    AreaName, BuildingFacts, Card, CardCase, CardCases, CardDuty, CardLevel, CardProject,
    CardProjects, CardSubject, CardWindow, NearService, OpenBy, Stairwells,
};
pub use gaps::{Gap, GapPlace};
pub use ground::{Cards, Ground};
pub use map::Map;
pub use past::{Then, then};
pub use reach::{CardReach, ReachRow, Reached, Reaches};
