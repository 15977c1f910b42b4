//! A siting problem as a planner states it, and which constraint applies to which goal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::memory::{MEMORY_LIMIT, memory_needed};
use crate::model::{Localized, both};

/// Two sums that differ by at most this share count as equal, because the order of summation changes the rounding.
pub(super) const SLACK: f64 = 1e-9;

/// A siting problem. Candidates are numbered from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The number of candidates.
    pub candidates: usize,
    /// The demand points.
    pub demand: Vec<Demand>,
    /// The goal of the planner: what is maximised or minimised.
    pub goal: Goal,
    /// The constraints that a plan must satisfy.
    #[serde(default)]
    pub constraints: Constraints,
}

/// A demand point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// The number of people, at least 0.
    pub weight: f64,
    /// The candidates that can be reached, each with the distance in metres or the time in seconds.
    pub reach: Vec<(u32, f64)>,
    /// The community that the demand point belongs to.
    #[serde(default)]
    pub community: Option<u32>,
}

/// The goal of the planner: what is maximised or minimised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Most people covered (MCLP; Church, ReVelle 1974).
    MostCovered {
        /// The largest distance at which a site covers a demand point fully, in the unit of [`Demand::reach`].
        radius: f64,
        /// For gradual coverage: beyond the radius, coverage falls linearly and is 0 from this distance on.
        until: Option<f64>,
    },
    /// Fewest sites, or least cost, that cover a share of all people (LSCP; Toregas et al. 1971).
    FewestSites {
        /// The largest distance at which a site covers a demand point, in the unit of [`Demand::reach`].
        radius: f64,
        /// The share of people to cover; 1 covers every demand point.
        share: f64,
    },
    /// The total distance, weighted by people, is as short as possible (p-median; Hakimi 1964).
    LeastWalking,
    /// The longest distance from a demand point to its nearest site is as short as possible (p-center).
    BestWorst,
    /// Most people covered by moving some of the existing sites.
    Relocation {
        /// The most sites that may move.
        moves: usize,
        /// The largest distance at which a site covers a demand point fully, in the unit of [`Demand::reach`].
        radius: f64,
        /// Gradual coverage: see [`Goal::MostCovered`].
        until: Option<f64>,
    },
}

/// The constraints that a plan must satisfy. Empty lists and `None` set no constraint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Constraints {
    /// How many sites are chosen, in addition to the existing ones that are kept. [`Goal::BestWorst`] may choose fewer.
    pub sites: Option<usize>,
    /// The candidates at which a facility already exists.
    pub existing: Vec<u32>,
    /// Whether all existing facilities are kept. Otherwise they are candidates like all others.
    pub keep_existing: bool,
    /// Candidates that must be chosen.
    pub required: Vec<u32>,
    /// Candidates that must not be chosen.
    pub forbidden: Vec<u32>,
    /// The cost of each candidate.
    pub cost: Option<Vec<f64>>,
    /// The highest total cost that the chosen sites may have.
    pub budget: Option<f64>,
    /// How many people each candidate can serve. The people of one demand point may be served by several sites.
    pub capacity: Option<Vec<f64>>,
    /// Communities, each with the smallest share of its people that must be covered, from 0 to 1.
    pub community_share: Vec<(u32, f64)>,
    /// Whether people count as covered only if two sites are within the radius.
    pub backup: bool,
    /// Pairs of candidates that are closer to each other than the smallest distance.
    pub too_close: Vec<(u32, u32)>,
}

/// A kind of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// The number of sites.
    Sites,
    /// Existing facilities are kept.
    KeepExisting,
    /// Candidates that must be chosen.
    Required,
    /// Candidates that must not be chosen.
    Forbidden,
    /// Costs and a budget.
    Budget,
    /// Capacities.
    Capacity,
    /// The smallest share of a community that must be covered.
    CommunityShare,
    /// Backup coverage: two sites within the radius.
    Backup,
    /// The smallest distance between sites.
    SmallestDistance,
    /// Gradual coverage.
    Gradual,
    /// The number of sites that may move.
    Moves,
    /// The share of people to cover.
    Cover,
}

