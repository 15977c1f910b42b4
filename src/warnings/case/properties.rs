//! Converts a case to the properties of its feature and back.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Case, CaseError, Inside};
use crate::index::Entry;
use crate::model::names::property;
use crate::model::{FeatureId, Level, Localized, Properties, PropertiesError};
use crate::warnings::step::{Source, Status};

/// Runs the same code for every optional property.
macro_rules! sparse {
    ($each:ident) => {
        $each!(
            number,
            grid,
            community,
            compound,
            building,
            building_unit,
            room,
            entrance,
            housing,
            place,
            private_place,
            public_text,
            unit,
            due_at,
            overdue_at,
            filed_at,
            dispatched_at,
            handled_at,
            closed_at,
            parked_until,
            urged_at,
            urges,
            supervise_due_at,
            supervise_overdue_at,
            blocks,
            merged_into,
            held,
            exercise,
            demo,
            note,
            photos,
            rating,
            rating_reason,
            hotline_number,
            step,
            ledger
        )
    };
}

impl Case {
    /// Reads a case from the properties of its feature.
    pub fn read(id: &FeatureId, properties: &Properties) -> Result<Self, CaseError> {
        Self::from_map(id, properties.to_map())
    }

    /// Reads a case from its feature on the map.
    pub fn of(entry: &Entry) -> Result<Self, CaseError> {
        Self::read(
            entry.id(),
            &Properties::from_canonical(entry.all_properties()),
        )
    }

    /// Reads a case and omits properties with invalid values. Use it where no case may be missed
    /// because plain SQL wrote an invalid value.
    pub fn read_leniently(id: &FeatureId, properties: &Properties) -> Self {
        let mut map = properties.to_map();
        loop {
            match Self::from_map(id, map.clone()) {
                Ok(case) => return case,
                // Each iteration removes one property, so the loop ends.
                Err(error) => map.remove(&error.property),
            };
        }
    }

    /// Reads a case from decoded properties.
    pub fn from_map(id: &FeatureId, mut map: Map<String, Value>) -> Result<Self, CaseError> {
        let mut known = Known { id, map: &mut map };
        let reported_at: Option<Timestamp> = known.take(property::REPORTED_AT)?;
        let since: Option<Timestamp> = known.take("since")?;
        let reported_at = reported_at.or(since).unwrap_or_default();
        let category: Option<String> = known.take(property::CATEGORY)?;
        let category = category.unwrap_or_else(|| "other".to_owned());
        let reason: Option<Localized> = known.take("reason")?;
        let mut case = Self {
            id: id.clone(),
            status: known.take(property::STATUS)?.unwrap_or(Status::Reported),
            level: known.take("level")?.unwrap_or(Level::Yellow),
            since: since.unwrap_or(reported_at),
            reason: reason.unwrap_or_else(|| Localized::new(&category, &category)),
            source: known.take("source")?.unwrap_or(Source::GridWorker),
            reported_at,
            reports: known.take("reports")?.unwrap_or(1),
            steps: known.take("steps")?.unwrap_or(0),
            category,
            number: None,
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
            public_text: None,
            unit: None,
            due_at: None,
            overdue_at: None,
            filed_at: None,
            dispatched_at: None,
            handled_at: None,
            closed_at: None,
            parked_until: None,
            urged_at: None,
            urges: 0,
            supervise_due_at: None,
            supervise_overdue_at: None,
            blocks: None,
            merged_into: None,
            held: false,
            exercise: false,
            demo: false,
            note: None,
            photos: Vec::new(),
            rating: None,
            rating_reason: None,
            hotline_number: None,
            step: None,
            ledger: Inside::default(),
            extra: Map::new(),
        };
        macro_rules! take {
            ($($field:ident),+) => {
                $(if let Some(value) = known.take(stringify!($field))? { case.$field = value; })+
            };
        }
        sparse!(take);
        case.extra = map;
        Ok(case)
    }

    /// The properties of its feature. All texts were checked when they were read, so an error means
    /// that `extra` contains something that no store accepts.
    pub fn properties(&self) -> Result<Properties, PropertiesError> {
        Properties::from_map(self.to_map())
    }

    fn to_map(&self) -> Map<String, Value> {
        let mut map = self.extra.clone();
        put(&mut map, property::CATEGORY, &self.category);
        put(&mut map, property::STATUS, &self.status);
        put(&mut map, "level", &self.level);
        put(&mut map, "since", &self.since);
        put(&mut map, "reason", &self.reason);
        put(&mut map, "source", &self.source);
        put(&mut map, property::REPORTED_AT, &self.reported_at);
        put(&mut map, "reports", &self.reports);
        put(&mut map, "steps", &self.steps);
        macro_rules! write {
            ($($field:ident),+) => {
                $(if !is_default(&self.$field) { put(&mut map, stringify!($field), &self.$field); })+
            };
        }
        sparse!(write);
        map
    }
}

struct Known<'a> {
    id: &'a FeatureId,
    map: &'a mut Map<String, Value>,
}

impl Known<'_> {
    fn take<T: DeserializeOwned>(&mut self, property: &str) -> Result<Option<T>, CaseError> {
        match self.map.remove(property) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|e| CaseError {
                    id: self.id.clone(),
                    property: property.to_owned(),
                    problem: e.to_string(),
                }),
        }
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: &impl Serialize) {
    // A case contains texts, numbers and times, which can always be converted to JSON.
    let value = serde_json::to_value(value).unwrap_or_default();
    map.insert(key.to_owned(), value);
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
