//! `/api/plan`: who is out of reach of a facility. Only planners and administrators may ask, because the answers tell
//! how many people live where.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | request bodies and their validation |
//! | `answer` | response bodies |
//! | `coverage` | `/api/plan/coverage` |
//! | `standards` | `/api/plan/standards` |

mod answer;
mod ask;
mod coverage;
mod standards;

pub use coverage::*;
pub use standards::*;
