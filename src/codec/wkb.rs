//! Well-Known Binary (OGC 06-103r4), the form in which both stores keep geometry.

use geo_traits::to_geo::ToGeoGeometry;
use geo_types::Geometry;
use wkb::Endianness;
use wkb::writer::WriteOptions;

/// Why bytes are no geometry, or a geometry no bytes.
#[derive(Debug, thiserror::Error)]
#[error("WKB: {0}")]
pub struct WkbError(String);

/// Writes a geometry, little-endian.
pub fn encode(geometry: &Geometry<f64>) -> Result<Vec<u8>, WkbError> {
    let mut bytes = Vec::with_capacity(wkb::writer::geometry_wkb_size(geometry));
    let options = WriteOptions {
        endianness: Endianness::LittleEndian,
    };
    wkb::writer::write_geometry(&mut bytes, geometry, &options)
        .map_err(|e| WkbError(e.to_string()))?;
    Ok(bytes)
}

/// Reads a geometry; heights are dropped.
pub fn decode(bytes: &[u8]) -> Result<Geometry<f64>, WkbError> {
    let parsed = wkb::reader::read_wkb(bytes).map_err(|e| WkbError(e.to_string()))?;
    parsed
        .try_to_geometry()
        .ok_or_else(|| WkbError("an empty point has no place".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{line_string, point, polygon};

    #[test]
    fn every_bit_of_a_coordinate_comes_back() {
        let shapes: Vec<Geometry<f64>> = vec![
            point!(x: 117.130_000_000_000_01, y: 39.22).into(),
            line_string![(x: 0.1, y: 0.2), (x: -179.999_999_9, y: 89.9)].into(),
            polygon!(
                exterior: [(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 4.), (x: 0., y: 0.)],
                interiors: [[(x: 1., y: 0.5), (x: 2., y: 1.), (x: 2., y: 0.5), (x: 1., y: 0.5)]],
            )
            .into(),
        ];
        for shape in shapes {
            assert_eq!(decode(&encode(&shape).unwrap()).unwrap(), shape);
        }
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(decode(b"").is_err());
        assert!(decode(&[1, 3, 0, 0, 0, 255, 255, 255, 255]).is_err());
    }
}
