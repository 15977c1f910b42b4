//! Silences (暂停通知): a silence holds back the notices of the cases that it matches, until it ends. The cases stay
//! visible on the map.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::case_service::{CaseService, check_reach};
use super::cases;
use super::error::LedgerError;
use super::surroundings::moment;
use crate::live::Written;
use crate::model::names::collection::{GRIDS, SILENCES, WARNINGS};
use crate::model::names::property;
use crate::model::{Body, Change, CollectionId, Expect, FeatureId, Properties, both};
use crate::service::edit_builder::EditBuilder;
use crate::store::StoreError;
use crate::warnings::{Actor, FieldError};

/// The fields of a new silence.
#[derive(Debug, Clone)]
pub struct NewSilence {
    /// Match only cases in this grid.
    pub grid: Option<String>,
    /// Match only cases in this community.
    pub community: Option<String>,
    /// Match only cases of this category.
    pub category: Option<String>,
    /// Match only this case.
    pub warning: Option<String>,
    /// The reason.
    pub reason: String,
    /// When it ends.
    pub until: Timestamp,
}

impl CaseService {
    /// Begins a silence. Returns its id and its commit.
    ///
    /// # Errors
    /// If the silence would match everything, has no reason or has already ended, or the store fails.
    pub async fn silence(
        &self,
        request: NewSilence,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(FeatureId, Written), LedgerError> {
        let now = moment(now);
        let mut matches = Map::new();
        for (key, value) in [
            (property::GRID, &request.grid),
            (property::COMMUNITY, &request.community),
            (property::CATEGORY, &request.category),
            ("warning", &request.warning),
        ] {
            if let Some(value) = value {
                matches.insert(key.to_owned(), value.clone().into());
            }
        }
        if matches.is_empty() {
            let problem = both!(
                "请指定网格、社区、类别或事件，不能对全部事件暂停通知",
                "expected a grid, a community, a category or a warning: a silence must not match everything"
            );
            return Err(FieldError::new("match", problem).into());
        }
        if request.reason.trim().is_empty() {
            return Err(FieldError::new(
                "reason",
                both!("暂停通知需要填写理由", "a silence needs a reason"),
            )
            .into());
        }
        self.check_silence(actor, |key| {
            matches.get(key).and_then(Value::as_str).map(str::to_owned)
        })?;
        if request.until <= now {
            let until = request.until;
            let problem = both!(
                "应为将来的时间，实际为 {until}",
                "expected a moment in the future, found {until}"
            );
            return Err(FieldError::new("until", problem).into());
        }
        let id = cases::id(&format!("s-{}", Uuid::now_v7()))?;
        let row = json!({
            "match": matches,
            "reason": request.reason.trim(),
            "until": request.until,
            "at": now,
            "role": actor.roles.foremost(),
            "account": actor.account,
        });
        let mut edit = EditBuilder::new(actor, now, "silence");
        edit.put(row_of(SILENCES, &id, row)?, Expect::Absent);
        match edit.commit(&self.live).await? {
            Some(written) => Ok((id, written)),
            // This does not happen, because the id is new.
            None => Err(LedgerError::Busy(id)),
        }
    }

    /// Ends a silence early. Returns the commit.
    ///
    /// # Errors
    /// If there is no such silence, or the store fails.
    pub async fn unsilence(
        &self,
        id: &FeatureId,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Written, LedgerError> {
        if !actor.communities.is_empty() {
            let snapshot = self.live.snapshot();
            let rows = snapshot.collections().hidden(SILENCES);
            let row = rows
                .and_then(|rows| rows.get(id.as_str()))
                .ok_or_else(|| LedgerError::NoSuchSilence(id.clone()))?;
            let matches = cases::properties(row).remove("match").unwrap_or_default();
            self.check_silence(actor, |key| matches[key].as_str().map(str::to_owned))?;
        }
        let mut edit = EditBuilder::new(actor, moment(now), "end of a silence");
        let gone = Change {
            collection: collection(SILENCES)?,
            id: id.clone(),
            body: None,
        };
        edit.put(gone, Expect::Present);
        match edit.commit(&self.live).await? {
            Some(written) => Ok(written),
            None => Err(LedgerError::NoSuchSilence(id.clone())),
        }
    }
}

impl CaseService {
    /// Refuses a silence that affects communities to which the account has no access. The community is that of
    /// the silence, of its grid or of its case.
    fn check_silence(
        &self,
        actor: &Actor,
        matched: impl Fn(&str) -> Option<String>,
    ) -> Result<(), LedgerError> {
        if actor.communities.is_empty() {
            return Ok(());
        }
        let snapshot = self.live.snapshot();
        let of = |collection: &str, id: &str, property: &str| -> Option<String> {
            let entry = snapshot.collections().get(collection)?.get(id)?;
            let value = cases::properties(entry).remove(property)?;
            value.as_str().map(str::to_owned)
        };
        let of_grid = |id: String| match of(GRIDS, &id, property::KIND).as_deref() {
            Some("community") => Some(id),
            _ => of(GRIDS, &id, property::PARENT),
        };
        let within = [
            matched(property::COMMUNITY),
            matched(property::GRID).and_then(of_grid),
            matched("warning").and_then(|id| of(WARNINGS, &id, property::COMMUNITY)),
        ];
        // A silence matches only cases that have all of its values, so one value within the account's
        // communities is enough.
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

/// Returns the change that writes a row of a collection that is not public, such as a silence. Properties that are
/// null are left out.
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
