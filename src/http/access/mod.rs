//! How to get in: the card of a building, the orders of the day.

mod card;
mod day_orders;

pub use card::*;
pub use day_orders::*;
