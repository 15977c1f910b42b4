//! Decides whether a gate admits a profile at one moment, until when, and why not.
//!
//! It uses the same functions as routing ([`usage`] and the hours of each mode), so that the access card and a route
//! give the same result for a gate.
//!
//! This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::model::{Localized, both};
use crate::network::core::{
    Attr, Bar, Blocked, DirectedEdge, Edge, EdgeKind, HOURS_ALWAYS, HOURS_UNKNOWN, Hours, Mode,
    Profile, usage,
};

/// Whether a gate admits the profile (the kind of vehicle, or people on foot).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    not(target_family = "wasm"),
    derive(serde::Serialize, utoipa::ToSchema),
    serde(rename_all = "snake_case")
)]
pub enum Admits {
    /// Yes, the gate admits the profile without dismounting.
    Yes,
    /// Only if the vehicle is pushed.
    Dismount,
    /// Unknown, because the opening hours are missing. A route may use the gate.
    Unknown,
    /// No, the gate does not admit the profile.
    No,
}

impl Admits {
    /// The name in API responses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Dismount => "dismount",
            Self::Unknown => "unknown",
            Self::No => "no",
        }
    }
}

/// The reason for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The gate is open.
    Open,
    /// The opening hours of the gate are unknown.
    HoursMissing,
    /// The profile may pass only at certain hours, and the moment is outside of them.
    OutsideHours,
    /// The gate does not admit the profile at any hour, or the profile can't use it.
    Barred(Bar),
}

/// Whether a gate is open at a moment, and when that changes. Times are in seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timing {
    Open { until: Option<i64> },
    Shut { opens: Option<i64> },
    Unknown,
}

/// The verdict on a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it admits the profile.
    pub admits: Admits,
    /// The mode in which it admits the profile. If it does not, the mode for which it opens first.
    pub mode: Mode,
    /// The reason.
    pub ground: Ground,
    /// When `admits` ends, in seconds since the Unix epoch; `None` if no end is known.
    pub until: Option<i64>,
    /// When it admits the profile again, in seconds since the Unix epoch; `None` if it does not open within the days
    /// for which hours are computed.
    pub opens: Option<i64>,
    /// The index of the opening hours on which the verdict is based.
    hours: u32,
}

/// A gate as an edge of the network, for [`usage`]. Only its kind matters.
const GATE: Edge = Edge {
    from: 0,
    to: 0,
    length_dm: 0,
    feature: 0,
    kind: EdgeKind::Gate,
};

/// Returns the verdict on a gate or door with these attributes at a moment. For a profile with a vehicle only the modes
/// with the vehicle are checked; to find out whether its rider may walk in, call this again with a profile on foot.
pub fn judge(profile: &Profile, attr: &Attr, hours: &[Hours], at: Timestamp) -> Verdict {
    let has_vehicle = profile.first_mode().has_vehicle();
    let modes = Mode::ALL
        .into_iter()
        .filter(|m| profile.pace(*m).is_some() && m.has_vehicle() == has_vehicle);
    let mut best: Option<Verdict> = None;
    for mode in modes {
        let verdict = judge_mode(profile, attr, hours, mode, at);
        if best.map_or(true, |b| is_better(&verdict, &b)) {
            best = Some(verdict);
        }
    }
    best.unwrap_or(Verdict {
        admits: Admits::No,
        mode: profile.first_mode(),
        ground: Ground::Barred(Bar::Unusable),
        until: None,
        opens: None,
        hours: HOURS_UNKNOWN,
    })
}

/// Returns whether `a` is better than `b`. A verdict that admits is better than one that does not. Of two that do not
/// admit, one that opens at some hour is better than one that never does, and an earlier opening is better than a later
/// one.
fn is_better(a: &Verdict, b: &Verdict) -> bool {
    let key = |v: &Verdict| {
        let is_barred = matches!(v.ground, Ground::Barred(_));
        (v.admits, is_barred, v.opens.unwrap_or(i64::MAX))
    };
    key(a) < key(b)
}

