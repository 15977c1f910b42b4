//! Counts the features of a collection by area.

use rayon::prelude::*;

use super::frame::Frame;
use super::theme::{Counted, Filter, Of, Per};
use super::window::Window;
use crate::codec::cql2::FilterError;
use crate::index::filter::Predicate;
use crate::index::{Collection, Collections, Entry, Free};
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Canonical, Role, RoleSet, View, hour_in_china};

/// The number of features that one thread reads at a time.
const CHUNK: usize = 4096;

/// The value of an area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// The value; `None` if there is no data.
    pub value: Option<f64>,
    /// The number of features or people on which the value rests.
    pub n: u32,
}

/// What a feature adds to its area.
#[derive(Debug, Clone, Copy)]
struct Part {
    area: u32,
    /// The value of the property, or the weight.
    value: f64,
    is_part: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    n: u32,
    all: f64,
    part: f64,
}

/// Counts features by area, in the order of [`Frame::areas`]. Only what the public may see is read. Drills and reports
/// that are pending review never count.
///
/// A collection that the map does not have, or that is empty, gives no data. In an area without features, a number is
/// 0, and a sum, mean or share has no data.
///
/// # Errors
/// If a filter does not fit the schema of the collection.
pub fn counted(
    map: &Collections,
    counted: &Counted,
    frame: &Frame<'_>,
    window: Option<&Window>,
) -> Result<Vec<Cell>, FilterError> {
    let none = || vec![Cell::default(); frame.areas().len()];
    let Some(source) = map.get(&counted.collection).filter(|c| !c.is_empty()) else {
        return Ok(none());
    };
    let compile =
        |filter: &Filter| Predicate::compile(&filter.node, source.schema(), RoleSet::PUBLIC);
    let filter = counted.filter.as_ref().map(compile).transpose()?;
    let (part, number) = match &counted.of {
        Of::Count => (None, None),
        Of::Sum(name) | Of::Mean(name) => (None, Some(name.as_str())),
        Of::Share { part, weight } => (Some(compile(part)?), weight.as_deref()),
    };
    let entries: Vec<&Entry> = source.iter().map(AsRef::as_ref).collect();
    let read = |entry: &&Entry| -> Option<Part> {
        let text = entry.properties(source.schema(), Role::Public);
        let said = Canonical::new(&text);
        let last = counted.last.as_ref().zip(window);
        if let Some(((name, _), window)) = last
            && !moment(said, name).is_some_and(|at| window.has(at))
        {
            return None;
        }
        if counted.collection == WARNINGS
            && (said.is_true(property::HELD) || said.is_true("exercise"))
        {
            return None;
        }
        if filter.as_ref().is_some_and(|f| !matches(f, entry, source)) {
            return None;
        }
        Some(Part {
            area: frame.place(&counted.collection, entry, said)?,
            value: match number {
                Some(name) => said.number(name)?,
                None => 1.0,
            },
            is_part: part.as_ref().is_some_and(|p| matches(p, entry, source)),
        })
    };
    // The parts keep the order of the features, so that sums do not depend on the number of threads.
    let parts: Vec<Vec<Part>> = entries
        .par_chunks(CHUNK)
        .map(|chunk| chunk.iter().filter_map(read).collect())
        .collect();
    let mut sums = vec![Sum::default(); frame.areas().len()];
    for found in parts.into_iter().flatten() {
        let sum = &mut sums[found.area as usize];
        sum.n += 1;
        sum.all += found.value;
        sum.part += if found.is_part { found.value } else { 0.0 };
    }
    let cells = sums.iter().zip(frame.areas()).map(|(sum, area)| {
        let divided = |value: f64| match counted.per {
            Per::Nothing => Some(value),
            Per::Household => over(value, area.households?),
            Per::HundredHouseholds => over(value * 100.0, area.households?),
            Per::Km2 => over(value, area.km2),
        };
        let value = match counted.of {
            Of::Count => divided(f64::from(sum.n)),
            _ if sum.n == 0 => None,
            Of::Sum(_) => divided(sum.all),
            Of::Mean(_) => over(sum.all, f64::from(sum.n)),
            Of::Share { .. } => over(sum.part * 100.0, sum.all),
        };
        Cell { value, n: sum.n }
    });
    Ok(cells.collect())
}

/// A quotient; `None` if the divisor is not positive.
fn over(value: f64, by: f64) -> Option<f64> {
    (by > 0.0).then(|| value / by)
}

/// Rounds a value to a number of decimals.
pub fn rounded(value: f64, decimals: u32) -> f64 {
    let scale = 10_f64.powi(decimals.min(6) as i32);
    let rounded = (value * scale).round() / scale;
    // -0 is written as "-0".
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn matches(predicate: &Predicate, entry: &Entry, source: &Collection) -> bool {
    predicate
        .matches(entry, source.schema(), View::default(), &Free)
        .unwrap_or(false)
}

/// The time of a feature; a date is the beginning of its day in China.
fn moment(said: Canonical<'_>, name: &str) -> Option<jiff::Timestamp> {
    said.moment(name).or_else(|| {
        let day: jiff::civil::Date = said.text(name)?.parse().ok()?;
        hour_in_china(day, 0)
    })
}
