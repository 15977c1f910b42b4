//! Which gate should open: changes of access rules and small construction works, ranked by what they save, and the best
//! set of k.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | the question and the answer |
//! | `generate` | changes that the map suggests |
//! | `scopes` | which doors a change can concern |
//! | `scene` | which changes can influence each other |
//! | `measure` | what is measured on each version of the map |
//! | `rides` | the times of riders in each hour of the week |
//! | `walks` | the walks of residents in each hour of the week, and the people with an AED within the standard |
//! | `gains` | what sets of changes save, measured on overlays of the map |
//! | `search` | ranks changes and finds the best set |
//! | `words` | sentences and notes |
//! | `job` | the job |

mod ask;
mod gains;
mod generate;
mod job;
mod measure;
mod rides;
mod scene;
mod scopes;
mod search;
#[cfg(test)]
mod tests;
mod walks;
mod words;

pub use ask::{
    AccessAnswer, AccessAsk, AccessChange, AccessObjective, BestChanges, DeliveriesUsed, NoAccess,
    Saved, SingleChange, Watch,
};
pub use generate::MOST_CHANGES;
pub use job::{AccessJob, KIND};
pub use search::{access_changes, preview};
