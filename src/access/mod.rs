//! Access: search by name, who passes a gate, and which door a room is behind.

mod directory;
pub mod gate;
pub mod gate_reports;
pub mod orders;
pub mod passages;
pub mod rooms;

pub use directory::{Directory, Hit};
