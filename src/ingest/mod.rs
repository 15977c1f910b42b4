//! Files to checked features to one commit.
//!
//! | file | subject |
//! | --- | --- |
//! | `detect` | what a file is, by its content |
//! | `split` | GeoJSON cut into features, one at a time |

mod detect;
mod infer;
mod link;
mod split;

pub use detect::Format;
