//! Access to buildings: search by name and address, who may pass a gate, and which door leads to a room.

pub mod arrival;
pub mod board;
pub mod directory;
pub mod doorway;
pub mod gate;
pub mod gate_reports;
mod no_card;
mod order_title;
pub mod orders;
pub mod passages;
pub mod rooms;

pub use directory::{Ask, Directory, Found, Hit, address_only};
pub use no_card::NoCard;
