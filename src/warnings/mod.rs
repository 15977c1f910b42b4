//! The three-colour warning ledger (红黄绿三色预警台账): how a case moves, what the warnings come to for each
//! grid, by which rules they grow worse, and by which calendar time counts.
//!
//! Pure: no store, no clock. Moments are arguments, and what was decided is handed back as a step.

mod actor;
pub mod calendar;
pub mod cap;
mod case;
pub mod condition;
pub mod due;
pub mod duplicates;
pub mod engine;
pub mod field;
pub mod figures;
pub mod key;
pub mod level;
mod report;
mod request;
pub mod rules;
mod shards;
pub mod sheet;
mod status;
mod step;
pub mod suggest;
pub mod summary;
pub mod table;

pub use actor::Actor;
pub use calendar::Calendar;
pub use case::{Case, CaseError, CasePhoto, Handler, Inside, Turn};
pub use condition::Condition;
pub use field::FieldError;
pub use report::Report;
pub use request::{ActionBody, ActionRequest};
pub use rules::Rules;
pub use status::{GridStatus, OpenCounts, StatusBoard};
pub use step::{Action, Notice, PhotoKind, Source, Status, Step, StepPhoto, Verdict};
pub use table::{Context, Refusal, allowed, decide};
