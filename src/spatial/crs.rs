//! The coordinate systems in which Chinese data is published, and their conversion to and from WGS
//! 84.
//!
//! | system | names | note |
//! | --- | --- | --- |
//! | WGS 84 | `WGS84`, `CRS84`, `EPSG:4326` | used by the map |
//! | CGCS2000 | `CGCS2000`, `EPSG:4490` | within centimetres of WGS 84 and treated as equal (as
//! EPSG does) |
//! | GCJ-02 | `GCJ-02` | the shifted coordinates of Chinese web maps (火星坐标) |
//! | BD-09 | `BD-09` | Baidu's additional shift of GCJ-02 |
//! | Web Mercator | `EPSG:3857` | |
//! | CGCS2000 / 3-degree Gauss-Krüger | `EPSG:4513`–`4533` (easting prefixed with the zone number),
//! `EPSG:4534`–`4554` (without) | 3 度带 |
//!
//! In this module x = longitude or easting and y = latitude or northing, as in files. OGC API –
//! Features part 2 requires the axis order of the authority in requests and responses:
//! [`Crs::axis_order_lat_lon`] tells whether x and y must be exchanged.
//!
//! GCJ-02 and BD-09 have no published specification. The formulas are the publicly known ones, with
//! a rectangle around China outside of which nothing is shifted. The inverse is computed by
//! iteration, to well under a millimetre.

mod bounds;
mod china;

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use geo::MapCoords;
use geo_types::{Coord, Geometry};
use proj4rs::Proj;

use self::china::{bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02};
use crate::model::{InChinese, Localized, both};

/// A coordinate system that the map supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crs {
    /// WGS 84 with longitude first in requests and responses.
    Crs84,
    /// WGS 84 with latitude first in requests and responses.
    Epsg4326,
    /// CGCS2000 (EPSG:4490) with latitude first in requests and responses.
    Cgcs2000,
    /// GCJ-02 in degrees, longitude first.
    Gcj02,
    /// BD-09 in degrees, longitude first.
    Bd09,
    /// Web Mercator (EPSG:3857) in metres.
    WebMercator,
    /// CGCS2000 / 3-degree Gauss-Krüger in metres, with northing first in requests and responses.
    GaussKruger(Zone),
}

/// A 3-degree zone of the Gauss-Krüger projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone {
    /// The zone number, 25 to 45; the central meridian is 3° × number east.
    number: u8,
    /// Whether eastings are prefixed with the zone number: 39 500 000 instead of 500 000 in zone
    /// 39.
    prefixed: bool,
}

/// A text is not the name of a supported coordinate system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown coordinate system {0:?}{hint}; known are WGS84 (EPSG:4326, CRS84), CGCS2000 (EPSG:4490), \
     GCJ-02, BD-09, EPSG:3857 and EPSG:4513 to EPSG:4554 (CGCS2000 3-degree Gauss-Krüger)",
    hint = older_datum(.0)
)]
pub struct UnknownCrs(pub String);

/// Advice for the datums used in China before CGCS2000. Their offset from CGCS2000 differs from
/// district to district by tens of metres, so no general formula is correct.
fn older_datum(name: &str) -> Localized {
    let digits = name.rsplit(|c: char| !c.is_ascii_digit()).next();
    let (zh, en) = match digits.and_then(|d| d.parse::<u32>().ok()) {
        Some(4610 | 2327..=2390) => ("西安80", "Xi'an 1980"),
        Some(4214 | 2401..=2442 | 21413..=21423 | 21453..=21463) => ("北京54", "Beijing 1954"),
        _ => return unknown_cause(),
    };
    both!(
        "（{zh}坐标系，请用测绘部门的参数或 `ogr2ogr -t_srs EPSG:4490` 转换为 EPSG:4490）",
        " ({en}: transform it to EPSG:4490 with the parameters of your surveying office, or \
         with `ogr2ogr -t_srs EPSG:4490`)"
    )
}

impl InChinese for UnknownCrs {
    fn zh(&self) -> String {
        let hint = older_datum(&self.0).zh;
        format!(
            "未知的坐标系“{}”{hint}；支持 WGS84（EPSG:4326、CRS84）、CGCS2000（EPSG:4490）、GCJ-02、BD-09、\
             EPSG:3857，以及 EPSG:4513 至 EPSG:4554（CGCS2000 三度带高斯-克吕格投影）",
            self.0
        )
    }
}

