//! Generates candidates near uncovered people: the points of a grid that have an uncovered person within the
//! straight-line distance of the standard.

use std::collections::HashSet;

use geo_types::Coord;

use super::ask::SitingAsk;
use super::candidates::{Admitted, Candidate, Places};
use super::survey::Survey;
use super::watch::{NoSiting, Watch};
use crate::model::both;
use crate::network::core::{Mode, Pace};
use crate::planning::standards::Reach;
use crate::spatial::metres::metres_per_degree;

/// The most points that are generated. With more, the spacing is widened.
const MOST_GENERATED: usize = 1_500;
/// Without a standard, candidates are generated within this distance of people, in metres.
const NEAR_PEOPLE_M: f64 = 100.0;
/// A point that may not be chosen is moved by these shares of the spacing, east and north; the first one that may be
/// chosen is taken.
const SHIFTS: [[f64; 2]; 9] = [
    [0.0, 0.0],
    [0.25, 0.0],
    [0.0, 0.25],
    [-0.25, 0.0],
    [0.0, -0.25],
    [0.4, 0.4],
    [-0.4, 0.4],
    [-0.4, -0.4],
    [0.4, -0.4],
];

/// Adds generated candidates; none if everybody is covered. Returns their spacing in metres.
///
/// # Errors
/// If the job was cancelled, or the map is too large to generate candidates.
pub(super) fn generate(
    survey: &Survey,
    ask: &SitingAsk,
    places: &Places<'_>,
    (spacing_m, watch): (f64, &Watch<'_>),
    admitted: &mut Admitted,
) -> Result<f64, NoSiting> {
    let ignores = survey.existing_sites == 0;
    let people = survey.people.demand.places.iter();
    let tallies = people.zip(&survey.before.buildings);
    let left_out: Vec<[f64; 2]> = tallies
        .filter(|(_, tally)| ignores || !ask.has_standard || tally.uncovered() > 1e-9)
        .map(|(place, _)| place.at)
        .collect();
    let Some(first) = left_out.first() else {
        return Ok(spacing_m);
    };
    let (east, north) = metres_per_degree(first[1].clamp(-85.0, 85.0));
    let flat: Vec<[f64; 2]> = left_out
        .iter()
        .map(|at| [(at[0] - first[0]) * east, (at[1] - first[1]) * north])
        .collect();
    let (spacing_m, cells) = cells(&flat, reach_m(survey, ask), spacing_m, watch)?;
    let all = cells.len().max(1) as f64;
    let existing = survey.sites().map(|site| site.id.clone());
    let admitted_ids = admitted.candidates.iter().map(|c| c.id.clone());
    let used: HashSet<String> = existing.chain(admitted_ids).collect();
    let ids = (1..).map(|number: u32| format!("generated-{number}"));
    let mut ids = ids.filter(|id| !used.contains(id));
    for (n, [column, row]) in cells.into_iter().enumerate() {
        if n % 32 == 0 {
            watch.go_on()?;
            watch.report(
                "candidates",
                n as f64 / all,
                admitted.candidates.len() as u64,
            );
        }
        for [dx, dy] in SHIFTS {
            let at = Coord {
                x: first[0] + (f64::from(column) + dx) * spacing_m / east,
                y: first[1] + (f64::from(row) + dy) * spacing_m / north,
            };
            let mut candidate = Candidate {
                name: String::new(),
                id: String::new(),
                collection: None,
                at,
                is_host: false,
                cost: None,
                capacity: None,
            };
            // Nobody asked for a generated point, so one that may not be chosen is not listed as refused.
            if places.refusal(&candidate).is_none() && !places.joiner.position(at).is_empty() {
                candidate.id = ids.next().unwrap_or_default();
                candidate.name.clone_from(&candidate.id);
                admitted.take(candidate, ask, places);
                break;
            }
        }
    }
    Ok(spacing_m)
}

/// How far people may be from a generated point, in metres in a straight line.
fn reach_m(survey: &Survey, ask: &SitingAsk) -> f64 {
    if !ask.has_standard {
        return NEAR_PEOPLE_M;
    }
    let metres = match ask.standard.reach {
        Reach::Metres(metres) => metres,
        Reach::Minutes(minutes) => {
            let pace = survey.ask.profile.pace(Mode::Walk);
            minutes * 60.0 * f64::from(pace.map_or(0, Pace::fastest)) / 36.0
        }
    };
    metres / f64::from(survey.factor())
}

/// Returns the spacing, and the points of a grid (column, row) that are within `reach_m` of one of `points` or nearest
/// to it. The spacing is widened if there would be too many.
fn cells(
    points: &[[f64; 2]],
    reach_m: f64,
    spacing_m: f64,
    watch: &Watch<'_>,
) -> Result<(f64, Vec<[i32; 2]>), NoSiting> {
    let mut spacing_m = spacing_m;
    // Grid points that are much nearer to each other than the reach cover almost the same people.
    spacing_m = spacing_m.max(reach_m / 20.0);
    for _ in 0..40 {
        watch.go_on()?;
        let mut cells: HashSet<[i32; 2]> = HashSet::new();
        let around = (reach_m / spacing_m).floor() as i32;
        for [x, y] in points {
            let home = [
                (x / spacing_m).round() as i32,
                (y / spacing_m).round() as i32,
            ];
            for column in home[0] - around..=home[0] + around {
                for row in home[1] - around..=home[1] + around {
                    let (dx, dy) = (
                        f64::from(column) * spacing_m - x,
                        f64::from(row) * spacing_m - y,
                    );
                    if dx.hypot(dy) <= reach_m || [column, row] == home {
                        cells.insert([column, row]);
                    }
                }
            }
            if cells.len() > MOST_GENERATED {
                break;
            }
        }
        if cells.len() <= MOST_GENERATED {
            let mut cells: Vec<[i32; 2]> = cells.into_iter().collect();
            cells.sort_unstable();
            return Ok((spacing_m, cells));
        }
        spacing_m *= std::f64::consts::SQRT_2;
    }
    Err(NoSiting::field(
        "candidates.generate",
        both!(
            "范围过大，无法生成候选点位；请指定图层、点位或范围",
            "the map is too large to generate candidates; give a layer, points or areas instead"
        ),
    ))
}
