//! Converts cases: reads them from features of the map, and writes them as changes.

use geo_types::Coord;
use serde_json::{Map, Value};

use crate::index::Entry;
use crate::live::Snapshot;
use crate::model::names::collection::{GRIDS, UNITS, WARNINGS};
use crate::model::names::property;
use crate::model::{Body, Change, CollectionId, FeatureId, RoleSet, Schema, View};
use crate::service::place;
use crate::store::StoreError;
use crate::warnings::sheet::Names;
use crate::warnings::{Case, PrivatePlace};

/// Reads a case from its feature.
///
/// # Errors
/// If the properties are not those of a case, for example after a write with SQL.
pub fn read(entry: &Entry) -> Result<Case, StoreError> {
    Case::of(entry).map_err(|e| StoreError::corrupt(WARNINGS, e))
}

/// A point of the case's geometry, from which distances are measured.
pub fn anchor(entry: &Entry) -> Option<Coord<f64>> {
    entry.geometry().and_then(place::anchor)
}

/// A point of the place of a case, from which distances are measured. For a private case it is the real place, which
/// only those who may see `private_place` may learn.
pub fn spot(entry: &Entry, case: &Case) -> Option<Coord<f64>> {
    let private = case.private_place.as_ref().map(PrivatePlace::position);
    private.or_else(|| anchor(entry))
}

/// The change that writes a case as a feature.
///
/// # Errors
/// Never in practice: the values of a case were checked when it was made.
pub fn change(
    case: &Case,
    geometry: Option<geo_types::Geometry<f64>>,
) -> Result<Change, StoreError> {
    let properties = case
        .properties()
        .map_err(|e| StoreError::corrupt(format!("warning {}", case.id), e))?;
    Ok(Change {
        collection: collection()?,
        id: case.id.clone(),
        body: Some(Body {
            geometry,
            properties,
        }),
    })
}

/// The collection of the cases.
///
/// # Errors
/// Never: the name is valid.
pub fn collection() -> Result<CollectionId, StoreError> {
    CollectionId::new(WARNINGS).map_err(|e| StoreError::bad_id("collection", &e))
}

/// All properties of a feature.
pub fn properties(entry: &Entry) -> Map<String, Value> {
    serde_json::from_str(entry.all_properties()).unwrap_or_default()
}

/// The properties of a feature that are visible in a view.
pub fn seen_properties(entry: &Entry, schema: &Schema, view: View<'_>) -> Map<String, Value> {
    serde_json::from_str(&entry.properties(schema, view)).unwrap_or_default()
}

/// The names of categories, member units and grids, which sheets and statistics show instead of ids. Names that an
/// account with these roles may not see are left out.
pub fn names(snapshot: &Snapshot, roles: impl Into<RoleSet>) -> Names {
    let roles = roles.into();
    let named = |collection: &str| {
        let features = snapshot.collections().get(collection);
        let features = features.filter(|c| c.schema().shows(roles, property::NAME));
        features
            .into_iter()
            .flat_map(|c| c.iter().cloned().collect::<Vec<_>>())
            .filter_map(|entry| {
                let name = properties(&entry).get(property::NAME)?.as_str()?.to_owned();
                Some((entry.id().to_string(), name))
            })
            .collect()
    };
    let categories = &snapshot.ledger().rules().categories;
    Names {
        categories: categories
            .iter()
            .map(|(id, c)| (id.clone(), c.name.clone()))
            .collect(),
        units: named(UNITS),
        grids: named(GRIDS),
    }
}

/// Parses the id of a feature.
///
/// # Errors
/// If the text is not an id.
pub fn id(text: &str) -> Result<FeatureId, StoreError> {
    FeatureId::new(text).map_err(|e| StoreError::bad_id("id", &e))
}