impl Constraint {
    /// The name of the constraint, for messages.
    pub fn name(self) -> Localized {
        match self {
            Self::Sites => both!("选址数量", "the number of sites"),
            Self::KeepExisting => both!("保留现有设施", "existing facilities are kept"),
            Self::Required => both!("必选点位", "required sites"),
            Self::Forbidden => both!("禁选点位", "forbidden sites"),
            Self::Budget => both!("预算", "the budget"),
            Self::Capacity => both!("服务能力", "capacities"),
            Self::CommunityShare => both!("社区最低覆盖率", "the minimum coverage of a community"),
            Self::Backup => both!("双重覆盖", "backup coverage"),
            Self::SmallestDistance => both!("点位最小间距", "the smallest distance between sites"),
            Self::Gradual => both!("渐变覆盖", "gradual coverage"),
            Self::Moves => both!("可迁移数量", "the number of sites that may move"),
            Self::Cover => both!("覆盖率要求", "the share of people to cover"),
        }
    }
}

/// An error in the statement of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The path of the wrong field, such as `goal.radius`.
    pub field: String,
    /// What is wrong, and what was expected.
    pub text: Localized,
}

impl Goal {
    /// The name of the goal, for messages.
    pub fn name(&self) -> Localized {
        match self {
            Self::MostCovered { .. } => both!("最大覆盖", "most people covered"),
            Self::FewestSites { .. } => both!("最少设施", "fewest sites"),
            Self::LeastWalking => both!("步行最短", "least walking"),
            Self::BestWorst => both!("最远步行最短", "the longest walk as short as possible"),
            Self::Relocation { .. } => both!("迁移现有设施", "relocation"),
        }
    }

    /// Whether the objective is maximised, as the number of people covered is. Otherwise it is minimised.
    pub fn is_maximised(&self) -> bool {
        matches!(self, Self::MostCovered { .. } | Self::Relocation { .. })
    }

    /// The radius of coverage, and the distance at which gradual coverage ends, if the goal has them.
    pub fn radius(&self) -> Option<(f64, Option<f64>)> {
        match self {
            Self::MostCovered { radius, until } | Self::Relocation { radius, until, .. } => {
                Some((*radius, *until))
            }
            Self::FewestSites { radius, .. } => Some((*radius, None)),
            Self::LeastWalking | Self::BestWorst => None,
        }
    }

    /// Whether a constraint applies to the goal. `docs/planning.md` has the same table.
    pub fn allows(&self, constraint: Constraint) -> bool {
        use Constraint::{
            Backup, Budget, Capacity, CommunityShare, Cover, Forbidden, Gradual, KeepExisting,
            Moves, Required, Sites, SmallestDistance,
        };
        match constraint {
            Required | Forbidden | SmallestDistance => true,
            Sites => !matches!(self, Self::FewestSites { .. } | Self::Relocation { .. }),
            KeepExisting | Budget => !matches!(self, Self::Relocation { .. }),
            Capacity => matches!(self, Self::MostCovered { .. } | Self::FewestSites { .. }),
            CommunityShare | Backup => !matches!(self, Self::LeastWalking | Self::BestWorst),
            Gradual => matches!(self, Self::MostCovered { .. } | Self::Relocation { .. }),
            Moves => matches!(self, Self::Relocation { .. }),
            Cover => matches!(self, Self::FewestSites { .. }),
        }
    }
}

impl Constraints {
    /// The kinds of constraints that are set, without those that belong to the goal: gradual coverage, the number of
    /// moves and the share to cover.
    pub fn used(&self) -> Vec<Constraint> {
        let used = [
            (Constraint::Sites, self.sites.is_some()),
            (Constraint::KeepExisting, self.keep_existing),
            (Constraint::Required, !self.required.is_empty()),
            (Constraint::Forbidden, !self.forbidden.is_empty()),
            (Constraint::Budget, self.budget.is_some()),
            (Constraint::Capacity, self.capacity.is_some()),
            (Constraint::CommunityShare, !self.community_share.is_empty()),
            (Constraint::Backup, self.backup),
            (Constraint::SmallestDistance, !self.too_close.is_empty()),
        ];
        used.into_iter().filter(|u| u.1).map(|u| u.0).collect()
    }

