//! What a card answers.

use jiff::Timestamp;
use serde::Serialize;

use super::gaps::Gap;
use crate::grids::{Counts, Figures, ProjectRating};
use crate::model::{Level, Localized};
use crate::warnings::OpenCounts;

/// The card of an area or a building.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Card {
    /// The commit that the card shows.
    pub seq: u64,
    /// The moment that the card shows.
    #[schema(format = DateTime)]
    pub at: String,
    /// What the card is about.
    pub subject: CardSubject,
    /// The areas that contain it, from the smallest to the street.
    pub within: Vec<AreaName>,
    /// The areas directly inside of it.
    pub parts: Vec<AreaName>,
    /// The level, with the reason and since when.
    pub level: CardLevel,
    /// The open cases.
    pub cases: CardCases,
    /// Who is in charge, from the street down to the stairwell.
    pub duties: Vec<CardDuty>,
    /// The stairwells, and how many have a head.
    pub stairwells: Stairwells,
    /// What stands here.
    pub counts: Counts,
    /// The nearest service of each kind; empty for communities and streets.
    pub nearest: Vec<NearService>,
    /// The projects here.
    pub projects: CardProjects,
    /// The days that the figures cover.
    pub window: CardWindow,
    /// What happened here in these days.
    pub figures: Figures,
    /// What happened in the whole street in these days; null if the street is not known.
    pub street_figures: Option<Figures>,
    /// What is missing in the data.
    pub missing: Vec<Gap>,
}

/// What a card is about.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardSubject {
    /// The collection: `grids` or `buildings`.
    pub collection: &'static str,
    /// The id.
    pub id: String,
    /// The name, or the id.
    pub name: String,
    /// The kind: `street`, `community`, `grid`, or the use of the building.
    pub kind: Option<String>,
    /// The official code of an area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The registered households of an area, or the households of a building.
    pub households: Option<u64>,
    /// The registered residents of an area.
    pub population: Option<u64>,
    /// The facts of a building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<BuildingFacts>,
}

/// The facts of a building.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct BuildingFacts {
    /// The name of the compound.
    pub compound: Option<String>,
    /// The id of the compound.
    pub compound_id: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// The kind of housing.
    pub housing: Option<String>,
    /// The number of storeys.
    pub levels: Option<f64>,
    /// Whether it has a lift.
    pub elevator: Option<bool>,
    /// The year in which it was built.
    pub built: Option<u32>,
}

/// An area by name.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AreaName {
    /// The id.
    pub id: String,
    /// The name, or the id.
    pub name: String,
    /// The kind: `street`, `community` or `grid`.
    pub kind: Option<String>,
    /// The level now.
    pub level: Level,
}

/// The level of the subject.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardLevel {
    /// The level.
    pub level: Level,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// The reason; left out if the caller may not see the reasons of cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Localized>,
}

/// The open cases of the subject.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardCases {
    /// The open cases by level.
    pub open: OpenCounts,
    /// The open cases by who must act next.
    pub waiting: OpenBy,
    /// How many are overdue.
    pub overdue: u32,
    /// The most severe ones, at most 20.
    pub list: Vec<CardCase>,
}

/// The number of open cases by who must act next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OpenBy {
    /// A duty officer.
    pub officer: u32,
    /// The unit in charge.
    pub unit: u32,
    /// Whoever verifies the work.
    pub verifier: u32,
}

/// An open case.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardCase {
    /// The id of the case.
    pub id: String,
    /// The number of the case.
    pub number: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The level.
    pub level: Level,
    /// Since when the case has this level.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The status.
    pub status: Option<String>,
    /// The place in words.
    pub place: Option<String>,
    /// Who must act next: `officer`, `unit` or `verifier`.
    pub waiting: &'static str,
    /// The name of the unit in charge.
    pub unit: Option<String>,
    /// The deadline.
    pub due_at: Option<String>,
    /// Whether the deadline has passed.
    pub overdue: bool,
}

/// Who is in charge.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardDuty {
    /// The id of the feature in `duties`.
    pub id: String,
    /// The duty.
    pub duty: String,
    /// The id of the grid, compound or building.
    pub scope: String,
    /// Its name, or its id.
    pub scope_name: String,
    /// What it is: `street`, `community`, `grid`, `compound` or `building`.
    pub scope_kind: String,
    /// The stairwell; null for the whole.
    pub unit: Option<String>,
    /// The name; left out below the role grid_worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The telephone; left out below the role grid_worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The telephone that is made public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_phone: Option<String>,
    /// The last day.
    pub until: Option<String>,
}

/// The stairwells of the subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Stairwells {
    /// How many there are.
    pub count: u32,
    /// How many have a head.
    pub headed: u32,
}

/// The nearest service of a kind.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NearService {
    /// The kind: `first_aid_station`, `pocket_park`, or a kind of facility.
    pub kind: &'static str,
    /// The id.
    pub id: String,
    /// The name.
    pub name: Option<String>,
    /// The straight distance from the middle of the subject, in metres.
    pub distance_m: f64,
}

/// The projects of the subject.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardProjects {
    /// How many there are.
    pub total: u32,
    /// How many are done.
    pub done: u32,
    /// How many are delayed.
    pub delayed: u32,
    /// The projects: delayed ones first, done ones last, then by due date; at most 50.
    pub list: Vec<CardProject>,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardProject {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The kind: `livelihood`, `secretary` or `micro`.
    pub kind: Option<String>,
    /// The state: `planned`, `under_way`, `done` or `delayed`.
    pub state: String,
    /// How much is done, in per cent.
    pub progress: Option<i64>,
    /// The name of the lead unit.
    pub lead: Option<String>,
    /// The day by whose end it is promised.
    pub due_on: Option<String>,
    /// How residents rate it; absent without ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<ProjectRating>,
}

/// The days that figures cover.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardWindow {
    /// The first day, in China's time zone.
    pub from: String,
    /// The last day.
    pub until: String,
    /// The number of days.
    pub days: i32,
}
