//! Chooses places in front of shops for facilities, and generates telephone numbers that nobody
//! has.

use super::city::{City, Front};
use super::plane::distance;

/// An unassigned telephone number: no exchange in Tianjin begins with 0000.
pub fn phone(n: usize) -> String {
    format!("022-0000-{n:04}")
}

/// Takes up to `wanted` fronts of the trades (of all if `trades` is empty), more than `apart_m` metres apart. While
/// there are too few, the distance is reduced by a fifth, but not to 5 m or less.
pub fn spread<'a>(
    fronts: &'a [Front],
    wanted: usize,
    apart_m: f64,
    trades: &[&str],
) -> Vec<&'a Front> {
    let mut apart = apart_m;
    let mut taken: Vec<&Front> = Vec::new();
    while taken.len() < wanted && apart > 5.0 {
        for front in fronts {
            let fits = trades.is_empty() || trades.contains(&front.trade);
            let far = taken.iter().all(|t| distance(t.at, front.at) > apart);
            if fits && far && taken.len() < wanted {
                taken.push(front);
            }
        }
        apart *= 0.8;
    }
    taken
}

/// The name of the street on which a front lies.
pub fn road(city: &City, front: &Front) -> &'static str {
    city.town.streets[front.street].name
}
