//! `/api/plan`: which people have no facility nearby, where facilities should stand, and which access rules to change. Only
//! planners and administrators may ask, because the answers tell how many people live where. Officers may read the
//! coverage of the map as it is, for the wall screen.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the request body of a coverage and its validation |
//! | `ask_query` | the parameters of `GET /api/plan/coverage` |
//! | `answer` | the response body of a coverage |
//! | `figures` | fills the response body of a coverage |
//! | `coverage` | `/api/plan/coverage` |
//! | `access` | the request body of `problem: "access"` (which rules to change) and its validation |
//! | `edits` | reads the edits of a request, or those of the scenario that it names |
//! | `scenarios` | `/api/plan/scenarios` |
//! | `siting_ask` | the request body of a siting and its validation |
//! | `sitings` | `/api/plan/sitings` |
//! | `standards` | `/api/plan/standards` |

mod access;
mod answer;
mod ask;
mod ask_query;
mod coverage;
mod edits;
mod figures;
mod scenarios;
mod siting_ask;
mod sitings;
mod standards;

pub use coverage::*;
pub use scenarios::*;
pub use sitings::*;
pub use standards::*;
