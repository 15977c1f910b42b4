//! Changes that the map suggests: gates that bar e-bikes or people at some hours, locked gates, one-way lanes reversed.

use serde_json::{Value, json};

use super::ask::{AccessAsk, AccessChange};
use crate::index::Entry;
use crate::live::Snapshot;
use crate::model::names::collection::{COMPOUNDS, ENTRANCES, ROUTES};
use crate::model::names::property;
use crate::model::{Canonical, Localized, both};
use crate::service::place::anchor;
use crate::service::planning::edits::{EditOp, ScenarioEdit};

/// The most changes of a question, the generated ones included.
pub const MOST_CHANGES: usize = 400;

/// Returns the changes to choose from, and how many generated ones were left off.
pub(super) fn changes(map: &Snapshot, ask: &AccessAsk) -> (Vec<AccessChange>, usize) {
    let mut changes = ask.changes.clone();
    if ask.generate {
        let entrances = map.collections().get(ENTRANCES);
        for gate in entrances.into_iter().flat_map(|c| c.iter()) {
            changes.extend(of_gate(map, gate, ask));
        }
        let routes = map.collections().get(ROUTES);
        for lane in routes.into_iter().flat_map(|c| c.iter()) {
            changes.extend(of_lane(map, lane, ask));
        }
    }
    let left_off = changes.len().saturating_sub(MOST_CHANGES);
    changes.truncate(MOST_CHANGES);
    (changes, left_off)
}

fn patch(collection: &str, entry: &Entry, properties: &Value) -> ScenarioEdit {
    ScenarioEdit {
        collection: collection.to_owned(),
        id: entry.id().to_string(),
        op: EditOp::Patch,
        feature: None,
        properties: properties.as_object().cloned(),
        geometry: None,
    }
}

/// The changes of a gate: let people pass, let e-bikes pass.
fn of_gate(map: &Snapshot, gate: &Entry, ask: &AccessAsk) -> Vec<AccessChange> {
    let said = Canonical::new(gate.all_properties());
    if !said.is(property::KIND, "gate") || !is_wanted(map, gate, ask) {
        return Vec::new();
    }
    let id = gate.id();
    let name = said
        .text(property::NAME)
        .map_or_else(|| id.to_string(), |name| name.into_owned());
    let is_barred = said.is_true("locked") || said.is("foot", "no") || said.is("access", "no");
    let hours = said.text("opening_hours");
    let has_hours = hours.as_deref().is_some_and(|h| h != "24/7");
    let mut changes = Vec::new();
    let mut add = |kind: &str, title: Localized, properties: &Value| {
        changes.push(AccessChange {
            id: format!("{kind}-{id}"),
            title,
            edits: vec![patch(ENTRANCES, gate, properties)],
        });
    };
    if is_barred {
        let mut open = json!({"locked": false, "foot": "yes", "opening_hours": "24/7"});
        if said.is("access", "no") {
            open["access"] = json!("yes");
        }
        let title = both!("打开{name}供行人通行", "open {name} for people on foot");
        add("open", title, &open);
        return changes;
    }
    let window = &ask.deliveries.ebike_window;
    if has_hours {
        let mut open = json!({"opening_hours": "24/7"});
        if !said.is("ebike", "no") && !said.has("ebike_hours") {
            // The hours of e-bikes stay as they are.
            open["ebike_hours"] = json!(hours);
        }
        let title = both!(
            "{name}全天供行人通行",
            "keep {name} open at all hours for people on foot"
        );
        add("hours", title, &open);
    }
    if said.is("ebike", "dismount") {
        let title = both!(
            "{name}允许骑电动车通过",
            "let e-bikes be ridden through {name}"
        );
        add("ebike", title, &json!({"ebike": "yes"}));
    } else if !said.is("ebike", "yes") {
        let shown = window.replace('-', "–");
        let title = both!(
            "{name} {shown} 允许电动车",
            "admit e-bikes at {name} {shown}"
        );
        add(
            "ebike",
            title,
            &json!({"ebike": "yes", "ebike_hours": window}),
        );
    } else if said.has("ebike_hours") {
        let title = both!(
            "{name}全天允许电动车",
            "admit e-bikes at {name} at all hours"
        );
        add("ebike", title, &json!({"ebike_hours": "24/7"}));
    }
    changes
}

/// The reversal of a one-way lane.
fn of_lane(map: &Snapshot, lane: &Entry, ask: &AccessAsk) -> Option<AccessChange> {
    let said = Canonical::new(lane.all_properties());
    if !said.is_true("oneway") || !is_wanted(map, lane, ask) {
        return None;
    }
    let id = lane.id();
    let name = said
        .text(property::NAME)
        .map_or_else(|| id.to_string(), |name| name.into_owned());
    Some(AccessChange {
        id: format!("reverse-{id}"),
        title: both!(
            "单行路{name}（{id}）改为反向",
            "reverse the one-way {name} ({id})"
        ),
        edits: vec![patch(ROUTES, lane, &json!({"oneway": "-1"}))],
    })
}

/// Whether a feature belongs to one of the compounds of the question, if it names any.
fn is_wanted(map: &Snapshot, entry: &Entry, ask: &AccessAsk) -> bool {
    if ask.compounds.is_empty() {
        return true;
    }
    let is_one = |id: &str| ask.compounds.iter().any(|own| own == id);
    let said = Canonical::new(entry.all_properties());
    if let Some(own) = said.text(property::COMPOUND) {
        return is_one(&own);
    }
    let at = entry.geometry().and_then(anchor);
    let around = at.and_then(|at| Some(map.collections().get(COMPOUNDS)?.covering(at)));
    around
        .into_iter()
        .flatten()
        .any(|compound| is_one(compound.id().as_str()))
}

/// Returns edits that open everything that the given edits concern: with them, everybody arrives at least as early as
/// with any set of the given edits. `None` if one of the given edits changes more than who may pass a gate or a lane.
pub(super) fn opened(edits: &[&ScenarioEdit]) -> Option<Vec<ScenarioEdit>> {
    const KNOWN: [&str; 7] = [
        "ebike",
        "foot",
        "opening_hours",
        "ebike_hours",
        "locked",
        "access",
        "oneway",
    ];
    let mut found: Vec<ScenarioEdit> = Vec::new();
    for edit in edits {
        let properties = edit.properties.as_ref();
        let is_known = edit.op == EditOp::Patch
            && edit.geometry.is_none()
            && matches!(edit.collection.as_str(), ENTRANCES | ROUTES)
            && properties.is_some_and(|p| p.keys().all(|name| KNOWN.contains(&name.as_str())));
        if !is_known {
            return None;
        }
        if found
            .iter()
            .any(|f| (&f.collection, &f.id) == (&edit.collection, &edit.id))
        {
            continue;
        }
        let mut open = json!({
            "ebike": "yes", "foot": "yes", "opening_hours": "24/7", "ebike_hours": null, "locked": false,
        });
        if edit.collection == ROUTES {
            open["oneway"] = json!(false);
        }
        if properties.is_some_and(|p| p.contains_key("access")) {
            open["access"] = json!("yes");
        }
        found.push(ScenarioEdit {
            properties: open.as_object().cloned(),
            ..(*edit).clone()
        });
    }
    Some(found)
}
