//! Access to buildings: the access card of a building, day orders, and reports whether a gate let somebody in.

mod card;
mod day_orders;
mod passage;

pub use card::*;
pub use day_orders::*;
pub use passage::*;
