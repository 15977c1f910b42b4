//! Well-Known Binary (OGC 06-103r4), the encoding of geometries in both stores.

use geo_traits::to_geo::ToGeoGeometry;
use geo_types::Geometry;
use wkb::Endianness;
use wkb::writer::WriteOptions;

/// Why bytes cannot be decoded as a geometry, or a geometry cannot be encoded.
#[derive(Debug, thiserror::Error)]
#[error("WKB: {0}")]
pub struct WkbError(String);

/// Encodes a geometry, little-endian.
pub fn encode(geometry: &Geometry<f64>) -> Result<Vec<u8>, WkbError> {
    let mut bytes = Vec::with_capacity(wkb::writer::geometry_wkb_size(geometry));
    let options = WriteOptions {
        endianness: Endianness::LittleEndian,
    };
    wkb::writer::write_geometry(&mut bytes, geometry, &options)
        .map_err(|e| WkbError(e.to_string()))?;
    Ok(bytes)
}

/// Decodes a geometry; Z and M values are dropped.
pub fn decode(bytes: &[u8]) -> Result<Geometry<f64>, WkbError> {
    skip(bytes, 0)?;
    let parsed = wkb::reader::read_wkb(bytes).map_err(|e| WkbError(e.to_string()))?;
    parsed
        .try_to_geometry()
        .ok_or_else(|| WkbError("an empty point has no coordinates".into()))
}

/// The maximum nesting depth of geometry collections.
const DEEPEST: usize = 16;

/// Skips a geometry and refuses unsupported types at any depth. The decoding library looks only at
/// the last bits of the type: it would read a COMPOUNDCURVE (9) as a point (1).
fn skip(bytes: &[u8], depth: usize) -> Result<&[u8], WkbError> {
    let short = || WkbError("the bytes end in the middle of a geometry".into());
    let (order, rest) = bytes.split_first().ok_or_else(short)?;
    let number = |rest: &[u8]| -> Result<u32, WkbError> {
        let four: [u8; 4] = rest
            .get(..4)
            .and_then(|b| b.try_into().ok())
            .ok_or_else(short)?;
        Ok(if *order == 0 {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    };
    let tail = |rest: &'_ [u8], n: usize| rest.len().checked_sub(n).ok_or_else(short);
    let code = number(rest)?;
    let mut rest = &rest[4..];
    // PostGIS marks Z, M and an SRID by the highest bits of the type; ISO marks Z and M by adding
    // thousands to it (1001 is a point with Z).
    if code & 0x2000_0000 != 0 {
        tail(rest, 4)?;
        rest = &rest[4..];
    }
    let iso = code & 0x0fff_ffff;
    let ordinates = 2
        + usize::from(code & 0x8000_0000 != 0 || matches!(iso / 1000, 1 | 3))
        + usize::from(code & 0x4000_0000 != 0 || matches!(iso / 1000, 2 | 3));
    let kind = iso % 1000;
    // A list of positions; their number comes first.
    let positions = |rest: &mut &[u8]| -> Result<(), WkbError> {
        let bytes = (number(rest)? as usize).saturating_mul(8 * ordinates);
        let left = tail(rest, bytes.saturating_add(4))?;
        *rest = &rest[rest.len() - left..];
        Ok(())
    };
    match kind {
        1 => {
            tail(rest, 8 * ordinates)?;
            rest = &rest[8 * ordinates..];
        }
        2 => positions(&mut rest)?,
        3 => {
            let rings = number(rest)?;
            rest = &rest[4..];
            for _ in 0..rings {
                positions(&mut rest)?;
            }
        }
        4..=7 if depth < DEEPEST => {
            let parts = number(rest)?;
            rest = &rest[4..];
            for _ in 0..parts {
                rest = skip(rest, depth + 1)?;
            }
        }
        4..=7 => {
            return Err(WkbError(
                "geometry collections are nested too deeply".into(),
            ));
        }
        other => return Err(WkbError(foreign(other))),
    }
    Ok(rest)
}

/// The error text for an unsupported geometry type: what it is and what to do.
fn foreign(kind: u32) -> String {
    let (name, curved) = match kind {
        8 => ("CIRCULARSTRING", true),
        9 => ("COMPOUNDCURVE", true),
        10 => ("CURVEPOLYGON", true),
        11 => ("MULTICURVE", true),
        12 => ("MULTISURFACE", true),
        15 => ("POLYHEDRALSURFACE", false),
        16 => ("TIN", false),
        17 => ("TRIANGLE", false),
        other => {
            return format!(
                "unknown geometry type {other}; expected a point, a line, a polygon, or several of them"
            );
        }
    };
    let way_out = if curved {
        "use ST_CurveToLine(geom)"
    } else {
        "store it as a POLYGON or MULTIPOLYGON"
    };
    format!("the map does not support {name}; {way_out}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{line_string, point, polygon};

    /// Encodes a geometry of any type, little-endian; `rest` follows the type.
    fn raw(kind: u32, rest: &[u8]) -> Vec<u8> {
        [&[1][..], &kind.to_le_bytes(), rest].concat()
    }

    #[test]
    fn curves_and_surfaces_are_refused_by_name() {
        let none = 0u32.to_le_bytes();
        for (kind, name, way_out) in [
            (8, "CIRCULARSTRING", "ST_CurveToLine"),
            (9, "COMPOUNDCURVE", "ST_CurveToLine"),
            (10, "CURVEPOLYGON", "ST_CurveToLine"),
            (1011, "MULTICURVE", "ST_CurveToLine"),
            (12, "MULTISURFACE", "ST_CurveToLine"),
            (15, "POLYHEDRALSURFACE", "POLYGON"),
            (16, "TIN", "POLYGON"),
            (0x8000_0011, "TRIANGLE", "POLYGON"),
        ] {
            let alone = raw(kind, &[0; 40]);
            let within = raw(7, &[&1u32.to_le_bytes()[..], &alone].concat());
            for bytes in [alone, within] {
                let said = decode(&bytes).unwrap_err().to_string();
                assert!(said.contains(name) && said.contains(way_out), "{said}");
            }
        }
        assert!(
            decode(&raw(99, &none))
                .unwrap_err()
                .to_string()
                .contains("99")
        );
        let deep = (0..1000).fold(raw(7, &none), |inner, _| {
            raw(7, &[&1u32.to_le_bytes()[..], &inner].concat())
        });
        assert!(decode(&deep).unwrap_err().to_string().contains("too deep"));
        // More parts than there are bytes.
        assert!(decode(&raw(6, &u32::MAX.to_le_bytes())).is_err());
    }

    #[test]
    fn z_and_m_values_are_dropped_in_every_encoding() {
        let numbers = |n: usize| -> Vec<u8> {
            [117.0f64, 39.0, 5.0, 7.0][..n]
                .iter()
                .flat_map(|n| n.to_le_bytes())
                .collect()
        };
        for (kind, ordinates) in [
            (1001, 3),
            (2001, 3),
            (3001, 4),
            (0x8000_0001, 3),
            (0x4000_0001, 3),
            (0xc000_0001, 4),
        ] {
            let flat = decode(&raw(kind, &numbers(ordinates))).unwrap();
            assert_eq!(flat, point!(x: 117.0, y: 39.0).into(), "{kind:x}");
        }
    }

    #[test]
    fn coordinates_round_trip_bit_for_bit() {
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
    fn random_bytes_give_an_error() {
        assert!(decode(b"").is_err());
        assert!(decode(&[1, 3, 0, 0, 0, 255, 255, 255, 255]).is_err());
    }
}
