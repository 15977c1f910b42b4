//! Thematic maps (十彩民情图) of the live map.
//!
//! | file | subject |
//! | --- | --- |
//! | `make` | computes a thematic map from a snapshot |
//! | `measures` | the measures that read cases or the walking and riding network |
//! | `maps` | keeps the thematic maps of the present up to date |
//! | `past` | the map as of a past moment, read from the log |

mod make;
mod maps;
mod measures;
mod past;
#[cfg(test)]
mod tests;

pub use make::{NoTheme, Period, ThemeArea, ThemeMap, walks};
pub use maps::{Kept, ThemeMaps};
pub use past::map_at;