/// A coordinate is outside of the area of its coordinate system.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("[{x}, {y}] is not within the area of {crs}{hint}")]
pub struct OutOfArea {
    /// The coordinate system of the coordinate.
    pub crs: Crs,
    /// The x of the coordinate (longitude or easting).
    pub x: f64,
    /// The y of the coordinate (latitude or northing).
    pub y: f64,
    /// The likely cause, beginning with "; " or "，", or an empty text if it is not known.
    pub hint: Localized,
}

/// The hint of a coordinate for which no cause is known.
fn unknown_cause() -> Localized {
    Localized::new("", "")
}

fn looks_like_degrees() -> Localized {
    both!("，似乎是经纬度", "; these look like degrees")
}

impl InChinese for OutOfArea {
    fn zh(&self) -> String {
        let Self { crs, x, y, hint } = self;
        let hint = match hint.zh.as_str() {
            "" => "，请核对坐标与坐标系",
            known => known,
        };
        format!("[{x}, {y}] 不在坐标系 {crs} 的适用范围内{hint}")
    }
}

impl Crs {
    /// All systems with a URI, in the order in which the service lists them.
    pub fn with_uri() -> impl Iterator<Item = Self> {
        let zones = [true, false]
            .into_iter()
            .flat_map(|prefixed| (25..=45).map(move |number| Zone { number, prefixed }));
        [
            Self::Crs84,
            Self::Epsg4326,
            Self::Cgcs2000,
            Self::WebMercator,
        ]
        .into_iter()
        .chain(zones.map(Self::GaussKruger))
    }

    /// The system with an EPSG code.
    pub fn from_epsg(code: u32) -> Option<Self> {
        let zone = |number: u32, prefixed| {
            u8::try_from(number)
                .ok()
                .map(|number| Self::GaussKruger(Zone { number, prefixed }))
        };
        match code {
            4326 => Some(Self::Epsg4326),
            4490 => Some(Self::Cgcs2000),
            3857 => Some(Self::WebMercator),
            4513..=4533 => zone(code - 4513 + 25, true),
            4534..=4554 => zone(code - 4534 + 25, false),
            _ => None,
        }
    }

    /// The EPSG code; `None` if the system has none.
    pub fn epsg(self) -> Option<u32> {
        match self {
            Self::Crs84 | Self::Gcj02 | Self::Bd09 => None,
            Self::Epsg4326 => Some(4326),
            Self::Cgcs2000 => Some(4490),
            Self::WebMercator => Some(3857),
            Self::GaussKruger(z) => {
                let first = if z.prefixed { 4513 } else { 4534 };
                Some(first + u32::from(z.number) - 25)
            }
        }
    }

    /// The OGC URI; `None` if the system has none.
    pub fn uri(self) -> Option<String> {
        match self {
            Self::Crs84 => Some("http://www.opengis.net/def/crs/OGC/1.3/CRS84".into()),
            _ => self
                .epsg()
                .map(|code| format!("http://www.opengis.net/def/crs/EPSG/0/{code}")),
        }
    }

    /// Whether the authority puts latitude (or northing) first, so that x and y are exchanged in
    /// OGC requests and responses. Files always have x first.
    pub fn axis_order_lat_lon(self) -> bool {
        matches!(self, Self::Epsg4326 | Self::Cgcs2000 | Self::GaussKruger(_))
    }

    /// Whether coordinates are in degrees; otherwise they are in metres.
    pub fn is_degrees(self) -> bool {
        !matches!(self, Self::WebMercator | Self::GaussKruger(_))
    }

    /// Whether the coordinates of the system equal those of WGS 84.
    pub fn is_wgs84(self) -> bool {
        matches!(self, Self::Crs84 | Self::Epsg4326 | Self::Cgcs2000)
    }

