//! Request bodies for routes, and their validation.

use geo_types::Coord;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::App;
use crate::http::problem::Problem;
use crate::model::both;
use crate::model::names::collection::ENTRANCES;
use crate::network::core::Profile;
use crate::service::routes::{Ask, Ground, Spot};

/// How long before the current time a departure may lie. Client clocks differ, and a page may have been open for a
/// while.
const PAST: SignedDuration = SignedDuration::from_mins(15);
/// How long after the current time a departure may lie. Later holidays are not known.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);
/// The maximum number of alternative routes.
const MOST_ALTERNATIVES: usize = 3;
/// The maximum number of entrances to avoid.
const MOST_AVOIDED: usize = 16;
/// The maximum length of an id, a unit or a room, in bytes.
const LONGEST_TEXT: usize = 200;

/// Where a route begins or ends: exactly one of a position, a building, an entrance or a facility.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutePlace {
    /// Longitude, WGS 84 degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
    /// Latitude, WGS 84 degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    /// The id of a building.
    #[schema(example = "wenquan-huayuan-3")]
    pub building: Option<String>,
    /// A unit of the building.
    #[schema(example = "2")]
    pub unit: Option<String>,
    /// A room of the building.
    #[schema(example = "501")]
    pub room: Option<String>,
    /// The id of an entrance.
    pub entrance: Option<String>,
    /// The id of a facility.
    pub facility: Option<String>,
}

/// A request for a route.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteBody {
    /// The origin.
    pub from: RoutePlace,
    /// The destination.
    pub to: RoutePlace,
    /// The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`.
    #[serde(default = "ebike", alias = "mode")]
    #[schema(example = "ebike")]
    pub profile: String,
    /// The departure time, RFC 3339; now, if absent.
    #[serde(alias = "at")]
    #[schema(format = DateTime)]
    pub depart_at: Option<String>,
    /// Whether the way back to the origin is included. The route then includes five minutes at the door, and the
    /// parking place with which the whole way is the shortest in time.
    #[serde(default, rename = "return")]
    pub returns: bool,
    /// The maximum number of alternative routes through other gates of the compound.
    #[serde(default)]
    #[schema(maximum = 3)]
    pub alternatives: usize,
    /// The ids of entrances that the route must not pass, such as a gate that has just turned the rider away.
    #[serde(default)]
    #[schema(max_items = 16)]
    pub avoid: Vec<String>,
}

fn ebike() -> String {
    "ebike".to_owned()
}

impl RouteBody {
    /// Validates the request as far as possible without the map.
    pub(super) fn read(self, app: &App) -> Result<Ask, Problem> {
        if self.alternatives > MOST_ALTERNATIVES {
            return Err(Problem::wrong_field(
                "alternatives",
                both!(
                    "应为0至{MOST_ALTERNATIVES}",
                    "expected 0 to {MOST_ALTERNATIVES}"
                ),
            ));
        }
        Ok(Ask {
            from: self.from.read("from")?,
            to: self.to.read("to")?,
            profile: profile(app, &self.profile)?,
            at: departure(self.depart_at.as_deref())?,
            returns: self.returns,
            alternatives: self.alternatives,
        })
    }
}

