//! Trips to several doors with one vehicle.
//!
//! | file | subject |
//! | --- | --- |
//! | `query` | queries for trips |
//! | `plan` | visits, time windows, and the travel times that a plan needs |
//! | `exact` | the best plan for a few doors |
//! | `improve` | a good plan for many doors |
//! | `travel` | the travel times on the network, for the time of each departure |
//! | `planner` | plans a trip and searches each of its parts |

mod exact;
mod improve;
mod plan;
mod planner;
mod query;
mod travel;

pub use exact::MOST_EXACT;
pub use plan::Window;
pub use planner::{NoTrip, Trip, TripPart, TripVisit, WhyNoTrip};
pub use query::TripQuery;
