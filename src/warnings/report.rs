//! A report, before it has a case.

use jiff::Timestamp;

use super::actor::Actor;
use super::step::{Source, StepPhoto};
use crate::model::{FeatureId, Localized};

/// A report with what the map adds to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The id of the case that the report opens.
    pub id: FeatureId,
    /// When it was reported.
    pub at: Timestamp,
    /// Who reports.
    pub actor: Actor,
    /// What is wrong.
    pub category: String,
    /// How it was reported.
    pub source: Source,
    /// What they wrote.
    pub note: Option<String>,
    /// What they photographed.
    pub photos: Vec<StepPhoto>,
    /// The grid that contains the place.
    pub grid: Option<String>,
    /// The community that contains the grid.
    pub community: Option<String>,
    /// The compound.
    pub compound: Option<String>,
    /// The building.
    pub building: Option<String>,
    /// What kind of housing it is.
    pub housing: Option<String>,
    /// The place in words, or the id of the place that a sensor watches.
    pub place: Option<String>,
    /// The case number of the 12345 hotline.
    pub hotline_number: Option<String>,
    /// Whether it is pending review by an officer before it counts.
    pub held: bool,
    /// Whether it is a drill.
    pub exercise: bool,
    /// Whether it is made up for the demonstration.
    pub demo: bool,
    /// The hash of the reporter's receipt.
    pub receipt_sha256: Option<String>,
    /// The hash of what the report says, where it comes with a key.
    pub report_sha256: Option<String>,
    /// Its number among the reports of its category at its place within the window of the rule; at least 1.
    pub nth: Option<u32>,
    /// The urgency factor of its place; deadlines are divided by it.
    pub factor: Option<f64>,
    /// What makes its place so: a fire exit nearby.
    pub near: Option<Localized>,
    /// Its place in the words of both languages, where they are known.
    pub place_words: Option<Localized>,
    /// Until when an officer should have filed it.
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
            housing: None,
            place: None,
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
