//! Who is told of steps, and how far the telling has come.
//!
//! Deliveries are derived from the log: a webhook has a position in it, and what lies behind the
//! position has been told. Nothing is queued, so nothing is lost between a step and its delivery, and
//! what was about to be sent when the process died is found again under the same name.

use jiff::Timestamp;
use serde::Serialize;

use super::{Position, Store, StoreError, TokenSecret};

/// What a webhook is told of.
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
    /// A step that is to be noticed: a case that begins at yellow or red, or a level that rises, and
    /// that nobody silenced.
    Notice,
}

impl HookEvent {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        text.parse()
            .map_err(|_| StoreError::corrupt("webhooks, events", text))
    }
}

/// A webhook to be made.
#[derive(Debug)]
pub struct NewWebhook {
    /// The URL to which deliveries are sent.
    pub url: String,
    /// What to tell.
    pub events: Vec<HookEvent>,
    /// What to sign with; drawn where it is `None`.
    pub secret: Option<String>,
    /// The account that made it.
    pub created_by: Option<String>,
}

/// A webhook.
#[derive(Debug, Clone, Serialize)]
pub struct Webhook {
    /// Its id, part of the id of each of its deliveries.
    pub id: String,
    /// The URL to which deliveries are sent.
    pub url: String,
    /// What to tell.
    pub events: Vec<HookEvent>,
    /// When it was made. It is told of what happens from then on.
    pub created_at: Timestamp,
    /// The account that made it.
    pub created_by: Option<String>,
    /// How far the telling has come.
    pub position: Position,
    /// What keeps it from going on.
    pub trouble: Option<Trouble>,
    /// What deliveries are signed with.
    #[serde(skip)]
    pub secret: TokenSecret,
}

/// A receiver that does not take what it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// Since when.
    pub since: Timestamp,
    /// How many attempts failed in a row.
    pub failures: u32,
    /// When it is tried again.
    pub next_at: Timestamp,
    /// What went wrong last.
    pub error: String,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::EnumString, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryState {
    /// The delivery failed and will be tried again.
    Pending,
    /// The receiver took it.
    Delivered,
    /// The delivery was given up.
    Dead,
}

impl DeliveryState {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        text.parse()
            .map_err(|_| StoreError::corrupt("deliveries, state", text))
    }
}

/// One thing told to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// One id for ever: webhook, commit, warning.
    pub id: String,
    /// The commit.
    pub seq: u64,
    /// The warning.
    pub warning: String,
    /// What it told.
    pub event: HookEvent,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// When it was tried first.
    pub first_at: Timestamp,
    /// When it was tried last.
    pub at: Timestamp,
    /// What went wrong last.
    pub error: Option<String>,
}

impl Delivery {
    /// The id of what a commit did to a warning, told to a webhook.
    pub fn id_of(hook: &str, seq: u64, warning: &str) -> String {
        format!("{hook}-{seq}-{warning}")
    }
}

/// An attempt to deliver, to be written down.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The webhook.
    pub hook: &'a str,
    /// The commit.
    pub seq: u64,
    /// The warning.
    pub warning: &'a str,
    /// What was told.
    pub event: HookEvent,
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it: the position moves on.
    Delivered,
    /// The delivery will be tried again; the position stays.
    Failed {
        /// When to try again.
        next_at: Timestamp,
        /// What went wrong.
        error: String,
    },
    /// It is given up: the position moves on, and the next is tried after a while.
    GivenUp {
        /// When to try the next.
        next_at: Timestamp,
        /// What went wrong.
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

    /// What went wrong, and when something is tried again.
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
    /// Makes a webhook. It is told of what is committed from now on.
    pub async fn create_webhook(&self, new: NewWebhook) -> Result<Webhook, StoreError> {
        either!(self, s => s.create_webhook(new).await)
    }

    /// All webhooks, the oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        either!(self, s => s.webhooks().await)
    }

    /// Removes a webhook and what was noted of its deliveries. `false` where there is none.
    pub async fn delete_webhook(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.delete_webhook(id).await)
    }

    /// Writes down, in one step, how an attempt ended and how far the webhook has come by it.
    pub async fn record_attempt(&self, attempt: &Attempt<'_>) -> Result<(), StoreError> {
        either!(self, s => s.record_attempt(attempt).await)
    }

    /// Moves a webhook on over what does not concern it. Never back.
    pub async fn advance_webhook(&self, id: &str, to: &Position) -> Result<(), StoreError> {
        either!(self, s => s.advance_webhook(id, to).await)
    }

    /// What was told to a webhook or is being tried, the newest first; only dead ones where asked.
    pub async fn deliveries(
        &self,
        hook: &str,
        only: Option<DeliveryState>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        either!(self, s => s.deliveries(hook, only, limit).await)
    }

    /// Forgets what was delivered or given up before a moment; says how many.
    pub async fn sweep_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_deliveries(before).await)
    }
}
