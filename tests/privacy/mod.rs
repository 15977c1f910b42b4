//! Tests of data protection: no reading below the role, no writing of invisible properties, recorded looks at
//! door codes, and erasure.

mod canary;
mod codes;
mod derived;
mod erase;
mod filters;
mod writes;
