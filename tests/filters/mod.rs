//! Tests of `filter=` on items: CQL2 in both encodings, with the predicates of the standard's test suite and in
//! combination with other parameters.

mod encode;
mod items;
mod standard;
