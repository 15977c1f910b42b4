//! Getting into buildings: the access card of a building, the day orders, and whether gates let people in.

mod card;
mod day_orders;
mod passage;

pub use card::*;
pub use day_orders::*;
pub use passage::*;
