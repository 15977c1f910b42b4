//! The request and the answer of an access card.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::gate::Admits;
use crate::access::passages::Passed;
use crate::model::Localized;
use crate::network::core::Profile;

/// A request for a card.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The id of the building.
    pub building: &'a str,
    /// The moment of arrival.
    pub at: Timestamp,
    /// The profile of the person who arrives.
    pub profile: &'a Profile,
    /// The profile of people on foot.
    pub foot: &'a Profile,
    /// The unit in the address, if there is one.
    pub unit: Option<&'a str>,
    /// The room in the address, if there is one.
    pub room: Option<&'a str>,
}

/// The access card of a building.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Access {
    /// The number of the commit that the card shows.
    pub seq: u64,
    /// The moment that the card shows.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The profile of the request.
    #[schema(example = "ebike")]
    pub mode: String,
    /// The building.
    pub building: Building,
    /// The gates of the compound of the building, the best first. Empty if the building is in no compound.
    pub gates: Vec<AccessEntrance>,
    /// Parking places within 300 m, nearest first.
    pub parking: Vec<Nearby>,
    /// Hand-over points (交接点) within 300 m, nearest first.
    pub handover: Vec<Nearby>,
    /// The doors of the building, by unit.
    pub doors: Vec<AccessEntrance>,
    /// The id of the door of the requested unit and room, if it is known.
    pub door: Option<String>,
    /// Whether the building has a lift; absent if unknown.
    pub lift: Option<bool>,
    /// Whether the door in `door` has no steps. Without `door`: present only if it is the same for all doors.
    pub step_free: Option<bool>,
    /// Whether residents can be called from the door in `door`. Without `door`: present only if it is the same for all
    /// doors.
    pub intercom: Option<bool>,
    /// The day orders in force at the building.
    pub orders: Vec<OrderOfDay>,
    /// Further notes, also about unknown data.
    pub notes: Vec<Localized>,
}

/// The building of a card.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Building {
    /// The id of the building.
    pub id: String,
    /// The name of the building.
    pub name: Option<String>,
    /// The id of the compound.
    pub compound: Option<String>,
    /// The name of the compound.
    pub compound_name: Option<String>,
    /// The number of storeys.
    pub levels: Option<u32>,
    /// The number of units.
    pub units: Option<u32>,
    /// A position inside the building: longitude and latitude.
    pub position: [f64; 2],
}

/// A gate or a door on a card.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccessEntrance {
    /// The id of the entrance.
    pub id: String,
    /// The name of the entrance.
    pub name: Option<String>,
    /// `gate`, `garage`, `service` or `unit_door`.
    pub kind: Option<String>,
    /// The unit behind a door.
    pub unit: Option<String>,
    /// The rooms behind a door.
    pub rooms: Option<String>,
    /// Longitude and latitude.
    pub position: [f64; 2],
    /// The straight distance from the building, in metres.
    pub distance_m: f64,
    /// Whether it admits the profile of the request; for a door, people on foot.
    pub admits: Admits,
    /// Whether it admits people on foot; absent if the request is for people on foot.
    pub on_foot: Option<Admits>,
    /// The reason for `admits`, as text.
    pub reason: Localized,
    /// The kind of the day order that decides about this entrance; absent if none does.
    pub order: Option<String>,
    /// Set if confirmed reports of people keep it closed: until when, unless an officer closes the cases earlier.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reported_until: Option<Timestamp>,
    /// Until when `admits` applies; absent if no end is known.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// When it next admits the profile, if it does not now; absent if unknown.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub opens: Option<Timestamp>,
    /// How often people were let in around this hour; absent if there are fewer than three answers.
    pub passages: Option<Passed>,
    /// The hours in which it admits the profile on this day; absent if unknown.
    pub today: Option<Today>,
    /// What must be shown: `none`, `register`, `property_code`, `district_code`, `platform_code`.
    pub credential: Option<String>,
    /// How to get in, as public text.
    pub guidance: Option<String>,
    /// A note for riders, visible to riders and higher roles.
    pub access_note: Option<String>,
    /// Whether `POST /api/entrances/{id}/code` has a code, for riders and higher roles; absent for others.
    pub has_code: Option<bool>,
    /// The opening hours as text.
    pub opening_hours: Option<String>,
    /// The hours for e-bikes as text, if they differ.
    pub ebike_hours: Option<String>,
    /// Whether residents can be called from it.
    pub intercom: Option<bool>,
    /// Whether it can be passed without steps.
    pub step_free: Option<bool>,
    /// Whether a guard is there.
    pub guarded: Option<bool>,
    /// The storey of the entrance.
    pub level: Option<i32>,
    /// Where the information comes from.
    pub evidence: Option<String>,
    /// The day of the last check.
    pub checked_on: Option<String>,
}

/// The opening hours on one day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Today {
    /// Spans from (included) until (excluded); empty if it does not open on this day.
    pub open: Vec<Span>,
}

/// A span of a day, in local time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Span {
    /// The beginning.
    #[schema(example = "06:00")]
    pub from: String,
    /// The end; `24:00` is the end of the day.
    #[schema(example = "22:00")]
    pub until: String,
}

/// A place near a building.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Nearby {
    /// The id of the facility.
    pub id: String,
    /// The name of the facility.
    pub name: Option<String>,
    /// The capacity.
    pub capacity: Option<u32>,
    /// The opening hours as text.
    pub opening_hours: Option<String>,
    /// Longitude and latitude.
    pub position: [f64; 2],
    /// The straight distance from the building, in metres.
    pub distance_m: f64,
}

/// A day order that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderOfDay {
    /// The id in the collection `day_orders`.
    pub id: String,
    /// `storm`, `snow`, `peak` or `emergency`.
    pub kind: Option<String>,
    /// The title of its kind.
    pub title: Localized,
    /// The id of the subdistrict (街道) in which it applies; absent if it applies everywhere.
    pub street: Option<String>,
    /// The name of the subdistrict.
    pub street_name: Option<String>,
    /// Whether it is in force at the requested moment; otherwise it is announced.
    pub in_force: bool,
    /// When it comes into force.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<String>,
    /// When it ends; absent if it applies until further notice.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<String>,
    /// The published reason.
    pub reason: Option<String>,
}
