//! A request for a siting, as a job stores it.

use geo_types::{Coord, Polygon};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Localized, Role, RoleSet, both};
use crate::network::core::Profile;
use crate::network::walking::Measure;
use crate::planning::siting::problem::{Constraint, Goal};
use crate::planning::siting::robust::Sampling;
use crate::planning::standards::Standard;
use crate::service::planning::ask::position;
use crate::service::planning::{CoverageAsk, DemandAsk, FacilityAsk, ScenarioEdit};

/// The default spacing of generated candidates, in metres.
pub const GENERATED_M: f64 = 100.0;

/// The siting problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = SitingProblem)]
pub enum Question {
    /// Maximal covering: as many people as possible within the standard with a given number of sites, or within a
    /// budget.
    Mclp,
    /// Set covering: as few sites as possible (or the least total cost) with everybody, or a share of the people,
    /// within the standard.
    Lscp,
    /// The total of all walks to the nearest site is as short as possible.
    PMedian,
    /// The longest walk of anybody to the nearest site is as short as possible.
    PCenter,
    /// As many people as possible within the standard after moving some of the existing facilities.
    Relocation,
}

/// How existing facilities are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SitingExisting)]
pub enum Existing {
    /// They stay, except those that move in a `relocation`.
    #[default]
    Keep,
    /// They are candidates like the others.
    Replace,
    /// They do not count, as if there were none.
    Ignore,
}

/// A request for a siting. Errors name the fields of the request body.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SitingAsk {
    /// The siting problem to solve.
    pub problem: Question,
    /// The title that the planner gave.
    pub title: Option<String>,
    /// The features that count as facilities.
    pub facility: FacilityAsk,
    /// How near a facility must be. For `p-median` and `p-center` it only matters whether it is a distance or a time.
    pub standard: Standard,
    /// Whether the request has a standard. Without one, the result has no figures of coverage.
    pub has_standard: bool,
    /// The people whose walks count.
    pub demand: DemandAsk,
    /// The moment for which opening hours are read.
    pub at: Timestamp,
    /// The name of the travel profile.
    pub profile: String,
    /// The roles of the planner. Numbers of people and properties of facilities and candidates that these roles may not
    /// see count as absent.
    pub roles: Vec<Role>,
    /// Edits to the map: the job reads the map with these edits.
    #[serde(default)]
    pub edits: Vec<ScenarioEdit>,
    /// How many sites to choose, not counting existing facilities that stay.
    pub k: Option<usize>,
    /// The largest total cost of the chosen sites.
    pub budget: Option<f64>,
    /// The share of people to cover.
    pub share: Option<f64>,
    /// How many of the existing facilities may move at most.
    pub moves: Option<usize>,
    /// How existing facilities are treated.
    pub existing: Existing,
    /// Where facilities may stand.
    pub candidates: CandidatesAsk,
    /// Whether the rules of placement apply.
    pub placement: bool,
    /// The ids of candidates that must be chosen.
    pub required: Vec<String>,
    /// The ids of candidates that must not be chosen.
    pub forbidden: Vec<String>,
    /// The smallest straight-line distance between sites, in metres.
    pub min_distance_m: Option<f64>,
    /// How many people a candidate can serve if it has no capacity of its own.
    pub capacity: Option<f64>,
    /// The share of the people of each community that a plan must cover at least.
    pub community_share: Option<CommunityShare>,
    /// Whether people count as covered only if two sites are within the standard.
    pub backup: bool,
    /// Where gradual coverage ends, in the unit of the standard: metres or minutes.
    pub gradual_until: Option<f64>,
    /// The most plans in the result, the best plan included.
    pub plans: usize,
    /// What varies between the samples of the robustness test; `None` for no test.
    pub robustness: Option<Sampling>,
    /// The longest search for the best plan, in seconds.
    pub time_limit_s: u32,
    /// The body of the request, which the result repeats.
    pub question: Value,
}

/// Where facilities may stand.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CandidatesAsk {
    /// The features of a layer.
    pub layer: Option<LayerAsk>,
    /// Drawn points.
    pub points: Vec<PointAsk>,
    /// Drawn areas, which are filled with points.
    pub areas: Option<AreasAsk>,
    /// Buildings, shops or units that could host a facility.
    pub hosts: Option<LayerAsk>,
    /// The spacing of candidates that are generated near uncovered people, in metres.
    pub generate: Option<f64>,
}

/// The features of a layer as candidates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LayerAsk {
    /// The collection.
    pub collection: String,
    /// A CQL2 filter.
    pub filter: Option<String>,
    /// The property with the cost.
    pub cost: Option<String>,
    /// The property with the number of people that the site can serve.
    pub capacity: Option<String>,
}

/// A drawn point.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PointAsk {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The position in degrees, WGS 84.
    #[serde(with = "position")]
    pub at: Coord<f64>,
    /// The cost.
    pub cost: Option<f64>,
    /// How many people it can serve.
    pub capacity: Option<f64>,
}

