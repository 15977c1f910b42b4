//! `/api/plan`: who is out of reach of a facility, and where facilities should stand. Only planners and administrators may ask, because the answers tell
//! how many people live where.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | request bodies and their validation |
//! | `answer` | response bodies |
//! | `figures` | fills the answer of a coverage |
//! | `coverage` | `/api/plan/coverage` |
//! | `access` | the question which rules to change |
//! | `edits` | the edits of a request, or of the scenario that it names |
//! | `scenarios` | `/api/plan/scenarios` |
//! | `siting_ask` | the request body of a siting and its validation |
//! | `sitings` | `/api/plan/sitings` |
//! | `standards` | `/api/plan/standards` |

mod access;
mod answer;
mod ask;
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