    /// Converts a coordinate of this system to degrees of WGS 84.
    ///
    /// # Errors
    /// If the coordinate lies outside of the area of the system.
    pub fn to_wgs84(self, c: Coord<f64>) -> Result<Coord<f64>, OutOfArea> {
        if !c.x.is_finite() || !c.y.is_finite() {
            return Err(self.out_of_area(c, unknown_cause()));
        }
        if self.is_degrees() && (c.x.abs() > 180.0 || c.y.abs() > 90.0) {
            let hint = if c.x.abs() <= 90.0 && c.y.abs() <= 180.0 {
                both!(
                    "，经纬度似乎颠倒了",
                    "; longitude and latitude look swapped"
                )
            } else if c.x.abs() > 1000.0 {
                both!(
                    "，似乎是投影坐标（米）",
                    "; these look like metres of a projection"
                )
            } else {
                unknown_cause()
            };
            return Err(self.out_of_area(c, hint));
        }
        match self {
            Self::Crs84 | Self::Epsg4326 | Self::Cgcs2000 => Ok(c),
            Self::Gcj02 => Ok(gcj02_to_wgs84(c)),
            Self::Bd09 => Ok(bd09_to_wgs84(c)),
            Self::WebMercator => self.mercator_to_wgs84(c),
            Self::GaussKruger(zone) => zone.unproject(c),
        }
    }

    /// Converts degrees of WGS 84 to this system.
    ///
    /// # Errors
    /// If the position lies outside of the area of the system.
    pub fn from_wgs84(self, c: Coord<f64>) -> Result<Coord<f64>, OutOfArea> {
        match self {
            Self::Crs84 | Self::Epsg4326 | Self::Cgcs2000 => Ok(c),
            Self::Gcj02 => Ok(wgs84_to_gcj02(c)),
            Self::Bd09 => Ok(wgs84_to_bd09(c)),
            Self::WebMercator => self.wgs84_to_mercator(c),
            Self::GaussKruger(zone) => zone.project(c),
        }
    }

    /// Converts a geometry of this system to WGS 84. Converted coordinates are rounded to 1e-9
    /// degrees (0.1 mm), because further digits are rounding errors of the calculation.
    ///
    /// # Errors
    /// At the first coordinate outside of the area of the system.
    pub fn geometry_to_wgs84(self, geometry: &Geometry<f64>) -> Result<Geometry<f64>, OutOfArea> {
        geometry.try_map_coords(|c| {
            let to = self.to_wgs84(c)?;
            Ok(if self.is_wgs84() { to } else { round(to, 1e9) })
        })
    }

    /// Converts a geometry from WGS 84 to this system. Converted coordinates are rounded to 1e-9
    /// degrees or 0.1 mm.
    ///
    /// # Errors
    /// At the first coordinate outside of the area of the system.
    pub fn geometry_from_wgs84(self, geometry: &Geometry<f64>) -> Result<Geometry<f64>, OutOfArea> {
        let scale = if self.is_degrees() { 1e9 } else { 1e4 };
        geometry.try_map_coords(|c| {
            let to = self.from_wgs84(c)?;
            Ok(if self.is_wgs84() {
                to
            } else {
                round(to, scale)
            })
        })
    }

    fn out_of_area(self, c: Coord<f64>, hint: Localized) -> OutOfArea {
        OutOfArea {
            crs: self,
            x: c.x,
            y: c.y,
            hint,
        }
    }

    fn mercator_to_wgs84(self, c: Coord<f64>) -> Result<Coord<f64>, OutOfArea> {
        if c.x.abs() > MERCATOR_EDGE * (1.0 + 1e-9) || c.y.abs() > MERCATOR_EDGE * (1.0 + 1e-9) {
            return Err(self.out_of_area(c, unknown_cause()));
        }
        // If degrees were read as metres, all features would lie in one spot in the Gulf of Guinea.
        if (c.x != 0.0 || c.y != 0.0) && c.x.abs() <= 180.0 && c.y.abs() <= 90.0 {
            return Err(self.out_of_area(c, looks_like_degrees()));
        }
        Ok(Coord {
            x: (c.x / MERCATOR_RADIUS).to_degrees().clamp(-180.0, 180.0),
            y: (2.0 * (c.y / MERCATOR_RADIUS).exp().atan() - PI / 2.0).to_degrees(),
        })
    }

    fn wgs84_to_mercator(self, c: Coord<f64>) -> Result<Coord<f64>, OutOfArea> {
        /// The latitude in degrees at which Web Mercator ends.
        const EDGE_LATITUDE: f64 = 85.051_128_779_806_6;
        if c.y.abs() > EDGE_LATITUDE + 1e-9 || c.x.abs() > 180.0 {
            return Err(self.out_of_area(
                c,
                both!(
                    "，该坐标系止于南北纬 85.0511 度",
                    "; the system ends at 85.0511 degrees north and south"
                ),
            ));
        }
        Ok(Coord {
            x: MERCATOR_RADIUS * c.x.to_radians(),
            y: MERCATOR_RADIUS * (PI / 4.0 + c.y.to_radians() / 2.0).tan().ln(),
        })
    }
}

