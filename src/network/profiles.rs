//! Parses the profiles in `profiles.toml`, and returns all problems of the file.

use super::core::{Access, Mode, Pace, ParkRule, Profile, STOREY_DM, Surface, WayKind, Zone};
use crate::codec::config::{self, Item, Problem, Table};
use crate::model::Localized;

/// The text of the profiles that are compiled in.
pub const DEFAULT: &str = include_str!("../../geodata/profiles.toml");

/// The kinds of ways whose speed is set in the file. The speed of a lift follows from its time per storey.
const ON_GROUND: [WayKind; 10] = [
    WayKind::Road,
    WayKind::Lane,
    WayKind::Cycleway,
    WayKind::Path,
    WayKind::Steps,
    WayKind::Garage,
    WayKind::Crossing,
    WayKind::Area,
    WayKind::Gate,
    WayKind::Door,
];

/// The profiles that every file must have. Requests that name no profile use `ebike`. Access cards use `foot` to say
/// for each gate whether people on foot may pass.
const NEEDED: [&str; 2] = ["ebike", "foot"];

/// The profiles of a file, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profiles {
    list: Vec<NamedProfile>,
}

/// A profile with its title.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedProfile {
    /// The title for people, such as 电动自行车, E-bike.
    pub title: Localized,
    /// The profile; its `name` is the id in the file.
    pub profile: Profile,
}

impl Profiles {
    /// Parses profiles. Messages name the file `profiles.toml`.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        Self::read("profiles.toml", text)
    }

    /// Returns the profiles that are compiled in.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Self::parse(DEFAULT)
    }

    /// Parses profiles. Messages name the file `file`.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        config::read(file, text, profiles)
    }

    /// Returns a profile by its id, such as `ebike`.
    pub fn get(&self, id: &str) -> Option<&Profile> {
        let found = self.list.iter().find(|p| p.profile.name == id)?;
        Some(&found.profile)
    }

    /// Returns all profiles, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &NamedProfile> {
        self.list.iter()
    }
}

fn profiles(root: &Table<'_>) -> Option<Profiles> {
    let entries = root.entries();
    if entries.is_empty() {
        root.wrong(
            "the file has no profile".to_owned(),
            "at least one table such as [foot]",
        );
        return None;
    }
    for needed in NEEDED {
        if !entries.iter().any(|(id, _)| *id == needed) {
            root.wrong(
                format!("the file has no profile `{needed}`"),
                &format!("a table [{needed}]"),
            );
        }
    }
    let read: Vec<Option<NamedProfile>> = entries
        .into_iter()
        .map(|(id, item)| {
            let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if id.is_empty() || id.len() > 32 || !id.chars().all(is_id) {
                item.wrong(
                    "is not the id of a profile",
                    "a-z, 0-9 and _ (at most 32), such as [cargo_trike]",
                );
            }
            profile(id, &item)
        })
        .collect();
    root.accept_all();
    let list: Option<Vec<NamedProfile>> = read.into_iter().collect();
    list.map(|list| Profiles { list })
}

