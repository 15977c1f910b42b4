//! A report from which a case is opened.

use jiff::Timestamp;

use super::actor::Actor;
use super::case::PrivatePlace;
use super::step::{Source, StepPhoto};
use crate::model::{FeatureId, Localized};

/// A report with the data that the map adds to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The id of the case that the report opens.
    pub id: FeatureId,
    /// When the case was reported.
    pub at: Timestamp,
    /// The person or program that reports.
    pub actor: Actor,
    /// The category.
    pub category: String,
    /// The source of the report.
    pub source: Source,
    /// The text of the reporter.
    pub note: Option<String>,
    /// The photos of the reporter.
    pub photos: Vec<StepPhoto>,
    /// The id of the grid that contains the place.
    pub grid: Option<String>,
    /// The id of the community that contains the grid.
    pub community: Option<String>,
    /// The id of the compound that contains the place.
    pub compound: Option<String>,
    /// The id of the building that contains the place.
    pub building: Option<String>,
    /// The number of the unit (单元) of the building.
    pub building_unit: Option<String>,
    /// The number of the room. It is not public.
    pub room: Option<String>,
    /// The id of the gate or door that the report is about.
    pub entrance: Option<String>,
    /// The kind of housing at the place.
    pub housing: Option<String>,
    /// The description of the place, or the id of the place that a sensor observes.
    pub place: Option<String>,
    /// The place, if the category is private; the other fields about the place are empty then.
    pub private_place: Option<PrivatePlace>,
    /// The ticket number of the 12345 hotline.
    pub hotline_number: Option<String>,
    /// Whether an officer must review the case before it counts for its grid.
    pub held: bool,
    /// Whether the report is a drill.
    pub exercise: bool,
    /// Whether the report is synthetic demo data.
    pub demo: bool,
    /// The SHA-256 hash of the reporter's receipt.
    pub receipt_sha256: Option<String>,
    /// The hash of the report's content, if it came with an idempotency key.
    pub report_sha256: Option<String>,
    /// The number of the report among those of the same category at the same place within the
    /// window of the rule, from 1.
    pub nth: Option<u32>,
    /// The urgency factor of the place; deadlines are divided by it.
    pub factor: Option<f64>,
    /// Why the place has an urgency factor, for example a fire exit nearby.
    pub near: Option<Localized>,
    /// The description of the place in both languages, if known.
    pub place_words: Option<Localized>,
    /// The deadline for an officer to file the case.
    pub due_at: Option<Timestamp>,
}

impl Report {
    /// A report with the required fields only.
    pub fn new(id: FeatureId, at: Timestamp, actor: Actor, category: &str, source: Source) -> Self {
        Self {
            id,
            at,
            actor,
            category: category.to_owned(),
            source,
            note: None,
            photos: Vec::new(),
            grid: None,
            community: None,
            compound: None,
            building: None,
            building_unit: None,
            room: None,
            entrance: None,
            housing: None,
            place: None,
            private_place: None,
            hotline_number: None,
            held: false,
            exercise: false,
            demo: false,
            receipt_sha256: None,
            report_sha256: None,
            nth: None,
            factor: None,
            near: None,
            place_words: None,
            due_at: None,
        }
    }
}
