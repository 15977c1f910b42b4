//! The request body of a siting, and its validation.

use geo_types::Geometry;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ask::{
    ByBody, CoverageBody, DemandBody, FacilityBody, LONGEST_TEXT, StandardBody, at_most, position,
    wrong,
};
use crate::http::App;
use crate::http::problem::Problem;
use crate::model::{InChinese as _, Localized, RoleSet, both};
use crate::planning::siting::robust::Sampling;
use crate::planning::standards::LONGEST;
use crate::service::planning::ScenarioEdit;
use crate::service::planning::siting::{
    AreasAsk, CandidatesAsk, CommunityShare, Existing, GENERATED_M, LayerAsk, MOST_CANDIDATES,
    PointAsk, Question, SitingAsk,
};
use crate::spatial::validity;

/// The most areas that a request draws.
const MOST_AREAS: usize = 100;
/// The most ids of a list in a request.
const MOST_IDS: usize = 5_000;
/// The spacing of candidates in drawn areas, in metres.
const IN_AREAS_M: f64 = 50.0;
/// The shortest and the longest spacing of candidates, in metres.
const SPACING_M: (f64, f64) = (5.0, 5_000.0);
/// The most plans and the most samples.
const MOST_PLANS: usize = 5;
const MOST_SAMPLES: u32 = 500;
/// The longest search for the best plan, in seconds.
const LONGEST_S: u32 = 3_600;

/// A request for a siting: where facilities should stand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitingBody {
    /// What is asked for.
    pub problem: Question,
    /// A title for the planner.
    pub title: Option<String>,
    /// The standard, which says how near a facility must be: an id, or a standard of your own. Needed for `mclp`, `lscp`
    /// and `relocation`; for `p-median` and `p-center` it says whether walks are measured in metres (the default) or time.
    pub standard: Option<StandardBody>,
    /// The features that count as facilities; by default those that the standard names.
    pub facility: Option<FacilityBody>,
    /// The people whose walks count; by default those in the buildings of the map.
    pub demand: Option<DemandBody>,
    /// The moment at which opening hours are read for the whole walk, RFC 3339; now, if absent.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// The travel profile: `foot` or `wheelchair`.
    #[schema(example = "foot")]
    pub profile: Option<String>,
    /// The id of a saved scenario: the answer is as if its edits had been made.
    pub scenario: Option<String>,
    /// Edits to the map, instead of a scenario.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub edits: Vec<ScenarioEdit>,
    /// How many sites are chosen, beside the existing facilities that stay.
    #[schema(minimum = 1)]
    pub k: Option<usize>,
    /// The sum of the costs is at most this.
    pub budget: Option<f64>,
    /// The share of people to cover (`lscp`; 1 if absent).
    pub share: Option<f64>,
    /// How many of the existing facilities may move (`relocation`).
    pub moves: Option<usize>,
    /// What becomes of the facilities that exist.
    #[serde(default)]
    pub existing: Existing,
    /// Where facilities may stand; where the standard leaves people out, if absent.
    pub candidates: Option<CandidatesBody>,
    /// `false`: the rules of placement do not apply.
    pub placement: Option<bool>,
    /// The ids of candidates that must be chosen.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub required: Vec<String>,
    /// The ids of candidates that must not be chosen.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub forbidden: Vec<String>,
    /// The smallest distance between two sites in a straight line, in metres. Two existing facilities may be nearer.
    pub min_distance_m: Option<f64>,
    /// How many people a site can serve if it has no capacity of its own.
    pub capacity: Option<f64>,
    /// The least share of the people of communities that is covered.
    pub community_share: Option<CommunityShareBody>,
    /// Whether people count as covered only with two sites within the standard.
    #[serde(default)]
    pub backup: bool,
    /// Gradual coverage: beyond the standard it falls linearly, and is 0 from here on; in metres or minutes, as the
    /// standard.
    pub gradual_until: Option<f64>,
    /// How many different plans are wanted (3).
    #[schema(minimum = 1, maximum = 5)]
    pub plans: Option<usize>,
    /// Solve samples with other numbers of people, walking speeds and links, to see how robust the plan is.
    pub robustness: Option<RobustnessBody>,
    /// How long the solver may search for the best plan, in seconds (60). Further plans, the curve and the robustness take
    /// at most half as long each.
    #[schema(minimum = 1, maximum = 3600)]
    pub time_limit_s: Option<u32>,
}

/// Where facilities may stand. Several kinds of candidates can be given.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidatesBody {
    /// The features of a layer.
    pub layer: Option<LayerBody>,
    /// Points.
    #[schema(max_items = 5000)]
    pub points: Option<Vec<CandidatePoint>>,
    /// Areas that are filled with points.
    pub areas: Option<AreasBody>,
    /// Buildings, shops or units that could host the facility. Buildings are entered at a door.
    pub hosts: Option<HostsBody>,
    /// Points near people whom the standard leaves out.
    pub generate: Option<GenerateBody>,
}

