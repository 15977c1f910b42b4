//! A profile of a traveller: the modes, their speeds, and the time for gates, doors, lifts and parking.

use super::attributes::{
    Access, Attr, Credential, INCLINE_DOWN, INCLINE_UP, Ramp, Surface, WayKind,
};

/// The height of a storey if no height is known, in decimetres.
pub const STOREY_DM: u32 = 30;

/// A way that rises by this much, in per cent, is a climb.
pub const CLIMB_PERCENT: i8 = 3;

/// A mode of travel: how an edge is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Mode {
    /// Riding a vehicle.
    Ride,
    /// Pushing the vehicle.
    Push,
    /// On foot or in a wheelchair, without a vehicle.
    Walk,
}

impl Mode {
    /// All modes, in the order of their numbers.
    pub const ALL: [Mode; 3] = [Mode::Ride, Mode::Push, Mode::Walk];

    /// Whether the vehicle is taken along.
    pub const fn has_vehicle(self) -> bool {
        !matches!(self, Mode::Walk)
    }
}

/// Where on a route a profile may use ways of a class of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Zone {
    /// Anywhere on a route.
    Through,
    /// Only at the two ends of a route.
    Ends,
    /// Nowhere.
    Never,
}

/// The speeds and times of one mode. Speeds are in tenths of km/h; 0 means that the mode can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// The speed in tenths of km/h, by the number of a [`WayKind`]. The value for steps is for those without a ramp.
    pub speed: [u16; WayKind::ALL.len()],
    /// The factor by the number of a [`Surface`], in per cent of the speed; 0: the mode can't be used on it.
    pub surface_percent: [u16; Surface::ALL.len()],
    /// The speed on steps with a channel for bikes, in tenths of km/h.
    pub bike_ramp: u16,
    /// The speed on steps with a ramp for wheelchairs, in tenths of km/h.
    pub wheelchair_ramp: u16,
    /// The time for an edge in addition to its length, by the number of a [`WayKind`], in tenths of a second, for
    /// example for opening a door, or waiting for a lift or for the traffic.
    pub extra_ds: [u32; WayKind::ALL.len()],
    /// The least width of a passage that the mode can use, in decimetres.
    pub width_dm: u16,
    /// The factor where a way rises by [`CLIMB_PERCENT`] or more, or by an unknown amount, in per cent of the speed.
    pub climb_percent: u16,
    /// The greatest rise or fall of a way that the mode can use, in per cent; 0: any. It does not apply to steps, whose
    /// ramps are built for the mode.
    pub steepest_percent: u16,
}

impl Pace {
    /// The speed along a feature in tenths of km/h; 0 if it can't be used.
    pub fn on(&self, attr: &Attr) -> u32 {
        let speed = match (attr.kind, attr.ramp) {
            (WayKind::Steps, Ramp::Bike) => self.bike_ramp.max(self.speed[WayKind::Steps as usize]),
            (WayKind::Steps, Ramp::Wheelchair) => self
                .wheelchair_ramp
                .max(self.speed[WayKind::Steps as usize]),
            (kind, _) => self.speed[kind as usize],
        };
        u32::from(speed) * u32::from(self.surface_percent[attr.surface as usize]) / 100
    }

    /// Whether a way with a rise in the direction of travel, in per cent, is too steep. A rise of unknown steepness is not.
    pub fn is_too_steep(&self, attr: &Attr, rise: i8) -> bool {
        let most = self.steepest_percent;
        let is_known = rise != INCLINE_UP && rise != INCLINE_DOWN;
        most != 0
            && is_known
            && attr.kind != WayKind::Steps
            && u16::from(rise.unsigned_abs()) > most
    }

    /// The speed on a way that rises by `rise` per cent in the direction of travel. It is 0 only if `speed` is 0.
    pub fn climbing(&self, speed: u32, rise: i8) -> u32 {
        match rise >= CLIMB_PERCENT {
            true => (speed * u32::from(self.climb_percent) / 100).max(speed.min(1)),
            false => speed,
        }
    }

    /// The highest speed on any feature, in tenths of km/h.
    pub fn fastest(&self) -> u32 {
        let ramps = self.bike_ramp.max(self.wheelchair_ramp);
        let speed = self.speed.iter().fold(ramps, |most, s| most.max(*s));
        let percent = self.surface_percent.iter().fold(0, |most, p| most.max(*p));
        u32::from(speed) * u32::from(percent) / 100
    }
}

/// The times for parking, in tenths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParkRule {
    /// The time for parking at a mapped parking place.
    pub place_ds: u32,
    /// The time for parking along any way where it is not forbidden; `None`: the vehicle is parked at parking places
    /// only.
    pub anywhere_ds: Option<u32>,
    /// The time for taking the parked vehicle again.
    pub leave_ds: u32,
}

/// A travel profile such as `ebike` or `wheelchair`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name in `profiles.toml`.
    pub name: String,
    /// The speeds by the number of a [`Mode`]; `None` for modes that it does not use. A route begins in the first mode
    /// that is used.
    pub paces: [Option<Pace>; Mode::ALL.len()],
    /// Where ways may be used, by the number of their class of access.
    pub zones: [Zone; Access::ALL.len()],
    /// The time for each [`Credential`], by its number, in tenths of a second.
    pub credential_ds: [u32; 3],
    /// The time to change from riding to pushing, in tenths of a second.
    pub dismount_ds: u32,
    /// The time to change from pushing to riding, in tenths of a second.
    pub mount_ds: u32,
    /// The times for parking, to change from riding or pushing to walking; `None`: the vehicle is never parked.
    pub park: Option<ParkRule>,
    /// Whether turn restrictions apply while riding.
    pub obeys_turns: bool,
}

impl Profile {
    /// The speeds in a mode; `None` if the profile doesn't use it.
    pub fn pace(&self, mode: Mode) -> Option<&Pace> {
        self.paces[mode as usize].as_ref()
    }

    /// The mode in which a route begins.
    pub fn first_mode(&self) -> Mode {
        let used = Mode::ALL.iter().find(|m| self.pace(**m).is_some());
        used.copied().unwrap_or(Mode::Walk)
    }

    /// Where ways of a class of access may be used.
    pub fn zone(&self, access: Access) -> Zone {
        self.zones[access as usize]
    }

    /// The time for the credential of a gate, in tenths of a second.
    pub fn credential_ds(&self, credential: Credential) -> u32 {
        self.credential_ds[credential as usize]
    }

    /// The highest speed in a mode and in the modes that may follow it, in tenths of km/h.
    pub fn fastest_from(&self, mode: Mode) -> u32 {
        let later = |m: &&Mode| mode.has_vehicle() || !m.has_vehicle();
        let paces = Mode::ALL.iter().filter(later).filter_map(|m| self.pace(*m));
        paces.map(Pace::fastest).max().unwrap_or(0)
    }
}

/// The time for a length in decimetres, in tenths of a second, rounded up. `speed` is in tenths of km/h and must not
/// be 0.
pub fn duration_ds(length_dm: u32, speed: u32) -> u32 {
    let tenths = (u64::from(length_dm) * 36 + u64::from(speed) - 1) / u64::from(speed);
    tenths.min(u64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kilometre_at_15_km_h_takes_four_minutes() {
        assert_eq!(duration_ds(10_000, 150), 2400);
        assert_eq!(duration_ds(1, 150), 1);
        assert_eq!(duration_ds(0, 150), 0);
        assert_eq!(duration_ds(u32::MAX, 1), u32::MAX);
    }
}
