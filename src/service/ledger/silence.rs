//! Silences (静默): for a while, notices of what one matches are held back. They hide nothing on the map.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::decisions::{self as desk, moment};
use super::{Draft, Office, OfficeError, Written, check_reach};
use crate::model::names::collection::SILENCES;
use crate::model::{Body, Change, CollectionId, Expect, FeatureId, Properties};
use crate::store::StoreError;
use crate::warnings::{Actor, FieldError};

/// A silence to be.
#[derive(Debug, Clone)]
pub struct NewSilence {
    /// Only this grid.
    pub grid: Option<String>,
    /// Only this community.
    pub community: Option<String>,
    /// Only this category.
    pub category: Option<String>,
    /// Only this case.
    pub warning: Option<String>,
    /// Why.
    pub reason: String,
    /// When it ends.
    pub until: Timestamp,
}

impl Office {
    /// Begins a silence; the answer is its id and the commit that has it.
    ///
    /// # Errors
    /// When it would match everything, has no reason or has ended already, or the store fails.
    pub async fn silence(
        &self,
        wish: NewSilence,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(FeatureId, Written), OfficeError> {
        let now = moment(now);
        let mut matches = Map::new();
        for (key, value) in [
            ("grid", &wish.grid),
            ("community", &wish.community),
            ("category", &wish.category),
            ("warning", &wish.warning),
        ] {
            if let Some(value) = value {
                matches.insert(key.to_owned(), value.clone().into());
            }
        }
        if matches.is_empty() {
            let problem =
                "name a grid, community, category or warning: a silence of everything is none";
            return Err(FieldError::new("match", problem).into());
        }
        if wish.reason.trim().is_empty() {
            return Err(FieldError::new("reason", "a silence needs a reason").into());
        }
        self.check_silence(actor, |key| {
            matches.get(key).and_then(Value::as_str).map(str::to_owned)
        })?;
        if wish.until <= now {
            let problem = format!("expected a moment to come, found {}", wish.until);
            return Err(FieldError::new("until", problem).into());
        }
        let id = desk::id(&format!("s-{}", Uuid::now_v7()))?;
        let row = json!({
            "match": matches,
            "reason": wish.reason.trim(),
            "until": wish.until,
            "at": now,
            "role": actor.roles.foremost(),
            "account": actor.account,
        });
        let mut draft = Draft::new(actor, now, "silence");
        draft.put(row_of(SILENCES, &id, row)?, Expect::Absent);
        match self.live.commit_draft(draft).await? {
            Some(written) => Ok((id, written)),
            // The id was drawn a moment ago: nobody else has it.
            None => Err(OfficeError::Busy(id)),
        }
    }

    /// Ends a silence before its time; the answer is the commit that did.
    ///
    /// # Errors
    /// When there is no such silence, or the store fails.
    pub async fn unsilence(
        &self,
        id: &FeatureId,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Written, OfficeError> {
        if !actor.communities.is_empty() {
            let snapshot = self.live.snapshot();
            let rows = snapshot.collections().hidden(SILENCES);
            let row = rows
                .and_then(|rows| rows.get(id.as_str()))
                .ok_or_else(|| OfficeError::NoSuchSilence(id.clone()))?;
            let matches = desk::properties(row).remove("match").unwrap_or_default();
            self.check_silence(actor, |key| matches[key].as_str().map(str::to_owned))?;
        }
        let mut draft = Draft::new(actor, moment(now), "end of a silence");
        let gone = Change {
            collection: collection(SILENCES)?,
            id: id.clone(),
            body: None,
        };
        draft.put(gone, Expect::Present);
        match self.live.commit_draft(draft).await? {
            Some(written) => Ok(written),
            None => Err(OfficeError::NoSuchSilence(id.clone())),
        }
    }
}

impl Office {
    /// Whether a silence stays within the communities that the account is bound to: by its community, by
    /// the community of its grid, or by that of its case.
    fn check_silence(
        &self,
        actor: &Actor,
        matched: impl Fn(&str) -> Option<String>,
    ) -> Result<(), OfficeError> {
        if actor.communities.is_empty() {
            return Ok(());
        }
        let snapshot = self.live.snapshot();
        let of = |collection: &str, id: &str, property: &str| -> Option<String> {
            let entry = snapshot.collections().get(collection)?.get(id)?;
            let value = desk::properties(entry).remove(property)?;
            value.as_str().map(str::to_owned)
        };
        let of_grid = |id: String| match of("grids", &id, "kind").as_deref() {
            Some("community") => Some(id),
            _ => of("grids", &id, "parent"),
        };
        let within = [
            matched("community"),
            matched("grid").and_then(of_grid),
            matched("warning").and_then(|id| of(desk::CASES, &id, "community")),
        ];
        // Everything that it names must fit, so one name within the bounds keeps it there.
        let reached = within
            .iter()
            .flatten()
            .find(|c| actor.view().reaches(Some(c.as_str())));
        match reached {
            Some(_) => Ok(()),
            None => check_reach(actor, within.iter().flatten().next().map(String::as_str)),
        }
    }
}

/// A row of a hidden collection.
pub(super) fn row_of(name: &str, id: &FeatureId, row: Value) -> Result<Change, StoreError> {
    let Value::Object(mut map) = row else {
        return Err(StoreError::corrupt(name, "a row is an object"));
    };
    map.retain(|_, v| !v.is_null());
    Ok(Change {
        collection: collection(name)?,
        id: id.clone(),
        body: Some(Body {
            geometry: None,
            properties: Properties::from_map(map).map_err(|e| StoreError::corrupt(name, e))?,
        }),
    })
}

fn collection(name: &str) -> Result<CollectionId, StoreError> {
    CollectionId::new(name).map_err(|e| StoreError::bad_id("collection", &e))
}
