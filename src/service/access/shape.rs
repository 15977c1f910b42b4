//! The card of a building: what is asked, and what is answered.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::gate::Admits;
use crate::model::Localized;
use crate::network::core::Profile;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The building's id.
    pub building: &'a str,
    /// The moment of arrival.
    pub at: Timestamp,
    /// How somebody comes.
    pub profile: &'a Profile,
    /// The profile of people on foot.
    pub foot: &'a Profile,
    /// The unit, where the address has one.
    pub unit: Option<&'a str>,
    /// The room, where the address has one.
    pub room: Option<&'a str>,
}

/// The card of a building.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Access {
    /// The commit that it shows.
    pub seq: u64,
    /// The moment for which it holds.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The profile for which it holds.
    #[schema(example = "ebike")]
    pub mode: String,
    /// The building.
    pub building: Building,
    /// The gates of its compound, best first. Empty where it stands in none.
    pub gates: Vec<AccessEntrance>,
    /// Parking places within 300 m, nearest first.
    pub parking: Vec<Nearby>,
    /// Hand-over points (交接点) within 300 m, nearest first.
    pub handover: Vec<Nearby>,
    /// Its doors, by unit.
    pub doors: Vec<AccessEntrance>,
    /// The id of the door of the unit and room that were asked for, where it is known.
    pub door: Option<String>,
    /// Whether it has a lift; absent where nobody knows.
    pub lift: Option<bool>,
    /// Whether its door, or every door, is without steps; absent where nobody knows.
    pub step_free: Option<bool>,
    /// Whether residents can be called from its door, or from every door; absent where nobody knows.
    pub intercom: Option<bool>,
    /// The orders of the day that are in force there.
    pub orders: Vec<OrderOfDay>,
    /// What else is worth knowing, and what is not known.
    pub notes: Vec<Localized>,
}

/// The building of a card.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Building {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The id of its compound.
    pub compound: Option<String>,
    /// The name of its compound.
    pub compound_name: Option<String>,
    /// How many storeys it has.
    pub levels: Option<u32>,
    /// How many units it has.
    pub units: Option<u32>,
    /// A position within it, longitude and latitude.
    pub position: [f64; 2],
}

/// A gate or a door as a card shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessEntrance {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// `gate`, `garage`, `service` or `unit_door`.
    pub kind: Option<String>,
    /// The unit behind a door.
    pub unit: Option<String>,
    /// The rooms behind a door.
    pub rooms: Option<String>,
    /// Longitude and latitude.
    pub position: [f64; 2],
    /// From the building, in metres as the crow flies.
    pub distance_m: f64,
    /// Whether it admits the mode. A door is passed on foot.
    pub admits: Admits,
    /// Whether it admits people on foot; absent where that is what was asked.
    pub on_foot: Option<Admits>,
    /// Why, in words.
    pub reason: Localized,
    /// The kind of the order of the day that decided, where one did.
    pub order: Option<String>,
    /// Until when it admits so; absent where no end is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// When it admits the mode again, where it does not now.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opens: Option<Timestamp>,
    /// When it admits the mode on this day; absent where nobody knows.
    pub today: Option<Today>,
    /// What must be shown: `none`, `register`, `property_code`, `district_code`, `platform_code`.
    pub credential: Option<String>,
    /// How to get in, for everybody.
    pub guidance: Option<String>,
    /// What a rider should know; for riders and above.
    pub access_note: Option<String>,
    /// Its hours as they are written down.
    pub opening_hours: Option<String>,
    /// The hours for e-bikes as they are written down, where they differ.
    pub ebike_hours: Option<String>,
    /// Whether residents can be called from it.
    pub intercom: Option<bool>,
    /// Whether it is without steps.
    pub step_free: Option<bool>,
    /// Whether a guard is there.
    pub guarded: Option<bool>,
    /// The storey that it is on.
    pub level: Option<i32>,
    /// Where the information comes from.
    pub evidence: Option<String>,
    /// The day of the last check.
    pub checked_on: Option<String>,
}

/// The hours of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Today {
    /// From (included) until (excluded); empty: not on this day.
    pub open: Vec<Span>,
}

/// A span of a day, in local time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Span {
    /// From.
    #[schema(example = "06:00")]
    pub from: String,
    /// Until; `24:00` is the end of the day.
    #[schema(example = "22:00")]
    pub until: String,
}

/// A place near a building.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Nearby {
    /// The facility's id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// How many it takes.
    pub capacity: Option<u32>,
    /// Its hours as they are written down.
    pub opening_hours: Option<String>,
    /// Longitude and latitude.
    pub position: [f64; 2],
    /// From the building, in metres as the crow flies.
    pub distance_m: f64,
}

/// An order of the day that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderOfDay {
    /// Its id in `day_orders`.
    pub id: String,
    /// `storm`, `snow`, `peak` or `emergency`.
    pub kind: Option<String>,
    /// What it is called.
    pub title: Localized,
    /// The id of the street in which it holds.
    pub street: Option<String>,
    /// The name of the street.
    pub street_name: Option<String>,
    /// Whether it is in force at the moment that was asked for; if not, it is announced.
    pub in_force: bool,
    /// From when it is in force.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<String>,
    /// Until when; absent: until further notice.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<String>,
    /// The reason as it is published.
    pub reason: Option<String>,
}
