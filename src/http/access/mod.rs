//! Access to buildings: the access card of a building, the board of a compound, day orders, and reports whether a gate
//! let somebody in.

mod board;
mod card;
mod day_orders;
mod passage;

pub use board::*;
pub use card::*;
pub use day_orders::*;
pub use passage::*;
