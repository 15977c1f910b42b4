//! Tests of conversions in both directions, with known points of each system.

use super::china::gcj02_to_bd09;
use super::*;
use proptest::prelude::*;

fn coord(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

/// The distance in metres between two nearby positions.
fn metres(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let east = (a.x - b.x).to_radians() * a.y.to_radians().cos();
    let north = (a.y - b.y).to_radians();
    east.hypot(north) * 6_378_137.0
}

fn near(a: Coord<f64>, b: Coord<f64>, tolerance: f64) {
    assert!(
        (a.x - b.x).abs() <= tolerance && (a.y - b.y).abs() <= tolerance,
        "{a:?} is not {b:?}"
    );
}

#[test]
fn a_system_is_found_by_name_code_and_uri() {
    for (text, expected) in [
        ("WGS 84", Crs::Crs84),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Crs::Crs84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Crs84),
        ("epsg:4326", Crs::Epsg4326),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", Crs::Cgcs2000),
        (
            "[http://www.opengis.net/def/crs/EPSG/0/3857]",
            Crs::WebMercator,
        ),
        ("urn:ogc:def:crs:EPSG::4490", Crs::Cgcs2000),
        ("4490", Crs::Cgcs2000),
        ("gcj02", Crs::Gcj02),
        ("BD-09", Crs::Bd09),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    for bad in [
        "",
        "EPSG:",
        "EPSG:2437",
        "http://www.opengis.net/def/crs/EPSG/0/",
        "x:4326",
    ] {
        assert!(bad.parse::<Crs>().is_err(), "{bad}");
    }
    for crs in Crs::with_uri() {
        assert_eq!(crs.uri().map(|u| u.parse()), Some(Ok(crs)));
    }
    assert_eq!(Crs::with_uri().count(), 46);
    assert!(!Crs::Crs84.axis_order_lat_lon() && Crs::Cgcs2000.axis_order_lat_lon());
}

/// Control values were computed with PROJ 9.1 (`cs2cs`, `gdaltransform`) for EPSG:4513 to 4554.
#[test]
fn gauss_kruger_zones_agree_with_proj() {
    for (code, place, expected) in [
        (
            4527,
            coord(117.13, 39.22),
            coord(39_511_226.477_4, 4_342_935.905_6),
        ),
        (
            4528,
            coord(118.3, 31.95),
            coord(40_339_264.090_2, 3_537_570.205_6),
        ),
        (
            4548,
            coord(117.13, 39.22),
            coord(511_226.477_4, 4_342_935.905_6),
        ),
        (
            4534,
            coord(76.1, 39.4),
            coord(594_751.342_3, 4_363_489.062_0),
        ),
        (
            4554,
            coord(134.2, 48.3),
            coord(440_646.881_6, 5_352_094.955_9),
        ),
    ] {
        let Some(crs) = Crs::from_epsg(code) else {
            panic!("{code}")
        };
        near(crs.from_wgs84(place).unwrap(), expected, 0.001);
        near(crs.to_wgs84(expected).unwrap(), place, 1e-8);
    }
}

#[test]
fn web_mercator_agrees_with_its_definition() {
    let square = 20_037_508.342_789_244;
    near(
        Crs::WebMercator.to_wgs84(coord(square, 0.0)).unwrap(),
        coord(180.0, 0.0),
        1e-9,
    );
    near(
        Crs::WebMercator.from_wgs84(coord(117.13, 39.22)).unwrap(),
        coord(13_038_851.956_6, 4_753_233.857_0),
        0.001,
    );
    assert!(Crs::WebMercator.from_wgs84(coord(0.0, 90.0)).is_err());
    assert!(Crs::WebMercator.to_wgs84(coord(3e7, 0.0)).is_err());
    assert!(Crs::WebMercator.to_wgs84(coord(117.13, 39.22)).is_err());
}

#[test]
fn a_value_of_another_zone_is_refused_with_a_hint() {
    let refusal = |code, x, y| match Crs::from_epsg(code).map(|c| c.to_wgs84(coord(x, y))) {
        Some(Err(e)) => e.to_string(),
        other => panic!("{code} {x} {y}: {other:?}"),
    };
    assert_eq!(
        refusal(4527, 40_511_222.0, 4_342_887.0),
        "[40511222, 4342887] is not within the area of CGCS2000 Gauss-Krüger zone 39 \
             (EPSG:4527); an easting that begins with 40 is of zone 40: EPSG:4528"
    );
    assert!(refusal(4548, 39_511_222.0, 4_342_887.0).contains("EPSG:4527"));
    assert!(refusal(4527, 511_222.0, 4_342_887.0).contains("EPSG:4548"));
    assert!(refusal(4548, 4_342_887.0, 511_222.0).contains("swapped"));
    assert!(refusal(4548, 117.13, 39.22).contains("degrees"));
    assert!(refusal(4548, 950_000.0, 4_342_887.0).contains("500000"));
    let e = Crs::from_epsg(4527)
        .unwrap()
        .from_wgs84(coord(120.1, 30.0))
        .unwrap_err();
    assert!(e.to_string().contains("zone 40"), "{e}");
    assert!(e.zh().ends_with("，经度 120.1 属于第 40 带"), "{}", e.zh());
    let swapped = Crs::Crs84.to_wgs84(coord(39.2, 117.1)).unwrap_err().zh();
    assert!(swapped.ends_with("，经纬度似乎颠倒了"), "{swapped}");
    let unknown = Crs::Crs84.to_wgs84(coord(f64::NAN, 0.0)).unwrap_err().zh();
    assert!(unknown.ends_with("，请核对坐标与坐标系"), "{unknown}");
}

#[test]
fn an_older_datum_is_named_in_both_languages() {
    let unknown = "EPSG:2414".parse::<Crs>().unwrap_err().localized();
    assert!(unknown.en.contains("Beijing 1954"), "{}", unknown.en);
    assert!(unknown.zh.contains("北京54"), "{}", unknown.zh);
    assert!(unknown.zh.contains("ogr2ogr"), "{}", unknown.zh);
}

/// The coordinate pairs that public implementations use as their examples.
#[test]
fn beijing_is_shifted_like_on_chinese_web_maps() {
    let place = coord(116.404, 39.915);
    near(
        wgs84_to_gcj02(place),
        coord(116.410_244_499_169_38, 39.916_404_281_501_64),
        1e-12,
    );
    near(
        gcj02_to_bd09(place),
        coord(116.410_369_493_710_29, 39.921_336_993_510_21),
        1e-12,
    );
    let shift = metres(wgs84_to_gcj02(place), place);
    assert!((300.0..800.0).contains(&shift), "{shift}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn shifts_are_undone_to_a_centimetre_in_china(x in 72.1..137.7f64, y in 0.9..55.7f64) {
        let place = coord(x, y);
        for crs in [Crs::Gcj02, Crs::Bd09] {
            let there = crs.from_wgs84(place).unwrap();
            prop_assert!(there != place);
            let back = crs.to_wgs84(there).unwrap();
            prop_assert!(metres(back, place) < 0.01, "{crs} {}", metres(back, place));
        }
    }

    #[test]
    fn nothing_is_shifted_outside_china(x in -180.0..71.0f64, y in -90.0..90.0f64) {
        for place in [coord(x, y), coord(139.7, y), coord(100.0, -y.abs())] {
            for crs in [Crs::Gcj02, Crs::Bd09] {
                prop_assert_eq!(crs.from_wgs84(place).unwrap(), place);
                prop_assert_eq!(crs.to_wgs84(place).unwrap(), place);
            }
        }
    }

    #[test]
    fn projections_lead_back(zone in 25u8..=45, dx in -2.4..2.4f64, y in 3.0..54.0f64) {
        let place = coord(f64::from(zone) * 3.0 + dx, y);
        for prefixed in [true, false] {
            let crs = Crs::GaussKruger(Zone { number: zone, prefixed });
            let back = crs.to_wgs84(crs.from_wgs84(place).unwrap()).unwrap();
            prop_assert!(metres(back, place) < 0.001);
        }
        let back = Crs::WebMercator.to_wgs84(Crs::WebMercator.from_wgs84(place).unwrap()).unwrap();
        prop_assert!(metres(back, place) < 0.001);
    }
}