fn profile(id: &str, item: &Item<'_>) -> Option<NamedProfile> {
    let table = item.table()?;
    let text = |key, what| table.need(key, what).and_then(|i| i.text(what));
    let zh = text("zh", "the Chinese name");
    let en = text("en", "the English name");
    let zones = table
        .need(
            "access",
            "a table such as { yes = \"through\", private = \"ends\", no = \"never\" }",
        )
        .and_then(|i| zones(&i.table()?));
    let credential_ds = table
        .need(
            "credential_s",
            "seconds such as { show = 15, register = 60 }",
        )
        .and_then(|i| credentials(&i.table()?));
    let pace = |key| match table.get(key) {
        None => Some(None),
        Some(item) => pace(&item.table()?).map(Some),
    };
    let paces = (pace("ride"), pace("push"), pace("walk"));
    let seconds = |key: &'static str| table.get(key).map_or(Some(0), |i| seconds(&i));
    let (mount_ds, dismount_ds) = (seconds("mount_s"), seconds("dismount_s"));
    let park = match table.get("park") {
        None => Some(None),
        Some(item) => item.table().and_then(|t| park(&t)).map(Some),
    };
    let obeys_turns = table.get("turns").map_or(Some(true), |i| i.flag());
    table.finish();
    let paces = [paces.0?, paces.1?, paces.2?];
    let uses = |mode: Mode| paces[mode as usize].is_some();
    if !Mode::ALL.iter().any(|m| uses(*m)) {
        item.wrong(
            "has no mode",
            &format!("at least one table such as [{id}.walk]"),
        );
        return None;
    }
    let park = park?;
    let has_vehicle = uses(Mode::Ride) || uses(Mode::Push);
    if park.is_some() && !(has_vehicle && uses(Mode::Walk)) {
        let expected = format!("[{id}.walk] and a mode with a vehicle, or no `park`");
        item.wrong(
            "has `park`, but lacks a mode with a vehicle or the mode `walk`",
            &expected,
        );
        return None;
    }
    Some(NamedProfile {
        title: Localized::new(zh?, en?),
        profile: Profile {
            name: id.to_owned(),
            paces,
            zones: zones?,
            credential_ds: credential_ds?,
            dismount_ds: dismount_ds?,
            mount_ds: mount_ds?,
            park,
            obeys_turns: obeys_turns?,
        },
    })
}

fn zones(table: &Table<'_>) -> Option<[Zone; Access::ALL.len()]> {
    let words = [
        ("through", Zone::Through),
        ("ends", Zone::Ends),
        ("never", Zone::Never),
    ];
    let read = Access::ALL.map(|class| {
        table
            .need(class.name(), "\"through\", \"ends\" or \"never\"")
            .and_then(|i| i.one_of(&words))
    });
    table.finish();
    every(read, Zone::Never)
}

fn credentials(table: &Table<'_>) -> Option<[u32; 3]> {
    let read = ["show", "register"].map(|key| {
        table
            .need(key, "a number of seconds")
            .and_then(|i| seconds(&i))
    });
    table.finish();
    let [show, register] = every(read, 0)?;
    Some([0, show, register])
}

fn park(table: &Table<'_>) -> Option<ParkRule> {
    let need = |key| {
        table
            .need(key, "a number of seconds")
            .and_then(|i| seconds(&i))
    };
    let place_ds = need("place_s");
    let anywhere_ds = match table.get("anywhere_s") {
        None => Some(None),
        Some(item) => seconds(&item).map(Some),
    };
    let leave_ds = need("leave_s");
    table.finish();
    Some(ParkRule {
        place_ds: place_ds?,
        anywhere_ds: anywhere_ds?,
        leave_ds: leave_ds?,
    })
}

fn pace(table: &Table<'_>) -> Option<Pace> {
    let by_kind = |key, kinds: &[WayKind], read: fn(&Item<'_>) -> Option<u32>| {
        let Some(item) = table.get(key) else {
            return Some([0; WayKind::ALL.len()]);
        };
        let table = item.table()?;
        let values = WayKind::ALL.map(|kind| {
            let is_asked_for = kinds.contains(&kind);
            let item = is_asked_for.then(|| table.get(kind.name())).flatten();
            item.map_or(Some(0), |i| read(&i))
        });
        table.finish();
        every(values, 0)
    };
    let kmh = table
        .need("kmh", "speeds such as { lane = 12, path = 5 }")
        .and_then(|_| by_kind("kmh", &ON_GROUND, speed));
    let extra_ds = by_kind("extra_s", &WayKind::ALL, seconds);
    let ramp = |key| table.get(key).map_or(Some(0), |i| speed(&i));
    let (bike_ramp, wheelchair_ramp) = (ramp("bike_ramp_kmh"), ramp("wheelchair_ramp_kmh"));
    let surface_percent = match table.get("surface_percent") {
        None => Some([100; Surface::ALL.len()]),
        Some(item) => item.table().and_then(|t| surfaces(&t)),
    };
    let storey = table.get("lift_storey_s").map_or(Some(0), |i| {
        let tenths = i.number_in(0.5, 600.0, "seconds")? * 10.0;
        Some((f64::from(STOREY_DM) * 36.0 / tenths).round().max(1.0) as u16)
    });
    let width_dm = table.get("width_m").map_or(Some(0), |i| {
        let width = i.number_in(0.0, 10.0, "metres")?;
        Some((width * 10.0).round() as u16)
    });
    let climb = table
        .get("climb_percent")
        .map_or(Some(100), |i| i.whole(1, 100, "per cent"));
    let steepest = table
        .get("steepest_percent")
        .map_or(Some(0), |i| i.whole(1, 100, "per cent"));
    table.finish();
    let mut speed = kmh?.map(|tenths| tenths as u16);
    speed[WayKind::Lift as usize] = storey?;
    Some(Pace {
        speed,
        surface_percent: surface_percent?,
        bike_ramp: bike_ramp? as u16,
        wheelchair_ramp: wheelchair_ramp? as u16,
        extra_ds: extra_ds?,
        width_dm: width_dm?,
        climb_percent: climb? as u16,
        steepest_percent: steepest? as u16,
    })
}

