//! Access to buildings: the access card of a building, day orders, and the conditions in force at a moment.

mod card;
mod day_orders;
mod doorway;
mod entrances;
pub mod in_force;
mod no_card;
mod passage;
mod shape;
mod shown;

pub use card::{Cut, card};
pub use day_orders::orders_of_the_day;
pub use doorway::door_of;
pub use no_card::NoCard;
pub use passage::count_passage;
pub use shape::{Access, AccessEntrance, Ask, Building, Nearby, OrderOfDay, Span, Today};
