//! Tests of data protection: nobody reads properties above their role or writes properties that they cannot see, each
//! reading of a door code is recorded, and data can be erased.

mod canary;
mod codes;
mod derived;
mod erase;
mod filters;
mod writes;