fn judge_mode(
    profile: &Profile,
    attr: &Attr,
    hours: &[Hours],
    mode: Mode,
    at: Timestamp,
) -> Verdict {
    let (admits, ground, until, opens, index) = match usage(
        profile,
        &GATE,
        DirectedEdge::forward(0),
        attr,
        Blocked::default(),
        mode,
    ) {
        Err(bar) => (Admits::No, Ground::Barred(bar), None, None, HOURS_UNKNOWN),
        Ok(usage) => {
            let passes = match mode {
                Mode::Push => Admits::Dismount,
                _ => Admits::Yes,
            };
            let (admits, ground, until, opens) = match timing(usage.hours, hours, at) {
                Timing::Open { until } => (passes, Ground::Open, until, None),
                Timing::Unknown => (Admits::Unknown, Ground::HoursMissing, None, None),
                Timing::Shut { opens } => (Admits::No, Ground::OutsideHours, None, opens),
            };
            (admits, ground, until, opens, usage.hours)
        }
    };
    Verdict {
        admits,
        mode,
        ground,
        until,
        opens,
        hours: index,
    }
}

fn timing(index: u32, hours: &[Hours], at: Timestamp) -> Timing {
    let at = at.as_second();
    let hours = match index {
        HOURS_ALWAYS => return Timing::Open { until: None },
        HOURS_UNKNOWN => return Timing::Unknown,
        index => hours.get(index as usize),
    };
    let hours = match hours {
        Some(hours) => hours,
        None => return Timing::Shut { opens: None },
    };
    if at >= hours.known_until {
        return Timing::Unknown;
    }
    let next = hours.open.partition_point(|(_, until)| *until <= at);
    match hours.open.get(next) {
        Some((from, until)) if *from <= at => Timing::Open {
            // A span that ends where the computed hours end may go on, so its end is unknown.
            until: Some(*until).filter(|u| *u < hours.known_until),
        },
        Some((from, _)) => Timing::Shut { opens: Some(*from) },
        None => Timing::Shut { opens: None },
    }
}

impl Verdict {
    /// Returns the verdict without times, for callers who may not see the opening hours.
    #[must_use]
    pub fn without_times(self) -> Self {
        Self {
            until: None,
            opens: None,
            ..self
        }
    }

    /// Returns the spans of a day in which the gate admits the mode of the verdict, or `None` if its hours are unknown.
    /// The second argument is the beginning and the end of the day. All times are in seconds since the Unix epoch.
    pub fn open_on(&self, hours: &[Hours], (begin, end): (i64, i64)) -> Option<Vec<(i64, i64)>> {
        if matches!(self.ground, Ground::Barred(_)) {
            return Some(Vec::new());
        }
        match self.hours {
            HOURS_ALWAYS => Some(vec![(begin, end)]),
            HOURS_UNKNOWN => None,
            index => {
                let spans = hours.get(index as usize).map_or(&[][..], |h| &h.open);
                let cut = spans.iter().map(|(a, b)| ((*a).max(begin), (*b).min(end)));
                Some(cut.filter(|(a, b)| a < b).collect())
            }
        }
    }

    /// Returns the verdict as a text. `at` is the moment of the request; times are written in the time zone `offset`.
    pub fn text(&self, at: Timestamp, offset: Offset) -> Localized {
        let time = |second: i64| clock(second, at, offset);
        match self.ground {
            Ground::Open => {
                let (zh, en) = match self.mode {
                    Mode::Ride => ("可骑行进入", "ride in"),
                    Mode::Push => ("下车推行进入", "dismount and push"),
                    Mode::Walk => ("可步行进入", "walk in"),
                };
                match self.until.map(time) {
                    None => both!("{zh}", "{en}"),
                    Some(until) => {
                        let (until_zh, until_en) = (until.zh, until.en);
                        both!("{zh}，开放至{until_zh}", "{en}, open until {until_en}")
                    }
                }
            }
            Ground::HoursMissing => match self.mode {
                Mode::Ride => both!(
                    "开放时间未知，开放时可骑行进入",
                    "hours unknown; ride in while it is open"
                ),
                Mode::Push => both!(
                    "开放时间未知，开放时可推行进入",
                    "hours unknown; push while it is open"
                ),
                Mode::Walk => both!(
                    "开放时间未知，开放时可步行进入",
                    "hours unknown; walk in while it is open"
                ),
            },
            Ground::OutsideHours => {
                let (zh, en) = match self.mode {
                    Mode::Walk => ("未开放", "closed"),
                    _ => ("此时车辆不能进入", "closed to vehicles at this time"),
                };
                match self.opens.map(time) {
                    None => both!("{zh}，近期不开放", "{en}, and not open in the next days"),
                    Some(opens) => {
                        let (opens_zh, opens_en) = (opens.zh, opens.en);
                        both!("{zh}，{opens_zh}开放", "{en}, opens {opens_en}")
                    }
                }
            }
            Ground::Barred(bar) => barred(bar, self.mode),
        }
    }
}

