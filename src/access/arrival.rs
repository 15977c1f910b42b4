//! What an access card says about the gates and doors of a building at one moment: who is admitted, which gate is best,
//! and why. This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use jiff::Timestamp;
use jiff::tz::Offset;

use super::gate::{self, Admits, Verdict};
use super::order_title::title;
use crate::model::{Localized, both};
use crate::network::core::{Attr, Hours, Profile};

/// Parking places and hand-over points within this distance are listed, in metres.
pub const NEAR_M: f64 = 300.0;
/// The most places of each kind on a card.
pub const MOST_PLACES: usize = 5;

/// A day order that may change a verdict: its kind, its beginning, and its end if it has one.
pub type Ordered<'a> = (&'a str, Timestamp, Option<Timestamp>);

/// A verdict with the data it is based on.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The attributes of the entrance.
    pub attr: Attr,
    /// The verdict.
    pub verdict: Verdict,
    /// The kind of the day order that decided, if there is one.
    pub order: Option<String>,
}

/// Judges an entrance. `attr` and `hours` already include the effects of the day orders. `orders` are those that change
/// who may pass this entrance while they apply, the later ones taking precedence. `without` returns the verdict without
/// any day order; it is `None` for entrances that no day order can change.
pub fn judge(
    (profile, at): (&Profile, Timestamp),
    attr: Attr,
    hours: &[Hours],
    orders: &[Ordered<'_>],
    without: Option<&dyn Fn() -> Verdict>,
) -> Judged {
    let verdict = gate::judge(profile, &attr, hours, at);
    // The last day order in force is named if `admits` would be different without any day order.
    let order = orders.iter().rev().find(|(_, from, until)| {
        *from <= at && until.map_or(true, |until| at < until) && without.is_some()
    });
    let order = order.filter(|_| without.map_or(false, |judge| judge().admits != verdict.admits));
    Judged {
        attr,
        verdict,
        order: order.map(|(kind, ..)| (*kind).to_owned()),
    }
}

/// Returns the rank of a gate; lower is better. The class of the verdict counts first, from open to closed. Then the
/// time counts: for the straight line to the building, for the credential, and for the wait until a closed gate opens.
pub fn rank(
    (profile, at): (&Profile, Timestamp),
    judged: &Judged,
    on_foot: Option<Verdict>,
    distance_m: f64,
) -> f64 {
    const CLASS_S: f64 = 1e9;
    let opens = judged.verdict.opens.or(on_foot.and_then(|v| v.opens));
    let class = match (judged.verdict.admits, on_foot.map(|v| v.admits)) {
        (Admits::Yes, _) => 0.0,
        (Admits::Dismount, _) => 1.0,
        (Admits::Unknown, _) => 2.0,
        (Admits::No, Some(Admits::Yes)) => 3.0,
        (Admits::No, Some(Admits::Unknown)) => 4.0,
        (Admits::No, _) if opens.is_some() => 5.0,
        (Admits::No, _) => 6.0,
    };
    let pace = profile.pace(judged.verdict.mode);
    // Converts tenths of km/h to m/s.
    let speed = f64::from(pace.map_or(50, |p| p.fastest().max(1))) / 36.0;
    let shows = f64::from(profile.credential_ds(judged.attr.credential)) / 10.0;
    let waits = opens.filter(|_| class >= 5.0);
    let waits = waits.map_or(0.0, |opens| (opens - at.as_second()).max(0) as f64);
    class * CLASS_S + distance_m / speed + shows + waits
}

/// Returns the reason of a verdict as a text. `order` is the kind of the day order that decided. `is_reported` is true
/// if reports keep the entrance shut.
pub fn reason(
    verdict: &Verdict,
    order: Option<&str>,
    is_reported: bool,
    (at, offset): (Timestamp, Offset),
) -> Localized {
    if is_reported {
        return both!(
            "多人反映此门走不通，待核实，请走其他门",
            "reported as impassable, to be checked; take another gate"
        );
    }
    let reason = verdict.text(at, offset);
    match order {
        None => reason,
        Some(kind) => {
            let title = title(kind);
            let (zh, en) = (&reason.zh, &reason.en);
            Localized::new(
                format!("{}：{}", title.zh, zh),
                format!("order of the day ({}): {}", title.en, en),
            )
        }
    }
}

/// Returns when an entrance admits the mode of the verdict on the local day of `at`, as HH:MM; `None` if it is unknown.
pub fn open_today(
    verdict: &Verdict,
    hours: &[Hours],
    (at, offset): (Timestamp, Offset),
) -> Option<Vec<(String, String)>> {
    let day = gate::day_of(at, offset);
    let time = |second: i64| {
        let minute = (second - day.0) / 60;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    };
    let spans = verdict.open_on(hours, day)?;
    Some(spans.into_iter().map(|(a, b)| (time(a), time(b))).collect())
}

/// Returns the sort key of a door on a card: the number of its unit, the name of its unit, and the id of the door.
pub fn door_order(unit: Option<&str>, id: &str) -> (u32, Option<String>, String) {
    let number = unit.and_then(|unit| unit.parse::<u32>().ok());
    (
        number.unwrap_or(u32::MAX),
        unit.map(str::to_owned),
        id.to_owned(),
    )
}

/// Returns the value that a property has at the chosen door or, if no door is chosen, at all doors; `None` if the
/// values differ or one is missing.
pub fn agreed<'a>(
    doors: impl Iterator<Item = (&'a str, Option<bool>)>,
    chosen: Option<&str>,
) -> Option<bool> {
    let mut said = doors
        .filter(|(id, _)| chosen.map_or(true, |chosen| chosen == *id))
        .map(|(_, said)| said);
    let first = said.next()??;
    if said.all(|other| other == Some(first)) {
        Some(first)
    } else {
        None
    }
}

/// Returns the notes of a card: data that is missing, and whether no gate admits the profile.
pub fn notes(has_doors: bool, is_in_compound: bool, gates: &[Admits]) -> Vec<Localized> {
    let mut notes = Vec::new();
    if !has_doors {
        notes.push(both!(
            "该楼未登记单元门。",
            "No door of this building is on the map."
        ));
    }
    if !is_in_compound {
        notes.push(both!(
            "该楼不在小区内，可直接到门口。",
            "The building is in no compound. Go to its door directly."
        ));
    } else if gates.is_empty() {
        notes.push(both!(
            "所在小区未登记大门。",
            "No gate of its compound is on the map."
        ));
    } else if gates.iter().all(|admits| *admits == Admits::No) {
        notes.push(both!(
            "此时没有大门允许以这种方式进入。",
            "No gate admits this kind of traffic at this time."
        ));
    }
    notes
}

/// Rounds metres to one decimal, because the data is not more precise.
pub fn decimetres(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}
