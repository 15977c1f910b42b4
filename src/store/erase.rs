//! Erases personal data from the newest version of a feature, from all its older versions in the
//! log, and from the tables beside the log. What was erased is recorded without the text, so that a
//! restored backup can be cleaned again.
//!
//! A path names a property or a property of a nested object: `note`, `step/note`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{AuditEntry, AuditKind, Store, StoreError};
use crate::model::names::collection;
use crate::model::{
    Author, Body, Change, CollectionId, CommitHeader, Edit, Expect, FeatureId, Properties, Record,
};

/// The name under which the contact of a reporter is erased. Contacts are stored beside the log;
/// this name is used like the name of a property.
pub const CONTACT: &str = "contact";

/// The collection whose features have contacts.
pub(super) const CONTACTS_OF: &str = collection::WARNINGS;

/// The maximum number of attempts while other callers write the same feature.
const TRIES: usize = 20;

/// The number of versions read at a time.
const VERSIONS: u32 = 500;

/// The properties of one feature that are to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature.
    pub id: FeatureId,
    /// The paths of the properties to erase.
    pub paths: Vec<String>,
    /// Whether the photos of the feature are removed as well.
    pub photos: bool,
}

/// A record of an erasure: which property of which feature was erased, and when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Erased {
    /// The collection of the feature.
    pub collection: String,
    /// The feature's id.
    pub id: String,
    /// The path of the property.
    pub property: String,
    /// The moment of the erasure; all versions written up to it were cleaned.
    pub at: Timestamp,
}

/// The result of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// The commit that removed the data from the newest version; `None` if that version did not
    /// contain it.
    pub seq: Option<u64>,
    /// The number of versions in the log that were changed.
    pub versions: u64,
}

impl Store {
    /// Erases properties of a feature from all its versions and records the erasure. When this
    /// returns, no row of the database contains them.
    ///
    /// # Errors
    /// If the store fails. What was erased before the failure stays erased; the same call can be
    /// repeated.
    pub async fn erase(
        &self,
        erasure: &Erasure,
        author: Author,
        reason: &str,
    ) -> Result<Cleaned, StoreError> {
        let mut seq = None;
        for _ in 0..TRIES {
            let last = self.last_version(&erasure.collection, &erasure.id).await?;
            let Some(edit) = last.and_then(|(_, last)| without(last, erasure, &author, reason))
            else {
                break;
            };
            match self.commit(edit).await {
                Ok(committed) => seq = Some(committed.seq),
                // Somebody wrote the feature in the meantime: try again with the new version.
                Err(StoreError::Precondition { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let detail = format!("{}: {reason}", erasure.paths.join(", "));
        let audit = AuditEntry::new(AuditKind::Erase)
            .of_this_request()
            .on(erasure.collection.as_str(), erasure.id.as_str())
            .saying(&detail);
        let versions = either!(self, s => s.erase_versions(erasure, &audit).await)?;
        Ok(Cleaned { seq, versions })
    }

    /// The newest version of a feature, which may be a deletion.
    async fn last_version(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
    ) -> Result<Option<(CommitHeader, Record)>, StoreError> {
        let (mut last, mut next) = (None, Some(0));
        while let Some(after) = next {
            let page = self.versions_after(collection, id, after, VERSIONS).await?;
            last = page.versions.into_iter().next_back().or(last);
            next = page.next;
        }
        Ok(last)
    }

    /// All erasures on record.
    pub async fn erasures(&self) -> Result<Vec<Erased>, StoreError> {
        either!(self, s => s.erasures().await)
    }

    /// Repeats all recorded erasures, for a database restored from a backup, and returns the number
    /// of versions that were changed. Versions written after an erasure stay as they are.
    pub async fn reapply_erasures(&self) -> Result<u64, StoreError> {
        let mut versions = 0;
        for erased in self.erasures().await? {
            versions += either!(self, s => s.erase_again(&erased).await)?;
        }
        Ok(versions)
    }
}

/// The edit that removes the properties to erase from a feature; `None` if the feature has none of them.
fn without(last: Record, erasure: &Erasure, author: &Author, reason: &str) -> Option<Edit> {
    let body = last.body?;
    let properties = removed(body.properties.as_str(), &erasure.paths)?;
    let change = Change {
        collection: erasure.collection.clone(),
        id: erasure.id.clone(),
        body: Some(Body {
            geometry: body.geometry,
            properties,
        }),
    };
    let edit = Edit::new(author.clone(), vec![change]).because(reason);
    let (collection, id) = (erasure.collection.clone(), erasure.id.clone());
    Some(edit.expecting(collection, id, Expect::Seq(last.seq)))
}

/// Parses `properties` and removes the properties at `paths`; `None` if there are none of them.
pub(super) fn removed(properties: &str, paths: &[String]) -> Option<Properties> {
    let mut map: Map<String, Value> = serde_json::from_str(properties).ok()?;
    let mut found = false;
    for path in paths {
        found |= remove(&mut map, path);
    }
    found.then(|| Properties::from_map(map).ok()).flatten()
}

fn remove(map: &mut Map<String, Value>, path: &str) -> bool {
    match path.split_once('/') {
        None => map.remove(path).is_some(),
        Some((outer, inner)) => map
            .get_mut(outer)
            .and_then(Value::as_object_mut)
            .is_some_and(|within| remove(within, inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_property_or_a_nested_one() {
        let text = r#"{"a":{"b":1,"c":2},"d":3}"#;
        let without = |paths: &[&str]| {
            let paths: Vec<String> = paths.iter().map(|p| (*p).to_owned()).collect();
            removed(text, &paths).map(|p| p.as_str().to_owned())
        };
        assert_eq!(without(&["d"]).unwrap(), r#"{"a":{"b":1,"c":2}}"#);
        assert_eq!(without(&["a/b", "x"]).unwrap(), r#"{"a":{"c":2},"d":3}"#);
        assert_eq!(without(&["a"]).unwrap(), r#"{"d":3}"#);
        assert_eq!(without(&["d/b", "a/x", "b"]), None);
    }
}
