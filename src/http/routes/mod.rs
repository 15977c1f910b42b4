//! `/api/route` and the other requests that depend on travel time. Positions of people are sent in POST bodies, which
//! are neither logged nor stored.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | request bodies and their validation |
//! | `answer` | response bodies |
//! | `route` | `/api/route` |
//! | `trip` | `/api/trip` |
//! | `near` | the nearest features by travel time, isochrones |
//! | `search` | runs a search within the budget of a request |

mod answer;
mod ask;
mod near;
mod route;
mod search;
mod trip;

pub use near::*;
pub use route::*;
pub use trip::*;
