//! Tests of reading valid features, and of the error texts for invalid ones.

use super::*;
use serde_json::json;

fn geometry_error(value: Value) -> String {
    read_geometry(&value, &Limits::default())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_feature_is_read_with_its_id_its_place_and_its_properties() {
    let mut feature = json!({
        "type": "Feature", "id": "温泉花园3号楼", "seq": 7, "collection": "buildings",
        "geometry": {"type": "Point", "coordinates": [117.13, 39.22, 3.5]},
        "properties": {"name": "3号楼", "levels": 6.0},
    });
    let id = take_id(&mut feature).unwrap().unwrap();
    assert_eq!(id.as_str(), "温泉花园3号楼");
    let body = read_body(&feature, &Limits::default()).unwrap();
    assert_eq!(body.properties.as_str(), r#"{"levels":6,"name":"3号楼"}"#);
    assert_eq!(
        body.geometry,
        Some(Geometry::Point(Point::new(117.13, 39.22)))
    );
}

#[test]
fn an_id_may_be_a_number_or_a_property() {
    let id = |mut v: Value| take_id(&mut v).map(|id| id.map(|i| i.to_string()));
    assert_eq!(
        id(json!({"type": "Feature", "id": 12})),
        Ok(Some("12".into()))
    );
    assert_eq!(
        id(json!({"type": "Feature", "id": 12.0})),
        Ok(Some("12".into()))
    );
    assert_eq!(
        id(json!({"type": "Feature", "id": null, "properties": {"id": "a"}})),
        Ok(Some("a".into()))
    );
    assert_eq!(id(json!({"type": "Feature", "properties": null})), Ok(None));
    for bad in [json!([]), json!("..")] {
        let bad = json!({"type": "Feature", "id": bad});
        assert_eq!(id(bad).unwrap_err().place, "id");
    }
}

#[test]
fn an_id_given_only_as_a_property_is_removed_from_the_properties() {
    let taken = |mut v: Value| {
        (
            take_id(&mut v).unwrap().unwrap().to_string(),
            v["properties"].take(),
        )
    };
    assert_eq!(
        taken(json!({"type": "Feature", "properties": {"id": "a", "name": "n"}})),
        ("a".into(), json!({"name": "n"}))
    );
    assert_eq!(
        taken(json!({"type": "Feature", "id": "a", "properties": {"id": 7}})),
        ("a".into(), json!({"id": 7}))
    );
}

#[test]
fn an_error_names_the_place_and_what_was_expected() {
    assert_eq!(
        geometry_error(
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], "x", [0, 0]]]})
        ),
        "geometry.coordinates[0][3]: expected [longitude, latitude], found \"x\""
    );
    assert_eq!(
        geometry_error(json!({"type": "Point", "coordinates": [39.22, 117.13]})),
        "geometry.coordinates: latitude 117.13 is not within -90 to 90; longitude and latitude \
             look swapped: expected [longitude, latitude]"
    );
    assert_eq!(
        geometry_error(
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]})
        ),
        "geometry.coordinates[0]: the ring is not closed: expected the last position to equal \
             the first [0, 0], found [0, 1]"
    );
    assert_eq!(
        geometry_error(json!({"type": "GeometryCollection", "geometries": [
                {"type": "Point", "coordinates": [1, 2]},
                {"type": "GeometryCollection", "geometries": []}]})),
        "geometry.geometries[1]: a GeometryCollection within a GeometryCollection is not allowed; \
             list its members in the outer one"
    );
}

#[test]
fn whatever_is_not_a_geometry_is_refused_and_never_panics() {
    for bad in [
        json!(null),
        json!([]),
        json!("Point"),
        json!({"type": "Circle", "coordinates": [0, 0]}),
        json!({"type": "Point"}),
        json!({"type": "Point", "coordinates": []}),
        json!({"type": "Point", "coordinates": [1]}),
        json!({"type": "Point", "coordinates": [1, null]}),
        json!({"type": "Point", "coordinates": {"x": 1}}),
        json!({"type": "LineString", "coordinates": [[0, 0]]}),
        json!({"type": "LineString", "coordinates": []}),
        json!({"type": "Polygon", "coordinates": []}),
        json!({"type": "Polygon", "coordinates": [[]]}),
        json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}),
        json!({"type": "MultiPolygon", "coordinates": [[[[0, 0]]]]}),
        json!({"type": "GeometryCollection", "geometries": {}}),
        json!({"type": "Point", "coordinates": [500000, 4340000]}),
    ] {
        assert!(read_geometry(&bad, &Limits::default()).is_err(), "{bad}");
    }
    assert!(read_body(&json!({"type": "Feature", "id": 1}), &Limits::default()).is_err());
}

#[test]
fn the_limit_of_vertices_is_kept() {
    let limits = Limits {
        vertices: 3,
        ..Limits::default()
    };
    let line = |n: usize| json!({"type": "LineString", "coordinates": vec![[1, 2]; n]});
    assert!(read_geometry(&line(3), &limits).is_ok());
    let e = read_geometry(&line(4), &limits).unwrap_err();
    assert_eq!(e.place, "geometry.coordinates[3]");
}
