//! Who may pass, when and how fast: attributes, opening hours, closed edges and profiles. They are the first half of
//! the attributes part of the network file; [`super::Places`] is the second half.

use super::super::core::{
    Access, Admission, Attr, Blocked, Credential, HOURS_ALWAYS, HOURS_UNKNOWN, Hours, INCLINE_DOWN,
    INCLINE_UP, Mode, Oneway, Pace, ParkRule, Profile, Ramp, Surface, Table, WayKind, Zone,
};
use super::bytes::{Damaged, Reader, Writer};

const ADMISSIONS: [Admission; 3] = [Admission::Yes, Admission::No, Admission::Dismount];
const ONEWAYS: [Oneway; 3] = [Oneway::No, Oneway::Forward, Oneway::Backward];
const RAMPS: [Ramp; 3] = [Ramp::None, Ramp::Bike, Ramp::Wheelchair];
const CREDENTIALS: [Credential; 3] = [Credential::None, Credential::Show, Credential::Register];
const ZONES: [Zone; 3] = [Zone::Through, Zone::Ends, Zone::Never];
const NO_YES: [bool; 2] = [false, true];

/// Who may pass the features of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passing {
    /// The offset of local time from UTC, in seconds.
    pub offset_s: i32,
    /// The time from which hours are given, in seconds since the epoch.
    pub from: i64,
    /// The time from which hours are unknown, in seconds since the epoch.
    pub known_until: i64,
    /// The travel profiles.
    pub profiles: Vec<Profile>,
    /// The attributes by feature of the topology. Entrances that reports keep shut are open in it.
    pub table: Table,
    /// The names of ways by feature of the topology; `None` for features that are no way or have no name.
    pub way_names: Vec<Option<String>>,
}

impl Passing {
    /// Writes the attributes. `others` are further attributes that use the same hours, such as those of entrances that
    /// are not part of the topology.
    pub fn write(&self, others: &[Attr], w: &mut Writer) {
        w.signed(i64::from(self.offset_s));
        w.signed(self.from);
        w.signed(self.known_until - self.from);
        w.count(self.profiles.len());
        for profile in &self.profiles {
            write_profile(w, profile);
        }
        w.count(self.table.hours.len());
        for hours in &self.table.hours {
            self.write_hours(w, hours);
        }
        // Many features have the same attributes, so each combination is written once.
        let mut distinct: Vec<Attr> = Vec::new();
        let mut known = std::collections::HashMap::new();
        let all = self.table.attrs.iter().chain(others);
        let indexes: Vec<usize> = all
            .map(|attr| {
                *known.entry(key(attr)).or_insert_with(|| {
                    distinct.push(*attr);
                    distinct.len() - 1
                })
            })
            .collect();
        w.count(distinct.len());
        for attr in &distinct {
            key(attr).iter().for_each(|number| w.number(*number));
        }
        for count in [self.table.attrs.len(), others.len()] {
            w.count(count);
        }
        indexes.iter().for_each(|index| w.count(*index));
        w.count(self.table.blocked.len());
        let mut before = 0;
        for (edge, blocked) in &self.table.blocked {
            w.number(u64::from(edge - before));
            w.number(u64::from(blocked.ebike) + 2 * u64::from(blocked.foot));
            before = *edge;
        }
        self.write_names(w);
    }

    fn write_names(&self, w: &mut Writer) {
        let mut names: Vec<&str> = Vec::new();
        let mut known = std::collections::HashMap::new();
        let indexes: Vec<Option<u32>> = (self.way_names.iter())
            .map(|name| {
                let name = name.as_deref()?;
                Some(*known.entry(name).or_insert_with(|| {
                    names.push(name);
                    names.len() as u32 - 1
                }))
            })
            .collect();
        w.count(names.len());
        names.iter().for_each(|name| w.text(name));
        w.count(indexes.len());
        indexes.iter().for_each(|index| w.maybe(*index));
    }

    fn write_hours(&self, w: &mut Writer, hours: &Hours) {
        // How long the hours are known: 0 for ever, 1 as long as most hours of the part, 2 until a time of
        // their own.
        w.number(match hours.known_until {
            i64::MAX => 0,
            until if until == self.known_until => 1,
            _ => 2,
        });
        if hours.known_until != i64::MAX && hours.known_until != self.known_until {
            w.signed(hours.known_until);
        }
        w.count(hours.open.len());
        let mut at = self.from;
        for (begin, end) in &hours.open {
            // Two bits: whether the span has no beginning, and whether it has no end.
            w.number(u64::from(*begin == i64::MIN) + 2 * u64::from(*end == i64::MAX));
            if *begin != i64::MIN {
                w.signed(begin - at);
                at = *begin;
            }
            if *end != i64::MAX {
                w.signed(end - at);
                at = *end;
            }
        }
    }

