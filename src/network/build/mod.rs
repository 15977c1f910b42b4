//! Builds the topology of the network for riding and walking from the features of the map.
//!
//! | file | subject |
//! | --- | --- |
//! | `features` | the features that the network is built from, decoded |
//! | `plane`, `segments`, `bodies`, `walls` | geometry in metres: lines and areas in R-trees, and walls |
//! | `mesh`, `world` | ways as chains of shared vertices, and the data that all stages use |
//! | `snap` | ends of ways that stop short of another way |
//! | `crossings` | where ways cross walls |
//! | `gates` | gates and bollards on ways, gates beside ways, crossings without a gate |
//! | `lifts`, `areas` | lifts between layers; squares that are crossed |
//! | `sight`, `around` | lines of sight, and paths around corners where no way is visible |
//! | `doors`, `outline`, `parking` | links of doors, of buildings without doors, and of parking places |
//! | `pieces`, `assemble`, `turns` | nodes, edges and turn restrictions |
//! | `report` | problems in the data that a person should check |
//!
//! Features that share a position (1e-7 of a degree) are joined there, whatever their layer. Ways that cross
//! without sharing a position are not. Nothing is joined across a barrier, a building or the edge of a walled
//! compound, except through an entrance or along a mapped way. If there is no entrance where a mapped way crosses
//! one of them, the crossing can be used on foot only and is reported.

mod areas;
mod around;
mod assemble;
mod bodies;
mod crossings;
mod doors;
mod features;
mod gates;
mod lifts;
mod mesh;
mod order;
mod outline;
mod parking;
mod pieces;
mod plane;
mod report;
mod segments;
mod sight;
mod snap;
#[cfg(test)]
mod tests;
mod turns;
mod walls;
mod world;

pub use doors::{DOOR_M, NEAREST_M};
pub use features::{Features, Named};
pub use report::{Assumed, Gap, LostTurn, Report, Unlinked};
pub use snap::{GAP_M, SNAP_M};
pub use walls::WallKind;

use super::core::{Invalid, Topology};

/// A topology and the report about its data.
#[derive(Debug)]
pub struct Built {
    /// The topology.
    pub topology: Topology,
    /// Problems in the data that a person should check.
    pub report: Report,
}

/// Builds the network of all features.
///
/// # Errors
/// If the map has more nodes or edges than a topology supports.
pub fn build(features: &Features) -> Result<Built, Invalid> {
    let mut world = world::World::new(features);
    let gaps = snap::snap(&mut world);
    let crossings = crossings::crossings(&mut world);
    let mut areas = areas::Areas::new(&mut world);
    lifts::place(&mut world);
    let (gates, assumed) = gates::place(&mut world, crossings);
    let (mut doors, mut unlinked) = doors::place(&mut world, &mut areas, &gates);
    let (more, lost) = doors::place_buildings(&mut world, &mut areas);
    doors.extend(more);
    unlinked.extend(lost);
    let parkings = parking::place(&mut world);
    areas.cross(&mut world);
    let pieces = pieces::Pieces::new(&world, doors.iter().chain(&parkings));
    let mut made = assemble::assemble(&world, &pieces, &doors, &parkings);
    let lost_turns = turns::place(&world, &mut made);
    Ok(Built {
        topology: Topology::new(order::along_curve(&made.parts))?,
        report: Report {
            gaps,
            assumed,
            unlinked,
            lost_turns,
        },
    })
}
