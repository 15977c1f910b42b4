//! Webhooks, and how far in the log each has delivered.
//!
//! Deliveries are derived from the log: a webhook has a position in the log, and every event up to that
//! position was delivered or given up. There is no queue, so no event is lost between a commit and
//! its delivery. An event that was being sent when the process died is found again and sent with
//! the same id.

use jiff::Timestamp;
use serde::Serialize;

use super::{Position, Store, StoreError, TokenSecret};

/// The kinds of event for which a webhook can be registered.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    serde::Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HookEvent {
    /// A step of a case.
    Step,
    /// A step that needs attention: a case that begins at yellow or red, or a level that rises, if
    /// nobody has silenced the case.
    Notice,
}

impl HookEvent {
    /// The name of the event in the database and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        text.parse()
            .map_err(|_| StoreError::corrupt("webhooks, events", text))
    }
}

/// The input for creating a webhook.
#[derive(Debug)]
pub struct NewWebhook {
    /// The URL to which deliveries are sent.
    pub url: String,
    /// The events to deliver.
    pub events: Vec<HookEvent>,
    /// The secret that signs deliveries; a random one is created if it is `None`.
    pub secret: Option<String>,
    /// The id of the account that creates the webhook.
    pub created_by: Option<String>,
}

/// A registered webhook.
#[derive(Debug, Clone, Serialize)]
pub struct Webhook {
    /// The webhook's id, which is part of the ids of its deliveries.
    pub id: String,
    /// The URL to which deliveries are sent.
    pub url: String,
    /// The events to deliver.
    pub events: Vec<HookEvent>,
    /// When the webhook was created. Only later events are delivered.
    pub created_at: Timestamp,
    /// The id of the account that created the webhook.
    pub created_by: Option<String>,
    /// The position in the log up to which events were delivered.
    pub position: Position,
    /// The failure that delays deliveries; `None` if the last delivery succeeded.
    pub trouble: Option<Trouble>,
    /// The secret that signs deliveries.
    #[serde(skip)]
    pub secret: TokenSecret,
}

/// The failure of a receiver to accept a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// When the first of the attempts that `failures` counts was made.
    pub since: Timestamp,
    /// The number of attempts that failed in a row.
    pub failures: u32,
    /// When the next attempt is made.
    pub next_at: Timestamp,
    /// The error of the last attempt.
    pub error: String,
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryState {
    /// The delivery failed and will be tried again.
    Pending,
    /// The receiver accepted the delivery.
    Delivered,
    /// The delivery failed for too long and was given up.
    Dead,
}

impl DeliveryState {
    /// The name of the state in the database and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        text.parse()
            .map_err(|_| StoreError::corrupt("deliveries, state", text))
    }
}

/// The delivery of one event to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The delivery's id, made of webhook, commit and warning. It is the same in every attempt.
    pub id: String,
    /// The number of the commit that made the event.
    pub seq: u64,
    /// The id of the warning.
    pub warning: String,
    /// The kind of event.
    pub event: HookEvent,
    /// The state of the delivery.
    pub state: DeliveryState,
    /// The number of attempts.
    pub tries: u32,
    /// When the first attempt was made.
    pub first_at: Timestamp,
    /// When the last attempt was made.
    pub at: Timestamp,
    /// The error of the last attempt, if it failed.
    pub error: Option<String>,
}

impl Delivery {
    /// The id of the delivery to a webhook of the change that a commit made to a warning.
    pub fn id_of(hook: &str, seq: u64, warning: &str) -> String {
        format!("{hook}-{seq}-{warning}")
    }
}

/// An attempt to deliver, to be recorded.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The id of the webhook.
    pub hook: &'a str,
    /// The number of the commit that made the event.
    pub seq: u64,
    /// The id of the warning.
    pub warning: &'a str,
    /// The kind of event.
    pub event: HookEvent,
    /// When the attempt was made.
    pub at: Timestamp,
    /// The result of the attempt.
    pub outcome: Outcome,
}

/// The result of an attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver accepted the delivery; the position moves forward.
    Delivered,
    /// The attempt failed and is repeated later; the position stays.
    Failed {
        /// When the next attempt is made.
        next_at: Timestamp,
        /// Why the attempt failed.
        error: String,
    },
    /// The delivery was given up; the position moves forward, and the next delivery is tried later.
    GivenUp {
        /// When the next delivery is tried.
        next_at: Timestamp,
        /// Why the last attempt failed.
        error: String,
    },
}

impl Outcome {
    pub(super) fn state(&self) -> DeliveryState {
        match self {
            Self::Delivered => DeliveryState::Delivered,
            Self::Failed { .. } => DeliveryState::Pending,
            Self::GivenUp { .. } => DeliveryState::Dead,
        }
    }

    /// The error and the time of the next attempt; `None` if the delivery succeeded.
    pub(super) fn trouble(&self) -> Option<(&str, Timestamp)> {
        match self {
            Self::Delivered => None,
            Self::Failed { next_at, error } | Self::GivenUp { next_at, error } => {
                Some((error, *next_at))
            }
        }
    }
}

impl Store {
    /// Creates a webhook. It receives events of commits made from now on.
    pub async fn create_webhook(&self, new: NewWebhook) -> Result<Webhook, StoreError> {
        either!(self, s => s.create_webhook(new).await)
    }

    /// All webhooks, the oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        either!(self, s => s.webhooks().await)
    }

    /// Removes a webhook and the records of its deliveries. `false` if there is no such webhook.
    pub async fn delete_webhook(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.delete_webhook(id).await)
    }

    /// Records the result of an attempt and the new position of the webhook in one transaction.
    pub async fn record_attempt(&self, attempt: &Attempt<'_>) -> Result<(), StoreError> {
        either!(self, s => s.record_attempt(attempt).await)
    }

    /// Moves the position of a webhook forward over commits that do not concern it. The position
    /// never moves back.
    pub async fn advance_webhook(&self, id: &str, to: &Position) -> Result<(), StoreError> {
        either!(self, s => s.advance_webhook(id, to).await)
    }

    /// Lists deliveries to a webhook, the newest first. With `only`, lists only those in this
    /// state.
    pub async fn deliveries(
        &self,
        hook: &str,
        only: Option<DeliveryState>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        either!(self, s => s.deliveries(hook, only, limit).await)
    }

    /// Removes the records of deliveries that ended before a moment and returns how many.
    pub async fn sweep_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_deliveries(before).await)
    }
}
