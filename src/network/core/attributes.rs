//! The attributes of the features of the network: who may pass, when, and how fast. They are kept apart from the
//! topology and read by the index of the feature, so a closed gate takes effect with the next query, before the
//! topology is rebuilt.

/// The data that the search reads about features and edges. Implementations read from the current snapshot.
pub trait Attributes {
    /// The attributes of a feature, by its index in [`super::Topology::features`].
    fn attr(&self, feature: u32) -> &Attr;

    /// The opening hours with an index from an [`Attr`]. Never called for [`HOURS_ALWAYS`] and [`HOURS_UNKNOWN`].
    fn hours(&self, index: u32) -> &Hours;

    /// When a traveller who arrives at `ready` (tenths of a second since the epoch) may enter; see [`Hours::entry`].
    fn entry(&self, index: u32, ready: i64) -> Entry {
        self.hours(index).entry(ready)
    }

    /// Whether a single edge is closed although its feature is open, for example by a case nearby or a new
    /// wall.
    fn blocked(&self, _edge: u32) -> Blocked {
        Blocked::default()
    }
}

/// Index of hours in an [`Attr`]: open at all times.
pub const HOURS_ALWAYS: u32 = 0;

/// Index of hours in an [`Attr`]: unknown. The feature may be used, but of equally fast routes, the one with fewer
/// unknown hours is preferred.
pub const HOURS_UNKNOWN: u32 = u32::MAX;

/// The value of [`Attr::incline`] for a way that rises in its direction by an unknown gradient.
pub const INCLINE_UP: i8 = 127;

/// The value of [`Attr::incline`] for a way that falls in its direction by an unknown gradient.
pub const INCLINE_DOWN: i8 = -127;

/// The attributes of a feature: a route, an area, a gate, a door or a lift.
///
/// The data has already been interpreted: where a conditional restriction has no base value, the base value is *yes*,
/// a deleted feature is [`Attr::CLOSED`], and day orders have been applied to `ebike` and `foot`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attr {
    /// The opening hours for riding, an index for [`Attributes::hours`].
    pub ride_hours: u32,
    /// The opening hours for pushing an e-bike, an index for [`Attributes::hours`].
    pub push_hours: u32,
    /// The opening hours for walking, an index for [`Attributes::hours`].
    pub walk_hours: u32,
    /// The usable width in decimetres; 0 if unknown. Bollards have a width too.
    pub width_dm: u16,
    /// The speed limit for vehicles in km/h; 0 if there is none.
    pub max_kmh: u8,
    /// The rise along the direction in which the edge is drawn, in per cent, from -100 to 100; 0 if it is level or
    /// nothing is known. [`INCLINE_UP`] and [`INCLINE_DOWN`]: only the direction is known.
    pub incline: i8,
    /// The kind of way. It determines the speed.
    pub kind: WayKind,
    /// The class of the surface. It determines the speed.
    pub surface: Surface,
    /// Whether an e-bike may pass. `No` forbids pushing too, `Dismount` allows pushing where `foot` is allowed.
    pub ebike: Admission,
    /// Whether people on foot may pass; `Dismount` means the same as `Yes` here.
    pub foot: Admission,
    /// The direction in which it may be ridden. Pushing and walking are allowed in both directions.
    pub oneway: Oneway,
    /// The class of access. It determines whether a route may pass through or only begin or end there.
    pub access: Access,
    /// The ramp beside steps.
    pub ramp: Ramp,
    /// What a person must show or do to pass a gate, which takes time.
    pub credential: Credential,
    /// Whether it is locked. Nobody can pass, not even residents.
    pub locked: bool,
    /// Whether it is closed at all times, for example because it is deleted, dug up or reported as shut.
    pub closed: bool,
    /// Whether a bike must not be left standing along it.
    pub no_parking: bool,
    /// The level above or below the ground, 0 for the ground. It is only shown and not used by the search.
    pub layer: i8,
}

impl Attr {
    /// A public lane, open to everyone at all times.
    pub const OPEN: Attr = Attr {
        ride_hours: HOURS_ALWAYS,
        push_hours: HOURS_ALWAYS,
        walk_hours: HOURS_ALWAYS,
        width_dm: 0,
        max_kmh: 0,
        incline: 0,
        kind: WayKind::Lane,
        surface: Surface::Unknown,
        ebike: Admission::Yes,
        foot: Admission::Yes,
        oneway: Oneway::No,
        access: Access::Yes,
        ramp: Ramp::None,
        credential: Credential::None,
        locked: false,
        closed: false,
        no_parking: false,
        layer: 0,
    };

    /// A feature that nobody may pass, such as one that was deleted after the topology was built.
    pub const CLOSED: Attr = Attr {
        closed: true,
        ..Attr::OPEN
    };
}

