//! The request body of a coverage, and its validation.

use geo_types::Coord;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{PartialSchema, ToSchema};

use crate::codec::json;
use crate::http::App;
use crate::http::problem::Problem;
use crate::model::{Localized, RoleSet, both};
use crate::network::core::Mode;
use crate::planning::coverage::By;
use crate::planning::standards::{LONGEST, Reach, Standard};
use crate::service::planning::{
    CoverageAsk, DemandAsk, DemandPoint, FacilityAsk, Factors, ScenarioEdit,
};

/// The most positions that can be tried at once.
const MOST_ADDED: usize = 500;
/// The most facilities that can be left out.
const MOST_WITHOUT: usize = 10_000;
/// The most points of a demand layer in a request.
const MOST_POINTS: usize = 20_000;
/// The longest text in a request, in bytes.
pub(super) const LONGEST_TEXT: usize = 2_000;
/// The most places in a list of the answer.
const MOST_LISTED: usize = 10_000;

/// A request for a coverage.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageBody {
    /// The standard, which says how near a facility must be: an id, or a standard of your own.
    pub standard: StandardBody,
    /// The features that count as facilities; by default those that the standard names.
    pub facility: Option<FacilityBody>,
    /// The people whose walks count; by default those in the buildings of the map.
    pub demand: Option<DemandBody>,
    /// How the result is divided.
    #[serde(default)]
    pub by: ByBody,
    /// The moment at which opening hours are read for the whole walk, RFC 3339; now, if absent.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// The travel profile: `foot` or `wheelchair`.
    #[serde(default = "foot", alias = "mode")]
    #[schema(example = "foot")]
    pub profile: String,
    /// Positions of further facilities to try.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub add: Vec<TriedPlace>,
    /// The ids of facilities that do not count.
    #[serde(default)]
    #[schema(max_items = 10000)]
    pub without: Vec<String>,
    /// The id of a saved scenario that is tried: the answer is as if its edits had been made.
    pub scenario: Option<String>,
    /// Edits to the map that are tried, instead of a scenario.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub edits: Vec<ScenarioEdit>,
    /// Only the figures, for trying a position that is being dragged: the lists of the answer are empty, but not that of
    /// `change`.
    #[serde(default)]
    pub brief: bool,
    /// The maximum length of each list in the answer: areas, uncovered places, unlinked places and places of
    /// `change`.
    #[serde(default = "hundred")]
    #[schema(maximum = 10000)]
    pub limit: usize,
}

fn foot() -> String {
    "foot".to_owned()
}

fn hundred() -> usize {
    100
}

/// The id of a standard, or a standard of your own. It is read with the other fields, not by the parser of the body, so
/// that errors say what was expected in the language of the caller.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct StandardBody(pub(super) Value);

/// The forms of a standard, for the interface description.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes a type that is read by hand")]
enum StandardForm {
    /// The id of a standard of `/api/plan/standards`.
    Id(String),
    /// A standard of your own.
    Own(OwnStandard),
}

impl PartialSchema for StandardBody {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        StandardForm::schema()
    }
}

impl ToSchema for StandardBody {
    fn schemas(
        schemas: &mut Vec<(
            String,
            utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>,
        )>,
    ) {
        schemas.push((OwnStandard::name().into(), OwnStandard::schema()));
    }
}

/// A standard of your own. It needs a source, which is shown beside every figure.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnStandard {
    /// The longest walk in metres; either this or `minutes`.
    pub metres: Option<f64>,
    /// The longest walk in minutes; either this or `metres`.
    pub minutes: Option<f64>,
    /// Whether the walk counts there and back.
    #[serde(default)]
    pub there_and_back: bool,
    /// The name.
    pub title: Option<String>,
    /// Where the figure comes from.
    pub source: Option<String>,
}

/// The features that count as facilities.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityBody {
    /// The collection.
    #[schema(example = "facilities")]
    pub collection: String,
    /// Only features of this kind.
    #[schema(example = "battery_swap")]
    pub kind: Option<String>,
    /// Only stations with a defibrillator.
    #[serde(default)]
    pub aed: bool,
    /// The smallest and the largest area, in m².
    pub area_m2: Option<[f64; 2]>,
    /// A filter in CQL2 text.
    pub filter: Option<String>,
}

