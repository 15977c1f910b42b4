//! Access: search by name and address, who passes a gate, and which door a room is behind.

mod directory;
pub mod gate;
pub mod gate_reports;
pub mod orders;
pub mod passages;
pub mod rooms;

pub use directory::{Ask, Directory, Found, Hit, address_only};