/// Drawn areas.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AreasAsk {
    /// The rings of each polygon; the first one is its outline.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
    /// The distance between candidates, in metres.
    pub spacing_m: f64,
}

/// The share of the people of a community that a plan must cover at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommunityShare {
    /// The same share for all communities, from 0 to 1.
    All(f64),
    /// Ids of communities, each with its share from 0 to 1.
    Of(Vec<(String, f64)>),
}

impl AreasAsk {
    /// The polygons.
    pub fn shapes(&self) -> Vec<Polygon<f64>> {
        let ring =
            |ring: &Vec<[f64; 2]>| ring.iter().map(|[x, y]| Coord { x: *x, y: *y }).collect();
        let shape = |rings: &Vec<Vec<[f64; 2]>>| {
            let mut rings = rings.iter().map(ring);
            let outline = rings
                .next()
                .unwrap_or_else(|| geo_types::LineString(Vec::new()));
            Polygon::new(outline, rings.collect())
        };
        self.polygons.iter().map(shape).collect()
    }
}

impl CandidatesAsk {
    /// Whether the request names no candidates, so that they are generated.
    pub fn is_empty(&self) -> bool {
        self.layer.is_none()
            && self.points.is_empty()
            && self.areas.is_none()
            && self.hosts.is_none()
            && self.generate.is_none()
    }
}

impl SitingAsk {
    /// How many units of a walk's cost (decimetres or tenths of a second) are one unit of the solver's distances (a
    /// metre or a second).
    pub(super) const TENTHS: f64 = 10.0;

    /// Whether walks are measured in length or in time.
    pub fn measure(&self) -> Measure {
        self.standard.reach.measure()
    }

    /// The request for a coverage with the same facilities, standard and people.
    pub(super) fn coverage(&self, profile: Profile) -> CoverageAsk {
        CoverageAsk {
            facility: self.facility.clone(),
            standard: self.standard.clone(),
            demand: self.demand.clone(),
            at: self.at,
            profile,
            add: Vec::new(),
            without: Vec::new(),
            roles: self.role_set(),
        }
    }

    /// The roles of the planner.
    pub fn role_set(&self) -> RoleSet {
        self.roles.iter().copied().collect()
    }

    /// The goal of the solver; distances are metres or seconds.
    pub fn goal(&self) -> Goal {
        let radius = f64::from(self.standard.reach.limit()) / Self::TENTHS;
        let until = self.gradual_until.map(|until| match self.measure() {
            Measure::Length => until,
            Measure::Time => until * 60.0,
        });
        match self.problem {
            Question::Mclp => Goal::MostCovered { radius, until },
            Question::Lscp => Goal::FewestSites {
                radius,
                share: self.share.unwrap_or(1.0),
            },
            Question::PMedian => Goal::LeastWalking,
            Question::PCenter => Goal::BestWorst,
            Question::Relocation => Goal::Relocation {
                moves: self.moves.unwrap_or(1),
                radius,
                until,
            },
        }
    }

    /// The wrong fields of the request that are found without the map, each with what was expected.
    pub fn refusals(&self) -> Vec<(String, Localized)> {
        let mut found = Vec::new();
        self.check_matrix(&mut found);
        self.check_numbers(&mut found);
        found
    }

    fn check_matrix(&self, found: &mut Vec<(String, Localized)>) {
        let goal = self.goal();
        let is_relocation = self.problem == Question::Relocation;
        let used = [
            ("k", Constraint::Sites, self.k.is_some()),
            ("budget", Constraint::Budget, self.budget.is_some()),
            ("share", Constraint::Cover, self.share.is_some()),
            ("moves", Constraint::Moves, self.moves.is_some()),
            ("capacity", Constraint::Capacity, self.has_capacities()),
            (
                "community_share",
                Constraint::CommunityShare,
                self.community_share.is_some(),
            ),
            ("backup", Constraint::Backup, self.backup),
            (
                "gradual_until",
                Constraint::Gradual,
                self.gradual_until.is_some(),
            ),
        ];
        for (field, constraint, is_used) in used {
            if is_used && !goal.allows(constraint) {
                let (name, goal) = (constraint.name(), goal.name());
                found.push((
                    field.to_owned(),
                    Localized::new(
                        format!("“{}”不适用于“{}”", name.zh, goal.zh),
                        format!(
                            "{} does not apply to the goal \"{}\"; docs/planning.md has a table of what applies",
                            name.en, goal.en
                        ),
                    ),
                ));
            }
        }
        if is_relocation && self.existing != Existing::Keep {
            found.push((
                "existing".to_owned(),
                both!(
                    "迁移以现有设施为起点，应为 keep",
                    "relocation moves existing facilities; expected keep"
                ),
            ));
        }
        let together = [
            (
                "budget",
                ("k", "budget"),
                self.problem == Question::PCenter && self.k.is_some() && self.budget.is_some(),
            ),
            (
                "backup",
                ("capacity", "backup"),
                self.backup && self.has_capacities(),
            ),
            (
                "backup",
                ("gradual_until", "backup"),
                self.backup && self.gradual_until.is_some(),
            ),
        ];
        for (field, (a, b), is_used) in together {
            if is_used {
                found.push((
                    field.to_owned(),
                    both!(
                        "{a} 与 {b} 不能同时使用，请只给出其一",
                        "{a} and {b} cannot be combined; expected one of them"
                    ),
                ));
            }
        }
        let needs_number = matches!(
            self.problem,
            Question::Mclp | Question::PMedian | Question::PCenter
        );
        if needs_number && self.k.is_none() && self.budget.is_none() {
            found.push((
                "k".to_owned(),
                both!(
                    "请填写选址数量 k，或预算 budget",
                    "expected a number of sites, or a budget"
                ),
            ));
        }
        if is_relocation && self.moves.is_none() {
            found.push((
                "moves".to_owned(),
                both!(
                    "请填写最多可迁移几处",
                    "expected how many facilities may move"
                ),
            ));
        }
    }

