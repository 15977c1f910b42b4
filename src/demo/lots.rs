//! Rows of buildings and their lots, before the buildings are generated.

/// The type of buildings in a row.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub levels: u32,
    pub depth_m: f64,
    pub unit_m: f64,
    /// The preferred number of units per building; 1 means a tower.
    pub units: u32,
    pub homes_a_floor: u32,
}

impl Row {
    /// The height of the buildings in the row, in metres.
    pub fn height_m(&self) -> f64 {
        height_m(self.levels)
    }

    /// The open ground north of a row that the next row needs for sunlight in winter, in metres.
    /// `sun` is the ratio of ground to height; towers have a long but narrow shadow.
    pub fn gap_m(&self, sun: f64) -> f64 {
        (self.height_m() * sun).min(36.0 + self.height_m() * 0.2)
    }
}

/// A lot for a building in a row, in the coordinates of the compound's frame.
#[derive(Debug, Clone)]
pub struct Lot {
    /// The index of the row, counted from the south.
    pub row: usize,
    /// The x coordinate of the lot's west end, in metres.
    pub x: f64,
    /// The y coordinate of the building's south face, in metres.
    pub y: f64,
    /// The number of units side by side.
    pub units: u32,
    /// The type of buildings in the row.
    pub kind: Row,
    /// Whether the lot is left open as a garden.
    pub garden: bool,
}

impl Lot {
    /// The width from west to east in metres.
    pub fn width_m(&self) -> f64 {
        f64::from(self.units) * self.kind.unit_m
    }

    /// The number of households in the building.
    pub fn households(&self) -> u32 {
        self.kind.levels * self.units * self.kind.homes_a_floor
    }
}

/// The height in metres of a building with a number of storeys.
pub fn height_m(levels: u32) -> f64 {
    let storey = if levels > 11 { 2.95 } else { 2.85 };
    ((f64::from(levels) * storey + 0.9) * 10.0).round() / 10.0
}