fn surfaces(table: &Table<'_>) -> Option<[u16; Surface::ALL.len()]> {
    let read = Surface::ALL.map(|surface| {
        table.get(surface.name()).map_or(Some(100), |i| {
            i.whole(0, 100, "per cent").map(|percent| percent as u16)
        })
    });
    table.finish();
    every(read, 0)
}

/// Converts a speed in km/h to tenths of km/h.
fn speed(item: &Item<'_>) -> Option<u32> {
    let kmh = item.number_in(0.1, 60.0, "a speed in km/h")?;
    Some((kmh * 10.0).round() as u32)
}

/// Converts seconds to tenths of a second.
fn seconds(item: &Item<'_>) -> Option<u32> {
    let seconds = item.number_in(0.0, 3600.0, "seconds")?;
    Some((seconds * 10.0).round() as u32)
}

/// Returns all values if every one could be read.
fn every<T: Copy, const N: usize>(read: [Option<T>; N], blank: T) -> Option<[T; N]> {
    let mut all = [blank; N];
    for (place, value) in all.iter_mut().zip(read) {
        *place = value?;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = r#"[foot]
zh = "步行"
en = "On foot"
access = { yes = "through", permissive = "through", destination = "ends", delivery = "through", customers = "ends", private = "ends", no = "never" }
credential_s = { show = 15, register = 60 }

[foot.walk]
kmh = { path = 5, steps = 2.5 }
extra_s = { crossing = 8 }
surface_percent = { loose = 90 }
lift_storey_s = 3
width_m = 0.5

[ebike]
zh = "电动自行车"
en = "E-bike"
access = { yes = "through", permissive = "through", destination = "ends", delivery = "through", customers = "ends", private = "ends", no = "never" }
credential_s = { show = 15, register = 60 }
ride = { kmh = { lane = 15 } }
"#;

    /// Invalid files: the text to replace, its replacement, the place of the problem, and parts of the problem text
    /// and of the expected value.
    const WRONG: &[(&str, &str, &str, &str, &str)] = &[
        (RIGHT, "", "1:1", "the file has no profile", "[foot]"),
        (
            "[foot]\n",
            "[Foot]\n",
            "",
            "`Foot` is not the id of a profile",
            "[cargo_trike]",
        ),
        (
            "[ebike]",
            "[cargo]",
            "1:",
            "the file has no profile `ebike`",
            "[ebike]",
        ),
        ("zh = \"步行\"\n", "", "1:", "`foot` lacks `zh`", "Chinese"),
        (
            "\"never\" }",
            "\"none\" }",
            "4:",
            "`foot.access.no` is the text \"none\"",
            "\"never\"",
        ),
        (
            "private = \"ends\", ",
            "",
            "4:",
            "lacks `private`",
            "\"through\"",
        ),
        (
            "register = 60",
            "registr = 60",
            "5:",
            "`registr` is not known",
            "`register`?",
        ),
        (
            "show = 15",
            "show = -1",
            "5:",
            "`foot.credential_s.show` is the number -1",
            "seconds from 0",
        ),
        (
            "path = 5",
            "path = 500",
            "8:",
            "`foot.walk.kmh.path` is the number 500",
            "0.1 to 60",
        ),
        ("path = 5", "pth = 5", "8:", "`pth` is not known", "`path`?"),
        (
            "kmh = { path = 5, steps = 2.5 }\n",
            "",
            "7:",
            "lacks `kmh`",
            "speeds such as",
        ),
        (
            "loose = 90",
            "loose = 190",
            "10:",
            "is the number 190",
            "0 to 100",
        ),
        (
            "width_m = 0.5",
            "steepest_percent = 0",
            "12:",
            "`foot.walk.steepest_percent` is the number 0",
            "1 to 100",
        ),
        (
            "steps = 2.5",
            "lift = 2.5",
            "8:",
            "`lift` is not known",
            "`path`",
        ),
        (
            "storey_s = 3",
            "storey_s = 0",
            "11:",
            "lift_storey_s` is the number 0",
            "from 0.5",
        ),
        (
            "[foot.walk]",
            "[foot.wlk]",
            "7:",
            "`wlk` is not known in `foot`",
            "`walk`?",
        ),
        (
            "register = 60 }\n",
            "register = 60 }\npark = { place_s = 1, leave_s = 1 }\n",
            "1:",
            "`foot` has `park`",
            "no `park`",
        ),
        (
            "register = 60 }\n",
            "register = 60 }\npark = { leave_s = 1 }\n",
            "6:",
            "`foot.park` lacks `place_s`",
            "seconds",
        ),
    ];

    #[test]
    fn every_mistake_in_profiles_is_reported_with_position_and_expectation() {
        Profiles::parse(RIGHT).unwrap();
        let mut missed = Vec::new();
        for (right, wrong, place, problem, expected) in WRONG {
            assert!(RIGHT.contains(right), "{right}");
            let told = Profiles::parse(&RIGHT.replacen(right, wrong, 1)).unwrap_err();
            let told: Vec<String> = told.iter().map(ToString::to_string).collect();
            let place = format!("profiles.toml:{place}");
            let found = told.iter().any(|t| {
                let parts = t.split_once("; expected ");
                parts.is_some_and(|(what, wanted)| {
                    t.starts_with(&place) && what.contains(problem) && wanted.contains(expected)
                })
            });
            if !found {
                missed.push(format!("{wrong:?}: {told:#?}"));
            }
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    }

    #[test]
    fn a_file_without_a_mode_is_told_so() {
        let (before, after) = RIGHT.split_once("[foot.walk]").unwrap();
        let (_, ebike) = after.split_once("[ebike]").unwrap();
        let told = Profiles::parse(&format!("{before}[ebike]{ebike}")).unwrap_err();
        assert!(told[0].problem.contains("`foot` has no mode"), "{told:?}");
    }

    #[test]
    fn the_profiles_that_are_compiled_in_do_what_they_are_for() {
        let profiles = Profiles::built_in().unwrap();
        let ids: Vec<&str> = profiles.iter().map(|p| p.profile.name.as_str()).collect();
        assert_eq!(ids, ["ebike", "foot", "cargo_trike", "wheelchair"]);
        let get = |id| profiles.get(id).unwrap();
        assert_eq!(get("ebike").first_mode(), Mode::Ride);
        assert!(get("ebike").park.unwrap().anywhere_ds.is_some());
        assert_eq!(get("foot").first_mode(), Mode::Walk);
        assert!(get("foot").park.is_none());
        let wide = |id| get(id).pace(Mode::Ride).unwrap().width_dm;
        assert!(wide("cargo_trike") > wide("ebike"));
        let rolls = get("wheelchair").pace(Mode::Walk).unwrap();
        let steps = rolls.speed[WayKind::Steps as usize];
        assert!(steps == 0 && rolls.bike_ramp == 0 && rolls.wheelchair_ramp > 0);
        assert_eq!(rolls.surface_percent[Surface::Loose as usize], 0);
        assert_eq!((rolls.steepest_percent, rolls.climb_percent), (8, 50));
        // Three seconds per storey of 3 m.
        let lift = u32::from(rolls.speed[WayKind::Lift as usize]);
        assert_eq!(super::super::core::duration_ds(STOREY_DM, lift), 30);
    }
}