fn round(c: Coord<f64>, scale: f64) -> Coord<f64> {
    Coord {
        x: (c.x * scale).round() / scale,
        y: (c.y * scale).round() / scale,
    }
}

const MERCATOR_RADIUS: f64 = 6_378_137.0;
const MERCATOR_EDGE: f64 = MERCATOR_RADIUS * PI;

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crs84 => f.write_str("WGS 84"),
            Self::Epsg4326 => f.write_str("WGS 84 (EPSG:4326)"),
            Self::Cgcs2000 => f.write_str("CGCS2000 (EPSG:4490)"),
            Self::Gcj02 => f.write_str("GCJ-02"),
            Self::Bd09 => f.write_str("BD-09"),
            Self::WebMercator => f.write_str("Web Mercator (EPSG:3857)"),
            Self::GaussKruger(z) => {
                let code = self.epsg().unwrap_or_default();
                if z.prefixed {
                    write!(f, "CGCS2000 Gauss-Krüger zone {} (EPSG:{code})", z.number)
                } else {
                    write!(
                        f,
                        "CGCS2000 Gauss-Krüger CM {}E (EPSG:{code})",
                        z.central_meridian()
                    )
                }
            }
        }
    }
}

impl FromStr for Crs {
    type Err = UnknownCrs;

    /// Parses `EPSG:4490`, `4490`, `http://www.opengis.net/def/crs/EPSG/0/4490`,
    /// `urn:ogc:def:crs:EPSG::4490`, or a name such as `GCJ-02`; case does not matter.
    fn from_str(text: &str) -> Result<Self, UnknownCrs> {
        let plain: String = text
            .trim()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '_'))
            .flat_map(char::to_lowercase)
            .collect();
        let named = match plain.as_str() {
            "wgs84" | "crs84" | "ogc:crs84" => Some(Self::Crs84),
            "cgcs2000" => Some(Self::Cgcs2000),
            "gcj02" => Some(Self::Gcj02),
            "bd09" | "bd09ll" => Some(Self::Bd09),
            "webmercator" => Some(Self::WebMercator),
            _ => None,
        };
        let code = || {
            let (authority, code) = if let Some(path) = plain
                .strip_prefix("http://www.opengis.net/def/crs/")
                .or_else(|| plain.strip_prefix("https://www.opengis.net/def/crs/"))
            {
                let mut parts = path.split('/');
                (parts.next()?, parts.nth(1)?)
            } else if let Some(path) = plain.strip_prefix("urn:ogc:def:crs:") {
                let mut parts = path.split(':');
                (parts.next()?, parts.nth(1)?)
            } else {
                plain.split_once(':').unwrap_or(("epsg", &plain))
            };
            match authority {
                "ogc" if code == "crs84" => Some(Self::Crs84),
                "epsg" => Self::from_epsg(code.parse().ok()?),
                _ => None,
            }
        };
        named
            .or_else(code)
            .ok_or_else(|| UnknownCrs(text.to_owned()))
    }
}

/// The largest accepted distance from the central meridian, in degrees: the zone's own half and one
/// degree of the neighbour, because a city across the border of two zones is surveyed in one of
/// them.
const ZONE_REACH: f64 = 2.5;
const FALSE_EASTING: f64 = 500_000.0;
const PREFIX: f64 = 1_000_000.0;

/// One projection per zone, without prefixed eastings. The ellipsoid is GRS 80, which equals that
/// of CGCS2000 within 0.1 mm.
static PROJECTIONS: LazyLock<Option<Vec<Proj>>> = LazyLock::new(|| {
    (25..=45)
        .map(|n| {
            Proj::from_proj_string(&format!(
                "+proj=etmerc +lat_0=0 +lon_0={} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m",
                n * 3
            ))
            .ok()
        })
        .collect()
});
static DEGREES: LazyLock<Option<Proj>> =
    LazyLock::new(|| Proj::from_proj_string("+proj=longlat +ellps=GRS80").ok());

impl Zone {
    /// The central meridian in degrees east.
    pub fn central_meridian(self) -> f64 {
        f64::from(self.number) * 3.0
    }

