//! Tiles of the tile matrix set WebMercatorQuad (OGC 17-083r4): their bounds, and the conversion
//! between degrees and tile units.

use std::f64::consts::PI;

use geo_types::{Coord, Rect};

use super::bounds::Bounds;

/// The number of units along each side of a tile.
pub const EXTENT: u32 = 4096;
/// The width in units of the margin around a tile that is drawn as well, so that lines and labels
/// do not end at its edge.
pub const BUFFER: u32 = 64;
/// The highest zoom level, at which a tile unit is half a millimetre.
pub const MAX_ZOOM: u8 = 24;
/// The latitude in degrees at which Web Mercator ends: atan(sinh(π)).
pub const MAX_LATITUDE: f64 = 85.051_128_779_806_59;

/// A tile: its zoom level, column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    z: u8,
    x: u32,
    y: u32,
}

/// Why a tile does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The zoom level is higher than the last tile matrix.
    #[error("zoom must be from 0 to {MAX_ZOOM}, not {0}")]
    Zoom(u32),
    /// The row or column is outside of the tile matrix.
    #[error("{name} must be from 0 to {last} at zoom {zoom}, not {found}")]
    Outside {
        /// `row` or `column`.
        name: &'static str,
        /// The highest row or column at that zoom level.
        last: u32,
        /// The zoom level.
        zoom: u8,
        /// The requested row or column.
        found: u32,
    },
}

impl crate::model::InChinese for TileError {
    fn zh(&self) -> String {
        match self {
            Self::Zoom(zoom) => format!("缩放级别应为 0 至 {MAX_ZOOM}，实际为 {zoom}"),
            Self::Outside {
                name,
                last,
                zoom,
                found,
            } => {
                let name = match *name {
                    "row" => "行号",
                    _ => "列号",
                };
                format!("在缩放级别 {zoom}，{name}应为 0 至 {last}，实际为 {found}")
            }
        }
    }
}

impl Tile {
    /// The tile at a zoom level, row (from the north) and column (from the west). This is the order
    /// in OGC paths.
    pub fn new(zoom: u32, row: u32, column: u32) -> Result<Self, TileError> {
        let z = u8::try_from(zoom)
            .ok()
            .filter(|z| *z <= MAX_ZOOM)
            .ok_or(TileError::Zoom(zoom))?;
        let last = (1u32 << z) - 1;
        for (name, found) in [("row", row), ("column", column)] {
            if found > last {
                return Err(TileError::Outside {
                    name,
                    last,
                    zoom: z,
                    found,
                });
            }
        }
        Ok(Self {
            z,
            x: column,
            y: row,
        })
    }

    /// The tile at a zoom level that contains a position.
    pub fn at(zoom: u8, place: Coord<f64>) -> Self {
        let z = zoom.min(MAX_ZOOM);
        let size = f64::from(1u32 << z);
        let c = world(place);
        let index = |v: f64| (v * size).clamp(0.0, size - 1.0) as u32;
        Self {
            z,
            x: index(c.x),
            y: index(c.y),
        }
    }

    /// The zoom level.
    pub fn zoom(&self) -> u8 {
        self.z
    }

    /// The column, counted from the west.
    pub fn column(&self) -> u32 {
        self.x
    }

    /// The row, counted from the north.
    pub fn row(&self) -> u32 {
        self.y
    }

    /// The four tiles of the next zoom level that cover the same area; none at the highest level.
    pub fn children(&self) -> impl Iterator<Item = Self> + use<> {
        let parent = *self;
        (0..4u32)
            .filter(move |_| parent.z < MAX_ZOOM)
            .map(move |i| Self {
                z: parent.z + 1,
                x: parent.x * 2 + i % 2,
                y: parent.y * 2 + i / 2,
            })
    }

    /// The area of the tile, in degrees.
    pub fn bounds(&self) -> Bounds {
        self.bounds_within(0.0)
    }

    /// The area of the tile with its buffer, in degrees; it ends at the antimeridian.
    pub fn buffered_bounds(&self) -> Bounds {
        self.bounds_within(f64::from(BUFFER))
    }

    fn bounds_within(&self, buffer: f64) -> Bounds {
        let e = f64::from(EXTENT);
        let (nw, se) = (
            self.unproject(Coord {
                x: -buffer,
                y: -buffer,
            }),
            self.unproject(Coord {
                x: e + buffer,
                y: e + buffer,
            }),
        );
        Bounds::new(nw.x.max(-180.0), se.y, se.x.min(180.0), nw.y)
    }

