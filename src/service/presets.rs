//! Presets (预设): named settings of wall screens. Several screens can use one preset.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::config::row;
use crate::index::Entry;
use crate::live::{Live, Snapshot, Written};
use crate::model::names::collection::PRESETS;
use crate::model::{Author, Change, CollectionId, Edit, Expect, FeatureId};
use crate::service::ledger::cases;
use crate::store::StoreError;

/// The most presets that a map may have.
pub const MOST_PRESETS: usize = 200;

/// A saved set of wall screen settings.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Preset {
    /// The name, as it appears in URLs.
    pub name: String,
    /// The title for people.
    pub title: Option<String>,
    /// The settings: keys and values as in the query of a page's URL.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub settings: Map<String, Value>,
    /// The commit that wrote it.
    pub seq: u64,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Why a preset was not saved.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// The map already has the most presets that it may have.
    #[error("there are already {MOST_PRESETS} presets, which is the limit; delete one first")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl crate::model::InChinese for PresetError {
    fn zh(&self) -> String {
        match self {
            Self::TooMany => format!("预设已达上限{MOST_PRESETS}个，请先删除一个"),
            Self::Store(error) => error.zh(),
        }
    }
}

/// All presets, ordered by name.
pub fn presets(snapshot: &Snapshot) -> Vec<Preset> {
    let rows = snapshot.collections().hidden(PRESETS);
    rows.into_iter()
        .flat_map(|rows| rows.iter())
        .map(|entry| read(entry))
        .collect()
}

/// The preset with this name.
pub fn preset(snapshot: &Snapshot, name: &str) -> Option<Preset> {
    let rows = snapshot.collections().hidden(PRESETS)?;
    rows.get(name).map(|entry| read(entry))
}

/// Saves a preset under its name and replaces an earlier one.
///
/// # Errors
/// If there are too many presets, or the store fails.
pub async fn keep(
    live: &Live,
    author: Author,
    name: FeatureId,
    title: Option<String>,
    settings: Map<String, Value>,
) -> Result<Written, PresetError> {
    let snapshot = live.snapshot();
    let known = snapshot.collections().hidden(PRESETS);
    let is_new = known.is_none_or(|rows| rows.get(name.as_str()).is_none());
    if is_new && known.is_some_and(|rows| rows.len() >= MOST_PRESETS) {
        return Err(PresetError::TooMany);
    }
    let mut map = Map::new();
    if let Some(title) = title {
        map.insert("title".into(), json!(title));
    }
    map.insert("settings".into(), Value::Object(settings));
    let change = row(collection()?, name, map)?;
    let edit = Edit::new(author, vec![change]).because("preset");
    Ok(live.commit(edit).await?)
}

/// Deletes a preset. Returns `None` if there is no such preset.
///
/// # Errors
/// If the store fails.
pub async fn delete(
    live: &Live,
    author: Author,
    name: FeatureId,
) -> Result<Option<Written>, StoreError> {
    let change = Change {
        collection: collection()?,
        id: name.clone(),
        body: None,
    };
    let edit = Edit::new(author, vec![change]).because("preset").expecting(
        collection()?,
        name,
        Expect::Present,
    );
    match live.commit(edit).await {
        Ok(written) => Ok(Some(written)),
        Err(StoreError::Precondition { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn read(entry: &Entry) -> Preset {
    let mut map = cases::properties(entry);
    let settings = match map.remove("settings") {
        Some(Value::Object(settings)) => settings,
        _ => Map::new(),
    };
    Preset {
        name: entry.id().to_string(),
        title: map.get("title").and_then(Value::as_str).map(str::to_owned),
        settings,
        seq: entry.seq(),
        updated_at: entry.updated_at(),
    }
}

fn collection() -> Result<CollectionId, StoreError> {
    PRESETS
        .parse()
        .map_err(|e| StoreError::corrupt("the name of the presets' collection", e))
}