/// The features of a layer as candidates.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerBody {
    /// The collection.
    pub collection: String,
    /// A filter in CQL2 text.
    pub filter: Option<String>,
    /// The property with the cost.
    pub cost: Option<String>,
    /// The property with the number of people that the site can serve.
    pub capacity: Option<String>,
}

/// Features that could host the facility.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HostsBody {
    /// The collection, such as `buildings` or `units`.
    pub collection: String,
    /// A filter in CQL2 text.
    #[schema(example = "kind = 'shop'")]
    pub filter: Option<String>,
}

/// A point where a facility may stand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidatePoint {
    /// Its id; if absent, `point-` and its place in the list, from 1.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Longitude, WGS 84 degrees.
    pub lon: f64,
    /// Latitude, WGS 84 degrees.
    pub lat: f64,
    /// The cost.
    pub cost: Option<f64>,
    /// How many people it can serve.
    pub capacity: Option<f64>,
}

/// Areas that are filled with points.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AreasBody {
    /// GeoJSON polygons.
    #[schema(max_items = 100)]
    pub polygons: Vec<PolygonBody>,
    /// The distance between points in metres (50).
    pub spacing_m: Option<f64>,
}

/// A GeoJSON polygon.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum PolygonBody {
    /// A polygon.
    Polygon {
        /// The rings, the outline first.
        coordinates: Vec<Vec<[f64; 2]>>,
    },
}

/// How candidates are generated.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateBody {
    /// The distance between points in metres (100). It is widened if there would be more than 1,500.
    pub spacing_m: Option<f64>,
}

/// The least share of the people of communities: one number for all, or a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CommunityShareBody {
    /// The same share for all communities.
    All(f64),
    /// Shares of some communities.
    Of(Vec<ShareOf>),
}

/// The least share of the people of a community.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareOf {
    /// The id of the community.
    pub community: String,
    /// The share, from 0 to 1.
    pub share: f64,
}

/// What varies between samples.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RobustnessBody {
    /// How many samples are solved (100).
    #[schema(minimum = 1, maximum = 500)]
    pub samples: Option<u32>,
    /// The standard deviation of the logarithm of the number of people (0.2: about 20 %).
    pub demand_sd: Option<f64>,
    /// The standard deviation of the logarithm of the walking speed, one for all within a sample (0.1).
    pub speed_sd: Option<f64>,
    /// The share of links between people and sites that are missing (0.02).
    pub missing_links: Option<f64>,
}

impl SitingBody {
    /// Validates the request as far as possible without the map.
    pub(super) fn read(
        self,
        app: &App,
        roles: RoleSet,
        question: Value,
    ) -> Result<SitingAsk, Problem> {
        let has_radius = !matches!(self.problem, Question::PMedian | Question::PCenter);
        let has_standard = self.standard.is_some();
        let standard = match self.standard {
            Some(standard) => standard,
            None if has_radius => {
                return Err(wrong(
                    "standard",
                    both!(
                        "请指明标准：设施应有多近",
                        "expected the standard: how near a facility must be"
                    ),
                ));
            }
            // Walks are measured in metres.
            None => StandardBody(json!({"metres": LONGEST.0, "source": "-"})),
        };
        let coverage = CoverageBody {
            standard,
            facility: self.facility,
            demand: self.demand,
            by: ByBody::default(),
            at: self.at,
            profile: self.profile.unwrap_or_else(|| "foot".to_owned()),
            add: Vec::new(),
            without: Vec::new(),
            scenario: None,
            edits: Vec::new(),
            brief: true,
            limit: 0,
        };
        let coverage = coverage.read(app, roles)?;
        short("title", self.title.as_deref())?;
        at_most("required", self.required.len(), MOST_IDS)?;
        at_most("forbidden", self.forbidden.len(), MOST_IDS)?;
        let ask = SitingAsk {
            problem: self.problem,
            title: self.title,
            facility: coverage.facility,
            standard: coverage.standard,
            has_standard,
            demand: coverage.demand,
            at: coverage.at,
            profile: coverage.profile.name,
            roles: roles.iter().collect(),
            edits: self.edits,
            k: self.k,
            budget: self.budget,
            share: self.share,
            moves: self.moves,
            existing: self.existing,
            candidates: self.candidates.unwrap_or_default().read()?,
            placement: self.placement.unwrap_or(true),
            required: self.required,
            forbidden: self.forbidden,
            min_distance_m: self.min_distance_m,
            capacity: self.capacity,
            community_share: self.community_share.map(CommunityShareBody::read),
            backup: self.backup,
            gradual_until: self.gradual_until,
            plans: whole("plans", self.plans, (1, MOST_PLANS), 3)?,
            robustness: self.robustness.map(RobustnessBody::read).transpose()?,
            time_limit_s: whole("time_limit_s", self.time_limit_s, (1, LONGEST_S), 60)?,
            question,
        };
        match ask.refusals().into_iter().next() {
            Some((field, problem)) => Err(wrong(&field, problem)),
            None => Ok(ask),
        }
    }
}

