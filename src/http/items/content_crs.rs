//! The coordinate system of the geometry in a request: the header `Content-Crs` (OGC API – Features, Part 4),
//! or the member `crs` of the body.

use axum::http::HeaderMap;
use serde_json::Value;

use super::doubts::Sent;
use crate::codec::geojson::crs;
use crate::codec::geojson::read::{Limits, Member};
use crate::http::problem::Problem;
use crate::model::{InChinese as _, both};
use crate::spatial::crs::{Crs, UnknownCrs};

/// The most positions in one geometry of a request. Larger geometries need an import.
const VERTICES: usize = 100_000;

/// The limits for reading a geometry in the map's own coordinate system: WGS 84, longitude first.
pub(super) fn limits_of_map() -> Limits {
    Limits {
        vertices: VERTICES,
        ..Limits::default()
    }
}

/// The coordinate system in which the geometry of a body was sent: that of the member `crs` of the geometry, else of
/// the body, else of `limits`, with which the body was read.
pub(super) fn sent(limits: &Limits, document: &Value) -> Sent {
    // The body is a patch without a geometry.
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

/// The limits for reading the geometry of a request: in the coordinate system that the header `Content-Crs` names, with
/// the axis order of that system; without the header, in the system that the body names.
pub(super) fn limits(headers: &HeaderMap) -> Result<Limits, Problem> {
    let plain = limits_of_map();
    let Some(header) = headers.get(crate::http::CONTENT_CRS) else {
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
                "Content-Crs: {text}: {e}. Expected one of the URIs under \"crs\" in the collection's description, \
                                                                                 such as <http://www.opengis.net/def/crs/EPSG/0/4490>."
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
