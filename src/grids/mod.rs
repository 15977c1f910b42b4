//! What is known about a grid (网格档案): the areas and how they contain each other, what stands in them, who is in
//! charge of them, and the cases in them.
//!
//! Everything here is pure: it reads features and counts. `service/grids` puts the card together.

pub mod areas;
pub mod case_book;
pub mod duties;
pub mod projects;
pub mod ratings;
pub mod stock;

pub use areas::{Area, Areas};
pub use case_book::{CaseBook, CaseFacts, Closed, Figures, Open, Place, Waiting};
pub use duties::{Duties, Duty};
pub use ratings::{ProjectRating, Rated, Ratings};
pub use stock::{Counts, Home, Source, Stock};