    /// All candidates that must be chosen, ascending.
    pub(super) fn always(&self) -> Vec<u32> {
        let kept: &[u32] = if self.keep_existing {
            &self.existing
        } else {
            &[]
        };
        let all: BTreeSet<u32> = self.required.iter().chain(kept).copied().collect();
        all.into_iter().collect()
    }
}

impl Problem {
    /// The number of sites of a plan, including existing facilities that are kept; `None` if the problem does
    /// not fix it.
    pub(super) fn total_sites(&self) -> Option<usize> {
        let existing: BTreeSet<u32> = self.constraints.existing.iter().copied().collect();
        match self.goal {
            Goal::Relocation { .. } => Some(existing.len()),
            _ if self.constraints.keep_existing => {
                self.constraints.sites.map(|sites| sites + existing.len())
            }
            _ => self.constraints.sites,
        }
    }

    /// The share of the people at this distance that a site covers, from 0 to 1.
    pub(super) fn coverage(&self, distance: f64) -> f64 {
        match self.goal.radius() {
            Some((radius, _)) if distance <= radius => 1.0,
            Some((radius, Some(until))) if distance < until => {
                (until - distance) / (until - radius)
            }
            _ => 0.0,
        }
    }

    /// Returns the errors in the statement, at most 20. The solver accepts a problem without errors.
    pub fn check(&self) -> Vec<Refusal> {
        let mut found = Found::default();
        if self.candidates == 0 {
            found.add(
                "candidates",
                both!(
                    "没有候选点位，应至少有一个。",
                    "There are no candidates; expected at least one."
                ),
            );
        }
        if self.demand.is_empty() {
            found.add(
                "demand",
                both!(
                    "没有需求点，应至少有一个。",
                    "There are no demand points; expected at least one."
                ),
            );
        }
        self.check_memory(&mut found);
        self.check_demand(&mut found);
        self.check_goal(&mut found);
        self.check_constraints(&mut found);
        found.0
    }

    /// Whether the problem has a constraint that only the mixed-integer program supports.
    pub(super) fn needs_program(&self) -> bool {
        let constraints = &self.constraints;
        constraints.capacity.is_some()
            || constraints.backup
            || !constraints.community_share.is_empty()
    }

    /// Whether the goal is to cover a share of all people, and not everybody.
    pub(super) fn is_partial(&self) -> bool {
        matches!(self.goal, Goal::FewestSites { share, .. } if share < 1.0)
    }

    /// The memory that the problem needs, in bytes.
    pub(super) fn memory(&self) -> usize {
        let pairs = self.demand.iter().map(|d| d.reach.len()).sum();
        memory_needed(
            self.demand.len(),
            self.candidates,
            pairs,
            self.needs_program(),
        )
    }

    /// Checks the memory that the problem needs. Code that builds a problem checks [`memory_needed`] before. This check
    /// is for problems that are read, for example from a checkpoint.
    fn check_memory(&self, found: &mut Found) {
        let needed = self.memory();
        if needed > MEMORY_LIMIT {
            let (needed, limit) = (needed >> 20, MEMORY_LIMIT >> 20);
            found.add(
                "demand",
                both!(
                    "求解约需 {needed} MiB 内存，上限为 {limit} MiB：请减少候选点位或缩短可达距离。",
                    "Solving this needs about {needed} MiB of memory. The limit is {limit} MiB: use fewer candidates or a \
                     shorter reach."
                ),
            );
        }
    }

