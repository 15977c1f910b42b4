//! The standards of planning, as `standards.toml` has them.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::App;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::{Localized, Role};
use crate::planning::standards::{Reach, Standard};

/// The standards.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardList {
    /// The standards, in the order of `standards.toml`.
    pub standards: Vec<StandardShown>,
}

/// A standard: how near a facility must be, and where the figure comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardShown {
    /// Its id; `null` for a standard of the request.
    pub id: Option<String>,
    /// Its name.
    pub title: Localized,
    /// The longest walk that counts, in metres.
    pub metres: Option<f64>,
    /// The longest walk that counts, in minutes.
    pub minutes: Option<f64>,
    /// Whether the walk counts there and back.
    pub there_and_back: bool,
    /// The features that count as the facility, if the standard names them.
    pub facility: Option<StandardFacility>,
    /// The source of the figure.
    pub source: Localized,
    /// Whether the figure was read in its source.
    pub verified: bool,
}

/// The features that count as the facility of a standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardFacility {
    /// The collection.
    pub collection: String,
    /// The value of `kind`.
    pub kind: Option<String>,
    /// Whether only stations with a defibrillator count.
    pub aed: bool,
    /// The smallest and the largest area, in m².
    pub area_m2: Option<[f64; 2]>,
}

impl From<&Standard> for StandardShown {
    fn from(standard: &Standard) -> Self {
        let (metres, minutes) = match standard.reach {
            Reach::Metres(metres) => (Some(metres), None),
            Reach::Minutes(minutes) => (None, Some(minutes)),
        };
        Self {
            id: standard.id.clone(),
            title: standard.title.clone(),
            metres,
            minutes,
            there_and_back: standard.there_and_back,
            facility: standard.facility.as_ref().map(|f| StandardFacility {
                collection: f.collection.clone(),
                kind: f.kind.clone(),
                aed: f.aed,
                area_m2: f.area_m2.map(|(from, to)| [from, to]),
            }),
            source: standard.source.clone(),
            verified: standard.verified,
        }
    }
}

/// The standards of planning.
#[utoipa::path(get, path = "/api/plan/standards", tag = "planning",
    responses(
        (status = 200, description = "The standards with their sources", body = StandardList),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
    ))]
pub async fn standards(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Json<StandardList>, Problem> {
    query.only(&[])?;
    caller.author(Role::Planner)?;
    let standards = app.planning.standards().iter();
    Ok(Json(StandardList {
        standards: standards.map(StandardShown::from).collect(),
    }))
}
