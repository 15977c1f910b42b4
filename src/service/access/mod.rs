//! Access to buildings: the access card of a building, day orders, and the conditions in force at a moment.

mod board;
#[cfg(test)]
mod board_tests;
mod card;
mod day_orders;
mod doorway;
mod entrances;
pub mod in_force;
mod no_board;
mod passage;
mod shape;
mod shown;

pub use crate::access::NoCard;
pub use board::Board;
pub use card::{Cut, card};
pub use day_orders::orders_of_the_day;
pub use doorway::door_of;
pub use entrances::{of_compound, of_house};
pub use no_board::NoBoard;
pub use passage::count_passage;
pub use shape::{Access, AccessEntrance, Ask, Building, Nearby, OrderOfDay, Span, Today};