/// Whose walks count: the buildings of the map, a collection, or points.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandBody {
    /// A collection with a number of people in a property; without it the buildings of the map.
    pub collection: Option<String>,
    /// The property of the collection with the number of people.
    pub weight: Option<String>,
    /// Points with people.
    #[schema(max_items = 20000)]
    pub points: Option<Vec<PointBody>>,
    /// The persons in a household (2.62).
    pub persons_per_household: Option<f64>,
    /// The floor area per person in m² for buildings without a number of households (40).
    pub m2_per_person: Option<f64>,
}

/// A point with people.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointBody {
    /// Its id in the answer; if absent, its index in `points`, from 0.
    pub id: Option<String>,
    /// Longitude, WGS 84 degrees.
    pub lon: f64,
    /// Latitude, WGS 84 degrees.
    pub lat: f64,
    /// The number of people.
    pub people: f64,
}

/// A position to try.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriedPlace {
    /// Longitude, WGS 84 degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: f64,
    /// Latitude, WGS 84 degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: f64,
}

/// How the result is divided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByBody {
    /// By building, or by feature of the demand layer.
    Building,
    /// By grid (网格).
    Grid,
    /// By community (社区).
    #[default]
    Community,
    /// By subdistrict (街道).
    Street,
    /// By kind of housing.
    Housing,
}

impl From<ByBody> for By {
    fn from(by: ByBody) -> Self {
        match by {
            ByBody::Building => Self::Building,
            ByBody::Grid => Self::Grid,
            ByBody::Community => Self::Community,
            ByBody::Street => Self::Street,
            ByBody::Housing => Self::Housing,
        }
    }
}

impl CoverageBody {
    /// Validates the request as far as possible without the map.
    pub(super) fn read(self, app: &App, roles: RoleSet) -> Result<CoverageAsk, Problem> {
        if self.limit > MOST_LISTED {
            return Err(wrong(
                "limit",
                both!("应为0至{MOST_LISTED}", "expected 0 to {MOST_LISTED}"),
            ));
        }
        at_most("add", self.add.len(), MOST_ADDED)?;
        at_most("without", self.without.len(), MOST_WITHOUT)?;
        let standard = self.standard.read(app)?;
        let facility = match (self.facility, &standard.facility) {
            (Some(own), _) => own.read()?,
            (None, Some(kind)) => FacilityAsk {
                collection: kind.collection.clone(),
                kind: kind.kind.clone(),
                aed: kind.aed,
                area_m2: kind.area_m2,
                filter: None,
            },
            (None, None) => {
                return Err(wrong(
                    "facility",
                    both!(
                        "该标准没有规定设施，请指明，例如 {{\"collection\": \"facilities\", \"kind\": \"rest_stop\"}}",
                        "the standard does not say what counts; expected a facility such as \
                         {{\"collection\": \"facilities\", \"kind\": \"rest_stop\"}}"
                    ),
                ));
            }
        };
        let profiles = app.routes.profiles();
        let profile = profiles
            .get(&self.profile)
            .filter(|p| p.first_mode() == Mode::Walk && p.pace(Mode::Walk).is_some())
            .cloned()
            .ok_or_else(|| {
                wrong(
                    "profile",
                    both!(
                        "应为步行的出行方式，例如 foot 或 wheelchair",
                        "expected a profile that walks, such as foot or wheelchair"
                    ),
                )
            })?;
        let add = self.add.iter().zip(0_usize..);
        let add = add
            .map(|(place, n)| position(&format!("add[{n}]"), place.lon, place.lat))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(CoverageAsk {
            facility,
            standard,
            demand: self.demand.unwrap_or_default().read()?,
            at: moment(self.at.as_deref())?,
            profile,
            add,
            without: self.without,
            roles,
        })
    }
}

