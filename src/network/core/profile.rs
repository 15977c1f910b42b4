//! A profile of a traveller: the modes, their speeds, and the time for gates, doors, lifts and parking.

use super::attributes::{Access, Attr, Credential, Ramp, Surface, WayKind};

/// How an edge is used.
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

/// What a class of access means for a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Zone {
    /// May be passed through.
    Through,
    /// May be used at the two ends of a route only.
    Ends,
    /// May not be used.
    Never,
}

/// Speeds in one mode, in tenths of km/h; 0 where the mode can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// By the number of a [`WayKind`]. For steps: those without a ramp.
    pub speed: [u16; WayKind::ALL.len()],
    /// By the number of a [`Surface`], in per cent of the speed; 0: the mode can't be used on it.
    pub surface_percent: [u16; Surface::ALL.len()],
    /// On steps with a channel for bikes.
    pub bike_ramp: u16,
    /// On steps with a ramp for wheelchairs.
    pub wheelchair_ramp: u16,
    /// The time for an edge in addition to its length, by the number of a [`WayKind`], in tenths of a second:
    /// opening a door, waiting for a lift or for the traffic.
    pub extra_ds: [u32; WayKind::ALL.len()],
    /// Narrower passages can't be used, in decimetres.
    pub width_dm: u16,
}

impl Pace {
    /// The speed along a feature in tenths of km/h; 0 where it can't be used.
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

    /// The highest speed anywhere, in tenths of km/h.
    pub fn fastest(&self) -> u32 {
        let ramps = self.bike_ramp.max(self.wheelchair_ramp);
        let speed = self.speed.iter().fold(ramps, |most, s| most.max(*s));
        let percent = self.surface_percent.iter().fold(0, |most, p| most.max(*p));
        u32::from(speed) * u32::from(percent) / 100
    }
}

/// The seconds that parking takes, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParkRule {
    /// At a parking place of the map.
    pub place_ds: u32,
    /// Along any way where it is not forbidden; `None`: at parking places only.
    pub anywhere_ds: Option<u32>,
    /// Taking the vehicle out again.
    pub leave_ds: u32,
}

/// A profile such as `ebike` or `wheelchair`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name in `profiles.toml`.
    pub name: String,
    /// The modes it uses, by their numbers. The first of them is the one it begins in.
    pub paces: [Option<Pace>; Mode::ALL.len()],
    /// What each class of access means, by its number.
    pub zones: [Zone; Access::ALL.len()],
    /// What each [`Credential`] takes, by its number, in tenths of a second.
    pub credential_ds: [u32; 3],
    /// From riding to pushing, in tenths of a second.
    pub dismount_ds: u32,
    /// From pushing to riding, in tenths of a second.
    pub mount_ds: u32,
    /// From riding or pushing to walking; `None`: the vehicle is never left.
    pub park: Option<ParkRule>,
    /// Whether turn restrictions bind it while it rides.
    pub obeys_turns: bool,
}

impl Profile {
    /// The speeds in a mode; `None` where the profile doesn't use it.
    pub fn pace(&self, mode: Mode) -> Option<&Pace> {
        self.paces[mode as usize].as_ref()
    }

    /// The mode in which it begins.
    pub fn first_mode(&self) -> Mode {
        let used = Mode::ALL.iter().find(|m| self.pace(**m).is_some());
        used.copied().unwrap_or(Mode::Walk)
    }

    /// What a class of access means.
    pub fn zone(&self, access: Access) -> Zone {
        self.zones[access as usize]
    }

    /// What a gate takes because of its credential, in tenths of a second.
    pub fn credential_ds(&self, credential: Credential) -> u32 {
        self.credential_ds[credential as usize]
    }

    /// The highest speed in a mode and in those to which it may change later, in tenths of km/h.
    pub fn fastest_from(&self, mode: Mode) -> u32 {
        let later = |m: &&Mode| mode.has_vehicle() || !m.has_vehicle();
        let paces = Mode::ALL.iter().filter(later).filter_map(|m| self.pace(*m));
        paces.map(Pace::fastest).max().unwrap_or(0)
    }
}

/// How long a way takes in tenths of a second, rounded up: decimetres at tenths of km/h, which must not be 0.
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
