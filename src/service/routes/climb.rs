//! The way from the door of a building up to a room: by lift or by stairs. This file is also part of the program for
//! phones.

// This lint suggests functions that Rust 1.63, the compiler of the program for phones, does not have.
#![allow(clippy::unnecessary_map_or)]

use crate::access::rooms;
use crate::model::{Localized, both};
use crate::network::core::{Mode, Profile, STOREY_DM, WayKind, duration_ds};

/// The length of the stairs of one storey with their landings, in decimetres.
const STAIRS_DM: u32 = 70;

/// How a traveller goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Lift,
    Stairs,
}

/// The way up to a room that is not on the ground floor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Climb {
    room: String,
    storey: u32,
    /// Whether the building has a lift; `None` if that is not known.
    has_lift: Option<bool>,
    /// How the traveller goes up and how long it takes, in tenths of a second; `None` if they cannot, for example in a
    /// wheelchair without a lift.
    way: Option<(By, u32)>,
}

impl Climb {
    /// Returns the way up to a room. `levels` is the number of storeys of the building, and `has_lift` whether it has
    /// a lift; `None` if not known. Returns `None` if the room is on the ground floor, its storey is not known or is
    /// above `levels`, or the profile cannot walk.
    pub(super) fn to(
        (levels, has_lift): (Option<u32>, Option<bool>),
        room: &str,
        profile: &Profile,
    ) -> Option<Self> {
        let storey = rooms::storey(room).filter(|storey| *storey > 1)?;
        if levels.map_or(false, |levels| storey > levels) {
            return None;
        }
        profile.pace(Mode::Walk)?;
        let way = way_up(storey, has_lift == Some(true), profile);
        Some(Self {
            room: room.trim().to_owned(),
            storey,
            has_lift,
            way,
        })
    }

    /// The time for the way up, in tenths of a second.
    pub(super) fn takes_ds(&self) -> u32 {
        self.way.map_or(0, |(_, takes_ds)| takes_ds)
    }

    /// How the traveller goes up; `None` if they cannot.
    pub(super) fn by(&self) -> Option<By> {
        self.way.map(|(by, _)| by)
    }

    /// The instruction.
    pub(super) fn text(&self) -> Localized {
        let (room, storey) = (&self.room, self.storey);
        match (self.by(), self.has_lift) {
            (Some(By::Lift), _) => both!(
                "乘电梯到{storey}层，{room}室",
                "Take the lift to storey {storey}, room {room}"
            ),
            (Some(_), Some(false)) => both!(
                "没有电梯，走楼梯到{storey}层，{room}室",
                "There is no lift: take the stairs to storey {storey}, room {room}"
            ),
            (Some(_), _) => both!(
                "走楼梯到{storey}层，{room}室",
                "Take the stairs to storey {storey}, room {room}"
            ),
            (None, Some(false)) => both!(
                "{room}室在{storey}层，该楼没有电梯",
                "Room {room} is on storey {storey}, and the building has no lift"
            ),
            (None, _) => both!(
                "{room}室在{storey}层，该楼有没有电梯不清楚",
                "Room {room} is on storey {storey}; whether the building has a lift is not known"
            ),
        }
    }
}

/// The way from the ground floor up to a storey; `None` if the traveller cannot go up.
pub(super) fn way_up(storey: u32, has_lift: bool, profile: &Profile) -> Option<(By, u32)> {
    let pace = profile.pace(Mode::Walk)?;
    let speed = |kind: WayKind| u32::from(pace.speed[kind as usize]);
    let takes = |kind: WayKind, length_dm: u32| {
        let extra_ds = pace.extra_ds[kind as usize];
        (speed(kind) > 0)
            .then(|| duration_ds(length_dm * (storey - 1), speed(kind)).saturating_add(extra_ds))
    };
    let lift = takes(WayKind::Lift, STOREY_DM).filter(|_| has_lift);
    let stairs = takes(WayKind::Steps, STAIRS_DM);
    match (lift, stairs) {
        // Climbing stairs is strenuous, so stairs are preferred only if they take less than half the time of
        // the lift.
        (Some(lift), Some(stairs)) if stairs.saturating_mul(2) < lift => Some((By::Stairs, stairs)),
        (Some(lift), _) => Some((By::Lift, lift)),
        (None, stairs) => stairs.map(|stairs| (By::Stairs, stairs)),
    }
}