    fn check_demand(&self, found: &mut Found) {
        for (at, point) in self.demand.iter().enumerate() {
            let weight = point.weight;
            if !(weight.is_finite() && weight >= 0.0) {
                found.add(
                    &format!("demand[{at}].weight"),
                    both!(
                        "权重为 {weight}，应为非负数。",
                        "The weight is {weight}. Expected a number of at least 0."
                    ),
                );
            }
            let mut seen = BTreeSet::new();
            for (site, distance) in &point.reach {
                let is_known = (*site as usize) < self.candidates && seen.insert(*site);
                let is_length = distance.is_finite() && *distance >= 0.0;
                if !is_known || !is_length {
                    found.add(
                        &format!("demand[{at}].reach"),
                        both!(
                            "候选点位 {site}、距离 {distance} 有误：编号应存在且不重复，距离应为非负数。",
                            "Candidate {site} at distance {distance} is wrong. Expected the number of an existing \
                             candidate, listed once, and a distance of at least 0."
                        ),
                    );
                }
            }
            let needs_all = matches!(self.goal, Goal::LeastWalking | Goal::BestWorst);
            if needs_all && weight > 0.0 && point.reach.is_empty() {
                found.add(
                    &format!("demand[{at}]"),
                    both!(
                        "该需求点无法到达任何候选点位，请删除该需求点，或增加其可达的候选点位。",
                        "The demand point reaches no candidate. Remove it, or add a candidate that it reaches."
                    ),
                );
            }
        }
    }

    fn check_goal(&self, found: &mut Found) {
        if let Some((radius, until)) = self.goal.radius() {
            if !(radius.is_finite() && radius >= 0.0) {
                found.add(
                    "goal.radius",
                    both!(
                        "半径为 {radius}，应为非负数。",
                        "The radius is {radius}. Expected a number of at least 0."
                    ),
                );
            }
            if until.is_some_and(|until| !(until.is_finite() && until > radius)) {
                found.add(
                    "goal.until",
                    both!(
                        "渐变覆盖的终止距离应大于覆盖半径 {radius}，二者单位相同。",
                        "Gradual coverage must end beyond the radius. Expected more than {radius}, in the same unit."
                    ),
                );
            }
        }
        if let Goal::FewestSites { share, .. } = self.goal
            && !(share > 0.0 && share <= 1.0)
        {
            found.add(
                "goal.share",
                both!(
                    "覆盖率为 {share}，应大于 0 且不超过 1。",
                    "The share is {share}. Expected more than 0 and at most 1."
                ),
            );
        }
        let existing = self.constraints.existing.len();
        if let Goal::Relocation { moves, .. } = self.goal
            && (moves > existing || existing == 0)
        {
            found.add(
                "goal.moves",
                both!(
                    "可迁移数量为 {moves}，现有设施为 {existing} 处：应至少有一处现有设施，且可迁移数量不超过现有设施数。",
                    "{moves} sites may move, but the number of existing facilities is {existing}. Expected at least one \
                     existing facility, and at most as many moves as existing facilities."
                ),
            );
        }
    }

