//! Tests of valid rules files.

use super::*;
use crate::demo::default_schemas;
use jiff::SignedDuration;

fn built_in() -> Rules {
    Rules::built_in().unwrap()
}

#[test]
fn the_built_in_rules_are_complete_and_their_places_exist() {
    let rules = built_in();
    let categories: Vec<&str> = rules.categories.keys().map(String::as_str).collect();
    assert_eq!(
        categories,
        [
            "blocked_route",
            "corridor_clutter",
            "damaged_facility",
            "flying_wire_charging",
            "micro_wish",
            "other",
            "street_encroachment",
            "wrong_access"
        ]
    );
    let collections: Vec<&str> = default_schemas().iter().map(|(name, _)| *name).collect();
    Rules::read("rules.toml", DEFAULT, Some(&collections)).unwrap();
    let clutter = rules.category("corridor_clutter").unwrap();
    assert_eq!(clutter.name, Localized::new("楼道堆物", "corridor clutter"));
    assert_eq!(clutter.handle, SignedDuration::from_hours(16));
    assert_eq!(clutter.handlers, ["corridor_clutter"]);
    assert!(clutter.photo);
    // A blocked route closes the way for e-bikes; a stall on the pavement closes no way.
    let blocks = |id| rules.category(id).unwrap().blocks;
    let lane = Blocks {
        ebike: true,
        foot: false,
        within_m: 5.0,
    };
    assert_eq!(blocks("blocked_route"), Some(lane));
    assert_eq!(blocks("street_encroachment"), None);
    let near: Vec<&str> = rules
        .places_of("corridor_clutter")
        .map(|p| p.name.en.as_str())
        .collect();
    assert_eq!(near, ["fire exit"]);
}

#[test]
fn sections_that_are_left_out_are_as_in_the_built_in_file() {
    let start = DEFAULT.find("[[places]]").unwrap();
    let short = Rules::parse(&DEFAULT[..start]).unwrap();
    let whole = built_in();
    assert_eq!(short.privacy, whole.privacy);
    assert_eq!(short.verify, whole.verify);
    assert_eq!(short.duplicates, whole.duplicates);
    assert_eq!(short.notices, whole.notices);
    assert!(short.places.is_empty());
}

#[test]
fn each_table_defines_a_category_and_unknown_ones_are_other() {
    let text = format!(
        "{DEFAULT}\n[categories.lost_dog]\nzh = \"走失犬只\"\nen = \"lost dog\"\n\
         level = \"green\"\nrespond = \"4h\"\nhandle = \"8h\"\n"
    );
    let rules = Rules::parse(&text).unwrap();
    assert!(rules.knows("lost_dog") && !rules.knows("lost_cat"));
    assert_eq!(rules.category("lost_dog").unwrap().name.zh, "走失犬只");
    assert_eq!(rules.category("lost_cat").unwrap().id, OTHER);
}

#[test]
fn micro_wishes_stay_green_in_every_file() {
    let green = "en = \"micro-wish\"\nlevel = \"green\"\n";
    assert!(DEFAULT.contains(green));
    let line = DEFAULT[..DEFAULT.find(green).unwrap()].lines().count();
    for (edited, line, names) in [
        (green.replace("green", "yellow"), line + 2, "level"),
        (
            format!("{green}age = [{{ after = \"3d\", level = \"yellow\" }}]\n"),
            line + 3,
            "age",
        ),
        (
            format!("{green}overdue = [{{ after = \"8h\", level = \"red\" }}]\n"),
            line + 3,
            "overdue",
        ),
        (
            format!(
                "{green}repeats = {{ distance_m = 9, window_days = 9, steps = [{{ nth = 2, level = \"red\" }}] }}\n"
            ),
            line + 3,
            "repeats",
        ),
    ] {
        let told = Rules::parse(&DEFAULT.replace(green, &edited)).unwrap_err();
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with(&format!("rules.toml:{line}:")),
            "{told:?}"
        );
        let name = format!("`categories.micro_wish.{names}`");
        assert!(
            told[0].contains(&name) && told[0].contains("stays green"),
            "{told:?}"
        );
    }
}

#[test]
fn the_telephone_of_the_duty_room_is_a_number_or_absent() {
    assert_eq!(built_in().duty_phone, None);
    let with = |phone: &str| Rules::parse(&format!("{DEFAULT}\n[duty]\nphone = \"{phone}\"\n"));
    let rules = with("022-2600 0000").unwrap();
    assert_eq!(rules.duty_phone.as_deref(), Some("022-2600 0000"));
    for wrong in ["", "12", "call us", "022-2600 0000, 9 to 5"] {
        let told = with(wrong).unwrap_err();
        let told = told[0].to_string();
        let says = ["is empty", "is not a telephone number"];
        assert!(says.iter().any(|text| told.contains(text)), "{told}");
    }
}
