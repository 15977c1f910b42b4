//! The three-colour warning ledger (红黄绿三色预警台账): what the warnings come to for each grid, by which
//! rules they grow worse, and by which calendar time counts.

pub mod calendar;
pub mod condition;
pub mod level;
mod problem;
pub mod rules;
mod status;

pub use calendar::Calendar;
pub use condition::Condition;
pub use problem::Problem;
pub use rules::Rules;
pub use status::{GridStatus, OpenCounts, StatusBoard};