fn barred(bar: Bar, mode: Mode) -> Localized {
    match bar {
        Bar::Locked => both!("长期上锁", "kept locked"),
        Bar::Closed | Bar::Blocked => both!("已关闭", "closed"),
        Bar::TooNarrow => both!("通道过窄", "too narrow"),
        Bar::NoAccess => both!("不对外通行", "no access"),
        Bar::NotAdmitted | Bar::Oneway | Bar::Unusable | Bar::Assumed => match mode {
            Mode::Walk => both!("行人不能通过", "closed to people on foot"),
            _ => both!("禁止车辆进入", "no vehicles"),
        },
    }
}

/// Formats a time relative to the day of `now`: `22:00` today, 明日06:00 tomorrow, 12月3日06:00 later.
fn clock(second: i64, now: Timestamp, offset: Offset) -> Localized {
    let at = offset.to_datetime(Timestamp::from_second(second).unwrap_or(now));
    let (today, day) = (offset.to_datetime(now).date(), at.date());
    let (hour, minute) = (at.hour(), at.minute());
    if day == today {
        return both!("{hour:02}:{minute:02}", "{hour:02}:{minute:02}");
    }
    if today.tomorrow().map_or(false, |tomorrow| tomorrow == day) {
        // Midnight at the end of today is written 24:00.
        if (hour, minute) == (0, 0) {
            return both!("24:00", "24:00");
        }
        return both!(
            "明日{hour:02}:{minute:02}",
            "tomorrow at {hour:02}:{minute:02}"
        );
    }
    let (month, date) = (day.month(), day.day());
    both!(
        "{month}月{date}日{hour:02}:{minute:02}",
        "{day} at {hour:02}:{minute:02}"
    )
}

