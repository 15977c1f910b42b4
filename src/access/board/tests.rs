//! Boards of made-up compounds: labels never overlap, whatever is on the map.

use geo_types::Coord;
use proptest::prelude::*;

use super::*;
use crate::model::Language;
use crate::spatial::metres::metres_per_degree;

/// A position in metres from a corner of the compound.
fn at(x: f64, y: f64) -> Coord<f64> {
    let per = metres_per_degree(39.2);
    Coord {
        x: 117.1 + x / per.0,
        y: 39.2 + y / per.1,
    }
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Vec<Coord<f64>> {
    let corners = [
        (0.0, 0.0),
        (width, 0.0),
        (width, height),
        (0.0, height),
        (0.0, 0.0),
    ];
    corners.map(|(dx, dy)| at(x + dx, y + dy)).to_vec()
}

fn house(id: usize, x: f64, y: f64, width: f64, height: f64) -> House {
    House {
        id: format!("h{id}"),
        number: Some(id.to_string()),
        has_lift: id.is_multiple_of(3),
        rings: vec![rectangle(x, y, width, height)],
        middle: at(x + width / 2.0, y + height / 2.0),
        ..House::default()
    }
}

fn compound(width: f64, height: f64) -> Content {
    Content {
        name: "测试小区".into(),
        outline: vec![rectangle(0.0, 0.0, width, height)],
        ..Content::default()
    }
}

fn drawn(content: &Content, here: Option<&str>, language: Language) -> Drawn {
    let frame = Frame::fit(&content.outline).unwrap();
    let options = Options {
        at: here,
        url: "https://map.example/rider",
        language,
    };
    draw(&frame, content, &options).unwrap()
}

/// The pairs of labels that overlap. The marks of gates stand where the gates are.
fn overlaps(drawn: &Drawn) -> Vec<(LabelKind, LabelKind)> {
    let mut found = Vec::new();
    for (i, a) in drawn.labels.iter().enumerate() {
        for b in &drawn.labels[i + 1..] {
            let are_gates = a.kind == LabelKind::Gate && b.kind == LabelKind::Gate;
            if !are_gates && a.at.overlaps(&b.at) {
                found.push((a.kind, b.kind));
            }
        }
    }
    found
}

#[test]
fn a_board_says_what_is_known_and_marks_where_it_hangs() {
    let mut content = compound(250.0, 200.0);
    content.houses = vec![house(3, 40.0, 60.0, 60.0, 12.0)];
    content.doors = vec![Door {
        house: "h3".into(),
        unit: Some("2".into()),
        at: at(70.0, 72.0),
        ..Door::default()
    }];
    content.gates = vec![
        Gate {
            id: "east".into(),
            name: Some("测试小区东门".into()),
            at: at(250.0, 100.0),
            ebike: Some(Admission::Ride),
            foot: Some(true),
            hours: Some("Mo-Su 06:30-22:30".into()),
            credential: Some(Credential::Register),
            ..Gate::default()
        },
        Gate {
            id: "west".into(),
            name: Some("<西门>".into()),
            at: at(0.0, 100.0),
            ..Gate::default()
        },
    ];
    let zh = drawn(&content, Some("east"), Language::Chinese);
    assert_eq!((overlaps(&zh), zh.left_out.as_slice()), (vec![], &[][..]));
    for said in [
        ">测试小区<",
        ">东门<",
        ">&lt;西门&gt;<",
        ">可骑行<",
        ">需在门岗登记<",
        ">时间不详<",
        ">通行不详<",
        ">您在此处<",
        "data-gate=\"east\"",
        "data-qr=\"https://map.example/rider\"",
        "width=\"420mm\"",
    ] {
        assert!(zh.svg.contains(said), "{said}");
    }
    let plain = drawn(&content, None, Language::English).svg;
    assert!(plain.contains(">Ride in<") && plain.contains(">hours unknown<"));
    assert!(!plain.contains("You are here"));
}

#[test]
fn a_crowded_compound_and_an_empty_one_are_drawn() {
    let mut content = compound(400.0, 330.0);
    for n in 0..400 {
        let (x, y) = ((n % 20) as f64 * 19.0 + 12.0, (n / 20) as f64 * 14.0 + 45.0);
        content.houses.push(house(n, x, y, 14.0, 8.0));
        content.doors.extend((0..3).map(|k| Door {
            house: format!("h{n}"),
            unit: Some((k + 1).to_string()),
            at: at(x + 3.0 + f64::from(k) * 4.0, y + 8.0),
            ..Door::default()
        }));
    }
    content.gates = (0..40)
        .map(|n| Gate {
            id: format!("g{n}"),
            at: at(f64::from(n) * 10.0, 0.0),
            guidance: Some("很长的提示".repeat(40)),
            ..Gate::default()
        })
        .collect();
    let crowded = drawn(&content, Some("g7"), Language::English);
    assert_eq!(overlaps(&crowded), []);
    assert!(
        crowded.svg.contains("more gates"),
        "the list of gates is cut"
    );
    let houses = crowded
        .labels
        .iter()
        .filter(|l| l.kind == LabelKind::House)
        .count();
    assert_eq!(houses, 400, "every building has its number");

    let empty = drawn(&compound(5.0, 900.0), None, Language::Chinese);
    assert!(empty.svg.contains("未登记大门"));
    assert_eq!(overlaps(&empty), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn labels_never_overlap(
        size in (60.0..600.0_f64, 60.0..600.0_f64),
        houses in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64, 8.0..70.0_f64, 8.0..30.0_f64), 0..40),
        gates in prop::collection::vec((0.0..1.0_f64, 0..4_u8, 0..5_u8), 0..8),
        places in prop::collection::vec((-0.2..1.2_f64, -0.2..1.2_f64, 0..6_usize), 0..20),
        road in (0.0..1.0_f64, 0.0..1.0_f64),
        here in 0..8_usize,
    ) {
        let (width, height) = size;
        let mut content = compound(width, height);
        for (n, (x, y, w, h)) in houses.into_iter().enumerate() {
            let (x, y) = (x * width, y * height);
            content.houses.push(house(n, x, y, w, h));
            content.doors.push(Door {
                house: format!("h{n}"),
                unit: Some("1".into()),
                at: at(x + w / 2.0, y + h),
                ..Door::default()
            });
        }
        for (n, (along, side, kind)) in gates.into_iter().enumerate() {
            let place = match side {
                0 => at(along * width, 0.0),
                1 => at(along * width, height),
                2 => at(0.0, along * height),
                _ => at(width, along * height),
            };
            content.gates.push(Gate {
                id: format!("g{n}"),
                at: place,
                is_shut: kind == 4,
                ebike: [Some(Admission::Ride), Some(Admission::Push), Some(Admission::No), None, None][kind as usize],
                foot: Some(true),
                hours: Some("Mo-Fr 06:30-09:00,16:00-19:30".into()),
                ..Gate::default()
            });
        }
        let kinds = [
            PlaceKind::FirstAid, PlaceKind::Parking, PlaceKind::Handover,
            PlaceKind::BatterySwap, PlaceKind::RestStop, PlaceKind::Toilet,
        ];
        for (x, y, kind) in places {
            content.places.push(Place { kind: kinds[kind], at: at(x * width, y * height) });
        }
        content.roads.push(Road {
            name: Some("温泉路".into()),
            width_m: 12.0,
            line: vec![at(-200.0, road.0 * height), at(width + 200.0, road.1 * height)],
        });
        let drawn = drawn(&content, Some(&format!("g{here}")), Language::Chinese);
        prop_assert_eq!(overlaps(&drawn), vec![]);
    }
}
