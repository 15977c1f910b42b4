//! Rows of houses and the lots in them, before anything is built.

/// What is built in a row.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub levels: u32,
    pub depth_m: f64,
    pub unit_m: f64,
    /// Units a slab, as the architect likes them; 1 means a tower.
    pub units: u32,
    pub homes_a_floor: u32,
}

impl Row {
    /// The height of its houses, in metres.
    pub fn height_m(&self) -> f64 {
        height_m(self.levels)
    }

    /// The open ground a row needs to its north, so that the next one gets its winter sun.
    /// `sun` is the ratio of ground to height; towers throw a long but narrow shadow.
    pub fn gap_m(&self, sun: f64) -> f64 {
        (self.height_m() * sun).min(36.0 + self.height_m() * 0.2)
    }
}

/// A place for a house in a row, in the compound's frame.
#[derive(Debug, Clone)]
pub struct Lot {
    /// The row, counted from the south.
    pub row: usize,
    /// Its west end.
    pub x: f64,
    /// Its south face.
    pub y: f64,
    /// How many units stand side by side.
    pub units: u32,
    /// What is built in this row.
    pub kind: Row,
    /// Left open as a garden.
    pub garden: bool,
}

impl Lot {
    /// From its west end to its east end, in metres.
    pub fn width_m(&self) -> f64 {
        f64::from(self.units) * self.kind.unit_m
    }

    /// How many families live there.
    pub fn households(&self) -> u32 {
        self.kind.levels * self.units * self.kind.homes_a_floor
    }
}

/// The height of a house with so many storeys, in metres.
pub fn height_m(levels: u32) -> f64 {
    let storey = if levels > 11 { 2.95 } else { 2.85 };
    ((f64::from(levels) * storey + 0.9) * 10.0).round() / 10.0
}
