//! The demo district 果园新村街道 and synthetic cities, made by a generator that always gives the same.
//!
//! Only the names and codes of the street and its 12 communities, and roughly where they lie, are
//! facts. Everything else is invented, and says so.

mod schemas;

pub use schemas::{default_schemas, schemas};
