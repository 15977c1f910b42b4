//! Shift handovers (交接班): an operational table beside the log. A handover is signed twice, and never changed after.

use jiff::Timestamp;

use super::{Store, StoreError, from_micros};

/// The shifts of a handover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandoverShift {
    /// When the shift that ends began.
    pub from: Timestamp,
    /// When the next shift begins.
    pub next_from: Timestamp,
    /// When the next shift ends.
    pub next_until: Timestamp,
}

/// Who signed a handover, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The id of the account.
    pub account_id: String,
    /// The name of the account at that time.
    pub account: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// A handover to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHandover {
    /// The communities to which the officer is restricted, sorted; empty for the whole map.
    pub communities: Vec<String>,
    /// The shifts.
    pub shift: HandoverShift,
    /// Who hands over.
    pub given: Signature,
    /// The note for the next shift; may be empty.
    pub note: String,
    /// What is handed over, as JSON. The store does not read it.
    pub content: String,
}

/// A stored handover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHandover {
    /// The id, a UUID that sorts by the time of the handover.
    pub id: String,
    /// What was stored. In a list, `note` and `content` are empty.
    pub handover: NewHandover,
    /// Who took over; `None` while the handover is open.
    pub taken: Option<Signature>,
}

impl Store {
    /// Stores a handover and returns its id; `None` if one of the same communities is open. Also deletes handovers that
    /// were taken over before `oldest`.
    pub async fn create_handover(
        &self,
        new: &NewHandover,
        oldest: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let id = uuid::Uuid::now_v7().to_string();
        let communities = json_of(&new.communities);
        let made = either!(self, s => s.create_handover(&id, &communities, new, oldest).await)?;
        Ok(made.then_some(id))
    }

    /// Signs an open handover for receipt. Returns false if it does not exist, is not open, or was given by the same
    /// account.
    pub async fn take_handover(&self, id: &str, taken: &Signature) -> Result<bool, StoreError> {
        either!(self, s => s.take_handover(id, taken).await)
    }

    /// Deletes an open handover. Returns false if it does not exist or is not open.
    pub async fn withdraw_handover(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.withdraw_handover(id).await)
    }

    /// The handover with an id.
    pub async fn handover(&self, id: &str) -> Result<Option<StoredHandover>, StoreError> {
        let row = either!(self, s => s.handover(id).await)?;
        row.map(StoredHandover::read).transpose()
    }

    /// The open and the last handovers without note and content: open ones first, then the newest first.
    pub async fn handovers(&self, most: u32) -> Result<Vec<StoredHandover>, StoreError> {
        let rows = either!(self, s => s.handovers(most).await)?;
        rows.into_iter().map(StoredHandover::read).collect()
    }
}

/// A row of either database: id, communities, the shift's begin and the next shift's span, giver, giver's name, when,
/// taker, taker's name, when, note, content. Times are microseconds.
pub(super) type Row = (
    String,
    String,
    i64,
    i64,
    i64,
    String,
    String,
    i64,
    Option<String>,
    Option<String>,
    Option<i64>,
    String,
    String,
);

fn json_of(communities: &[String]) -> String {
    serde_json::Value::from(communities.to_vec()).to_string()
}

impl StoredHandover {
    fn read(row: Row) -> Result<Self, StoreError> {
        let (
            id,
            communities,
            from,
            next_from,
            next_until,
            giver,
            giver_name,
            given_at,
            taker,
            taker_name,
            taken_at,
            note,
            content,
        ) = row;
        let communities = serde_json::from_str(&communities)
            .map_err(|e| StoreError::corrupt(format!("handover {id}: communities"), e))?;
        let taken = taker.zip(taken_at).map(|(account_id, at)| Signature {
            account_id,
            account: taker_name.unwrap_or_default(),
            at: from_micros(at),
        });
        Ok(Self {
            id,
            handover: NewHandover {
                communities,
                shift: HandoverShift {
                    from: from_micros(from),
                    next_from: from_micros(next_from),
                    next_until: from_micros(next_until),
                },
                given: Signature {
                    account_id: giver,
                    account: giver_name,
                    at: from_micros(given_at),
                },
                note,
                content,
            },
            taken,
        })
    }
}
