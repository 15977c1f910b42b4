//! The board of a compound (小区导览板, 骑手友好楼栋图) and the plates of its doors, drawn as SVG for printing.
//!
//! Everything here is pure: [`Content`] is what the map knows of a compound, [`Frame`] fits the compound into the page,
//! and [`draw`] and [`plate_sheets`] return SVG. Lengths on paper are in millimetres, angles in radians.

mod content;
mod flow;
mod frame;
mod furniture;
mod gates;
mod ground;
mod hours;
mod houses;
mod label;
mod links;
mod map;
mod marks;
mod paint;
mod panel;
mod plane;
mod plates;
mod qr;
mod sheet;
mod svg;
mod symbols;
#[cfg(test)]
mod tests;
mod words;

pub use content::{
    Admission, Content, Credential, Door, Exception, Gate, House, Place, PlaceKind, Road, Wall,
    Way, WayKind,
};
pub use frame::Frame;
pub use label::{Box2, LabelKind, Labelled};
pub use links::rider_url;
pub use plates::{PLATES_ON_A_SHEET, Plate, plate_sheets};
pub use qr::TooLong;
pub use sheet::{Drawn, Options, draw};
