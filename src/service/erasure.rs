//! Erases personal data when the retention time in its schema has passed (`x-onemap-erase-after-days`).

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz};
use serde_json::Value;

use crate::live::{Live, Snapshot};
use crate::model::{Author, Schema};
use crate::service::ledger::cases;
use crate::store::{Erasure, StoreError};

/// The most features that are erased in one call. The next call continues.
const MOST: usize = 500;

/// Erases the properties that are due by `now` and returns the number of features.
///
/// # Errors
/// If the store fails. Properties that this call had already erased stay erased.
pub async fn erase_due(live: &Live, now: Timestamp) -> Result<usize, StoreError> {
    let snapshot = live.snapshot();
    let mut schemas = snapshot.collections().iter().map(|(_, c)| c.schema());
    if schemas.all(|schema| schema.erase_after.is_empty()) {
        return Ok(0);
    }
    let mut done: HashMap<(String, String, String), Timestamp> = HashMap::new();
    for erased in live.store().erasures().await? {
        let key = (erased.collection, erased.id, erased.property);
        done.insert(key, erased.at);
    }
    let due = due(&snapshot, &done, now);
    for erasure in &due {
        let reason = "its retention time by the schema has passed";
        let cleaned = live
            .store()
            .erase(erasure, Author::system(), reason)
            .await?;
        tracing::info!(
            collection = %erasure.collection,
            id = %erasure.id,
            versions = cleaned.versions,
            "erased personal data after its retention time"
        );
    }
    Ok(due.len())
}

/// The properties whose retention time has passed and that were not erased since.
fn due(
    snapshot: &Snapshot,
    done: &HashMap<(String, String, String), Timestamp>,
    now: Timestamp,
) -> Vec<Erasure> {
    let mut found = Vec::new();
    for (_, collection) in snapshot.collections().iter() {
        let schema = collection.schema();
        if schema.erase_after.is_empty() {
            continue;
        }
        for entry in collection.iter() {
            let properties = cases::properties(entry);
            let is_done = |path: &str, due: Timestamp| {
                let key = (
                    schema.collection.to_string(),
                    entry.id().to_string(),
                    path.to_owned(),
                );
                done.get(&key).is_some_and(|at| *at >= due)
            };
            let paths: Vec<String> = schema
                .erase_after
                .iter()
                .filter(|rule| {
                    let since = properties.get(&rule.since).and_then(moment);
                    let term = SignedDuration::from_hours(24 * i64::from(rule.days));
                    let due = since.and_then(|since| since.checked_add(term).ok());
                    due.is_some_and(|due| due <= now && !is_done(&rule.path, due))
                })
                .map(|rule| rule.path.clone())
                .collect();
            if paths.is_empty() {
                continue;
            }
            found.push(Erasure {
                photos: has_photos(schema, &paths),
                collection: schema.collection.clone(),
                id: entry.id().clone(),
                paths,
            });
            if found.len() >= MOST {
                return found;
            }
        }
    }
    found
}

fn has_photos(schema: &Schema, paths: &[String]) -> bool {
    schema.photo_lists().any(|list| paths.contains(&list.name))
}

/// A date-time, or the end of a date in China's time zone.
fn moment(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let day: Date = text.parse().ok()?;
    let end = day.at(23, 59, 59, 0);
    let end = end.to_zoned(tz::TimeZone::fixed(tz::offset(8))).ok()?;
    Some(end.timestamp())
}
