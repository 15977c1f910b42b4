//! Scenarios: saved edits that planners try. They are shared between planners. Each belongs to the commit of the map on
//! which it was saved.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Planning;
use super::edits::{ScenarioEdit, WrongEdit};
use crate::live::{Live, Snapshot};
use crate::model::names::collection::WARNINGS;
use crate::model::{Localized, both};
use crate::store::{
    ScenarioContent, ScenarioLimits, ScenarioWritten, Store, StoreError, StoredScenario,
};

/// The most scenarios of a map, and the most bytes of all together. They bound the answer that lists all scenarios.
const LIMITS: ScenarioLimits = ScenarioLimits {
    count: 200,
    bytes: 16 * 1024 * 1024,
};
/// The longest name, in characters.
const LONGEST_NAME: usize = 80;
/// The longest `question`, in bytes of JSON.
const LONGEST_QUESTION: usize = 64 * 1024;

/// A saved scenario.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Scenario {
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The name of the account that created it.
    pub author: String,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was saved last.
    #[schema(value_type = String, format = DateTime)]
    pub saved_at: Timestamp,
    /// The name of the account that saved it last.
    pub saved_by: String,
    /// How often it was saved: 1 for a new scenario.
    pub version: u64,
    /// The commit of the map on which it was saved last.
    pub seq: u64,
    /// The edits.
    pub edits: Vec<ScenarioEdit>,
    /// Any JSON that a page saved with the scenario, such as the question that it asks.
    #[schema(value_type = Option<Object>)]
    pub question: Option<Value>,
    /// What has changed on the map since the scenario was saved; `null` if only warnings have changed.
    pub moved_on: Option<MovedOn>,
}

/// What has changed on the map since a scenario was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MovedOn {
    /// The number of commits since the scenario was saved, including those that only change warnings.
    pub commits: u64,
    /// The features named in the scenario's edits that these commits changed, created or deleted.
    pub touched: Vec<TouchedFeature>,
}

/// A feature that was changed, created or deleted on the map.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct TouchedFeature {
    /// The collection.
    pub collection: String,
    /// The id.
    pub id: String,
}

/// The content of a scenario to save.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioWanted {
    /// The name for people, 1 to 80 characters.
    #[schema(example = "北门开放")]
    pub name: String,
    /// The edits, at most 2,000.
    #[schema(max_items = 2000)]
    pub edits: Vec<ScenarioEdit>,
    /// Any JSON of at most 64 KiB to save with the scenario, such as the question that a page asks.
    #[schema(value_type = Option<Object>)]
    pub question: Option<Value>,
}

