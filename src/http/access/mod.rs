//! Getting into buildings: the access card of a building, and the day orders.

mod card;
mod day_orders;

pub use card::*;
pub use day_orders::*;
