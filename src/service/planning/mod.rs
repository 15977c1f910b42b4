//! Planning: who is out of reach of a facility, and where facilities should stand.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the request: the facilities, the standard, the people, the moment |
//! | `people` | the people of the map: behind which doors, on which storeys, in which areas |
//! | `sites` | the facilities, where they are entered, and which are open at the moment |
//! | `coverage` | puts them together with the walking network |
//! | `base` | a coverage with its searches, kept for trying further facilities |
//! | `straight` | the people within a distance in a straight line, for comparison |
//! | `edits` | the edits of a scenario, checked against the map |
//! | `scenarios` | saved edits, shared between planners |
//! | `access_changes` | which gate should open: changes of rules, ranked, and the best set |
//! | `what_if` | the map and its network with edits |
//! | `notes` | notes for a report |
//! | `siting` | the job that finds where facilities should stand |

pub mod access_changes;
mod ask;
mod base;
mod coverage;
#[cfg(test)]
mod edit_tests;
mod edits;
mod notes;
mod people;
pub mod scenarios;
mod sites;
pub mod siting;
mod straight;
#[cfg(test)]
mod tests;
mod what_if;

pub use ask::{CoverageAsk, DemandAsk, DemandPoint, FacilityAsk, Factors, NoCoverage};
pub use coverage::{Change, CoverageFound, Planning, Sites};
pub use edits::{EditOp, MOST_EDITS, ScenarioEdit, WrongEdit};
pub use notes::notes;
pub use what_if::{NoWhatIf, WhatIf};
