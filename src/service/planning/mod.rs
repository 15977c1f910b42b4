//! Planning: who is out of reach of a facility.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the request: the facilities, the standard, the people, the moment |
//! | `people` | the people of the map: behind which doors, on which storeys, in which areas |
//! | `sites` | the facilities, where they are entered, and which are open at the moment |
//! | `coverage` | puts them together with the walking network |

mod ask;
mod coverage;
mod people;
mod sites;
#[cfg(test)]
mod tests;

pub use ask::{CoverageAsk, DemandAsk, DemandPoint, FacilityAsk, Factors, NoCoverage};
pub use coverage::{Change, CoverageFound, Planning, Sites};
