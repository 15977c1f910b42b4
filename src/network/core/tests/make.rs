//! Random numbers, profiles and small networks for the tests.

use super::super::*;

/// Random numbers that are the same in every run (SplitMix64).
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u32) -> u32 {
        (self.next() % u64::from(n)) as u32
    }

    /// Returns `true` once in `n` times on average.
    pub fn once_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }
}

/// A profile with all three modes: 15 km/h, 4 km/h and 5 km/h.
pub fn ebike() -> Profile {
    let pace = |speed: u16, steps: u16, bike_ramp: u16, extra: u32, width_dm: u16| {
        let mut pace = Pace {
            speed: [speed; 11],
            surface_percent: [100, 100, 90, 80, 50],
            bike_ramp,
            wheelchair_ramp: bike_ramp,
            extra_ds: [0; 11],
            width_dm,
            climb_percent: if speed == 150 { 100 } else { 60 },
            steepest_percent: 0,
        };
        pace.speed[WayKind::Steps as usize] = steps;
        pace.speed[WayKind::Lift as usize] = if speed == 150 { 0 } else { 36 };
        pace.extra_ds[WayKind::Gate as usize] = extra;
        pace.extra_ds[WayKind::Lift as usize] = 300;
        pace
    };
    Profile {
        name: "ebike".to_owned(),
        paces: [
            Some(pace(150, 0, 0, 20, 10)),
            Some(pace(40, 0, 15, 50, 8)),
            Some(pace(50, 20, 20, 30, 0)),
        ],
        zones: [
            Zone::Through,
            Zone::Through,
            Zone::Ends,
            Zone::Through,
            Zone::Ends,
            Zone::Ends,
            Zone::Never,
        ],
        credential_ds: [0, 100, 600],
        dismount_ds: 30,
        mount_ds: 40,
        park: Some(ParkRule {
            place_ds: 150,
            anywhere_ds: Some(250),
            leave_ds: 200,
        }),
        obeys_turns: true,
    }
}

/// A profile for travel on foot.
pub fn foot() -> Profile {
    let walk = ebike().paces[2].clone();
    Profile {
        name: "foot".to_owned(),
        paces: [None, None, walk],
        park: None,
        ..ebike()
    }
}

/// A profile for a wheelchair: it uses steps only if they have a ramp.
pub fn wheelchair() -> Profile {
    let mut profile = foot();
    profile.name = "wheelchair".to_owned();
    if let Some(pace) = &mut profile.paces[2] {
        pace.speed[WayKind::Steps as usize] = 0;
        pace.bike_ramp = 0;
        pace.width_dm = 9;
        pace.steepest_percent = 8;
        pace.surface_percent = [100, 100, 80, 60, 0];
    }
    profile
}
