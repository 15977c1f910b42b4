//! The edits of a scenario: changes to the map that planners try without writing them.
//!
//! Edits are applied to a snapshot one after the other, and validated like writes. They may only name properties that
//! every planner sees, because scenarios are shared between planners.

use std::collections::BTreeMap;

use geo_types::Geometry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::codec::geojson::read::{Limits, Member, ReadError, id_from, read_body};
use crate::index::Collection;
use crate::live::Snapshot;
use crate::model::names::collection::ROUTES;
use crate::model::{
    Body, Change, CollectionId, FeatureId, InChinese as _, Localized, Properties, Role, both,
};
use crate::service::checkers::Checkers;

/// The most edits of a scenario.
pub const MOST_EDITS: usize = 2_000;
/// The most positions in one geometry of an edit.
const MOST_POSITIONS: usize = 20_000;
/// The most errors that are reported at once.
const MOST_ERRORS: usize = 20;

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EditOp {
    /// Creates a feature, or replaces it.
    Put,
    /// Changes properties or the geometry of a feature.
    Patch,
    /// Deletes a feature.
    Delete,
}

/// One change of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioEdit {
    /// The collection.
    #[schema(example = "entrances")]
    pub collection: String,
    /// The id of the feature.
    pub id: String,
    /// What the edit does.
    pub op: EditOp,
    /// The feature to put: a GeoJSON Feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub feature: Option<Value>,
    /// The properties to change: a merge patch (RFC 7396), in which `null` removes a property. `oneway: "-1"` makes a
    /// route one-way against the direction in which it is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Map<String, Value>>,
    /// The new geometry of a patched feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub geometry: Option<Value>,
}

/// An edit that cannot be applied to the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongEdit {
    /// The path of the wrong value, such as `edits[3].feature.properties.levels`.
    pub field: String,
    /// What was found and what was expected.
    pub problem: Localized,
}

/// The features that edits have changed so far; `None` for a deleted one.
type Changed = BTreeMap<(CollectionId, FeatureId), Option<Body>>;

/// Applies edits to a snapshot, one after the other. Returns what they change together, at most one change for each
/// feature.
///
/// # Errors
/// The errors of edits that cannot be applied, at most [`MOST_ERRORS`].
pub(super) fn changes(
    map: &Snapshot,
    checkers: &Checkers,
    edits: &[ScenarioEdit],
) -> Result<Vec<Change>, Vec<WrongEdit>> {
    let mut changed = Changed::new();
    let mut wrong = Vec::new();
    if edits.len() > MOST_EDITS {
        let found = edits.len();
        let problem = both!(
            "最多{MOST_EDITS}项，实有{found}项",
            "expected at most {MOST_EDITS} edits, found {found}"
        );
        return Err(vec![WrongEdit {
            field: "edits".to_owned(),
            problem,
        }]);
    }
    for (n, edit) in edits.iter().enumerate() {
        if let Err(problems) = apply(map, checkers, edit, &mut changed) {
            wrong.extend(problems.into_iter().map(|(place, problem)| WrongEdit {
                field: format!("edits[{n}]{place}"),
                problem,
            }));
        }
        if wrong.len() >= MOST_ERRORS {
            break;
        }
    }
    wrong.truncate(MOST_ERRORS);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let changes = changed.into_iter();
    Ok(changes
        .map(|((collection, id), body)| Change {
            collection,
            id,
            body,
        })
        .collect())
}

/// Errors of an edit, each with its path within the edit.
type Problems = Vec<(String, Localized)>;

fn one(place: &str, problem: Localized) -> Problems {
    vec![(place.to_owned(), problem)]
}

fn apply(
    map: &Snapshot,
    checkers: &Checkers,
    edit: &ScenarioEdit,
    changed: &mut Changed,
) -> Result<(), Problems> {
    let name = &edit.collection;
    let source = map.collections().get(name).ok_or_else(|| {
        one(
            ".collection",
            both!(
                "地图没有图层“{name}”",
                "there is no collection {name:?} on the map"
            ),
        )
    })?;
    if let Some(how) = &source.schema().read_only {
        return Err(one(".collection", how.clone()));
    }
    let id = FeatureId::new(&edit.id).map_err(|e| one(".id", e.localized()))?;
    only_fields_of(edit)?;
    let key = (source.schema().collection.clone(), id);
    let present = match changed.get(&key) {
        Some(body) => body.clone(),
        None => source.get(key.1.as_str()).map(|entry| Body {
            geometry: entry.geometry().cloned(),
            properties: Properties::from_canonical(entry.all_properties().to_owned()),
        }),
    };
    let body = match edit.op {
        EditOp::Put => Some(put(edit, &key.1, source, present)?),
        EditOp::Patch => Some(patch(edit, source, present)?),
        EditOp::Delete if present.is_some() => None,
        EditOp::Delete => return Err(unknown(edit)),
    };
    if let Some(body) = &body {
        check(checkers, source, &key.1, body, edit.op)?;
    }
    changed.insert(key, body);
    Ok(())
}

