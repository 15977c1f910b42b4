//! Tests of the search: small networks with the expected route, and thousands of random networks compared with a
//! simple search.

pub mod make;
mod many;
mod oracle;
mod pictures;
pub mod random;
mod town;
mod trips;
