//! Access: search by name.

mod directory;

pub use directory::{Directory, Hit};
