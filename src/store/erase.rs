//! Erasing personal data: from the present, from every version in the log, and from what stands beside
//! the log. What was erased is remembered (never the text), so that a restored backup is cleaned again.
//!
//! A path names a property, or a property within one: `note`, `step/note`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{AuditEntry, AuditKind, Store, StoreError};
use crate::model::names::collection;
use crate::model::{
    Author, Body, Change, CollectionId, CommitHeader, Edit, Expect, FeatureId, Properties, Record,
};

/// How a reporter can be reached: kept beside the log, and erased by the same name as a property.
pub const CONTACT: &str = "contact";

/// The collection whose features have contacts.
pub(super) const CONTACTS_OF: &str = collection::WARNINGS;

/// How often it is tried again when others write the feature meanwhile.
const TRIES: usize = 20;

/// How many versions are read at a time.
const VERSIONS: u32 = 500;

/// What is to be erased, of one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its collection.
    pub collection: CollectionId,
    /// Its id.
    pub id: FeatureId,
    /// The paths of the properties.
    pub paths: Vec<String>,
    /// Whether the photos of the feature go too.
    pub photos: bool,
}

/// What was erased, and when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Erased {
    /// The collection.
    pub collection: String,
    /// The feature's id.
    pub id: String,
    /// The path of the property.
    pub property: String,
    /// From all versions written up to this moment.
    pub at: Timestamp,
}

/// What an erasure came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// The commit that took it out of the present; `None` where the present did not have it.
    pub seq: Option<u64>,
    /// How many versions in the log were changed.
    pub versions: u64,
}

impl Store {
    /// Erases properties of a feature from all its versions, and remembers that they were. When this
    /// returns they stand in no row of the database any more.
    ///
    /// # Errors
    /// When the store fails. What is erased by then stays erased; the same call goes on.
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
                // Somebody wrote it meanwhile: once more, of what they wrote.
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

    /// The newest version of a feature, a deletion too.
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

    /// What was ever erased.
    pub async fn erasures(&self) -> Result<Vec<Erased>, StoreError> {
        either!(self, s => s.erasures().await)
    }

    /// Erases again what was erased before: for a database that comes out of a backup. Versions written
    /// after an erasure stay as they are.
    pub async fn reapply_erasures(&self) -> Result<u64, StoreError> {
        let mut versions = 0;
        for erased in self.erasures().await? {
            versions += either!(self, s => s.erase_again(&erased).await)?;
        }
        Ok(versions)
    }
}

/// The edit that takes the paths out of a feature; `None` where it has none of them.
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

/// Properties without some paths; `None` where they have none of them.
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
    fn a_path_names_a_property_or_one_within() {
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