    fn check_constraints(&self, found: &mut Found) {
        let constraints = &self.constraints;
        let goal = self.goal.name();
        for constraint in constraints.used() {
            if !self.goal.allows(constraint) {
                let name = constraint.name();
                found.add(
                    "constraints",
                    Localized::new(
                        format!("“{}”不适用于“{}”，请删除该条件。", name.zh, goal.zh),
                        format!(
                            "The constraint \"{}\" does not apply to the goal \"{}\". Remove it.",
                            name.en, goal.en
                        ),
                    ),
                );
            }
        }
        let all = [
            ("existing", &constraints.existing),
            ("required", &constraints.required),
            ("forbidden", &constraints.forbidden),
        ];
        let pairs = constraints.too_close.iter();
        let ends: Vec<u32> = pairs.flat_map(|(a, b)| [*a, *b]).collect();
        let candidates = self.candidates;
        for (field, list) in all.into_iter().chain([("too_close", &ends)]) {
            if let Some(site) = list.iter().find(|s| **s as usize >= candidates) {
                found.add(
                    &format!("constraints.{field}"),
                    both!(
                        "没有候选点位 {site}，编号应小于 {candidates}。",
                        "There is no candidate {site}. Expected a number below {candidates}."
                    ),
                );
            }
        }
        if let Some((a, _)) = constraints.too_close.iter().find(|(a, b)| a == b) {
            found.add(
                "constraints.too_close",
                both!(
                    "候选点位 {a} 与自身成对，应为两个不同的候选点位。",
                    "Candidate {a} is paired with itself. Expected two different candidates."
                ),
            );
        }
        for (field, list) in [
            ("cost", &constraints.cost),
            ("capacity", &constraints.capacity),
        ] {
            let is_wrong = |list: &Vec<f64>| {
                list.len() != self.candidates || list.iter().any(|v| !(v.is_finite() && *v >= 0.0))
            };
            if list.as_ref().is_some_and(is_wrong) {
                let number = self.candidates;
                found.add(
                    &format!("constraints.{field}"),
                    both!(
                        "应有 {number} 个非负数，每个候选点位一个。",
                        "Expected {number} numbers of at least 0, one for each candidate."
                    ),
                );
            }
        }
        if constraints
            .budget
            .is_some_and(|b| !(b.is_finite() && b >= 0.0))
        {
            found.add(
                "constraints.budget",
                both!("预算应为非负数。", "Expected a budget of at least 0."),
            );
        }
        if constraints.budget.is_some() && constraints.cost.is_none() {
            found.add(
                "constraints.cost",
                both!(
                    "已给出预算，但缺少造价，应给出各候选点位的造价。",
                    "A budget is given, but no costs. Expected the cost of each candidate."
                ),
            );
        }
        if let Some((_, share)) = (constraints.community_share.iter())
            .find(|(_, share)| !(*share >= 0.0 && *share <= 1.0))
        {
            found.add(
                "constraints.community_share",
                both!(
                    "社区最低覆盖率为 {share}，应在 0 与 1 之间。",
                    "The minimum coverage of a community is {share}. Expected a number between 0 and 1."
                ),
            );
        }
        let total = self.total_sites();
        if let Some(sites) = total
            && sites > self.candidates
        {
            found.add(
                "constraints.sites",
                both!(
                    "共选 {sites} 处（含保留的现有设施），但候选点位只有 {candidates} 个，应不超过 {candidates} 处。",
                    "{sites} sites are to be chosen, existing ones that are kept included, but there are only \
                     {candidates} candidates. Expected at most {candidates} sites."
                ),
            );
        }
        let needs_number = !matches!(
            self.goal,
            Goal::FewestSites { .. } | Goal::Relocation { .. }
        );
        if needs_number && constraints.sites.is_none() && constraints.budget.is_none() {
            found.add(
                "constraints.sites",
                both!(
                    "缺少选址数量或预算，应至少给出一项。",
                    "There is neither a number of sites nor a budget. Expected at least one of them."
                ),
            );
        }
        let (has_both, is_gradual) = (
            constraints.sites.is_some() && constraints.budget.is_some(),
            self.goal.radius().is_some_and(|(_, until)| until.is_some()),
        );
        for (a, b, is_used) in [
            (
                Constraint::Sites,
                Constraint::Budget,
                has_both && self.goal == Goal::BestWorst,
            ),
            (
                Constraint::Capacity,
                Constraint::Backup,
                constraints.capacity.is_some() && constraints.backup,
            ),
            (
                Constraint::Gradual,
                Constraint::Backup,
                is_gradual && constraints.backup,
            ),
        ] {
            if is_used {
                let (a, b) = (a.name(), b.name());
                found.add(
                    "constraints",
                    Localized::new(
                        format!("目标为“{}”时，“{}”与“{}”不能同时使用，请删除其一。", goal.zh, a.zh, b.zh),
                        format!(
                            "For the goal \"{}\", \"{}\" and \"{}\" cannot be combined. Remove one of them.",
                            goal.en, a.en, b.en
                        ),
                    ),
                );
            }
        }
    }
}

/// Collects refusals and keeps the first 20.
#[derive(Default)]
struct Found(Vec<Refusal>);

impl Found {
    fn add(&mut self, field: &str, text: Localized) {
        if self.0.len() < 20 {
            self.0.push(Refusal {
                field: field.to_owned(),
                text,
            });
        }
    }
}
