//! The rows of the status table: from which statuses, by whom, and to which status each action leads.

use crate::warnings::rules::MICRO_WISH;
use crate::warnings::step::Status::{
    Closed, Dispatched, Filed, Handled, Handling, Merged, Parked, Rejected, Reported, Returned,
    Verified,
};
use crate::warnings::step::{Action, Status};

/// The persons who may take an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// A duty officer.
    Officer,
    /// An account of the unit in charge.
    TheUnit,
    /// A grid worker or an officer who did not handle the case.
    Verifier,
    /// The reporter of the case.
    Reporter,
    /// A grid worker, an officer, or an account of the unit in charge.
    Staff,
    /// An account of any unit, which then is in charge.
    AnyUnit,
}

/// The status after an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// A fixed status.
    Always(Status),
    /// The status does not change.
    Same,
    /// Verified if the verification passes, otherwise back to the unit.
    Verdict,
    /// The status before the case was parked.
    BeforePark,
}

/// A row of the status table.
pub(super) struct Row {
    pub action: Action,
    pub from: &'static [Status],
    pub who: Who,
    pub to: To,
    /// The only category for which the action exists; `None` if it exists for all.
    pub only: Option<&'static str>,
}

impl Row {
    /// The same row, for one category only.
    const fn only(self, category: &'static str) -> Self {
        Self {
            only: Some(category),
            ..self
        }
    }
}

const fn row(action: Action, from: &'static [Status], who: Who, to: To) -> Row {
    Row {
        action,
        from,
        who,
        to,
        only: None,
    }
}

/// The statuses in which somebody still has to work on an accepted case.
const FILED_TO_HANDLED: &[Status] = &[Filed, Dispatched, Returned, Handling, Handled];

/// All actions except the report, which opens a case ([`Case::open`]).
pub(super) const TABLE: &[Row] = &[
    row(Action::File, &[Reported], Who::Officer, To::Always(Filed)),
    row(
        Action::Reject,
        &[Reported],
        Who::Officer,
        To::Always(Rejected),
    ),
    row(
        Action::Merge,
        &[Reported, Filed],
        Who::Officer,
        To::Always(Merged),
    ),
    row(
        Action::Dispatch,
        &[Filed, Returned],
        Who::Officer,
        To::Always(Dispatched),
    ),
    row(
        Action::Return,
        &[Dispatched, Handling],
        Who::TheUnit,
        To::Always(Returned),
    ),
    row(
        Action::Start,
        &[Dispatched],
        Who::TheUnit,
        To::Always(Handling),
    ),
    row(
        Action::Handle,
        &[Handling],
        Who::TheUnit,
        To::Always(Handled),
    ),
    row(Action::Verify, &[Handled], Who::Verifier, To::Verdict),
    row(Action::Close, &[Verified], Who::Officer, To::Always(Closed)),
    row(
        Action::Extend,
        &[Dispatched, Handling],
        Who::Officer,
        To::Same,
    ),
    row(
        Action::Park,
        FILED_TO_HANDLED,
        Who::Officer,
        To::Always(Parked),
    ),
    row(Action::Resume, &[Parked], Who::Officer, To::BeforePark),
    row(
        Action::Reopen,
        &[Closed, Rejected],
        Who::Officer,
        To::Always(Filed),
    ),
    row(Action::Rate, &[Closed], Who::Reporter, To::Same),
    row(
        Action::Claim,
        &[Filed],
        Who::AnyUnit,
        To::Always(Dispatched),
    )
    .only(MICRO_WISH),
    row(Action::Urge, FILED_TO_HANDLED, Who::Officer, To::Same),
    row(Action::Supervise, FILED_TO_HANDLED, Who::Officer, To::Same),
    row(Action::Block, FILED_TO_HANDLED, Who::Officer, To::Same),
    row(Action::Publish, FILED_TO_HANDLED, Who::Officer, To::Same).only(MICRO_WISH),
    row(Action::Note, Status::ALL, Who::Staff, To::Same),
];
