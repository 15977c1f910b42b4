//! Applies a patch to a feature (JSON Merge Patch, RFC 7396).

use serde_json::{Map, Value, json};

use super::content_crs::limits_of_map;
use crate::codec::geojson::read::{Limits, ReadError, read_body};
use crate::http::problem::{Problem, WrongField};
use crate::index::Entry;
use crate::model::{Body, InChinese as _, Localized, both};

/// The feature after a patch.
pub(super) fn patched(
    entry: &Entry,
    patch: &Map<String, Value>,
    limits: &Limits,
) -> Result<Body, Problem> {
    let mut properties: Value =
        serde_json::from_str(entry.all_properties()).map_err(|e| Problem::internal(&e))?;
    if let Some(change) = patch.get("properties") {
        if !change.is_object() {
            return Err(Problem::unprocessable(
                both!(
                    "成员 properties 应为 JSON 对象。",
                    "The member `properties` must be a JSON object."
                ),
                vec![WrongField::new(
                    "properties",
                    both!("应为 JSON 对象", "expected an object"),
                )],
            ));
        }
        json_patch::merge(&mut properties, change);
    }
    let mut feature = json!({"type": "Feature", "properties": properties});
    let Some(changed) = patch.get("geometry") else {
        // The stored geometry is in WGS 84, whichever system the patch uses.
        feature["geometry"] =
            serde_json::from_slice(entry.geometry_json()).map_err(|e| Problem::internal(&e))?;
        return read_body(&feature, &limits_of_map()).map_err(|e| wrong(&e));
    };
    feature["geometry"] = changed.clone();
    feature["crs"] = patch.get("crs").cloned().unwrap_or_default();
    read_body(&feature, limits).map_err(|e| wrong(&e))
}

pub(super) fn wrong(error: &ReadError) -> Problem {
    let Localized { zh, en } = error.localized();
    Problem::unprocessable(
        both!(
            "提交的内容不是可接受的要素：{zh}。",
            "Invalid feature: {en}."
        ),
        vec![WrongField::new(error.place.as_str(), error.problem.clone())],
    )
}
