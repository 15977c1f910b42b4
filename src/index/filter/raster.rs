//! A grid of cells over the bounding box of a geometry that says which cells lie entirely inside or
//! outside of it.

use geo_types::Coord;

use crate::spatial::bounds::Bounds;

/// The number of cells per edge; the total is limited from below and above.
const CELLS_PER_EDGE: usize = 4;
const CELLS: std::ops::RangeInclusive<usize> = 256..=16_384;
/// A box that covers more cells than this counts as [`Side::Mixed`] without a look at its cells.
const LARGEST: usize = 64;
/// Cells are enlarged by this fraction of their size, so that a point rounded into the next cell
/// belongs to both.
const MARGIN: f64 = 1e-6;

/// The side of an outline on which something lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Inside,
    Outside,
    /// An edge may lie there, so a point may be inside or outside.
    Mixed,
}

/// A grid of cells over a box.
#[derive(Debug, Default)]
pub(super) struct Raster {
    west: f64,
    south: f64,
    cell_width: f64,
    cell_height: f64,
    /// The number of columns, which is also the number of rows.
    columns: usize,
    /// The sides of the cells, row by row from the south.
    cells: Vec<Side>,
}

impl Raster {
    /// Builds the cells of a box. `is_free` returns whether no edge lies in a cell, `is_inside`
    /// whether a point that lies on no edge is inside.
    pub fn new(
        bounds: Bounds,
        edges: usize,
        is_free: impl Fn(&Bounds) -> bool,
        is_inside: impl Fn(Coord<f64>) -> bool,
    ) -> Self {
        let wanted = (edges * CELLS_PER_EDGE).clamp(*CELLS.start(), *CELLS.end());
        let columns = wanted.isqrt();
        let side = columns as f64;
        let mut raster = Self {
            west: bounds.west,
            south: bounds.south,
            cell_width: (bounds.east - bounds.west) / side,
            cell_height: (bounds.north - bounds.south) / side,
            columns,
            cells: Vec::with_capacity(columns * columns),
        };
        for row in 0..columns {
            for column in 0..columns {
                let cell = raster.cell(column, row);
                let side = if !is_free(&cell) {
                    Side::Mixed
                } else if let Some(known) = raster.known_neighbour(column, row) {
                    known
                } else if is_inside(Coord {
                    x: cell.west,
                    y: cell.south,
                }) {
                    Side::Inside
                } else {
                    Side::Outside
                };
                raster.cells.push(side);
            }
        }
        raster
    }

    fn cell(&self, column: usize, row: usize) -> Bounds {
        let (column, row) = (column as f64, row as f64);
        Bounds::new(
            self.west + (column - MARGIN) * self.cell_width,
            self.south + (row - MARGIN) * self.cell_height,
            self.west + (column + 1.0 + MARGIN) * self.cell_width,
            self.south + (row + 1.0 + MARGIN) * self.cell_height,
        )
    }

    /// The side of the cell to the west or south, which is the same if no edge lies between.
    fn known_neighbour(&self, column: usize, row: usize) -> Option<Side> {
        let at = row * self.columns + column;
        let before = column.checked_sub(1).and(at.checked_sub(1));
        let below = at.checked_sub(self.columns);
        let known = |at: Option<usize>| {
            let side = *self.cells.get(at?)?;
            (side != Side::Mixed).then_some(side)
        };
        known(before).or_else(|| known(below))
    }

    /// The side on which a whole box lies; [`Side::Mixed`] if the cells do not show that it lies on one side.
    pub fn side(&self, bounds: &Bounds) -> Side {
        let columns = self.range(bounds.west, bounds.east, self.west, self.cell_width);
        let rows = self.range(bounds.south, bounds.north, self.south, self.cell_height);
        let (Some((west, east)), Some((south, north))) = (columns, rows) else {
            return Side::Mixed;
        };
        if (east - west + 1) * (north - south + 1) > LARGEST {
            return Side::Mixed;
        }
        let mut common = None;
        for row in south..=north {
            for column in west..=east {
                let side = self.cells.get(row * self.columns + column).copied();
                let side = side.unwrap_or(Side::Mixed);
                if side == Side::Mixed || common.is_some_and(|c| c != side) {
                    return Side::Mixed;
                }
                common = Some(side);
            }
        }
        common.unwrap_or(Side::Mixed)
    }

    /// The first and last cell of a coordinate range; `None` if it extends beyond the grid.
    fn range(&self, from: f64, to: f64, start: f64, size: f64) -> Option<(usize, usize)> {
        let cell = |x: f64| {
            let at = ((x - start) / size).floor();
            // `at` is NaN if the grid has no width.
            (0.0 <= at && at < self.columns as f64).then_some(at as usize)
        };
        Some((cell(from)?, cell(to)?))
    }
}