impl RoutePlace {
    /// Validates the place. `field` is its name in the body, for error messages.
    pub(super) fn read(self, field: &str) -> Result<Spot, Problem> {
        let texts = [
            ("building", &self.building),
            ("unit", &self.unit),
            ("room", &self.room),
            ("entrance", &self.entrance),
            ("facility", &self.facility),
        ];
        for (name, text) in texts {
            let is_wrong = |t: &String| t.trim().is_empty() || t.len() > LONGEST_TEXT;
            if text.as_ref().is_some_and(is_wrong) {
                return Err(Problem::wrong_field(
                    &format!("{field}.{name}"),
                    both!(
                        "应为1至{LONGEST_TEXT}字节的文字",
                        "expected a text of 1 to {LONGEST_TEXT} bytes"
                    ),
                ));
            }
        }
        let only = || {
            Problem::wrong_field(
                field,
                both!(
                    "应只给出一种地点：lon 与 lat，或 building（可加 unit、room），或 entrance，或 facility",
                    "expected exactly one place: lon and lat, or building (unit and room are optional), or entrance, or \
                     facility"
                ),
            )
        };
        let has_position = self.lon.is_some() || self.lat.is_some();
        let given = [
            has_position,
            self.building.is_some(),
            self.entrance.is_some(),
            self.facility.is_some(),
        ];
        if given.iter().filter(|is_given| **is_given).count() != 1 {
            return Err(only());
        }
        if self.building.is_none() && (self.unit.is_some() || self.room.is_some()) {
            return Err(only());
        }
        if has_position {
            return position(field, self.lon, self.lat).map(Spot::Position);
        }
        let spot = match (self.building, self.entrance, self.facility) {
            (Some(id), ..) => Spot::Building {
                id,
                unit: self.unit,
                room: self.room,
            },
            (_, Some(id), _) => Spot::Entrance(id),
            (_, _, Some(id)) => Spot::Facility(id),
            _ => return Err(only()),
        };
        Ok(spot)
    }
}

/// Validates a position in degrees, WGS 84.
pub(super) fn position(
    field: &str,
    lon: Option<f64>,
    lat: Option<f64>,
) -> Result<Coord<f64>, Problem> {
    let degrees = |name: &str, value: Option<f64>, most: f64| {
        value.filter(|v| v.abs() <= most).ok_or_else(|| {
            Problem::wrong_field(
                &format!("{field}.{name}"),
                both!(
                    "应为 -{most} 至 {most} 的度数",
                    "expected degrees from -{most} to {most}"
                ),
            )
        })
    };
    Ok(Coord {
        x: degrees("lon", lon, 180.0)?,
        y: degrees("lat", lat, 90.0)?,
    })
}

/// Validates the ids of entrances to avoid.
pub(super) fn avoided(ids: &[String], ground: &Ground) -> Result<(), Problem> {
    if ids.len() > MOST_AVOIDED {
        return Err(Problem::wrong_field(
            "avoid",
            both!(
                "应为至多{MOST_AVOIDED}个出入口",
                "expected at most {MOST_AVOIDED} entrances"
            ),
        ));
    }
    let entrances = ground.snapshot.collections().get(ENTRANCES);
    let is_unknown = |id: &&String| entrances.is_none_or(|all| all.get(id.as_str()).is_none());
    match ids.iter().find(is_unknown) {
        None => Ok(()),
        Some(id) => Err(Problem::not_found(both!(
            "avoid：没有出入口“{id}”。",
            "avoid: there is no entrance {id:?}."
        ))
        .with("field", "avoid")),
    }
}

/// Returns the profile with an id.
pub(super) fn profile(app: &App, id: &str) -> Result<Profile, Problem> {
    let profiles = app.routes.profiles();
    profiles.get(id).cloned().ok_or_else(|| {
        let known: Vec<&str> = profiles.iter().map(|p| p.profile.name.as_str()).collect();
        let (zh, en) = (known.join("、"), known.join(", "));
        Problem::wrong_field("profile", both!("应为{zh}之一", "expected one of {en}"))
    })
}

/// Parses the departure time; the current time if it is missing.
pub(super) fn departure(text: Option<&str>) -> Result<Timestamp, Problem> {
    let now = Timestamp::now();
    let Some(text) = text else {
        return Ok(now);
    };
    let at: Timestamp = text.parse().map_err(|_| {
        Problem::wrong_field(
            "depart_at",
            both!(
                "应为 RFC 3339 时间，例如 2026-11-30T08:00:00+08:00",
                "expected an RFC 3339 time such as 2026-11-30T08:00:00+08:00"
            ),
        )
    })?;
    let ahead = at.duration_since(now);
    if ahead < -PAST {
        return Err(Problem::wrong_field(
            "depart_at",
            both!(
                "出发时间已过，应为现在或以后的时间",
                "the departure lies in the past; expected now or later"
            ),
        ));
    }
    if ahead > AHEAD {
        return Err(Problem::wrong_field(
            "depart_at",
            both!(
                "出发时间过远，应在一年以内",
                "the departure is too far ahead; expected a time within a year"
            ),
        ));
    }
    Ok(at)
}