    /// Converts degrees to tile units, with x to the east and y to the south, without rounding.
    /// Positions beyond the end of Web Mercator are moved to its edge.
    pub fn project(&self, place: Coord<f64>) -> Coord<f64> {
        let scale = f64::from(1u32 << self.z) * f64::from(EXTENT);
        let c = world(place);
        Coord {
            x: c.x * scale - f64::from(self.x) * f64::from(EXTENT),
            y: c.y * scale - f64::from(self.y) * f64::from(EXTENT),
        }
    }

    /// Converts tile units to degrees.
    pub fn unproject(&self, units: Coord<f64>) -> Coord<f64> {
        let size = f64::from(1u32 << self.z);
        let x = (units.x / f64::from(EXTENT) + f64::from(self.x)) / size;
        let y = (units.y / f64::from(EXTENT) + f64::from(self.y)) / size;
        Coord {
            x: x * 360.0 - 180.0,
            y: ((1.0 - 2.0 * y) * PI).sinh().atan().to_degrees(),
        }
    }

    /// The number of tile units in a degree of longitude.
    pub fn units_per_degree(&self) -> f64 {
        f64::from(1u32 << self.z) * f64::from(EXTENT) / 360.0
    }

    /// The tile with its buffer, in tile units.
    pub fn frame() -> Rect<f64> {
        let (e, b) = (f64::from(EXTENT), f64::from(BUFFER));
        Rect::new(Coord { x: -b, y: -b }, Coord { x: e + b, y: e + b })
    }
}

/// Converts degrees to the unit square of Web Mercator, with y to the south.
fn world(place: Coord<f64>) -> Coord<f64> {
    let latitude = place.y.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians();
    Coord {
        x: (place.x + 180.0) / 360.0,
        // asinh(tan φ) = atanh(sin φ), which is faster to compute.
        y: (1.0 - latitude.sin().atanh() / PI) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use geo_types::coord;
    use proptest::prelude::*;

    use super::*;
    use crate::model::InChinese as _;

    #[test]
    fn a_tile_outside_the_matrix_is_refused_by_name() {
        assert!(Tile::new(24, (1 << 24) - 1, 0).is_ok());
        assert_eq!(Tile::new(25, 0, 0), Err(TileError::Zoom(25)));
        assert_eq!(
            Tile::new(2, 4, 0).unwrap_err().to_string(),
            "row must be from 0 to 3 at zoom 2, not 4"
        );
        assert_eq!(
            Tile::new(2, 0, 4).unwrap_err().zh(),
            "在缩放级别 2，列号应为 0 至 3，实际为 4"
        );
        assert!(Tile::new(2, 0, 4).is_err());
    }

    #[test]
    fn known_tiles_lie_where_they_should() {
        let world = Tile::new(0, 0, 0).unwrap().bounds();
        assert_eq!((world.west, world.east), (-180.0, 180.0));
        assert!((world.north - MAX_LATITUDE).abs() < 1e-9);
        // Tianjin, computed by hand from ln(tan φ + sec φ): column 3380.68, row 1562.18.
        let t = Tile::at(12, coord! {x: 117.13, y: 39.22});
        assert_eq!((t.column(), t.row()), (3380, 1562));
        assert!(t.bounds().contains_coord(coord! {x: 117.13, y: 39.22}));
    }

    #[test]
    fn the_poles_are_projected_to_the_edge() {
        let t = Tile::new(0, 0, 0).unwrap();
        let c = t.project(coord! {x: 0.0, y: 90.0});
        assert!((c.x - 2048.0).abs() < 1e-6 && c.y.abs() < 1e-6, "{c:?}");
        assert_eq!(Tile::at(3, coord! {x: 180.0, y: -90.0}).row(), 7);
        assert_eq!(Tile::at(3, coord! {x: 180.0, y: -90.0}).column(), 7);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn there_and_back(x in -180.0..180.0, y in -85.0..85.0, z in 0u8..=24) {
            let place = coord! {x: x, y: y};
            let t = Tile::at(z, place);
            let units = t.project(place);
            prop_assert!((-1e-6..4096.0 + 1e-6).contains(&units.x));
            prop_assert!((-1e-6..4096.0 + 1e-6).contains(&units.y));
            let back = t.unproject(units);
            prop_assert!((back.x - x).abs() < 1e-9 && (back.y - y).abs() < 1e-9);
            let b = t.buffered_bounds();
            prop_assert!(b.contains(&t.bounds()));
            let again = Tile::new(u32::from(z), t.row(), t.column());
            prop_assert_eq!(again, Ok(t));
            for child in t.children() {
                prop_assert!(b.contains(&child.bounds()));
            }
        }
    }
}
