//! Access to buildings: search by name and address, who may pass a gate, and which door leads to a room.

pub mod board;
mod directory;
pub mod gate;
pub mod gate_reports;
pub mod orders;
pub mod passages;
pub mod rooms;

pub use directory::{Ask, Directory, Found, Hit, address_only};
