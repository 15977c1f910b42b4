//! `/api/route` and what else follows from real travel time. Positions of people come in bodies of POST, which are not
//! logged and not stored.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | what clients ask, and what of it is wrong |
//! | `answer` | what they are answered |
//! | `route` | `/api/route` |
//! | `near` | the nearest by travel time, isochrones |
//! | `search` | a search within the budget of a request |

mod answer;
mod ask;
mod near;
mod route;
mod search;

pub use near::*;
pub use route::*;
