//! Scenarios of planners: an operational table beside the log. A scenario has one present state and no history.

use jiff::Timestamp;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::{Store, StoreError, from_micros};

/// How many scenarios a map may have, and how many bytes they may take together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioLimits {
    /// The most scenarios.
    pub count: u64,
    /// The most bytes of all edits, questions and names of existing features together.
    pub bytes: u64,
}

/// The content of a scenario to save. The store does not read the JSON texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioContent {
    /// The name for people.
    pub name: String,
    /// The name of the account that saves the scenario.
    pub saved_by: String,
    /// The newest commit of the map when the scenario is saved.
    pub seq: u64,
    /// The edits, as JSON.
    pub edits: String,
    /// The collections and ids of the edited features that exist at commit `seq`, as JSON.
    pub existing: String,
    /// JSON that a page saves with the scenario, such as the question that the page asks.
    pub question: Option<String>,
}

impl ScenarioContent {
    /// The number of bytes of `edits`, `existing` and `question`, which count towards
    /// [`ScenarioLimits::bytes`].
    pub(super) fn bytes(&self) -> u64 {
        let question = self.question.as_ref().map_or(0, String::len);
        (self.edits.len() + self.existing.len() + question) as u64
    }
}

/// A stored scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScenario {
    /// The id, a random UUID that sorts by the time of creation.
    pub id: String,
    /// The name of the account that created the scenario.
    pub author: String,
    /// When the scenario was created.
    pub created_at: Timestamp,
    /// When the scenario was last saved.
    pub saved_at: Timestamp,
    /// How often the scenario was saved, including its creation.
    pub version: u64,
    /// The content that was saved last.
    pub content: ScenarioContent,
}

/// The result of saving or deleting a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScenarioWritten {
    /// The scenario was written. The value is its new state, or its last state if it was deleted.
    Done(Box<StoredScenario>),
    /// There is no such scenario.
    Missing,
    /// The scenario does not have the expected version, because somebody else saved it. The value
    /// is its state.
    Overtaken(Box<StoredScenario>),
    /// The scenario would exceed the limits.
    Full,
}

impl Store {
    /// Creates a scenario.
    pub async fn create_scenario(
        &self,
        content: ScenarioContent,
        limits: &ScenarioLimits,
    ) -> Result<ScenarioWritten, StoreError> {
        either!(self, s => s.create_scenario(content, limits).await)
    }

    /// All scenarios, those saved last first.
    pub async fn scenarios(&self) -> Result<Vec<StoredScenario>, StoreError> {
        either!(self, s => s.scenarios().await)
    }

    /// The scenario with an id.
    pub async fn scenario(&self, id: &str) -> Result<Option<StoredScenario>, StoreError> {
        either!(self, s => s.scenario(id).await)
    }

    /// Replaces the content of a scenario; if `expected` is given, only if it has this version.
    pub async fn save_scenario(
        &self,
        id: &str,
        content: ScenarioContent,
        expected: Option<u64>,
        limits: &ScenarioLimits,
    ) -> Result<ScenarioWritten, StoreError> {
        either!(self, s => s.save_scenario(id, content, expected, limits).await)
    }

    /// Deletes a scenario; if `expected` is given, only if it has this version.
    pub async fn delete_scenario(
        &self,
        id: &str,
        expected: Option<u64>,
    ) -> Result<ScenarioWritten, StoreError> {
        either!(self, s => s.delete_scenario(id, expected).await)
    }
}

/// Whether one more scenario with this content fits. `count` and `bytes` are the number and the
/// total bytes of the other scenarios.
pub(super) fn has_room(
    (count, bytes): (i64, i64),
    content: &ScenarioContent,
    limits: &ScenarioLimits,
) -> bool {
    let bytes = bytes.cast_unsigned().saturating_add(content.bytes());
    count.cast_unsigned() < limits.count && bytes <= limits.bytes
}

impl StoredScenario {
    /// Reads id, name, author, saved_by, created and saved (in microseconds), version, seq, edits, existing and
    /// question, from either database.
    pub(super) fn read<'r, R>(row: &'r R) -> Result<Self, StoreError>
    where
        R: Row,
        usize: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
        Option<String>: Decode<'r, R::Database> + Type<R::Database>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(Self {
            id: row.try_get(0)?,
            author: row.try_get(2)?,
            created_at: from_micros(row.try_get(4)?),
            saved_at: from_micros(row.try_get(5)?),
            version: row.try_get::<i64, _>(6)?.cast_unsigned(),
            content: ScenarioContent {
                name: row.try_get(1)?,
                saved_by: row.try_get(3)?,
                seq: row.try_get::<i64, _>(7)?.cast_unsigned(),
                edits: row.try_get(8)?,
                existing: row.try_get(9)?,
                question: row.try_get(10)?,
            },
        })
    }
}