    fn projections(self) -> Option<(&'static Proj, &'static Proj)> {
        let zone = PROJECTIONS.as_ref()?.get(usize::from(self.number - 25))?;
        Some((zone, DEGREES.as_ref()?))
    }

    fn offset(self) -> f64 {
        if self.prefixed {
            f64::from(self.number) * PREFIX
        } else {
            0.0
        }
    }

    fn unproject(self, c: Coord<f64>) -> Result<Coord<f64>, OutOfArea> {
        let refuse = || Crs::GaussKruger(self).out_of_area(c, self.hint(c));
        let x = c.x - self.offset();
        if !(0.0..PREFIX).contains(&x) || !(0.0..=6_700_000.0).contains(&c.y) {
            return Err(refuse());
        }
        let (zone, degrees) = self.projections().ok_or_else(refuse)?;
        let mut point = (x, c.y, 0.0);
        proj4rs::transform::transform(zone, degrees, &mut point).map_err(|_| refuse())?;
        let place = Coord {
            x: point.0.to_degrees(),
            y: point.1.to_degrees(),
        };
        if (place.x - self.central_meridian()).abs() > ZONE_REACH {
            return Err(refuse());
        }
        Ok(place)
    }

    fn project(self, c: Coord<f64>) -> Result<Coord<f64>, OutOfArea> {
        let refuse = || {
            let zone = (c.x / 3.0).round();
            let hint = if (25.0..=45.0).contains(&zone) {
                let longitude = c.x;
                both!(
                    "，经度 {longitude} 属于第 {zone} 带",
                    "; longitude {longitude} is in zone {zone}"
                )
            } else {
                unknown_cause()
            };
            Crs::GaussKruger(self).out_of_area(c, hint)
        };
        if (c.x - self.central_meridian()).abs() > ZONE_REACH || !(0.0..=60.0).contains(&c.y) {
            return Err(refuse());
        }
        let (zone, degrees) = self.projections().ok_or_else(refuse)?;
        let mut point = (c.x.to_radians(), c.y.to_radians(), 0.0);
        proj4rs::transform::transform(degrees, zone, &mut point).map_err(|_| refuse())?;
        Ok(Coord {
            x: point.0 + self.offset(),
            y: point.1,
        })
    }

    /// The most likely mistake behind a coordinate that is impossible in this zone, as a text for
    /// [`OutOfArea::hint`].
    fn hint(self, c: Coord<f64>) -> Localized {
        let epsg = |zone: Self| Crs::GaussKruger(zone).epsg().unwrap_or_default();
        let northing = |v: f64| (1_000_000.0..=6_700_000.0).contains(&v);
        let easting = |v: f64| {
            (100_000.0..PREFIX).contains(&v) || (25.0 * PREFIX..46.0 * PREFIX).contains(&v)
        };
        if northing(c.x) && easting(c.y) {
            return both!(
                "，横坐标与纵坐标似乎颠倒了：x 应为东坐标，y 应为北坐标",
                "; easting and northing look swapped: expected x = easting, y = northing"
            );
        }
        if c.x.abs() <= 180.0 && c.y.abs() <= 90.0 {
            return looks_like_degrees();
        }
        let prefix = (c.x / PREFIX).floor();
        if (25.0..=45.0).contains(&prefix) {
            let found = Self {
                number: prefix as u8,
                prefixed: true,
            };
            if found != self {
                let code = epsg(found);
                return both!(
                    "，以 {prefix} 开头的东坐标属于第 {prefix} 带，应选 EPSG:{code}",
                    "; an easting that begins with {prefix} is of zone {prefix}: EPSG:{code}"
                );
            }
        }
        if self.prefixed && (0.0..PREFIX).contains(&c.x) {
            let bare = Self {
                number: self.number,
                prefixed: false,
            };
            let (code, meridian) = (epsg(bare), self.central_meridian());
            return both!(
                "，东坐标未带带号，应选 EPSG:{code}（中央经线 {meridian} 度）",
                "; the easting does not begin with the zone number: use EPSG:{code} (CM {meridian}E)"
            );
        }
        let easting = self.offset() + FALSE_EASTING;
        both!(
            "，该带的东坐标应在 {easting} 米左右（±220 公里）",
            "; eastings of this zone are about {easting} m ± 220 km"
        )
    }
}

#[cfg(test)]
mod tests;
