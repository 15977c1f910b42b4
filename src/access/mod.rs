//! What a rider asks first: where is it?

mod directory;

pub use directory::{Hit, search};