impl Default for Attr {
    fn default() -> Self {
        Attr::OPEN
    }
}

/// Kinds of ways: the values of `routes.kind`, and the kinds of features that are not routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum WayKind {
    /// A carriageway.
    Road,
    /// A lane in a compound.
    Lane,
    /// A cycleway (非机动车道).
    Cycleway,
    /// A footpath.
    Path,
    /// Steps.
    Steps,
    /// A way in an underground garage, and its ramp.
    Garage,
    /// A crossing of a carriageway.
    Crossing,
    /// An area that may be walked across in any direction, such as a square.
    Area,
    /// A gate, a bollard or another barrier with a passage.
    Gate,
    /// The door of a building and the last metres to it.
    Door,
    /// A lift.
    Lift,
}

impl WayKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [WayKind; 11] = [
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
        WayKind::Lift,
    ];

    /// The name in `profiles.toml` and in `routes.kind`.
    pub const fn name(self) -> &'static str {
        match self {
            WayKind::Road => "road",
            WayKind::Lane => "lane",
            WayKind::Cycleway => "cycleway",
            WayKind::Path => "path",
            WayKind::Steps => "steps",
            WayKind::Garage => "garage",
            WayKind::Crossing => "crossing",
            WayKind::Area => "area",
            WayKind::Gate => "gate",
            WayKind::Door => "door",
            WayKind::Lift => "lift",
        }
    }
}

/// Classes of surfaces, by how fast they can be ridden and walked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Surface {
    /// Not known; counts as paved.
    Unknown,
    /// Asphalt, concrete.
    Paved,
    /// Paving stones, setts, bricks.
    Stones,
    /// Fine gravel, compacted ground.
    Compacted,
    /// Gravel, earth, sand, grass.
    Loose,
}

impl Surface {
    /// All classes, in the order of their numbers.
    pub const ALL: [Surface; 5] = [
        Surface::Unknown,
        Surface::Paved,
        Surface::Stones,
        Surface::Compacted,
        Surface::Loose,
    ];

    /// The name in `profiles.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Surface::Unknown => "unknown",
            Surface::Paved => "paved",
            Surface::Stones => "stones",
            Surface::Compacted => "compacted",
            Surface::Loose => "loose",
        }
    }

    /// The class of a value of OpenStreetMap's `surface`.
    pub fn of_tag(value: &str) -> Surface {
        match value {
            "paved" | "asphalt" | "concrete" | "concrete:plates" | "concrete:lanes" | "metal"
            | "wood" | "rubber" | "chipseal" | "tiles" | "tartan" | "acrylic" => Surface::Paved,
            "paving_stones" | "sett" | "cobblestone" | "unhewn_cobblestone" | "bricks"
            | "brick" | "grass_paver" | "stone" => Surface::Stones,
            "compacted" | "fine_gravel" | "clay" | "artificial_turf" => Surface::Compacted,
            "unpaved" | "gravel" | "pebblestone" | "ground" | "dirt" | "earth" | "grass"
            | "sand" | "mud" | "rock" | "woodchips" | "snow" | "ice" | "shells" => Surface::Loose,
            _ => Surface::Unknown,
        }
    }
}

/// Whether a mode of travel is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Admission {
    /// The mode is admitted.
    Yes,
    /// No, and pushing is forbidden as well.
    No,
    /// Pushing only.
    Dismount,
}

/// The direction in which a way may be ridden, relative to the direction in which the edge is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Oneway {
    /// The way may be ridden in both directions.
    No,
    /// From `from` to `to` only.
    Forward,
    /// From `to` to `from` only.
    Backward,
}

/// The class of access of a way (`routes.access`). A profile maps each class to a [`super::Zone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Access {
    /// Public access.
    Yes,
    /// Open to the public, but the owner may withdraw the permission.
    Permissive,
    /// For people with business there.
    Destination,
    /// For deliveries.
    Delivery,
    /// For customers.
    Customers,
    /// Private land.
    Private,
    /// Passing is not allowed.
    No,
}

impl Access {
    /// All classes, in the order of their numbers.
    pub const ALL: [Access; 7] = [
        Access::Yes,
        Access::Permissive,
        Access::Destination,
        Access::Delivery,
        Access::Customers,
        Access::Private,
        Access::No,
    ];

    /// The value of `routes.access`, and the name in `profiles.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Access::Yes => "yes",
            Access::Permissive => "permissive",
            Access::Destination => "destination",
            Access::Delivery => "delivery",
            Access::Customers => "customers",
            Access::Private => "private",
            Access::No => "no",
        }
    }
}