/// Returns the beginning and the end of the local day that contains a moment, in seconds since the Unix epoch.
pub fn day_of(at: Timestamp, offset: Offset) -> (i64, i64) {
    const DAY_S: i64 = 24 * 60 * 60;
    let local = at.as_second() + i64::from(offset.seconds());
    let begin = at.as_second() - local.rem_euclid(DAY_S);
    (begin, begin + DAY_S)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Profiles;
    use crate::network::core::{Admission, WayKind};

    const SHANGHAI: Offset = Offset::constant(8);

    fn moment(text: &str) -> Timestamp {
        format!("2026-11-30T{text}:00+08:00").parse().unwrap()
    }

    fn hours(spans: &[(&str, &str)]) -> Vec<Hours> {
        let open = spans
            .iter()
            .map(|(a, b)| (moment(a).as_second(), moment(b).as_second()));
        let known_until = moment("00:00").as_second() + 8 * 86_400;
        let hours = Hours {
            open: open.collect(),
            known_until,
        };
        vec![Hours::never(), hours]
    }

    fn gate() -> Attr {
        Attr {
            kind: WayKind::Gate,
            ..Attr::OPEN
        }
    }

    fn verdict(profile: &str, attr: &Attr, hours: &[Hours], at: &str) -> Verdict {
        let profiles = Profiles::built_in().unwrap();
        judge(profiles.get(profile).unwrap(), attr, hours, moment(at))
    }

    #[test]
    fn an_open_gate_says_until_when_and_a_closed_one_from_when() {
        let hours = hours(&[("06:00", "11:00"), ("13:30", "22:00")]);
        let attr = Attr {
            ride_hours: 1,
            push_hours: 1,
            walk_hours: HOURS_ALWAYS,
            ..gate()
        };
        let open = verdict("ebike", &attr, &hours, "10:00");
        assert_eq!((open.admits, open.mode), (Admits::Yes, Mode::Ride));
        assert_eq!(
            open.text(moment("10:00"), SHANGHAI).zh,
            "可骑行进入，开放至11:00"
        );
        let shut = verdict("ebike", &attr, &hours, "11:00");
        assert_eq!(shut.admits, Admits::No);
        let text = shut.text(moment("11:00"), SHANGHAI);
        assert_eq!(text.zh, "此时车辆不能进入，13:30开放");
        assert_eq!(text.en, "closed to vehicles at this time, opens 13:30");
        let today = shut
            .open_on(&hours, day_of(moment("11:00"), SHANGHAI))
            .unwrap();
        assert_eq!(today.len(), 2);
        let foot = verdict("foot", &attr, &hours, "12:00");
        assert_eq!((foot.admits, foot.until), (Admits::Yes, None));
        // The gate does not open again within the known hours.
        let late = verdict("ebike", &attr, &hours, "23:00");
        assert_eq!((late.admits, late.opens), (Admits::No, None));
    }

    #[test]
    fn pushing_is_the_second_choice_and_unknown_the_third() {
        let dismount = Attr {
            ebike: Admission::Dismount,
            ..gate()
        };
        let pushed = verdict("ebike", &dismount, &[], "10:00");
        assert_eq!((pushed.admits, pushed.mode), (Admits::Dismount, Mode::Push));
        let unknown = Attr {
            ride_hours: HOURS_UNKNOWN,
            push_hours: HOURS_UNKNOWN,
            ..gate()
        };
        let unknown = verdict("ebike", &unknown, &[], "10:00");
        assert_eq!(
            (unknown.admits, unknown.ground),
            (Admits::Unknown, Ground::HoursMissing)
        );
        let today = unknown.open_on(&[], day_of(moment("10:00"), SHANGHAI));
        assert_eq!(today, None);
        // The hours for riding are over for today, but pushing is always allowed.
        let hours = hours(&[("06:00", "09:00")]);
        let mixed = Attr {
            ride_hours: 1,
            ..gate()
        };
        assert_eq!(
            verdict("ebike", &mixed, &hours, "10:00").admits,
            Admits::Dismount
        );
    }

    #[test]
    fn what_bars_a_gate_is_told() {
        for (attr, text) in [
            (
                Attr {
                    ebike: Admission::No,
                    ..gate()
                },
                "禁止车辆进入",
            ),
            (
                Attr {
                    locked: true,
                    ..gate()
                },
                "长期上锁",
            ),
            (
                Attr {
                    closed: true,
                    ..gate()
                },
                "已关闭",
            ),
            (
                Attr {
                    width_dm: 5,
                    ..gate()
                },
                "通道过窄",
            ),
            (
                Attr {
                    access: crate::network::core::Access::No,
                    ..gate()
                },
                "不对外通行",
            ),
        ] {
            let verdict = verdict("ebike", &attr, &[], "10:00");
            assert_eq!(verdict.admits, Admits::No);
            assert_eq!(verdict.text(moment("10:00"), SHANGHAI).zh, text);
            assert_eq!(verdict.open_on(&[], (0, 1)), Some(Vec::new()));
        }
        let narrow = Attr {
            width_dm: 10,
            ..gate()
        };
        assert_eq!(verdict("ebike", &narrow, &[], "10:00").admits, Admits::Yes);
        assert_eq!(
            verdict("cargo_trike", &narrow, &[], "10:00").admits,
            Admits::No
        );
    }

    #[test]
    fn times_are_said_by_the_day_of_the_question() {
        let now = moment("10:00");
        let said = |hours: i64| clock(moment("00:00").as_second() + hours * 3600, now, SHANGHAI);
        assert_eq!(said(22).zh, "22:00");
        assert_eq!(said(24).zh, "24:00");
        assert_eq!(said(30).zh, "明日06:00");
        assert_eq!(
            said(54),
            Localized::new("12月2日06:00", "2026-12-02 at 06:00")
        );
        let (begin, end) = day_of(now, SHANGHAI);
        assert_eq!(begin, moment("00:00").as_second());
        assert_eq!(end - begin, 86_400);
    }
}