/// A number in a range.
fn whole<T: Copy + PartialOrd + std::fmt::Display>(
    field: &str,
    value: Option<T>,
    (least, most): (T, T),
    default: T,
) -> Result<T, Problem> {
    match value {
        None => Ok(default),
        Some(value) if (least..=most).contains(&value) => Ok(value),
        Some(_) => Err(wrong(
            field,
            both!("应为{least}至{most}", "expected {least} to {most}"),
        )),
    }
}

fn short(field: &str, text: Option<&str>) -> Result<(), Problem> {
    if text.is_none_or(|text| text.len() <= LONGEST_TEXT) {
        return Ok(());
    }
    Err(wrong(
        field,
        both!(
            "不超过{LONGEST_TEXT}字节",
            "expected at most {LONGEST_TEXT} bytes"
        ),
    ))
}

fn spacing(field: &str, value: Option<f64>, default: f64) -> Result<f64, Problem> {
    whole(field, value, SPACING_M, default)
}

impl CandidatesBody {
    fn read(self) -> Result<CandidatesAsk, Problem> {
        let points = self.points.unwrap_or_default();
        at_most("candidates.points", points.len(), MOST_CANDIDATES)?;
        let layer = self.layer.map(|layer| LayerAsk {
            collection: layer.collection,
            filter: layer.filter,
            cost: layer.cost,
            capacity: layer.capacity,
        });
        let hosts = self.hosts.map(|hosts| LayerAsk {
            collection: hosts.collection,
            filter: hosts.filter,
            cost: None,
            capacity: None,
        });
        for (field, layer) in [("candidates.layer", &layer), ("candidates.hosts", &hosts)] {
            let filter = layer.as_ref().and_then(|l| l.filter.as_deref());
            short(&format!("{field}.filter"), filter)?;
        }
        let generate = self.generate.map(|generate| {
            spacing(
                "candidates.generate.spacing_m",
                generate.spacing_m,
                GENERATED_M,
            )
        });
        let numbered = points.into_iter().zip(1_usize..);
        let points = numbered.map(|(point, n)| {
            let field = format!("candidates.points[{}]", n - 1);
            short(&format!("{field}.id"), point.id.as_deref())?;
            short(&format!("{field}.name"), point.name.as_deref())?;
            Ok(PointAsk {
                at: position(&field, point.lon, point.lat)?,
                id: point.id.unwrap_or_else(|| format!("point-{n}")),
                name: point.name,
                cost: point.cost,
                capacity: point.capacity,
            })
        });
        let asked = CandidatesAsk {
            layer,
            points: points.collect::<Result<_, Problem>>()?,
            areas: self.areas.map(AreasBody::read).transpose()?,
            hosts,
            generate: generate.transpose()?,
        };
        Ok(asked)
    }
}

impl AreasBody {
    fn read(self) -> Result<AreasAsk, Problem> {
        at_most("candidates.areas.polygons", self.polygons.len(), MOST_AREAS)?;
        let asked = AreasAsk {
            polygons: self
                .polygons
                .into_iter()
                .map(|PolygonBody::Polygon { coordinates }| coordinates)
                .collect(),
            spacing_m: spacing("candidates.areas.spacing_m", self.spacing_m, IN_AREAS_M)?,
        };
        for (n, shape) in asked.shapes().into_iter().enumerate() {
            validity::validate(&Geometry::Polygon(shape)).map_err(|invalid| {
                let Localized { zh, en } = invalid.localized();
                wrong(
                    &format!("candidates.areas.polygons[{n}]"),
                    both!("{zh}", "{en}; expected a valid polygon"),
                )
            })?;
        }
        Ok(asked)
    }
}

impl CommunityShareBody {
    fn read(self) -> CommunityShare {
        match self {
            Self::All(share) => CommunityShare::All(share),
            Self::Of(list) => {
                let pairs = list.into_iter().map(|of| (of.community, of.share));
                CommunityShare::Of(pairs.collect())
            }
        }
    }
}

impl RobustnessBody {
    fn read(self) -> Result<Sampling, Problem> {
        let usual = Sampling::default();
        let number = |field: &str, value, default| {
            whole(&format!("robustness.{field}"), value, (0.0, 1.0), default)
        };
        Ok(Sampling {
            runs: whole(
                "robustness.samples",
                self.samples,
                (1, MOST_SAMPLES),
                usual.runs,
            )?,
            seed: usual.seed,
            demand_spread: number("demand_sd", self.demand_sd, usual.demand_spread)?,
            speed_spread: number("speed_sd", self.speed_sd, usual.speed_spread)?,
            missing_links: number("missing_links", self.missing_links, usual.missing_links)?,
        })
    }
}
