//! Tests of the rules: tags and the features that they become.

use super::super::tags::tags;
use super::*;

/// Lists every feature that the element becomes as `collection {properties}`.
fn made(text: &str, element: Element) -> Vec<String> {
    outcomes(&tags(text), element)
        .into_iter()
        .map(|o| match o {
            Outcome::Draft(d) => format!("{} {}", d.collection, Value::Object(d.properties)),
            Outcome::Drop {
                collection,
                problem,
            } => format!("{collection} dropped: {problem}"),
        })
        .collect()
}

#[test]
fn a_building_keeps_its_chinese_name_and_what_can_be_read() {
    assert_eq!(
        made(
            "building=dormitory,name=学生公寓三号楼,name:en=Dorm 3,building:levels=6,\
                 height=several,addr:street=西土城路,addr:housenumber=10,start_date=1987-05",
            Element::ClosedWay
        ),
        [
            "buildings {\"address\":\"西土城路10号\",\"built\":1987,\"kind\":\"residential\",\
                 \"levels\":6.0,\"name\":\"学生公寓三号楼\",\"name_en\":\"Dorm 3\",\"number\":\"10\"}"
        ]
    );
    for (text, element) in [
        ("building=no", Element::ClosedWay),
        ("building=yes", Element::OpenWay),
        ("building=yes", Element::Node),
    ] {
        assert!(
            made(text, element)[0].starts_with("buildings dropped"),
            "{text}"
        );
    }
}

#[test]
fn gates_and_doors_say_who_may_pass() {
    assert_eq!(
        made(
            "barrier=lift_gate,name=西门,bicycle=dismount,motor_vehicle=private,\
                 access:conditional=no @ (23:00-06:00),locked=no",
            Element::Node
        ),
        [
            "entrances {\"ebike\":\"dismount\",\"kind\":\"gate\",\"locked\":false,\
                 \"name\":\"西门\",\"opening_hours\":\"24/7; 23:00-06:00 off\"}"
        ]
    );
    assert_eq!(
        made(
            "entrance=staircase,ref=2,addr:flats=1-12; 14,wheelchair=yes",
            Element::Node
        ),
        [
            "entrances {\"kind\":\"unit_door\",\"rooms\":\"1-12,14\",\"step_free\":true,\"unit\":\"2\"}"
        ]
    );
    assert_eq!(
        made("barrier=turnstile,foot=yes", Element::Node),
        ["entrances {\"ebike\":\"no\",\"foot\":\"yes\",\"kind\":\"gate\"}"]
    );
    assert_eq!(
        made("amenity=parking_entrance", Element::Node),
        ["entrances {\"kind\":\"garage\"}"]
    );
    assert_eq!(made("entrance=no", Element::Node), Vec::<String>::new());
}

#[test]
fn a_way_is_a_route_for_riders_and_a_road_of_the_base_map() {
    assert_eq!(
        made(
            "highway=residential,oneway=yes,oneway:bicycle=no,maxspeed=30,surface=asphalt,width=6 m",
            Element::OpenWay
        ),
        [
            "routes {\"ebike\":\"yes\",\"foot\":\"yes\",\"kind\":\"road\",\"max_kmh\":30.0,\
                 \"surface\":\"asphalt\",\"width_m\":6.0}",
            "roads {\"kind\":\"residential\",\"oneway\":true,\"surface\":\"asphalt\",\"width_m\":6.0}"
        ]
    );
    assert_eq!(
        made(
            "highway=steps,step_count=12,ramp:bicycle=yes,incline=up",
            Element::OpenWay
        ),
        [
            "routes {\"ebike\":\"no\",\"foot\":\"yes\",\"kind\":\"steps\",\"ramp\":\"bicycle\",\"slope\":\"up\",\"steps\":12}"
        ]
    );
    assert_eq!(
        made("highway=footway,bicycle=no", Element::OpenWay),
        ["routes {\"ebike\":\"no\",\"foot\":\"yes\",\"kind\":\"path\"}"],
        "a sign against riding says nothing of pushing"
    );
    assert_eq!(
        made(
            "highway=pedestrian,bicycle=yes,motor_vehicle:conditional=destination @ (Mo-Sa 06:00-11:00)",
            Element::OpenWay
        )[0],
        "routes {\"ebike\":\"yes\",\"foot\":\"yes\",\"kind\":\"path\"}",
        "hours for cars do not apply to riders"
    );
    assert_eq!(made("highway=motorway", Element::OpenWay).len(), 1);
    assert_eq!(made("highway=construction", Element::OpenWay).len(), 0);
    let Some(Outcome::Draft(reversed)) = outcomes(
        &tags("highway=service,oneway=-1,incline=8%"),
        Element::OpenWay,
    )
    .into_iter()
    .next() else {
        panic!("a service way is a route")
    };
    assert!(reversed.reversed && reversed.properties["oneway"] == true);
    assert_eq!(reversed.properties["incline"], -8.0);
    for (text, expected) in [
        ("highway=footway,incline=up", "up"),
        ("highway=footway,incline=down", "down"),
        ("highway=service,oneway=-1,incline=up", "down"),
    ] {
        let way = outcomes(&tags(text), Element::OpenWay).into_iter().next();
        let Some(Outcome::Draft(way)) = way else {
            panic!("{text} is a route")
        };
        assert_eq!(way.properties["slope"], expected, "{text}");
        assert!(!way.properties.contains_key("incline"), "{text}");
    }
}

