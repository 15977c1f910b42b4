//! The request body of `POST /api/plan/coverage`, and its validation.

use geo_types::Coord;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{PartialSchema, ToSchema};

use crate::codec::json;
use crate::http::App;
use crate::http::problem::Problem;
use crate::http::work::Advice;
use crate::model::{Localized, RoleSet, both};
use crate::network::core::Mode;
use crate::planning::coverage::By;
use crate::planning::standards::{LONGEST, Reach, Standard};
use crate::service::planning::{
    CoverageAsk, DemandAsk, DemandPoint, FacilityAsk, Factors, ScenarioEdit,
};

/// The advice in the error when checking the candidates or changes takes too long.
pub(super) const FEWER: Advice = (
    "请缩小范围或减少候选点位。",
    "Ask for fewer candidates or a smaller area.",
);
/// The most positions in `add`.
const MOST_ADDED: usize = 500;
/// The most ids in `without`.
const MOST_WITHOUT: usize = 10_000;
/// The most points in `demand.points`.
const MOST_POINTS: usize = 20_000;
/// The longest text in a field, in bytes.
pub(super) const LONGEST_TEXT: usize = 2_000;
/// The largest `limit`: the most entries of each list in the answer.
const MOST_LISTED: usize = 10_000;

/// A request for a coverage: how many people have a facility within a standard.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageBody {
    /// How near a facility must be: the id of a standard of `/api/plan/standards`, or a standard of your own.
    pub standard: StandardBody,
    /// The features that count as facilities; if absent, those that the standard names.
    pub facility: Option<FacilityBody>,
    /// The people to count; if absent, those in the buildings of the map.
    pub demand: Option<DemandBody>,
    /// The kind of areas for which the answer has figures in `by`; `community` if absent.
    #[serde(default)]
    pub by: ByBody,
    /// The moment for which opening hours are read, RFC 3339; now if absent. It is the same for the whole walk.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// The travel profile: one that walks, such as `foot` or `wheelchair`; `foot` if absent.
    #[serde(default = "foot", alias = "mode")]
    #[schema(example = "foot")]
    pub profile: String,
    /// Positions at which further facilities are tried: they count as facilities, and `change` says what they add.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub add: Vec<TriedPlace>,
    /// The ids of facilities that do not count, as if they did not exist.
    #[serde(default)]
    #[schema(max_items = 10000)]
    pub without: Vec<String>,
    /// The id of a saved scenario: coverage is computed on the map with the edits of this scenario.
    pub scenario: Option<String>,
    /// Edits to the map, in place of `scenario`: coverage is computed on the map with these edits.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub edits: Vec<ScenarioEdit>,
    /// Whether to answer without the lists `by`, `uncovered` and `unlinked.places`, for a position that is being
    /// dragged. They are empty then, `worst` is `null`, and `in_no_area` is 0.
    #[serde(default)]
    pub brief: bool,
    /// The most entries of each of the lists `by`, `uncovered`, `unlinked.places` and `change.places` in the answer;
    /// 100 if absent.
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

/// The id of a standard, or a standard of your own. It is kept as JSON and read with the other fields, so that an
/// error names the field and is in the language of the caller.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct StandardBody(pub(super) Value);

/// The forms of a standard, for the OpenAPI document.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the JSON of `StandardBody`")]
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

/// A standard of your own. Its `source` is required, because reports show it with the figures.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnStandard {
    /// The longest walk that counts, in metres: above 0, at most 20,000. Give either this or `minutes`.
    pub metres: Option<f64>,
    /// The longest walk that counts, in minutes: above 0, at most 240. Give either this or `metres`.
    pub minutes: Option<f64>,
    /// Whether the limit is for the walk there and back, not only for the walk there.
    #[serde(default)]
    pub there_and_back: bool,
    /// The name; `Own standard` if absent.
    pub title: Option<String>,
    /// Where the figure comes from, such as a regulation or a plan.
    pub source: Option<String>,
}

/// The features that count as facilities.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityBody {
    /// The collection of the features.
    #[schema(example = "facilities")]
    pub collection: String,
    /// Only features with this value of the property `kind`.
    #[schema(example = "battery_swap")]
    pub kind: Option<String>,
    /// Whether only features with `aed: true` count: stations with a defibrillator.
    #[serde(default)]
    pub aed: bool,
    /// The smallest and the largest area, in m². A feature whose area is not known counts.
    pub area_m2: Option<[f64; 2]>,
    /// A filter in CQL2 text.
    pub filter: Option<String>,
}

/// The people to count: those in a collection (`collection` and `weight`) or at points (`points`). If both are absent,
/// those in the buildings of the map.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandBody {
    /// A collection whose features have a number of people in the property `weight`.
    pub collection: Option<String>,
    /// The name of the property with the number of people.
    pub weight: Option<String>,
    /// Points, each with a number of people.
    #[schema(max_items = 20000)]
    pub points: Option<Vec<PointBody>>,
    /// The number of persons per household, for buildings; 2.62 if absent.
    pub persons_per_household: Option<f64>,
    /// The floor area per person in m², for buildings without a number of households; 40 if absent.
    pub m2_per_person: Option<f64>,
}

/// A point with people.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointBody {
    /// The id of the point in the answer; if absent, its index in `points`, from 0.
    pub id: Option<String>,
    /// Longitude, WGS 84 degrees.
    pub lon: f64,
    /// Latitude, WGS 84 degrees.
    pub lat: f64,
    /// The number of people.
    pub people: f64,
}

/// A position at which a further facility is tried.
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

/// The kind of areas for which the answer has figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByBody {
    /// By building, or by feature or point of `demand`.
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
    /// Validates the fields that can be checked without the features of the map.
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
                        "该标准没有规定设施类型，请填写，例如 {{\"collection\": \"facilities\", \"kind\": \"rest_stop\"}}",
                        "the standard names no kind of facility; expected one, such as \
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
                        "expected a walking profile, such as foot or wheelchair"
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
                        "自定标准应填写 metres（米）或 minutes（分钟），且只填一项",
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
                    "a standard of your own needs a source of at most {LONGEST_TEXT} bytes, such as \"plan of the \
                     subdistrict for 2026\""
                ),
            ));
        }
        if own.title.as_ref().is_some_and(|t| t.len() > LONGEST_TEXT) {
            return Err(wrong(
                "standard.title",
                both!(
                    "应不超过{LONGEST_TEXT}字节",
                    "expected at most {LONGEST_TEXT} bytes"
                ),
            ));
        }
        let title = own.title.map_or_else(
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

/// Reads a standard of your own. An error names the wrong field.
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
                            "自定标准没有该字段；可用字段为 metres、minutes、there_and_back、title、source",
                            "unknown field; expected one of metres, minutes, there_and_back, title and source"
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
                        "应为由小到大的两个面积（平方米），例如 [400, 10000]",
                        "expected two areas in m² in ascending order, such as [400, 10000]"
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
                    "请填写图层中表示人数的属性名",
                    "expected the name of the property with the number of people"
                ),
            )),
            (None, None, Some(points)) => Ok(DemandAsk::Points(read_points(points)?)),
            _ => Err(wrong(
                "demand",
                both!(
                    "只能填写一种：collection 和 weight，或 points；也可以都不填",
                    "expected either collection and weight, or points alone, or none of them"
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
            "经度应为 -180 至 180 度，纬度应为 -90 至 90 度",
            "expected a longitude from -180 to 180 and a latitude from -90 to 90 degrees"
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
