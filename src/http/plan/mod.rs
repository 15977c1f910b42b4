//! `/api/plan`: who is out of reach of a facility. Only planners and administrators may ask, because the answers tell
//! how many people live where.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | request bodies and their validation |
//! | `answer` | response bodies |
//! | `figures` | fills the answer of a coverage |
//! | `coverage` | `/api/plan/coverage` |
//! | `edits` | the edits of a request, or of the scenario that it names |
//! | `scenarios` | `/api/plan/scenarios` |
//! | `standards` | `/api/plan/standards` |

mod answer;
mod ask;
mod coverage;
mod edits;
mod figures;
mod scenarios;
mod standards;

pub use coverage::*;
pub use scenarios::*;
pub use standards::*;
