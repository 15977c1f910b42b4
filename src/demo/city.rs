//! What the district is made of while it is planned, in metres on the drawing board.

use super::plane::{Frame, Pt};
use super::streets::Town;

/// The kind of housing, as the schema spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Housing {
    /// 老旧小区.
    OldEstate,
    /// 商品房.
    Commodity,
    /// 商住楼.
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

/// Whether somebody may pass: the schema's words.
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
    /// Whether a wall goes round it.
    pub walled: bool,
    /// Inside the wall.
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
    /// Place in [`City::compounds`].
    pub compound: Option<usize>,
    pub housing: Option<Housing>,
    pub levels: u32,
    pub height_m: f64,
    pub units: u32,
    pub households: u32,
    pub elevator: bool,
    pub built: u32,
    /// Counter-clockwise; doors are corners of it.
    pub ring: Vec<Pt>,
    /// The id of its grid, known once the grids are drawn.
    pub grid: String,
}

/// A gate, a door or a garage.
#[derive(Debug, Clone)]
pub struct Entrance {
    pub id: String,
    pub kind: &'static str,
    pub name: String,
    pub at: Pt,
    /// Out of the compound or the building.
    pub outward: Pt,
    /// Place in [`City::compounds`].
    pub compound: Option<usize>,
    /// Place in [`City::buildings`].
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

/// An order of the day, as the schema spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 暴雨.
    Storm,
    /// 冰雪.
    Snow,
    /// 高峰管控.
    Peak,
}

impl Order {
    /// The schema's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Storm => "storm",
            Self::Snow => "snow",
            Self::Peak => "peak",
        }
    }
}

/// What holds at special times: of a gate or a way.
#[derive(Debug, Clone, Default)]
pub struct Special {
    /// When e-bikes may pass, where that differs.
    pub ebike_hours: Option<&'static str>,
    pub locked: bool,
    /// Who may pass under an order of the day.
    pub when: Vec<(Order, Option<Pass>, Option<Pass>)>,
}

impl Special {
    /// Under this order these may pass; `None` as otherwise.
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

/// A green, a pond, a pitch.
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

/// A way of the riders' network.
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
    /// Whether the line is the edge of an area that is crossed in any direction.
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

    /// A square: bikes are pushed across it.
    pub fn square(mut ring: Vec<Pt>) -> Self {
        ring.extend(ring.first().copied());
        Self {
            kind: "square",
            area: true,
            ..Self::path(ring, 0.0).open()
        }
    }

    /// A footpath: bikes are pushed.
    pub fn path(line: Vec<Pt>, width_m: f64) -> Self {
        Self {
            kind: "path",
            ebike: Pass::Dismount,
            surface: "paving_stones",
            max_kmh: 5,
            ..Self::lane(line, width_m)
        }
    }

    /// A flight of steps: on foot only.
    pub fn flight(line: Vec<Pt>, width_m: f64, steps: u32) -> Self {
        Self {
            kind: "steps",
            ebike: Pass::No,
            steps,
            ..Self::path(line, width_m)
        }
    }

    /// A way under the ground.
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

    /// The same way, for others too.
    pub fn open(mut self) -> Self {
        self.access = "yes";
        self
    }
}

/// A point of the riders' network: a lift or an obstacle.
#[derive(Debug, Clone)]
pub struct Node {
    pub kind: &'static str,
    pub name: Option<String>,
    pub at: Pt,
    pub ebike: Pass,
    pub width_m: Option<f64>,
}

impl Node {
    /// One that people on foot pass.
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

/// Where a turn is made.
#[derive(Debug, Clone, Copy)]
pub enum Via {
    /// At a place that both ways share.
    At(Pt),
    /// Along a way, by its place in [`City::ways`].
    Way(usize),
}

/// A turn restriction (转向限制); ways by their places in [`City::ways`].
#[derive(Debug, Clone)]
pub struct Turn {
    pub from: usize,
    pub via: Via,
    pub to: usize,
    pub kind: &'static str,
    /// Whom it does not concern.
    pub except: &'static [&'static str],
}

/// A stretch of shop front: where stations, swap cabinets and stalls are.
#[derive(Debug, Clone)]
pub struct Front {
    /// Place in [`City::buildings`].
    pub building: usize,
    /// On the wall towards the street.
    pub at: Pt,
    /// Towards the street.
    pub outward: Pt,
    /// Place in the town's streets.
    pub street: usize,
    /// Place in the town's cells.
    pub cell: usize,
    /// The shop there.
    pub shop: String,
    /// Its trade.
    pub trade: &'static str,
    /// When it is open.
    pub hours: &'static str,
}

/// Where a cell is parted into grids.
#[derive(Debug, Clone, Default)]
pub struct Parting {
    /// Place in the town's cells.
    pub cell: usize,
    /// The line from south to north: a place on it and its direction.
    pub axis: Option<(Pt, Pt)>,
    /// A line from the axis to the west side and one to the east side, where that half is big.
    pub across: [Option<(Pt, Pt)>; 2],
}

/// A place inside a compound that is free for something small.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    pub at: Pt,
    pub compound: usize,
    pub kind: SpotKind,
}

/// What a spot is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpotKind {
    /// Bikes park and charge here.
    Shed,
    /// Neighbours sit here.
    Garden,
}

/// A grid, a community or the street.
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

/// The district on the drawing board.
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
    /// An empty one on planned streets.
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

/// Adds an area that is drawn in a frame.
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
