//! The objects of the district while it is planned, in metres in the local plane.

use super::plane::{Frame, Pt};
use super::streets::Town;

/// The kind of housing, with the values of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Housing {
    /// An old estate (老旧小区).
    OldEstate,
    /// Commodity housing (商品房).
    Commodity,
    /// Mixed use with shops (商住楼).
    MixedUse,
}

impl Housing {
    /// The value in the schema.
    pub fn word(self) -> &'static str {
        match self {
            Self::OldEstate => "old_estate",
            Self::Commodity => "commodity",
            Self::MixedUse => "mixed_use",
        }
    }
}

/// Whether somebody may pass, with the values of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Riders may ride through.
    Yes,
    /// Riders may not pass.
    No,
    /// Riders must push the bike.
    Dismount,
}

impl Pass {
    /// The value in the schema.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Dismount => "dismount",
        }
    }
}

/// A compound (小区).
#[derive(Debug, Clone)]
pub struct Compound {
    pub id: String,
    pub name: String,
    pub housing: Housing,
    pub built: u32,
    pub community: usize,
    /// Whether the compound has a wall.
    pub walled: bool,
    /// The ring of the wall.
    pub ring: Vec<Pt>,
}

/// A building.
#[derive(Debug, Clone)]
pub struct Building {
    pub id: String,
    pub name: String,
    pub number: Option<String>,
    pub kind: &'static str,
    pub address: Option<String>,
    /// The index of the compound in [`City::compounds`].
    pub compound: Option<usize>,
    pub housing: Option<Housing>,
    pub levels: u32,
    pub height_m: f64,
    pub units: u32,
    pub households: u32,
    pub elevator: bool,
    pub built: u32,
    /// The outline, counter-clockwise; each door is one of its corners.
    pub ring: Vec<Pt>,
    /// The id of the building's grid; set when the grids are drawn.
    pub grid: String,
}

/// A gate, a door or a garage.
#[derive(Debug, Clone)]
pub struct Entrance {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    pub at: Pt,
    /// The direction out of the compound or building, as a unit vector.
    pub outward: Pt,
    /// The index of the compound in [`City::compounds`].
    pub compound: Option<usize>,
    /// The index of the building in [`City::buildings`].
    pub building: Option<usize>,
    pub unit: Option<u32>,
    pub ebike: Pass,
    pub foot: Pass,
    pub opening_hours: Option<&'static str>,
    pub guarded: Option<bool>,
    pub intercom: Option<bool>,
    pub step_free: Option<bool>,
    pub access_note: Option<&'static str>,
    pub access_code: Option<String>,
    pub level: i32,
    pub special: Special,
}

/// A traffic order for a day, with the values of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Rainstorm (暴雨).
    Storm,
    /// Ice and snow (冰雪).
    Snow,
    /// Peak-hour control (高峰管控).
    Peak,
}

impl Order {
    /// The value in the schema.
    pub fn word(self) -> &'static str {
        match self {
            Self::Storm => "storm",
            Self::Snow => "snow",
            Self::Peak => "peak",
        }
    }
}

/// The special times and traffic orders of a gate or a way.
#[derive(Debug, Clone, Default)]
pub struct Special {
    /// The hours for e-bikes, if they differ from the general ones.
    pub ebike_hours: Option<&'static str>,
    pub locked: bool,
    /// Who may pass under a traffic order: the order, the value for e-bikes, the value for
    /// pedestrians.
    pub when: Vec<(Order, Option<Pass>, Option<Pass>)>,
}

impl Special {
    /// Adds a rule for a traffic order; `None` means no change.
    pub fn on(&mut self, order: Order, ebike: Option<Pass>, foot: Option<Pass>) {
        self.when.push((order, ebike, foot));
    }
}

/// A piece of wall, fence or hedge.
#[derive(Debug, Clone)]
pub struct Barrier {
    pub kind: &'static str,
    pub compound: Option<usize>,
    pub height_m: f64,
    pub line: Vec<Pt>,
}

/// A lawn, a pond or a sports pitch.
#[derive(Debug, Clone)]
pub struct Area {
    pub collection: &'static str,
    pub kind: &'static str,
    pub name: Option<String>,
    pub ring: Vec<Pt>,
}

/// A pocket park (口袋公园).
#[derive(Debug, Clone)]
pub struct Park {
    pub slug: String,
    pub name: String,
    pub ring: Vec<Pt>,
}

/// A way of the route network.
#[derive(Debug, Clone)]
pub struct Way {
    pub kind: &'static str,
    pub name: Option<String>,
    pub line: Vec<Pt>,
    pub ebike: Pass,
    pub foot: Pass,
    pub oneway: bool,
    pub surface: &'static str,
    pub width_m: f64,
    pub steps: u32,
    pub covered: bool,
    pub layer: i32,
    pub access: &'static str,
    pub max_kmh: u32,
    /// Whether the line is the outline of an area that can be crossed in any direction.
    pub area: bool,
    pub ramp: Option<&'static str>,
    pub special: Special,
}

impl Way {
    /// A lane inside a compound.
    pub fn lane(line: Vec<Pt>, width_m: f64) -> Self {
        Self {
            kind: "lane",
            name: None,
            line,
            ebike: Pass::Yes,
            foot: Pass::Yes,
            oneway: false,
            surface: "concrete",
            width_m,
            steps: 0,
            covered: false,
            layer: 0,
            access: "destination",
            max_kmh: 15,
            area: false,
            ramp: None,
            special: Special::default(),
        }
    }

