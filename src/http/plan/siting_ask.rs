//! The request body of a siting (`POST /api/plan/sitings`), and its validation.

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

/// The most polygons in `candidates.areas`.
const MOST_AREAS: usize = 100;
/// The most ids in `required`, and in `forbidden`.
const MOST_IDS: usize = 5_000;
/// The default spacing of candidates in drawn areas, in metres.
const IN_AREAS_M: f64 = 50.0;
/// The smallest and the largest spacing of candidates, in metres.
const SPACING_M: (f64, f64) = (5.0, 5_000.0);
/// The largest `plans`, and the largest `robustness.samples`.
const MOST_PLANS: usize = 5;
const MOST_SAMPLES: u32 = 500;
/// The largest `time_limit_s`, in seconds.
const LONGEST_S: u32 = 3_600;

/// A request for a siting: where facilities should stand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitingBody {
    /// The siting problem to solve.
    pub problem: Question,
    /// A title, which the result repeats.
    pub title: Option<String>,
    /// How near a facility must be: the id of a standard of `/api/plan/standards`, or a standard of your own. Required
    /// for `mclp`, `lscp` and `relocation`. For `p-median` and `p-center` it decides whether walks are measured in
    /// metres (as without a standard) or in time, and adds figures of coverage to the result.
    pub standard: Option<StandardBody>,
    /// The features that count as facilities; if absent, those that the standard names.
    pub facility: Option<FacilityBody>,
    /// The people to count; if absent, those in the buildings of the map.
    pub demand: Option<DemandBody>,
    /// The moment for which opening hours are read, RFC 3339; now if absent. It is the same for the whole walk.
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// The travel profile: one that walks, such as `foot` or `wheelchair`; `foot` if absent.
    #[schema(example = "foot")]
    pub profile: Option<String>,
    /// The id of a saved scenario: the problem is solved on the map with the edits of this scenario.
    pub scenario: Option<String>,
    /// Edits to the map, in place of `scenario`: the problem is solved on the map with these edits.
    #[serde(default)]
    #[schema(max_items = 2000)]
    pub edits: Vec<ScenarioEdit>,
    /// How many sites to choose (at most, for `p-center`). Existing facilities that stay are not counted.
    #[schema(minimum = 1)]
    pub k: Option<usize>,
    /// The largest total cost of the chosen sites, in the unit of the costs of the candidates.
    pub budget: Option<f64>,
    /// For `lscp`: the share of people to cover, above 0 and at most 1; 1 if absent.
    pub share: Option<f64>,
    /// For `relocation`: how many of the existing facilities may move at most.
    pub moves: Option<usize>,
    /// How existing facilities are treated; `keep` if absent.
    #[serde(default)]
    pub existing: Existing,
    /// Where facilities may stand. If absent, candidates are generated near uncovered people.
    pub candidates: Option<CandidatesBody>,
    /// Whether the rules of placement (`placement.toml`) apply; `true` if absent.
    pub placement: Option<bool>,
    /// The ids of candidates that must be chosen.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub required: Vec<String>,
    /// The ids of candidates that must not be chosen.
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub forbidden: Vec<String>,
    /// The smallest straight-line distance between two sites, in metres. It does not apply to two existing facilities.
    pub min_distance_m: Option<f64>,
    /// How many people a site can serve if the candidate has no capacity.
    pub capacity: Option<f64>,
    /// The share of the people of each community that a plan must cover at least.
    pub community_share: Option<CommunityShareBody>,
    /// Whether people count as covered only if two sites are within the standard.
    #[serde(default)]
    pub backup: bool,
    /// Makes coverage gradual: a person counts fully up to the standard, and linearly less beyond it, down to 0 at a
    /// walk of this length, in metres or minutes like the standard.
    pub gradual_until: Option<f64>,
    /// The most plans in the result, the best plan included; 3 if absent.
    #[schema(minimum = 1, maximum = 5)]
    pub plans: Option<usize>,
    /// Tests how robust the plan is: the problem is also solved for samples with other numbers of people, another
    /// walking speed and some links missing. No test if absent.
    pub robustness: Option<RobustnessBody>,
    /// The longest search for the best plan, in seconds; 60 if absent. Further plans, the curve of coverage
    /// over the number of sites, and the robustness test take at most half as long each.
    #[schema(minimum = 1, maximum = 3600)]
    pub time_limit_s: Option<u32>,
}

