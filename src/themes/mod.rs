//! Thematic maps (十彩民情图): what `themes.toml` counts for each grid, community or building, and how the values are
//! divided into classes.
//!
//! | file | subject |
//! | --- | --- |
//! | `theme` | a theme: its texts, what it counts, by which areas, in which classes |
//! | `read` | reads `themes.toml` |
//! | `frame` | the areas of a map, and the area in which a feature lies |
//! | `count` | counts the features of a collection by area |
//! | `classes` | divides values into classes |
//! | `window` | the last n days in China's time zone |

mod classes;
mod count;
mod frame;
mod read;
#[cfg(test)]
mod tests;
mod theme;
mod window;
#[cfg(test)]
mod wrong;

pub use classes::{Class, class_of, classes};
pub use count::{Cell, counted, rounded};
pub use frame::{Area, Frame};
pub use read::Schemas;
pub use theme::{
    By, Content, Counted, Filter, Grouping, LEAST_RATED, Measure, Method, More, Of, Per, Theme,
    Themes,
};
pub use window::{Window, noon};