    /// Reads what [`Passing::write`] has written: the attributes, and the further ones.
    pub fn read(r: &mut Reader<'_>) -> Result<(Passing, Vec<Attr>), Damaged> {
        let offset_s = i32::try_from(r.signed()?).map_err(|_| Damaged)?;
        let from = r.signed()?;
        let known_until = from.checked_add(r.signed()?).ok_or(Damaged)?;
        let mut passing = Passing {
            offset_s,
            from,
            known_until,
            ..Passing::default()
        };
        for _ in 0..r.count()? {
            passing.profiles.push(read_profile(r)?);
        }
        for _ in 0..r.count()? {
            let hours = passing.read_hours(r)?;
            passing.table.hours.push(hours);
        }
        let mut distinct = Vec::new();
        for _ in 0..r.count()? {
            distinct.push(read_attr(r)?);
        }
        let own = r.count()?;
        let others = r.count()?;
        let mut all = Vec::new();
        for _ in 0..own.checked_add(others).ok_or(Damaged)? {
            all.push(r.one_of(&distinct)?);
        }
        let others = all.split_off(own);
        passing.table.attrs = all;
        let mut edge = 0_u32;
        for _ in 0..r.count()? {
            edge = edge.checked_add(r.small()?).ok_or(Damaged)?;
            let bits: u8 = r.small()?;
            let blocked = Blocked {
                ebike: bits & 1 != 0,
                foot: bits & 2 != 0,
            };
            passing.table.blocked.push((edge, blocked));
        }
        let mut names = Vec::new();
        for _ in 0..r.count()? {
            names.push(r.text()?);
        }
        for _ in 0..r.count()? {
            let name = match r.maybe()? {
                None => None,
                Some(index) => Some((*names.get(index as usize).ok_or(Damaged)?).to_owned()),
            };
            passing.way_names.push(name);
        }
        Ok((passing, others))
    }

    fn read_hours(&self, r: &mut Reader<'_>) -> Result<Hours, Damaged> {
        let known_until = match r.number()? {
            0 => i64::MAX,
            1 => self.known_until,
            2 => r.signed()?,
            _ => return Err(Damaged),
        };
        let mut open = Vec::new();
        let mut at = self.from;
        for _ in 0..r.count()? {
            let bits = r.number()?;
            let mut moment = |is_open_ended: bool, otherwise: i64| {
                if is_open_ended {
                    return Ok(otherwise);
                }
                at = at.checked_add(r.signed()?).ok_or(Damaged)?;
                Ok(at)
            };
            let begin = moment(bits & 1 != 0, i64::MIN)?;
            let end = moment(bits & 2 != 0, i64::MAX)?;
            open.push((begin, end));
        }
        Ok(Hours { open, known_until })
    }
}

fn hours_number(index: u32) -> u64 {
    match index {
        HOURS_ALWAYS => 0,
        HOURS_UNKNOWN => 1,
        index => u64::from(index) + 1,
    }
}

fn hours_index(number: u64) -> Result<u32, Damaged> {
    match number {
        0 => Ok(HOURS_ALWAYS),
        1 => Ok(HOURS_UNKNOWN),
        number => u32::try_from(number - 1).map_err(|_| Damaged),
    }
}

/// The numbers that stand for attributes.
fn key(attr: &Attr) -> [u64; 16] {
    let zigzag = |n: i8| ((i64::from(n) << 1) ^ (i64::from(n) >> 63)) as u64;
    [
        hours_number(attr.ride_hours),
        hours_number(attr.push_hours),
        hours_number(attr.walk_hours),
        u64::from(attr.width_dm),
        u64::from(attr.max_kmh),
        attr.kind as u64,
        attr.surface as u64,
        attr.ebike as u64,
        attr.foot as u64,
        attr.oneway as u64,
        attr.access as u64,
        attr.ramp as u64,
        attr.credential as u64,
        u64::from(attr.locked) + 2 * u64::from(attr.closed) + 4 * u64::from(attr.no_parking),
        zigzag(attr.layer),
        zigzag(attr.incline),
    ]
}

