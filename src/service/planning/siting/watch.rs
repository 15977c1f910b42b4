//! Progress, cancellation and errors of a siting.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::Localized;
use crate::service::planning::{NoCoverage, NoWhatIf, WrongEdit};
use crate::service::routes::NoNetwork;

/// Why a siting has no result.
#[derive(Debug, Clone, PartialEq)]
pub enum NoSiting {
    /// There is no network.
    Network(NoNetwork),
    /// Edits of the request cannot be applied to the map.
    Edits(Vec<WrongEdit>),
    /// A field of the request does not fit the map.
    Field(String, Localized),
    /// The problem cannot be solved; the text says why.
    Text(Localized),
    /// The job was cancelled.
    Cancelled,
}

impl NoSiting {
    pub(super) fn field(field: impl Into<String>, problem: Localized) -> Self {
        Self::Field(field.into(), problem)
    }
}

impl From<NoCoverage> for NoSiting {
    fn from(reason: NoCoverage) -> Self {
        match reason {
            NoCoverage::Network(reason) => Self::Network(reason),
            NoCoverage::Field(field, problem) => Self::Field(field.to_owned(), problem),
        }
    }
}

impl From<NoWhatIf> for NoSiting {
    fn from(reason: NoWhatIf) -> Self {
        match reason {
            NoWhatIf::Network(reason) => Self::Network(reason),
            NoWhatIf::Edits(wrong) => Self::Edits(wrong),
        }
    }
}

/// How a siting reports its progress, and how it is stopped.
pub(super) struct Watch<'a> {
    pub stop: &'a AtomicBool,
    pub report: &'a (dyn Fn(&str, f64, u64) + Sync),
}

impl Watch<'_> {
    pub fn report(&self, stage: &str, share: f64, done: u64) {
        (self.report)(stage, share, done);
    }

    pub fn go_on(&self) -> Result<(), NoSiting> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(NoSiting::Cancelled),
            false => Ok(()),
        }
    }
}
