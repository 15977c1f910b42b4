//! Ratings of livelihood projects (民生实事) by residents: one to five stars, without an account. A device rates a
//! project once and may change its rating.

use jiff::Timestamp;
use serde_json::json;

use super::config::row;
use super::edit_builder::{CommitError, EditBuilder};
use crate::grids::projects::ProjectState;
use crate::live::{Live, Written};
use crate::model::names::collection::{PROJECT_RATINGS, PROJECTS};
use crate::model::{Canonical, CollectionId, Expect, FeatureId, date_in_china};
use crate::store::StoreError;
use crate::warnings::Actor;
use crate::warnings::key::digest;

/// How often a rating is tried again if other requests write the same project or rating.
const TRIES: usize = 5;

/// Why a project was not rated.
#[derive(Debug, thiserror::Error)]
pub enum RatingError {
    /// There is no such project.
    #[error("there is no project {0:?}")]
    Unknown(FeatureId),
    /// The project is not done yet.
    #[error("the project {0:?} is not done yet")]
    NotDone(FeatureId),
    /// The snapshot does not yet contain a commit that the rating depends on, or other requests wrote the same
    /// project or rating during each attempt.
    #[error("commit {seq} is not in the snapshot yet; try again")]
    Behind {
        /// The commit.
        seq: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CommitError> for RatingError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Behind { seq } => Self::Behind { seq },
            CommitError::Store(error) => error.into(),
        }
    }
}

/// Rates a project that is done, or changes the rating that the device with this key gave before. Only a hash of the
/// key is stored, and the author is the public, also if the caller has an account.
///
/// # Errors
/// If there is no such project, it is not done, or the store fails.
pub async fn rate(
    live: &Live,
    project: &FeatureId,
    stars: u8,
    key: &str,
    now: Timestamp,
) -> Result<Written, RatingError> {
    let projects = collection(PROJECTS)?;
    let id = FeatureId::new(digest(&["project rating", project.as_str(), key]))
        .map_err(|e| StoreError::bad_id("rating", &e))?;
    let mut seq = 0;
    for _ in 0..TRIES {
        let snapshot = live.snapshot();
        seq = snapshot.seq();
        let map = snapshot.collections();
        let found = map.get(PROJECTS).and_then(|all| all.get(project.as_str()));
        let found = found.ok_or_else(|| RatingError::Unknown(project.clone()))?;
        if ProjectState::of(Canonical::new(found.all_properties())) != ProjectState::Done {
            return Err(RatingError::NotDone(project.clone()));
        }
        let before = map.hidden(PROJECT_RATINGS);
        let before = before.and_then(|all| all.get(id.as_str()));
        let expect = before.map_or(Expect::Absent, |rating| Expect::Seq(rating.seq()));
        let rating = json!({"project": project, "stars": stars, "rated_on": date_in_china(now)});
        let rating = rating.as_object().cloned().unwrap_or_default();
        let mut edit = EditBuilder::new(&Actor::public(), now, "rating");
        edit.require(projects.clone(), project.clone(), Expect::Seq(found.seq()));
        edit.put(
            row(collection(PROJECT_RATINGS)?, id.clone(), rating)?,
            expect,
        );
        if let Some(written) = edit.commit(live).await? {
            return Ok(written);
        }
    }
    Err(RatingError::Behind { seq })
}

fn collection(name: &str) -> Result<CollectionId, StoreError> {
    CollectionId::new(name).map_err(|e| StoreError::bad_id("collection", &e))
}
