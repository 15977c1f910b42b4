//! Planning: which people no facility covers, where facilities should stand, and which access rules to change.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the request: the facilities, the standard, the people, the moment |
//! | `people` | the people of the map: how many live behind which door, on how many storeys, in which areas |
//! | `moments` | the hours of a week, and which of them are alike |
//! | `sites` | the facilities, where they are entered, and which are open at the moment |
//! | `coverage` | computes coverage from people, facilities and the walking network, and keeps the last results |
//! | `base` | the coverage of the facilities of the map, kept so that further ones can be tried quickly |
//! | `shown` | the properties of a feature that the caller may see |
//! | `numeric` | checks the properties that a request names for numbers |
//! | `straight` | the coverage by straight-line distance, for comparison |
//! | `edits` | the edits of a scenario, checked against the map |
//! | `scenarios` | saved edits, shared between planners |
//! | `access_changes` | which access rules to change, such as which gate should open: single changes and the best set |
//! | `week` | the coverage in each hour of a week: the mean, and the worst hour |
//! | `jobs` | what the jobs that only read the map share |
//! | `what_if` | the map with edits that are not committed, and its network |
//! | `notes` | notes for a report |
//! | `siting` | the job that finds where facilities should stand |

pub mod access_changes;
mod ask;
mod base;
mod coverage;
#[cfg(test)]
mod edit_tests;
mod edits;
mod jobs;
mod moments;
mod notes;
mod numeric;
mod people;
pub mod scenarios;
mod shown;
mod sites;
pub mod siting;
mod straight;
#[cfg(test)]
mod tests;
pub mod week;
mod what_if;

pub use ask::{CoverageAsk, DemandAsk, DemandPoint, FacilityAsk, Factors, NoCoverage};
pub use coverage::{Change, CoverageFound, Planning, Sites};
pub use edits::{EditOp, MOST_EDITS, ScenarioEdit, WrongEdit};
pub use notes::notes;
pub use what_if::{NoWhatIf, WhatIf};
