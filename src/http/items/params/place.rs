//! Parses `bbox` and the coordinate systems.

use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::{Localized, both};
use crate::spatial::bounds::Bounds;
use crate::spatial::crs::Crs;

/// Parses `bbox` in the system of `bbox-crs`, and converts it to degrees.
pub fn bbox(query: &Query) -> Result<Option<Bounds>, Problem> {
    let from = crs(query, "bbox-crs")?.unwrap_or(Crs::Crs84);
    let Some(text) = query.get("bbox")? else {
        return Ok(None);
    };
    let wrong = |why: Localized| {
        let Localized { zh, en } = why;
        Problem::invalid("bbox", both!("bbox={text}：{zh}。", "bbox={text}: {en}."))
    };
    let numbers: Vec<f64> = text
        .split(',')
        .map(|n| n.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| {
            wrong(both!(
                "应为四个数：西、南、东、北（含高程时为六个）",
                "expected four numbers, west,south,east,north (or six with heights)"
            ))
        })?;
    if !matches!(numbers.len(), 4 | 6) {
        let found = numbers.len();
        return Err(wrong(both!(
            "应为四个数：西、南、东、北（含高程时为六个），实际有{found}个",
            "expected four numbers, west,south,east,north (or six with heights), found {found}"
        )));
    }
    from.bounds_to_wgs84(&numbers).map(Some).map_err(wrong)
}

/// Parses a parameter with the URI of a coordinate system.
pub fn crs(query: &Query, name: &str) -> Result<Option<Crs>, Problem> {
    let Some(text) = query.get(name)? else {
        return Ok(None);
    };
    Crs::with_uri()
        .find(|c| c.uri().as_deref() == Some(text))
        .map(Some)
        .ok_or_else(|| {
            Problem::invalid(
                name,
                both!(
                    "{name}={text}：应为图层说明中“crs”所列的 URI 之一，例如 \
                     http://www.opengis.net/def/crs/OGC/1.3/CRS84。",
                    "{name}={text}: expected one of the URIs under \"crs\" in the collection's description, \
                                                                          such as http://www.opengis.net/def/crs/OGC/1.3/CRS84."
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bbox(text: &str) -> Result<Option<Bounds>, Problem> {
        bbox(&Query::parse(text).unwrap())
    }

    #[test]
    fn a_bbox_is_read_in_the_axis_order_of_its_system() {
        let plain = read_bbox("bbox=117,39,118,40").unwrap().unwrap();
        let uri = "http://www.opengis.net/def/crs/EPSG/0/4326";
        let swapped = read_bbox(&format!("bbox=39,117,40,118&bbox-crs={uri}"));
        assert_eq!(swapped.unwrap(), Some(plain));
        let uri = "http://www.opengis.net/def/crs/EPSG/0/3857";
        let text = format!("bbox=13024380.42,4721671.57,13135699.91,4865942.28&bbox-crs={uri}");
        let metres = read_bbox(&text).unwrap().unwrap();
        assert!((metres.west - 117.0).abs() < 1e-6 && (metres.north - 40.0).abs() < 1e-6);
    }

    #[test]
    fn an_invalid_bbox_is_refused_with_an_explanation() {
        for wrong in [
            "bbox=a,b",
            "bbox=1,2,3",
            "bbox=1,2,3,4,5",
            "bbox=0,91,1,92",
            "bbox=0,5,1,4",
        ] {
            assert!(read_bbox(wrong).is_err(), "{wrong}");
        }
        assert!(read_bbox("bbox=1,2,3,4&bbox-crs=EPSG:1").is_err());
    }
}
