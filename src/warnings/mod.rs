//! The three-colour warning ledger (红黄绿三色预警台账): the life of a case, the status of each grid, the
//! rules by which warnings become more severe, and the calendar of working time.
//!
//! The code has no side effects: it uses neither the store nor the clock. Times are arguments, and
//! decisions are returned as steps.

mod actor;
pub mod calendar;
pub mod cap;
mod case;
pub mod closure;
pub mod condition;
mod contact;
mod door;
pub mod due;
pub mod duplicates;
pub mod engine;
pub mod field;
pub mod figures;
pub mod handover;
pub mod key;
pub mod level;
mod number;
mod report;
mod request;
pub mod responsible;
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
pub use case::{Case, CaseError, CasePhoto, Handler, Inside, PrivatePlace, Turn};
pub use condition::Condition;
pub use contact::PhoneNumber;
pub use door::{RoomNumber, UnitNumber};
pub use field::FieldError;
pub use number::CaseNumber;
pub use report::Report;
pub use request::{ActionBody, ActionRequest};
pub use rules::Rules;
pub use status::{GridStatus, OpenCounts, StatusBoard};
pub use step::{Action, Notice, PhotoKind, Source, Status, Step, StepPhoto, Verdict};
pub use table::{Context, Refusal, allowed, decide};