    /// A square, across which e-bikes must be pushed.
    pub fn square(mut ring: Vec<Pt>) -> Self {
        ring.extend(ring.first().copied());
        Self {
            kind: "square",
            area: true,
            ..Self::path(ring, 0.0).open()
        }
    }

    /// A footpath, on which e-bikes must be pushed.
    pub fn path(line: Vec<Pt>, width_m: f64) -> Self {
        Self {
            kind: "path",
            ebike: Pass::Dismount,
            surface: "paving_stones",
            max_kmh: 5,
            ..Self::lane(line, width_m)
        }
    }

    /// A flight of steps, for pedestrians only.
    pub fn flight(line: Vec<Pt>, width_m: f64, steps: u32) -> Self {
        Self {
            kind: "steps",
            ebike: Pass::No,
            steps,
            ..Self::path(line, width_m)
        }
    }

    /// A way below ground level.
    pub fn garage(line: Vec<Pt>) -> Self {
        Self {
            kind: "garage",
            covered: true,
            layer: -1,
            max_kmh: 5,
            access: "private",
            ..Self::lane(line, 5.5)
        }
    }

    /// Makes the way accessible to everybody.
    pub fn open(mut self) -> Self {
        self.access = "yes";
        self
    }
}

/// A point of the route network: a lift or an obstacle.
#[derive(Debug, Clone)]
pub struct Node {
    pub kind: &'static str,
    pub name: Option<String>,
    pub at: Pt,
    pub ebike: Pass,
    pub width_m: Option<f64>,
}

impl Node {
    /// A point that pedestrians can pass.
    pub fn new(kind: &'static str, at: Pt) -> Self {
        Self {
            kind,
            name: None,
            at,
            ebike: Pass::Yes,
            width_m: None,
        }
    }
}

/// The place of a turn.
#[derive(Debug, Clone, Copy)]
pub enum Via {
    /// A position that both ways share.
    At(Pt),
    /// The way that leads from one of the two ways to the other, by its index in [`City::ways`].
    Way(usize),
}

/// A turn restriction (转向限制); ways are given by their indices in [`City::ways`].
#[derive(Debug, Clone)]
pub struct Turn {
    pub from: usize,
    pub via: Via,
    pub to: usize,
    pub kind: &'static str,
    /// The exempt vehicles.
    pub except: &'static [&'static str],
}

/// A place in front of a shop where stations, swap cabinets and stalls can be put.
#[derive(Debug, Clone)]
pub struct Front {
    /// The index of the building in [`City::buildings`].
    pub building: usize,
    /// The position on the wall that faces the street.
    pub at: Pt,
    /// The direction towards the street, as a unit vector.
    pub outward: Pt,
    /// The index of the street in the town.
    pub street: usize,
    /// The index of the block in the town.
    pub cell: usize,
    /// The name of the shop.
    pub shop: String,
    /// The trade of the shop.
    pub trade: &'static str,
    /// The opening hours of the shop.
    pub hours: &'static str,
}

/// The lines that divide a block into grids.
#[derive(Debug, Clone, Default)]
pub struct Parting {
    /// The index of the block in the town.
    pub cell: usize,
    /// The dividing line from south to north: a position on it and its direction.
    pub axis: Option<(Pt, Pt)>,
    /// A dividing line from the axis to the west side and one to the east side, if that half has
    /// many households.
    pub across: [Option<(Pt, Pt)>; 2],
}

/// A free place inside a compound for a small facility.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    pub at: Pt,
    pub compound: usize,
    pub kind: SpotKind,
}

/// The use of a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpotKind {
    /// E-bikes are parked and charged here.
    Shed,
    /// Residents meet here.
    Garden,
}

/// A grid, a community or the subdistrict.
#[derive(Debug, Clone)]
pub struct Grid {
    pub code: String,
    pub name: String,
    pub kind: &'static str,
    pub parent: Option<String>,
    pub households: u32,
    pub population: u32,
    pub ring: Vec<Pt>,
}

/// The planned district.
#[derive(Debug, Clone)]
pub struct City {
    pub town: Town,
    pub compounds: Vec<Compound>,
    pub buildings: Vec<Building>,
    pub entrances: Vec<Entrance>,
    pub barriers: Vec<Barrier>,
    pub areas: Vec<Area>,
    pub parks: Vec<Park>,
    pub ways: Vec<Way>,
    pub nodes: Vec<Node>,
    pub turns: Vec<Turn>,
    pub fronts: Vec<Front>,
    pub partings: Vec<Parting>,
    pub spots: Vec<Spot>,
    pub grids: Vec<Grid>,
}

impl City {
    /// An empty district with planned streets.
    pub fn new(town: Town) -> Self {
        Self {
            town,
            compounds: Vec::new(),
            buildings: Vec::new(),
            entrances: Vec::new(),
            barriers: Vec::new(),
            areas: Vec::new(),
            parks: Vec::new(),
            ways: Vec::new(),
            nodes: Vec::new(),
            turns: Vec::new(),
            fronts: Vec::new(),
            partings: Vec::new(),
            spots: Vec::new(),
            grids: Vec::new(),
        }
    }
}

/// Adds an area given in the coordinates of a frame.
pub fn push_area(
    city: &mut City,
    frame: &Frame,
    collection: &'static str,
    kind: &'static str,
    name: Option<String>,
    ring: &[Pt],
) {
    city.areas.push(Area {
        collection,
        kind,
        name,
        ring: frame.out_all(ring),
    });
}
