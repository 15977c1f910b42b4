//! The hours of a week at which rides and walks are measured. Two hours with the same gates and ways open are measured
//! once. On a map with edits, only the hours in which a gate or way differs are measured again.

use jiff::Timestamp;

use crate::network::core::{Admission, Attr, HOURS_ALWAYS, HOURS_UNKNOWN, Hours, Oneway, Table};

/// The number of days that are counted, from the day of the request on.
pub(super) const DAYS: i64 = 7;
const DAY_S: i64 = 86_400;

/// A moment at which times are measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub at: Timestamp,
    /// The share of a day's deliveries or walks that begin in this hour, divided by the number of days.
    pub weight: f64,
}

/// Returns the middle of each hour of a week, without the hours whose share of a day is 0. `day` is the beginning of
/// the first day, in seconds since the epoch. Hours outside the range of timestamps are left off.
pub(super) fn week(day: i64, shares: &[f64; 24]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for begin in (0..DAYS).map(|number| day + number * DAY_S) {
        for (hour, share) in (0_i64..).zip(shares).filter(|(_, share)| **share > 0.0) {
            let middle = begin + hour * 3600 + 1800;
            let weight = share / DAYS as f64;
            moments.extend(Timestamp::from_second(middle).map(|at| Moment { at, weight }));
        }
    }
    moments
}

/// Who is on the way, and how much of the opening hours they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traveller {
    /// Riders, who read hours on arrival, at most this many seconds after they set out.
    Rider { within_s: i64 },
    /// Residents on foot. The hours of a walk are those at the moment when it begins.
    Walker,
}

/// When a feature may be entered, as a traveller sees it. Times are in seconds from the moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Window {
    Always,
    Unknown,
    Hours {
        open: Vec<(i64, i64)>,
        known_for: i64,
    },
}

/// A feature as a traveller sees it: its attributes without hours, and its hours for riding, pushing and walking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look(Attr, [Window; 3]);

impl Traveller {
    fn window(self, table: &Table, index: u32, from: i64) -> Window {
        match index {
            HOURS_ALWAYS => Window::Always,
            HOURS_UNKNOWN => Window::Unknown,
            _ => match table.hours.get(index as usize) {
                Some(hours) => self.clip(hours, from),
                None => self.clip(&Hours::never(), from),
            },
        }
    }

    /// Clips hours to the time in which a traveller who sets out at `from` can arrive.
    fn clip(self, hours: &Hours, from: i64) -> Window {
        let last = match self {
            Traveller::Rider { within_s } => within_s,
            Traveller::Walker => 0,
        };
        let spans = hours
            .open
            .iter()
            .map(|(open, close)| (open - from, close - from));
        let open: Vec<(i64, i64)> = spans
            .filter(|(open, close)| *open <= last && *close > 0)
            .map(|(open, close)| (open.max(0), close.min(last + 1)))
            .collect();
        let known_for = match hours.known_until.saturating_sub(from) {
            known if known > last => i64::MAX,
            known => known.max(0),
        };
        if known_for == i64::MAX && open == [(0, last + 1)] {
            return Window::Always;
        }
        Window::Hours { open, known_for }
    }

    fn sees(self, table: &Table, attr: &Attr, from: i64) -> Look {
        let without_hours = Attr {
            ride_hours: HOURS_ALWAYS,
            push_hours: HOURS_ALWAYS,
            walk_hours: HOURS_ALWAYS,
            ..*attr
        };
        let walk = self.window(table, attr.walk_hours, from);
        match self {
            Traveller::Rider { .. } => Look(
                without_hours,
                [
                    self.window(table, attr.ride_hours, from),
                    self.window(table, attr.push_hours, from),
                    walk,
                ],
            ),
            Traveller::Walker => Look(
                Attr {
                    ebike: Admission::Yes,
                    oneway: Oneway::No,
                    max_kmh: 0,
                    no_parking: false,
                    ..without_hours
                },
                [Window::Always, Window::Always, walk],
            ),
        }
    }

    /// Returns a number for each moment. This traveller finds the same things open at moments with the same number.
    pub(super) fn states(self, table: &Table, moments: &[Moment]) -> Vec<usize> {
        let mut known: Vec<Vec<Window>> = Vec::new();
        let states = moments.iter().map(|moment| {
            let from = moment.at.as_second();
            let windows = table.hours.iter().map(|hours| self.clip(hours, from));
            number_of(&mut known, windows.collect())
        });
        states.collect()
    }
}

/// The index of a value in `known`. A value that is not in it yet is added.
pub(super) fn number_of<T: PartialEq>(known: &mut Vec<T>, value: T) -> usize {
    known
        .iter()
        .position(|own| *own == value)
        .unwrap_or_else(|| {
            known.push(value);
            known.len() - 1
        })
}

/// The differences between two tables of the same topology.
pub(super) struct Differences<'a> {
    before: &'a Table,
    after: &'a Table,
    features: Vec<u32>,
}

impl<'a> Differences<'a> {
    /// Returns the differences; `None` if single edges are closed in one of the tables only.
    pub(super) fn new(before: &'a Table, after: &'a Table) -> Option<Self> {
        if before.blocked != after.blocked || before.attrs.len() != after.attrs.len() {
            return None;
        }
        let hours = |table: &'a Table, attr: &Attr| {
            [attr.ride_hours, attr.push_hours, attr.walk_hours].map(|index| match index {
                HOURS_ALWAYS | HOURS_UNKNOWN => (index, None),
                _ => (1, table.hours.get(index as usize)),
            })
        };
        let plain = |attr: &Attr| Attr {
            ride_hours: HOURS_ALWAYS,
            push_hours: HOURS_ALWAYS,
            walk_hours: HOURS_ALWAYS,
            ..*attr
        };
        let features = (0..).zip(before.attrs.iter().zip(&after.attrs));
        let features = features
            .filter(|(_, (a, b))| plain(a) != plain(b) || hours(before, a) != hours(after, b))
            .map(|(feature, _)| feature)
            .collect();
        Some(Self {
            before,
            after,
            features,
        })
    }

    /// Whether doors and positions may join the network at other points: a feature is closed, locked or on another
    /// layer in one of the tables only.
    pub(super) fn move_joins(&self) -> bool {
        self.features.iter().any(|feature| {
            let of = |table: &Table| {
                let attr = &table.attrs[*feature as usize];
                (attr.closed, attr.locked, attr.layer)
            };
            of(self.before) != of(self.after)
        })
    }

    /// How a traveller who sets out at a moment sees the features that differ afterwards; `None` if they look the same
    /// before and after.
    pub(super) fn at(&self, traveller: Traveller, moment: Timestamp) -> Option<Vec<Look>> {
        let from = moment.as_second();
        let of = |table: &Table| -> Vec<Look> {
            let attrs = self.features.iter().map(|f| &table.attrs[*f as usize]);
            attrs
                .map(|attr| traveller.sees(table, attr, from))
                .collect()
        };
        let after = of(self.after);
        (of(self.before) != after).then_some(after)
    }
}