/// Refuses fields that the operation does not use, and an edit without a field that it needs.
fn only_fields_of(edit: &ScenarioEdit) -> Result<(), Problems> {
    let given = [
        (".feature", edit.feature.is_some()),
        (".properties", edit.properties.is_some()),
        (".geometry", edit.geometry.is_some()),
    ];
    let (allowed, op): (&[&str], _) = match edit.op {
        EditOp::Put => (&[".feature"], "put"),
        EditOp::Patch => (&[".properties", ".geometry"], "patch"),
        EditOp::Delete => (&[], "delete"),
    };
    let unexpected = given
        .iter()
        .find(|(name, is_given)| *is_given && !allowed.contains(name));
    if let Some((name, _)) = unexpected {
        return Err(one(
            name,
            both!(
                "{op} 操作不使用该字段，请删去",
                "an edit with op {op:?} does not use this field; leave it out"
            ),
        ));
    }
    let is_given = |name: &&str| given.contains(&(name, true));
    if allowed.is_empty() || allowed.iter().any(is_given) {
        return Ok(());
    }
    Err(match edit.op {
        EditOp::Patch => one(
            "",
            both!(
                "patch 操作应填写 properties 或 geometry",
                "an edit with op \"patch\" needs properties or geometry"
            ),
        ),
        EditOp::Put | EditOp::Delete => one(
            ".feature",
            both!(
                "put 操作应填写 GeoJSON 要素",
                "an edit with op \"put\" needs a GeoJSON Feature"
            ),
        ),
    })
}

fn put(
    edit: &ScenarioEdit,
    id: &FeatureId,
    source: &Collection,
    present: Option<Body>,
) -> Result<Body, Problems> {
    let feature = edit.feature.as_ref().unwrap_or(&Value::Null);
    let own_id = feature.get("id").filter(|own| !own.is_null());
    if let Some(own) = own_id
        && id_from(own).as_ref() != Ok(id)
    {
        return Err(one(
            ".feature.id",
            both!("应为“{id}”，或者不填", "expected {id:?}, or no id"),
        ));
    }
    let read = read_body(feature, &limits()).map_err(|e| unread(".feature", &e))?;
    let mut properties = read.properties.to_map();
    only_visible(source, &properties, ".feature.properties")?;
    let mut hidden = present.map(|b| b.properties.to_map()).unwrap_or_default();
    // Properties that planners do not see keep their values.
    for name in source.schema().hidden_from(Role::Planner) {
        if let Some(value) = hidden.remove(name) {
            properties.insert(name.to_owned(), value);
        }
    }
    Ok(Body {
        geometry: read.geometry,
        properties: canonical(properties, ".feature.properties")?,
    })
}

fn patch(
    edit: &ScenarioEdit,
    source: &Collection,
    present: Option<Body>,
) -> Result<Body, Problems> {
    let mut body = present.ok_or_else(|| unknown(edit))?;
    if let Some(geometry) = &edit.geometry {
        let feature = json!({"type": "Feature", "properties": {}, "geometry": geometry});
        body.geometry = read_body(&feature, &limits())
            .map_err(|e| unread("", &e))?
            .geometry;
    }
    if let Some(changes) = &edit.properties {
        only_visible(source, changes, ".properties")?;
        let mut changes = changes.clone();
        if edit.collection == ROUTES && changes.get("oneway") == Some(&json!("-1")) {
            // In OpenStreetMap, `-1` means one-way against the direction of the line. `oneway: true` on the map means
            // one-way in the direction of the line, so the line is reversed: the new one, if the edit has one.
            changes.insert("oneway".to_owned(), Value::Bool(true));
            body.geometry = body.geometry.map(turned_round);
        }
        let mut properties = Value::Object(body.properties.to_map());
        json_patch::merge(&mut properties, &Value::Object(changes));
        if let Value::Object(properties) = properties {
            body.properties = canonical(properties, ".properties")?;
        }
    }
    Ok(body)
}

fn turned_round(geometry: Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::LineString(mut line) => {
            line.0.reverse();
            Geometry::LineString(line)
        }
        Geometry::MultiLineString(mut lines) => {
            lines.0.reverse();
            lines.0.iter_mut().for_each(|line| line.0.reverse());
            Geometry::MultiLineString(lines)
        }
        other => other,
    }
}

fn limits() -> Limits {
    Limits {
        vertices: MOST_POSITIONS,
        member: Member::Counts,
        ..Limits::default()
    }
}

fn unread(place: &str, error: &ReadError) -> Problems {
    // The feature itself is wrong, for example a text, so there is no path within it.
    let within = match error.place.as_str() {
        "feature" => String::new(),
        path => format!(".{path}"),
    };
    one(&format!("{place}{within}"), error.problem.clone())
}

fn canonical(properties: Map<String, Value>, place: &str) -> Result<Properties, Problems> {
    Properties::from_map(properties).map_err(|e| one(place, e.localized()))
}

fn unknown(edit: &ScenarioEdit) -> Problems {
    let (collection, id) = (&edit.collection, &edit.id);
    one(
        ".id",
        both!(
            "图层“{collection}”没有要素“{id}”",
            "the collection {collection} has no feature {id:?}"
        ),
    )
}

fn only_visible(
    source: &Collection,
    properties: &Map<String, Value>,
    place: &str,
) -> Result<(), Problems> {
    let mut closed = source.schema().closed_to(Role::Planner);
    match closed.find(|name| properties.contains_key(*name)) {
        None => Ok(()),
        Some(name) => Err(one(
            &format!("{place}.{name}"),
            both!(
                "规划员无权读写该属性，请删去",
                "planners may neither read nor write this property; leave it out"
            ),
        )),
    }
}

fn check(
    checkers: &Checkers,
    source: &Collection,
    id: &FeatureId,
    body: &Body,
    op: EditOp,
) -> Result<(), Problems> {
    let checker = checkers.of(source.schema()).map_err(|e| {
        one(
            ".collection",
            both!("该图层的数据结构有误，请联系管理员（{e}）", "{e}"),
        )
    })?;
    let within = match op {
        EditOp::Put => ".feature",
        EditOp::Patch | EditOp::Delete => "",
    };
    checker.check(id, body).map_err(|problems| {
        let problems = problems.into_iter();
        problems
            .map(|p| (format!("{within}.{}", p.field), p.localized()))
            .collect()
    })
}