/// Why a scenario was not written.
#[derive(Debug)]
pub enum NoScenario {
    /// There is no scenario with this id.
    Missing,
    /// The scenario does not have the expected version, because somebody saved a newer one. This is its present state.
    Overtaken(Box<Scenario>),
    /// A field of the content is wrong.
    Field(&'static str, Localized),
    /// Edits cannot be applied to the map.
    Edits(Vec<WrongEdit>),
    /// The scenarios have reached the limit of their number or total size.
    Full(Localized),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for NoScenario {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// All scenarios, the last saved one first.
///
/// # Errors
/// If the store fails.
pub async fn scenarios(live: &Live) -> Result<Vec<Scenario>, StoreError> {
    let stored = live.store().scenarios().await?;
    let map = live.snapshot();
    stored.into_iter().map(|s| read(s, &map)).collect()
}

/// The scenario with an id.
///
/// # Errors
/// If the store fails.
pub async fn scenario(live: &Live, id: &str) -> Result<Option<Scenario>, StoreError> {
    let stored = live.store().scenario(id).await?;
    let map = live.snapshot();
    stored.map(|s| read(s, &map)).transpose()
}

/// The edits of a scenario; `None` if there is no such scenario.
///
/// # Errors
/// If the store fails.
pub async fn edits_of(store: &Store, id: &str) -> Result<Option<Vec<ScenarioEdit>>, StoreError> {
    let stored = store.scenario(id).await?;
    stored.map(|s| parse("edits", &s.content.edits)).transpose()
}

/// Creates a scenario on the present map.
///
/// # Errors
/// The reason why it was not created.
pub async fn create(
    live: &Live,
    planning: &Planning,
    by: &str,
    wanted: &ScenarioWanted,
) -> Result<Scenario, NoScenario> {
    let map = live.snapshot();
    let content = content(planning, &map, by, wanted)?;
    let written = live.store().create_scenario(content, &LIMITS).await?;
    done(written, &map)
}

/// Replaces the content of a scenario, which belongs to the present commit of the map from then on. If `expected` is
/// given, the scenario must have this version.
///
/// # Errors
/// The reason why it was not saved.
pub async fn save(
    live: &Live,
    planning: &Planning,
    by: &str,
    (id, expected): (&str, Option<u64>),
    wanted: &ScenarioWanted,
) -> Result<Scenario, NoScenario> {
    let map = live.snapshot();
    let content = content(planning, &map, by, wanted)?;
    let store = live.store();
    let written = store.save_scenario(id, content, expected, &LIMITS).await?;
    done(written, &map)
}

/// Deletes a scenario. If `expected` is given, the scenario must have this version.
///
/// # Errors
/// The reason why it was not deleted.
pub async fn delete(live: &Live, id: &str, expected: Option<u64>) -> Result<(), NoScenario> {
    let written = live.store().delete_scenario(id, expected).await?;
    done(written, &live.snapshot()).map(|_| ())
}

fn done(written: ScenarioWritten, map: &Snapshot) -> Result<Scenario, NoScenario> {
    match written {
        ScenarioWritten::Done(stored) => Ok(read(*stored, map)?),
        ScenarioWritten::Missing => Err(NoScenario::Missing),
        ScenarioWritten::Overtaken(stored) => {
            Err(NoScenario::Overtaken(Box::new(read(*stored, map)?)))
        }
        ScenarioWritten::Full => {
            let (count, mib) = (LIMITS.count, LIMITS.bytes / 1024 / 1024);
            Err(NoScenario::Full(both!(
                "方案的数量或总大小已达上限（{count}个，合计{mib} MiB），请先删除不再需要的方案。",
                "The scenarios have reached their limit: {count} scenarios, or {mib} MiB together. Delete those \
                 that are no longer needed."
            )))
        }
    }
}

fn content(
    planning: &Planning,
    map: &Snapshot,
    by: &str,
    wanted: &ScenarioWanted,
) -> Result<ScenarioContent, NoScenario> {
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let problem = both!(
            "应有1至{LONGEST_NAME}个字符",
            "expected 1 to {LONGEST_NAME} characters"
        );
        return Err(NoScenario::Field("name", problem));
    }
    let question = wanted.question.as_ref().map(Value::to_string);
    if question
        .as_ref()
        .is_some_and(|q| q.len() > LONGEST_QUESTION)
    {
        let kib = LONGEST_QUESTION / 1024;
        let problem = both!("应不超过 {kib} KiB", "expected at most {kib} KiB of JSON");
        return Err(NoScenario::Field("question", problem));
    }
    planning
        .check_edits(map, &wanted.edits)
        .map_err(NoScenario::Edits)?;
    let existing: BTreeSet<TouchedFeature> = features(&wanted.edits)
        .filter(|f| seq_of(map, f).is_some())
        .collect();
    let text =
        |value: serde_json::Result<String>| value.map_err(|e| StoreError::corrupt("a scenario", e));
    Ok(ScenarioContent {
        name: name.to_owned(),
        saved_by: by.to_owned(),
        seq: map.seq(),
        edits: text(serde_json::to_string(&wanted.edits))?,
        existing: text(serde_json::to_string(&existing))?,
        question,
    })
}

fn read(stored: StoredScenario, map: &Snapshot) -> Result<Scenario, StoreError> {
    let content = stored.content;
    let edits: Vec<ScenarioEdit> = parse("edits", &content.edits)?;
    let existing: BTreeSet<TouchedFeature> = parse("existing", &content.existing)?;
    Ok(Scenario {
        moved_on: moved_on(map, content.seq, &edits, &existing),
        id: stored.id,
        name: content.name,
        author: stored.author,
        created_at: stored.created_at,
        saved_at: stored.saved_at,
        saved_by: content.saved_by,
        version: stored.version,
        seq: content.seq,
        edits,
        question: content
            .question
            .map(|text| parse("question", &text))
            .transpose()?,
    })
}

fn parse<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| {
        let place = format!("scenarios, {column}");
        StoreError::corrupt(&place, e)
    })
}

fn moved_on(
    map: &Snapshot,
    seq: u64,
    edits: &[ScenarioEdit],
    existing: &BTreeSet<TouchedFeature>,
) -> Option<MovedOn> {
    let mut collections = map.collections().iter();
    let has_changed = collections.any(|(id, c)| id.as_str() != WARNINGS && c.last_seq() > seq);
    has_changed.then(|| {
        let touched: BTreeSet<TouchedFeature> = features(edits)
            .filter(|feature| match seq_of(map, feature) {
                Some(written) => written > seq,
                None => existing.contains(feature),
            })
            .collect();
        MovedOn {
            commits: map.seq().saturating_sub(seq),
            touched: touched.into_iter().collect(),
        }
    })
}

/// The features that edits name.
fn features(edits: &[ScenarioEdit]) -> impl Iterator<Item = TouchedFeature> {
    edits.iter().map(|edit| TouchedFeature {
        collection: edit.collection.clone(),
        id: edit.id.clone(),
    })
}

/// The commit that wrote a feature last; `None` if the map does not have it.
fn seq_of(map: &Snapshot, feature: &TouchedFeature) -> Option<u64> {
    let collection = map.collections().get(&feature.collection)?;
    Some(collection.get(&feature.id)?.seq())
}