#[test]
fn obstacles_and_lifts_are_points_of_the_network() {
    for (text, expected) in [
        (
            "barrier=bollard,maxwidth:physical=1.2",
            "routes {\"ebike\":\"yes\",\"foot\":\"yes\",\"kind\":\"bollard\",\"width_m\":1.2}",
        ),
        (
            "barrier=cycle_barrier",
            "routes {\"ebike\":\"dismount\",\"foot\":\"yes\",\"kind\":\"cycle_barrier\"}",
        ),
        (
            "barrier=block,bicycle=no",
            "routes {\"ebike\":\"no\",\"foot\":\"yes\",\"kind\":\"bollard\"}",
        ),
        (
            "highway=elevator,bicycle=yes",
            "routes {\"ebike\":\"dismount\",\"foot\":\"yes\",\"kind\":\"lift\",\"lift\":true}",
        ),
    ] {
        assert_eq!(made(text, Element::Node), [expected], "{text}");
    }
    assert_eq!(made("barrier=toll_booth", Element::Node).len(), 0);
    assert_eq!(made("barrier=bollard", Element::OpenWay).len(), 0);
}

#[test]
fn open_areas_are_crossed_and_loops_are_not() {
    let shape = |text: &str, element| {
        let found = outcomes(&tags(text), element);
        let mut drafts = found.into_iter().filter_map(|o| match o {
            Outcome::Draft(d) if d.collection == ROUTES => Some((d.shape, d.properties)),
            _ => None,
        });
        drafts.next().map(|(shape, p)| {
            (
                shape,
                p["kind"].as_str().unwrap().to_owned(),
                p["ebike"].clone(),
            )
        })
    };
    let square = |ebike: &str| Some((Shape::Area, "square".to_owned(), Value::from(ebike)));
    for text in [
        "highway=pedestrian,area=yes",
        "area:highway=footway",
        "place=square",
    ] {
        assert_eq!(
            shape(text, Element::ClosedWay),
            square("dismount"),
            "{text}"
        );
    }
    assert_eq!(
        shape("highway=service,area=yes", Element::ClosedWay),
        square("yes")
    );
    assert_eq!(
        shape("highway=pedestrian", Element::AreaRelation),
        square("dismount")
    );
    for text in ["highway=pedestrian", "highway=pedestrian,place=square"] {
        let found = shape(text, Element::ClosedWay).unwrap();
        assert_eq!(found.0, Shape::Line, "{text}");
    }
    assert_eq!(shape("place=square", Element::Node), None);
    assert_eq!(shape("place=square,building=yes", Element::ClosedWay), None);
    assert_eq!(shape("area:highway=primary", Element::ClosedWay), None);
}

#[test]
fn a_ramp_gets_the_widest_tagged_vehicle() {
    for (text, expected) in [
        ("ramp:bicycle=yes,ramp:wheelchair=no", Some("bicycle")),
        ("ramp:stroller=yes,ramp:bicycle=yes", Some("stroller")),
        ("ramp=yes,ramp:wheelchair=yes", Some("wheelchair")),
        ("ramp=bicycle", Some("bicycle")),
        ("ramp=yes", Some("yes")),
        ("ramp=no", Some("no")),
        ("ramp:wheelchair=no", None),
        ("incline=up", None),
    ] {
        let steps = format!("highway=steps,{text}");
        let Some(Outcome::Draft(steps)) =
            outcomes(&tags(&steps), Element::OpenWay).into_iter().next()
        else {
            panic!("steps are a route")
        };
        let found = steps.properties.get("ramp").and_then(Value::as_str);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_campus_is_a_compound_and_an_unnamed_housing_area_is_not() {
    assert_eq!(
        made(
            "amenity=university,name=北京邮电大学,barrier=wall",
            Element::ClosedWay
        ),
        [
            "compounds {\"kind\":\"university\",\"name\":\"北京邮电大学\",\"walled\":true}",
            "barriers {\"kind\":\"wall\",\"name\":\"北京邮电大学\"}"
        ]
    );
    assert_eq!(made("landuse=residential", Element::ClosedWay).len(), 0);
    assert_eq!(
        made("landuse=residential,name=小关", Element::AreaRelation).len(),
        1
    );
}

#[test]
fn first_aid_rest_stops_and_water_get_their_collections() {
    assert!(made("emergency=defibrillator", Element::Node)[0].contains("\"aed\":true"));
    assert_eq!(
        made("amenity=hospital,building=yes", Element::ClosedWay).len(),
        2
    );
    assert!(made("amenity=bicycle_parking,capacity=40", Element::Node)[0].contains("parking"));
    assert!(made("amenity=toilets", Element::Node)[0].contains("toilet"));
    assert_eq!(made("amenity=charging_station", Element::Node).len(), 0);
    assert!(made("natural=water,water=pond", Element::ClosedWay)[0].contains("pond"));
    assert!(made("natural=water", Element::OpenWay)[0].contains("dropped"));
    assert!(made("waterway=canal", Element::OpenWay)[0].contains("canal"));
    assert!(
        made(
            "boundary=administrative,admin_level=8",
            Element::AreaRelation
        )[0]
        .contains("street")
    );
}