impl StandardBody {
    fn read(self, app: &App) -> Result<Standard, Problem> {
        let own = match self.0 {
            Value::Object(own) => own_standard(own)?,
            Value::String(id) => {
                let snapshot = app.live.snapshot();
                let standards = snapshot.standards();
                return standards.get(&id).cloned().ok_or_else(|| {
                    let known: Vec<&str> =
                        standards.iter().filter_map(|s| s.id.as_deref()).collect();
                    let (zh, en) = (known.join("、"), known.join(", "));
                    wrong(
                        "standard",
                        both!(
                            "应为{zh}之一，或自定标准",
                            "expected one of {en}, or a standard of your own"
                        ),
                    )
                });
            }
            _ => {
                return Err(wrong(
                    "standard",
                    both!(
                        "应为标准的编号（例如 \"aed_4\"），或自定标准（例如 {{\"metres\": 300, \"source\": \"…\"}}）",
                        "expected the id of a standard such as \"aed_4\", or a standard of your own such as \
                         {{\"metres\": 300, \"source\": \"…\"}}"
                    ),
                ));
            }
        };
        let in_range = |field: &str, value: f64, most: f64| {
            if value > 0.0 && value <= most {
                return Ok(value);
            }
            Err(wrong(
                field,
                both!(
                    "应大于0且不超过{most}",
                    "expected a number above 0, at most {most}"
                ),
            ))
        };
        let reach = match (own.metres, own.minutes) {
            (Some(m), None) => Reach::Metres(in_range("standard.metres", m, LONGEST.0)?),
            (None, Some(m)) => Reach::Minutes(in_range("standard.minutes", m, LONGEST.1)?),
            _ => {
                return Err(wrong(
                    "standard",
                    both!(
                        "自定标准应给出 metres（米）或 minutes（分钟）之一",
                        "a standard of your own needs exactly one of metres and minutes"
                    ),
                ));
            }
        };
        let source = own.source.as_deref().map(str::trim).unwrap_or_default();
        if source.is_empty() || source.len() > LONGEST_TEXT {
            return Err(wrong(
                "standard.source",
                both!(
                    "自定标准须注明出处（不超过{LONGEST_TEXT}字节），例如“2026年街道民生实事方案”",
                    "a standard of your own needs its source, such as \"plan of the subdistrict for 2026\", in at \
                     most {LONGEST_TEXT} bytes"
                ),
            ));
        }
        let title = own.title.filter(|t| t.len() <= LONGEST_TEXT);
        let title = title.map_or_else(
            || both!("自定标准", "Own standard"),
            |title| Localized::new(title.clone(), title),
        );
        Ok(Standard {
            id: None,
            title,
            reach,
            there_and_back: own.there_and_back,
            facility: None,
            source: Localized::new(source, source),
            verified: false,
        })
    }
}

/// Reads a standard of the request. An error names the member.
fn own_standard(own: Map<String, Value>) -> Result<OwnStandard, Problem> {
    for (name, value) in &own {
        let field = format!("standard.{name}");
        let fits = value.is_null()
            || match name.as_str() {
                "metres" | "minutes" => value.is_number(),
                "there_and_back" => value.is_boolean(),
                "title" | "source" => value.is_string(),
                _ => {
                    return Err(wrong(
                        &field,
                        both!(
                            "自定标准没有该项；可用的有 metres、minutes、there_and_back、title、source",
                            "unknown; a standard has metres, minutes, there_and_back, title and source"
                        ),
                    ));
                }
            };
        if !fits {
            return Err(wrong(
                &field,
                match name.as_str() {
                    "metres" | "minutes" => both!("应为数字", "expected a number"),
                    "there_and_back" => both!("应为 true 或 false", "expected true or false"),
                    _ => both!("应为文本", "expected a text"),
                },
            ));
        }
    }
    let given = own.into_iter().filter(|(_, value)| !value.is_null());
    serde_json::from_value(Value::Object(given.collect()))
        .map_err(|e| wrong("standard", json::problem_of(&e)))
}

