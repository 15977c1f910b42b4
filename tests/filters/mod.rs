//! `filter=` on items: CQL2 in both encodings, by the standard's own predicates and with everything else
//! that a request for items can say.

mod encode;
mod items;
mod standard;
