//! What a plan achieves on the map, counted as a coverage of its sites.

use geo_types::Coord;

use super::ask::{Existing, Question, SitingAsk};
use super::result::{PlanFigures, SiteChosen};
use super::survey::Survey;
use crate::network::walking::Measure;
use crate::planning::coverage::{Coverage, Doorway};
use crate::planning::siting::problem::{Goal, Problem};
use crate::spatial::metres::distance;

/// The sites and the figures of a plan.
pub(super) fn plan(
    survey: &Survey,
    problem: &Problem,
    ask: &SitingAsk,
    sites: &[u32],
) -> (Vec<SiteChosen>, PlanFigures) {
    let doorways = survey.doorways(sites);
    let coverage = survey.coverage(&doorways);
    let people = served(survey, ask, &doorways, sites.len());
    let mut figures = of_coverage(survey, ask, &coverage);
    let solved = problem.figures(sites);
    figures.cost = solved.cost;
    let constraints = &problem.constraints;
    let is_gradual = problem
        .goal
        .radius()
        .is_some_and(|(_, until)| until.is_some());
    if constraints.capacity.is_some() || constraints.backup || is_gradual {
        figures.counted = solved.covered.map(rounded);
    }
    (chosen(survey, problem, sites, &people), figures)
}

/// The figures of the map as it is.
pub(super) fn before(survey: &Survey, ask: &SitingAsk) -> PlanFigures {
    of_coverage(survey, ask, &survey.before)
}

fn of_coverage(survey: &Survey, ask: &SitingAsk, coverage: &Coverage) -> PlanFigures {
    let all = &coverage.all;
    let spread = match survey.measure() {
        Measure::Length => all.length,
        Measure::Time => all.time,
    };
    let is_length = survey.measure() == Measure::Length;
    // Lengths are counted one way in a coverage, and there and back in the objective.
    let factor = if is_length {
        f64::from(survey.factor())
    } else {
        1.0
    };
    let mean = spread.map(|s| tenth(s.mean * factor / 10.0));
    PlanFigures {
        demand: rounded(all.people),
        covered: ask.has_standard.then(|| rounded(all.covered)),
        share: all.share().filter(|_| ask.has_standard).map(share),
        backup_share: (ask.has_standard && all.people > 0.0)
            .then(|| share(all.backed_up / all.people)),
        counted: None,
        walking_mean_m: mean.filter(|_| is_length),
        walking_mean_s: mean.filter(|_| !is_length),
        worst: spread.map(|s| tenth(f64::from(s.max) * factor / 10.0)),
        unreached: rounded(all.no_way + all.no_facility),
        cost: 0.0,
    }
}

/// For each site, how many people have it as their nearest one; with a standard, only people for whom the site is
/// within it.
fn served(survey: &Survey, ask: &SitingAsk, doorways: &[Doorway], count: usize) -> Vec<f64> {
    let mut people = vec![0.0; count];
    let limit = ask.standard.reach.limit();
    for dwelling in &survey.people.demand.dwellings {
        let door = dwelling.door.and_then(|door| doorways.get(door as usize));
        let Some(walk) = door.and_then(|door| door.nearest) else {
            continue;
        };
        let storeys = match survey.measure() {
            Measure::Length => 1,
            Measure::Time => dwelling.storeys.max(1),
        };
        for storey in 1..=storeys {
            let up = survey.up(storey, dwelling.has_lift);
            let counts =
                up.is_some_and(|up| !ask.has_standard || walk.cost.saturating_add(up) <= limit);
            if counts && let Some(sum) = people.get_mut(walk.site as usize) {
                *sum += dwelling.people / f64::from(storeys);
            }
        }
    }
    people
}

fn chosen(survey: &Survey, problem: &Problem, sites: &[u32], people: &[f64]) -> Vec<SiteChosen> {
    let all: Vec<_> = survey.sites().collect();
    let has_costs = problem.constraints.cost.is_some();
    let mut chosen: Vec<SiteChosen> = sites
        .iter()
        .zip(people)
        .map(|(site, people)| {
            let candidate = all[*site as usize];
            SiteChosen {
                id: candidate.id.clone(),
                name: candidate.name.clone(),
                position: [candidate.at.x, candidate.at.y],
                existing: (*site as usize) < survey.existing_sites,
                cost: candidate.cost.filter(|_| has_costs),
                people: rounded(*people),
                from: None,
            }
        })
        .collect();
    if matches!(problem.goal, Goal::Relocation { .. }) {
        let gone = (0..survey.existing_sites as u32).filter(|site| !sites.contains(site));
        let gone: Vec<(String, Coord<f64>)> = gone
            .map(|site| (all[site as usize].id.clone(), all[site as usize].at))
            .collect();
        name_origins(&mut chosen, gone);
    }
    chosen
}

/// Sets for each new site which facility moves there. The nearest pairs are matched first.
fn name_origins(chosen: &mut [SiteChosen], mut gone: Vec<(String, Coord<f64>)>) {
    loop {
        let open = chosen.iter().enumerate();
        let open = open.filter(|(_, site)| !site.existing && site.from.is_none());
        let pairs = open.flat_map(|(n, site)| {
            let at = Coord {
                x: site.position[0],
                y: site.position[1],
            };
            let far = gone.iter().enumerate();
            far.map(move |(m, (_, from))| (n, m, distance(at, *from)))
        });
        let nearest = pairs.min_by(|a, b| a.2.total_cmp(&b.2));
        let Some((n, m, _)) = nearest else { return };
        chosen[n].from = Some(gone.swap_remove(m).0);
    }
}

/// The name, unit and direction of the objective of a request.
pub(super) fn objective(ask: &SitingAsk) -> super::result::Objective {
    use crate::model::both;
    let is_length = ask.measure() == Measure::Length;
    let (name, unit, title) = match ask.problem {
        Question::Mclp | Question::Relocation => {
            ("covered", "people", both!("覆盖人数", "people covered"))
        }
        Question::Lscp if ask.has_costs() => ("cost", "cost", both!("总造价", "total cost")),
        Question::Lscp => {
            // Existing facilities that are kept cost nothing, so only new sites are counted. Otherwise every site is.
            let title = match ask.existing {
                Existing::Keep => both!("新增点位数", "number of new sites"),
                Existing::Replace | Existing::Ignore => both!("点位数", "number of sites"),
            };
            ("sites", "sites", title)
        }
        Question::PMedian => (
            "walking",
            if is_length { "person_m" } else { "person_s" },
            both!("步行总量", "total walking"),
        ),
        Question::PCenter => (
            "worst",
            if is_length { "m" } else { "s" },
            both!("最远步行", "longest walk"),
        ),
    };
    super::result::Objective {
        name: name.to_owned(),
        unit: unit.to_owned(),
        maximised: ask.goal().is_maximised(),
        title,
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Rounds a number of people to a hundredth. It may be fractional: households × persons per household.
pub(super) fn rounded(people: f64) -> f64 {
    // The sum of an empty list is -0.0; adding 0.0 makes it 0.0.
    (people * 100.0).round() / 100.0 + 0.0
}

pub(super) fn share(share: f64) -> f64 {
    (share.clamp(0.0, 1.0) * 1e6).round() / 1e6 + 0.0
}