impl FacilityBody {
    fn read(self) -> Result<FacilityAsk, Problem> {
        let area_m2 = match self.area_m2 {
            None => None,
            Some([from, to]) if from >= 0.0 && from <= to => Some((from, to)),
            Some(_) => {
                return Err(wrong(
                    "facility.area_m2",
                    both!(
                        "应为由小到大的两个面积，例如 [400, 10000]",
                        "expected two areas in ascending order, such as [400, 10000]"
                    ),
                ));
            }
        };
        if self.filter.as_ref().is_some_and(|f| f.len() > LONGEST_TEXT) {
            return Err(wrong(
                "facility.filter",
                both!(
                    "应不超过{LONGEST_TEXT}字节",
                    "expected at most {LONGEST_TEXT} bytes"
                ),
            ));
        }
        Ok(FacilityAsk {
            collection: self.collection,
            kind: self.kind,
            aed: self.aed,
            area_m2,
            filter: self.filter,
        })
    }
}

impl DemandBody {
    fn read(self) -> Result<DemandAsk, Problem> {
        let above_zero = |field: &str, value: Option<f64>, default: f64| match value {
            None => Ok(default),
            Some(value) if value > 0.0 && value.is_finite() => Ok(value),
            Some(_) => Err(wrong(field, both!("应大于0", "expected a number above 0"))),
        };
        let standard = Factors::default();
        let factors = Factors {
            persons_per_household: above_zero(
                "demand.persons_per_household",
                self.persons_per_household,
                standard.persons_per_household,
            )?,
            m2_per_person: above_zero(
                "demand.m2_per_person",
                self.m2_per_person,
                standard.m2_per_person,
            )?,
        };
        match (self.collection, self.weight, self.points) {
            (None, None, None) => Ok(DemandAsk::Buildings(factors)),
            (Some(collection), Some(weight), None) => {
                Ok(DemandAsk::Collection { collection, weight })
            }
            (Some(_), None, None) => Err(wrong(
                "demand.weight",
                both!(
                    "请指明图层中表示人数的属性",
                    "expected the property of the collection with the number of people"
                ),
            )),
            (None, None, Some(points)) => Ok(DemandAsk::Points(read_points(points)?)),
            _ => Err(wrong(
                "demand",
                both!(
                    "应只给出一种：collection 与 weight，或 points，或都不给",
                    "expected either collection and weight, or points, or neither"
                ),
            )),
        }
    }
}

fn read_points(points: Vec<PointBody>) -> Result<Vec<DemandPoint>, Problem> {
    at_most("demand.points", points.len(), MOST_POINTS)?;
    let numbered = points.into_iter().zip(0_usize..);
    numbered
        .map(|(point, n)| {
            let field = format!("demand.points[{n}]");
            if !(point.people >= 0.0 && point.people.is_finite()) {
                return Err(wrong(
                    &format!("{field}.people"),
                    both!("人数应为0或以上", "expected 0 people or more"),
                ));
            }
            Ok(DemandPoint {
                at: position(&field, point.lon, point.lat)?,
                id: point.id.unwrap_or_else(|| n.to_string()),
                people: point.people,
            })
        })
        .collect()
}

pub(super) fn position(field: &str, lon: f64, lat: f64) -> Result<Coord<f64>, Problem> {
    if lon.abs() <= 180.0 && lat.abs() <= 90.0 {
        return Ok(Coord { x: lon, y: lat });
    }
    Err(wrong(
        field,
        both!(
            "应为经度 -180 至 180、纬度 -90 至 90 的度数",
            "expected a longitude from -180 to 180 and a latitude from -90 to 90"
        ),
    ))
}

pub(super) fn moment(text: Option<&str>) -> Result<Timestamp, Problem> {
    let Some(text) = text else {
        return Ok(Timestamp::now());
    };
    text.parse().map_err(|_| {
        wrong(
            "at",
            both!(
                "应为 RFC 3339 时间，例如 2026-11-30T08:00:00+08:00",
                "expected an RFC 3339 time such as 2026-11-30T08:00:00+08:00"
            ),
        )
    })
}

pub(super) fn at_most(field: &str, count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    Err(wrong(
        field,
        both!(
            "最多{most}项，实有{count}项",
            "expected at most {most} items, found {count}"
        ),
    ))
}

pub(super) fn wrong(field: &str, problem: impl Into<Localized>) -> Problem {
    Problem::wrong_field(field, problem)
}