/// The ramp of a flight of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ramp {
    /// There is no ramp.
    None,
    /// A channel in which a bike can be pushed.
    Bike,
    /// A ramp for wheelchairs. Bikes may be pushed along it too.
    Wheelchair,
}

/// What a person has to do at a gate, which takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Credential {
    /// Nothing is required.
    None,
    /// Showing a code.
    Show,
    /// Registering (登记).
    Register,
}

/// The modes of travel for which a single edge is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blocked {
    /// The edge is closed to bikes, whether ridden or pushed.
    pub ebike: bool,
    /// The edge is closed to pedestrians, and to people who push a bike.
    pub foot: bool,
}

/// Opening hours, known until a certain time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The open intervals: start (included) and end (excluded) in seconds since the epoch; sorted and disjoint.
    pub open: Vec<(i64, i64)>,
    /// From this time on, in seconds since the epoch, the hours are unknown, and the feature may be used as with
    /// [`HOURS_UNKNOWN`]. `i64::MAX`: always known.
    pub known_until: i64,
}

/// The result of checking the opening hours for a traveller who arrives at a certain time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// The traveller may enter at this time, in tenths of a second since the epoch: at once, or after waiting.
    At(i64),
    /// The hours are unknown from this time on, in tenths of a second since the epoch. The feature counts as open.
    Unknown(i64),
    /// The feature never opens again.
    Never,
}

impl Hours {
    /// Hours that are never open.
    pub const fn never() -> Hours {
        Hours {
            open: Vec::new(),
            known_until: i64::MAX,
        }
    }

    /// Whether and when a traveller who arrives at `at` (tenths of a second since the epoch) may enter.
    pub fn entry(&self, at: i64) -> Entry {
        let unknown_from = self.known_until.saturating_mul(10);
        if at >= unknown_from {
            return Entry::Unknown(at);
        }
        let next = self
            .open
            .partition_point(|(_, until)| until.saturating_mul(10) <= at);
        match self.open.get(next) {
            Some(&(from, _)) if from < self.known_until => {
                Entry::At(at.max(from.saturating_mul(10)))
            }
            _ if self.known_until == i64::MAX => Entry::Never,
            _ => Entry::Unknown(unknown_from),
        }
    }
}

/// Attributes in plain tables. A phone reads them from a file and works offline. Index 0 of `hours` stands for
/// [`HOURS_ALWAYS`] and is not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The attributes of each feature. A feature that is not in it is closed.
    pub attrs: Vec<Attr>,
    /// The hours to which attributes refer. An index that is not in it is never open.
    pub hours: Vec<Hours>,
    /// Edges that are closed individually, sorted by number.
    pub blocked: Vec<(u32, Blocked)>,
}

static CLOSED: Attr = Attr::CLOSED;
static NEVER: Hours = Hours::never();

impl Attributes for Table {
    fn attr(&self, feature: u32) -> &Attr {
        self.attrs.get(feature as usize).unwrap_or(&CLOSED)
    }

    fn hours(&self, index: u32) -> &Hours {
        self.hours.get(index as usize).unwrap_or(&NEVER)
    }

    fn blocked(&self, edge: u32) -> Blocked {
        match self.blocked.binary_search_by_key(&edge, |(e, _)| *e) {
            Ok(at) => self.blocked[at].1,
            Err(_) => Blocked::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(open: &[(i64, i64)], known_until: i64) -> Hours {
        Hours {
            open: open.to_vec(),
            known_until,
        }
    }

    #[test]
    fn who_comes_early_waits_and_who_comes_late_waits_for_the_next_time() {
        let hours = hours(&[(100, 200), (300, 400)], i64::MAX);
        assert_eq!(hours.entry(0), Entry::At(1000));
        assert_eq!(hours.entry(1000), Entry::At(1000));
        assert_eq!(hours.entry(1999), Entry::At(1999));
        assert_eq!(hours.entry(2000), Entry::At(3000));
        assert_eq!(hours.entry(4000), Entry::Never);
    }

    #[test]
    fn what_lies_behind_the_horizon_is_unknown() {
        let hours = hours(&[(100, 200)], 250);
        assert_eq!(hours.entry(2000), Entry::Unknown(2500));
        assert_eq!(hours.entry(2499), Entry::Unknown(2500));
        assert_eq!(hours.entry(2500), Entry::Unknown(2500));
        assert_eq!(hours.entry(9000), Entry::Unknown(9000));
    }

    #[test]
    fn a_table_without_a_row_is_closed() {
        let table = Table::default();
        assert!(table.attr(3).closed);
        assert_eq!(table.hours(3).entry(5), Entry::Never);
        assert_eq!(table.blocked(3), Blocked::default());
    }
}