fn read_attr(r: &mut Reader<'_>) -> Result<Attr, Damaged> {
    let mut attr = Attr {
        ride_hours: hours_index(r.number()?)?,
        push_hours: hours_index(r.number()?)?,
        walk_hours: hours_index(r.number()?)?,
        width_dm: r.small()?,
        max_kmh: r.small()?,
        kind: r.one_of(&WayKind::ALL)?,
        surface: r.one_of(&Surface::ALL)?,
        ebike: r.one_of(&ADMISSIONS)?,
        foot: r.one_of(&ADMISSIONS)?,
        oneway: r.one_of(&ONEWAYS)?,
        access: r.one_of(&Access::ALL)?,
        ramp: r.one_of(&RAMPS)?,
        credential: r.one_of(&CREDENTIALS)?,
        ..Attr::OPEN
    };
    let bits: u8 = r.small()?;
    attr.locked = bits & 1 != 0;
    attr.closed = bits & 2 != 0;
    attr.no_parking = bits & 4 != 0;
    attr.layer = i8::try_from(r.signed()?).map_err(|_| Damaged)?;
    let incline = i8::try_from(r.signed()?).map_err(|_| Damaged)?;
    attr.incline = incline.clamp(INCLINE_DOWN, INCLINE_UP);
    Ok(attr)
}

fn write_profile(w: &mut Writer, profile: &Profile) {
    w.text(&profile.name);
    for pace in &profile.paces {
        w.number(u64::from(pace.is_some()));
        if let Some(pace) = pace {
            let speeds = pace.speed.iter().chain(&pace.surface_percent);
            speeds.for_each(|speed| w.number(u64::from(*speed)));
            pace.extra_ds.iter().for_each(|ds| w.number(u64::from(*ds)));
            for value in [
                pace.bike_ramp,
                pace.wheelchair_ramp,
                pace.width_dm,
                pace.climb_percent,
                pace.steepest_percent,
            ] {
                w.number(u64::from(value));
            }
        }
    }
    profile.zones.iter().for_each(|zone| w.number(*zone as u64));
    let times = profile.credential_ds.iter();
    times.for_each(|ds| w.number(u64::from(*ds)));
    w.number(u64::from(profile.dismount_ds));
    w.number(u64::from(profile.mount_ds));
    w.number(u64::from(profile.park.is_some()));
    if let Some(park) = &profile.park {
        w.number(u64::from(park.place_ds));
        w.maybe(park.anywhere_ds);
        w.number(u64::from(park.leave_ds));
    }
    w.number(u64::from(profile.obeys_turns));
}

fn read_profile(r: &mut Reader<'_>) -> Result<Profile, Damaged> {
    let name = r.text()?.to_owned();
    let mut paces = [None, None, None];
    for pace in paces.iter_mut().take(Mode::ALL.len()) {
        if r.one_of(&NO_YES)? {
            *pace = Some(read_pace(r)?);
        }
    }
    let mut zones = [Zone::Never; Access::ALL.len()];
    for zone in &mut zones {
        *zone = r.one_of(&ZONES)?;
    }
    let mut credential_ds = [0; 3];
    for ds in &mut credential_ds {
        *ds = r.small()?;
    }
    Ok(Profile {
        name,
        paces,
        zones,
        credential_ds,
        dismount_ds: r.small()?,
        mount_ds: r.small()?,
        park: match r.one_of(&NO_YES)? {
            false => None,
            true => Some(ParkRule {
                place_ds: r.small()?,
                anywhere_ds: r.maybe()?,
                leave_ds: r.small()?,
            }),
        },
        obeys_turns: r.one_of(&NO_YES)?,
    })
}

fn read_pace(r: &mut Reader<'_>) -> Result<Pace, Damaged> {
    let mut speed = [0_u16; WayKind::ALL.len()];
    for value in &mut speed {
        *value = r.small()?;
    }
    let mut surface_percent = [0_u16; Surface::ALL.len()];
    for value in &mut surface_percent {
        *value = r.small()?;
    }
    let mut extra_ds = [0_u32; WayKind::ALL.len()];
    for value in &mut extra_ds {
        *value = r.small()?;
    }
    Ok(Pace {
        speed,
        surface_percent,
        extra_ds,
        bike_ramp: r.small()?,
        wheelchair_ramp: r.small()?,
        width_dm: r.small()?,
        climb_percent: r.small()?,
        steepest_percent: r.small()?,
    })
}