    fn check_numbers(&self, found: &mut Vec<(String, Localized)>) {
        let mut least = |field: &str, value: Option<f64>| {
            if value.is_some_and(|v| !(v.is_finite() && v >= 0.0)) {
                found.push((
                    field.to_owned(),
                    both!("应为不小于0的数", "expected a number of at least 0"),
                ));
            }
        };
        least("budget", self.budget);
        least("capacity", self.capacity);
        least("min_distance_m", self.min_distance_m);
        for (n, point) in self.candidates.points.iter().enumerate() {
            least(&format!("candidates.points[{n}].cost"), point.cost);
            least(&format!("candidates.points[{n}].capacity"), point.capacity);
        }
        if self.share.is_some_and(|s| !(s > 0.0 && s <= 1.0)) {
            found.push((
                "share".to_owned(),
                both!("应大于0且不超过1", "expected more than 0 and at most 1"),
            ));
        }
        let shares: Vec<f64> = match &self.community_share {
            None => Vec::new(),
            Some(CommunityShare::All(share)) => vec![*share],
            Some(CommunityShare::Of(list)) => list.iter().map(|(_, share)| *share).collect(),
        };
        if shares.iter().any(|s| !(0.0..=1.0).contains(s)) {
            found.push((
                "community_share".to_owned(),
                both!("应为0至1", "expected a share from 0 to 1"),
            ));
        }
        if let Some((radius, Some(until))) = self.goal().radius()
            && !(until.is_finite() && until > radius)
        {
            found.push((
                "gradual_until".to_owned(),
                both!(
                    "应大于标准的距离或时间",
                    "expected more than the distance or time of the standard"
                ),
            ));
        }
        if self.k == Some(0) {
            found.push((
                "k".to_owned(),
                both!("应至少为1", "expected at least 1 site"),
            ));
        }
        let candidates = &self.candidates;
        for (field, is_used) in [
            ("candidates.areas", candidates.areas.is_some()),
            (
                "candidates.hosts",
                candidates.hosts.as_ref().is_some_and(|h| h.cost.is_none()),
            ),
            ("candidates.generate", candidates.generate.is_some()),
        ] {
            if is_used && self.has_costs() {
                found.push((
                    field.to_owned(),
                    both!(
                        "这类候选点位没有造价，不能与有造价的点位一起使用；请删去这一项，或删去造价 cost",
                        "candidates of this kind have no cost and cannot be combined with candidates that have one; \
                         leave out this field, or the costs"
                    ),
                ));
            }
        }
        let costs = self.candidates.points.iter().any(|p| p.cost.is_some());
        let of_layers = [&self.candidates.layer, &self.candidates.hosts];
        let of_layer = of_layers.into_iter().flatten().any(|l| l.cost.is_some());
        if self.budget.is_some() && !costs && !of_layer {
            found.push((
                "budget".to_owned(),
                both!(
                    "填写了预算，但候选点位没有造价；请在 points 或 layer 中填写 cost",
                    "there is a budget, but no candidate has a cost; expected `cost` in points or layer"
                ),
            ));
        }
    }

    /// Whether the request gives capacities.
    pub(super) fn has_capacities(&self) -> bool {
        let layers = [&self.candidates.layer, &self.candidates.hosts];
        self.capacity.is_some()
            || self.candidates.points.iter().any(|p| p.capacity.is_some())
            || layers.into_iter().flatten().any(|l| l.capacity.is_some())
    }

    /// Whether the request gives costs.
    pub(super) fn has_costs(&self) -> bool {
        let layers = [&self.candidates.layer, &self.candidates.hosts];
        self.candidates.points.iter().any(|p| p.cost.is_some())
            || layers.into_iter().flatten().any(|l| l.cost.is_some())
    }
}
