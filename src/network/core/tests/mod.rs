//! Tests of the search: small pictures with the way that is expected, and thousands of random networks whose answers
//! are compared with those of a plain search written in another style.

pub mod make;
mod many;
mod oracle;
mod pictures;
mod random;
mod town;
