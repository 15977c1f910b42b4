//! The program for offline phones: search, access cards and routes over the network file of an area, as WebAssembly.
//!
//! It consists of the server's own files, included by path, so that a phone gives the same answers. They are compiled
//! with Debian's Rust 1.63 and use only `std`; `scripts/wasm.sh` builds it. What these files take from other crates or
//! from parts of the server that a phone does not have, this program replaces under the same names:
//!
//! | name | here |
//! | --- | --- |
//! | `geo_types`, `jiff` | `stand_in`: positions and times |
//! | `model`, `spatial` | `stand_in`: texts in two languages, distances |
//! | `live::Ways`, `network::nearby` | `ways`: the topology and its edges near a position |
//! | `service::routes::Ground` | `ground`: what is known about places, read from the network file |

// These lints suggest features that Rust 1.63 does not have, or come with the shared files.
#![allow(clippy::all, dead_code)]

extern crate self as geo_types;
extern crate self as jiff;

mod stand_in;

pub use stand_in::time::{tz, Timestamp};
pub use stand_in::Coord;

#[path = "../../src/model"]
mod model {
    mod in_chinese;
    pub mod names;

    pub(crate) use crate::stand_in::text::both;
    pub use crate::stand_in::text::Localized;
    pub use in_chinese::InChinese;
}

mod spatial {
    pub use crate::stand_in::metres;
}

#[path = "../../src/network"]
mod network {
    pub mod core;
    pub mod file;
    mod on_edge;

    pub mod nearby {
        pub use super::on_edge::{coord, in_order, line, nearest, Nearby};
    }
}

#[path = "../../src/access"]
mod access {
    pub mod arrival;
    pub mod directory {
        mod address;
        mod best;
        #[path = "../../../web/engine/directory.rs"]
        mod found;
        mod kinds;
        mod letters;
        mod natural;
        mod normal;
        mod order;
        mod query;
        mod readings {
            pub use crate::tables::readings;
        }
        mod simplified {
            pub use crate::tables::simplified;
        }
        mod sound;

        pub use found::{Directory, Hit};
    }
    pub mod doorway;
    pub mod gate;
    mod no_card;
    pub mod order_title;
    pub mod rooms;

    pub use no_card::NoCard;
}

mod live {
    pub use crate::ways::Ways;
}

#[path = "../../src/service"]
mod service {
    #[path = "routes"]
    pub mod routes {
        mod asked;
        mod climb;
        mod ends;
        mod gates;
        mod legs;
        mod near;
        mod plan;
        mod spot;
        mod steps;
        mod trip;

        pub use crate::ground::{nearest_places, Area, Ground, NoNetwork, Table};
        pub use asked::{Ask, Passed};
        pub use ends::{Entrance, Site};
        pub use gates::OtherGate;
        pub use legs::Leg;
        pub use near::{Reach, Traveller};
        pub use plan::{Failed, Journey, Nearest, NoWay};
        pub use spot::{Spot, SpotError};
        pub use steps::Step;
        pub use trip::{Delivery, NoTrip, Trip, MOST_DELIVERIES, STAY_S};
    }
}

mod ground;
mod call;
mod json;
mod tables;
mod ways;
