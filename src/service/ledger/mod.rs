//! The case service (受理): the write path of the ledger. Each use case reads one snapshot, decides, and commits
//! an edit on the condition that everything it read is unchanged. If another commit came first, it decides
//! again, up to a limit, and then returns [`LedgerError::Busy`].
//!
//! When a use case returns, its commit is durable. The result says whether the snapshot of this process
//! contains it yet.

mod act;
#[cfg(test)]
mod agreement_tests;
mod case_service;
pub mod cases;
mod error;
mod import;
mod numbering;
mod observe;
pub mod past;
mod receipt;
pub mod replay;
mod report;
mod silence;
mod surroundings;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
pub mod timer;
#[cfg(test)]
mod timer_tests;

pub use act::Acted;
pub use case_service::CaseService;
pub use error::LedgerError;
pub use import::{Becomes, FarRow, ImportOutcome, ImportedRow};
pub use numbering::REASON as NUMBERING;
pub use observe::{Observation, Observed, is_firing};
pub use receipt::{is_reading_code, reading_code, receipt_hash};
pub use report::{NewReport, Reported};
pub use silence::NewSilence;