/// Where facilities may stand. Several kinds of candidates can be combined.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidatesBody {
    /// The features of a collection.
    pub layer: Option<LayerBody>,
    /// Single points.
    #[schema(max_items = 5000)]
    pub points: Option<Vec<CandidatePoint>>,
    /// Areas that are filled with a grid of points.
    pub areas: Option<AreasBody>,
    /// Buildings, shops or units that could host the facility. A building is entered at a door.
    pub hosts: Option<HostsBody>,
    /// Points that are generated near uncovered people.
    pub generate: Option<GenerateBody>,
}

/// The features of a collection as candidates.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerBody {
    /// The collection.
    pub collection: String,
    /// A filter in CQL2 text.
    pub filter: Option<String>,
    /// The property with the cost of a site.
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
    /// The id; if absent, `point-1` for the first point of the list, `point-2` for the second, and so on.
    pub id: Option<String>,
    /// The name; the id if absent.
    pub name: Option<String>,
    /// Longitude, WGS 84 degrees.
    pub lon: f64,
    /// Latitude, WGS 84 degrees.
    pub lat: f64,
    /// The cost of a facility here, in the unit of `budget`.
    pub cost: Option<f64>,
    /// How many people a facility here can serve.
    pub capacity: Option<f64>,
}

/// Areas that are filled with a grid of points.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AreasBody {
    /// GeoJSON polygons.
    #[schema(max_items = 100)]
    pub polygons: Vec<PolygonBody>,
    /// The distance between points, 5 to 5,000 metres; 50 if absent.
    pub spacing_m: Option<f64>,
}

/// A GeoJSON polygon.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum PolygonBody {
    /// A polygon.
    Polygon {
        /// The rings: the outline first, then the holes.
        coordinates: Vec<Vec<[f64; 2]>>,
    },
}

/// How candidates are generated.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateBody {
    /// The distance between points, 5 to 5,000 metres; 100 if absent. It is widened to at least a twentieth of the
    /// distance of the standard, and until there are at most 1,500 points.
    pub spacing_m: Option<f64>,
}

/// The share of the people of a community that a plan must cover at least: one number for all communities, or a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum CommunityShareBody {
    /// The same share for all communities.
    All(f64),
    /// A share for each listed community. The other communities have no minimum.
    Of(Vec<ShareOf>),
}

/// The share of the people of one community that a plan must cover at least.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareOf {
    /// The id of the community.
    pub community: String,
    /// The share, from 0 to 1.
    pub share: f64,
}

/// What varies between the samples of the robustness test.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RobustnessBody {
    /// How many samples to solve; 100 if absent.
    #[schema(minimum = 1, maximum = 500)]
    pub samples: Option<u32>,
    /// The standard deviation of the logarithm of the number of people, 0 to 1; 0.2 (about 20 %) if absent.
    pub demand_sd: Option<f64>,
    /// The standard deviation of the logarithm of the walking speed, 0 to 1; 0.1 if absent. The speed is
    /// the same for all people of a sample.
    pub speed_sd: Option<f64>,
    /// The share of missing links between demand points and candidates, 0 to 1; 0.02 if absent. The link to the nearest
    /// candidate is never missing.
    pub missing_links: Option<f64>,
}

impl SitingBody {
    /// Validates the fields that can be checked without the features of the map.
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
                        "请填写标准，即设施应在多远以内",
                        "expected a standard, which says how near a facility must be"
                    ),
                ));
            }
            // Without a standard, walks are measured in metres. The limit and the source are not used.
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

/// Returns a number, or its default if it is absent. Refuses a number out of the range.
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
            "应不超过{LONGEST_TEXT}字节",
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
