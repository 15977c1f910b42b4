//! The coordinate system of a geometry that is written: the header `Content-Crs` of OGC API – Features, part
//! 4, or a member `crs` of the body.

use axum::http::HeaderMap;
use serde_json::Value;

use super::doubts::Sent;
use crate::codec::geojson::crs;
use crate::codec::geojson::read::{Limits, Member};
use crate::http::problem::Problem;
use crate::model::{InChinese as _, both};
use crate::spatial::crs::{Crs, UnknownCrs};

/// The most positions of one geometry that comes over HTTP; more comes by import.
const VERTICES: usize = 100_000;

/// How a geometry is read that is as the map has it: WGS 84, longitude first.
pub(super) fn limits_of_map() -> Limits {
    Limits {
        vertices: VERTICES,
        ..Limits::default()
    }
}

/// In which system the geometry of a body was sent that was read with these limits. In GeoJSON the innermost
/// member `crs` counts, and longitude or easting comes first.
pub(super) fn sent(limits: &Limits, document: &Value) -> Sent {
    // A patch that leaves the geometry as it is on the map.
    if document.get("geometry").is_none() {
        return Sent::default();
    }
    let member = |object: Option<&Value>| crs::named(object?.get("crs")?).ok();
    let member = member(document.get("geometry")).or_else(|| member(Some(document)));
    Sent {
        crs: member.unwrap_or(limits.crs),
        lat_first: limits.lat_first,
    }
}

/// How the geometry of a request is read: in the system that `Content-Crs` names, with the axes in that
/// system's own order, or else as the body says.
pub(super) fn limits(headers: &HeaderMap) -> Result<Limits, Problem> {
    let plain = limits_of_map();
    let Some(header) = headers.get("content-crs") else {
        return Ok(plain);
    };
    let text = header.to_str().unwrap_or_default().trim();
    let name = text.strip_prefix('<').and_then(|t| t.strip_suffix('>'));
    let crs: Crs = name.unwrap_or(text).parse().map_err(|e: UnknownCrs| {
        let zh = e.zh();
        Problem::invalid(
            "Content-Crs",
            both!(
                "Content-Crs: {text}：{zh}。应为图层说明中“crs”所列的 URI 之一，例如 \
                 <http://www.opengis.net/def/crs/EPSG/0/4490>。",
                "Content-Crs: {text}: {e}. Expected one of the URIs under \"crs\" in the \
                 collection's description, as <http://www.opengis.net/def/crs/EPSG/0/4490>."
            ),
        )
    })?;
    Ok(Limits {
        crs,
        lat_first: crs.axis_order_lat_lon(),
        member: Member::Refused,
        ..plain
    })
}
