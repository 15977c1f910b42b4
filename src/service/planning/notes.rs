//! Notes for a report: the data and assumptions behind the figures of planning.

use super::ask::Factors;
use crate::model::{Localized, both};
use crate::planning::standards::Standard;

/// Returns the notes on a standard, on how people are counted, and on facilities with unknown opening hours.
pub fn notes(
    standard: Option<&Standard>,
    factors: Option<&Factors>,
    is_estimated: bool,
    unknown_hours: usize,
) -> Vec<Localized> {
    let mut notes = Vec::new();
    if standard.is_some_and(|standard| !standard.verified) {
        notes.push(both!(
            "该标准的数值未核实出处。",
            "The figure of the standard was not checked against its source."
        ));
    }
    if let Some(Factors {
        persons_per_household: persons,
        m2_per_person: area,
    }) = factors
    {
        notes.push(both!(
            "人数按每户{persons}人推算。",
            "The number of people is households × {persons} persons per household."
        ));
        if is_estimated {
            notes.push(both!(
                "没有户数的楼栋，人数按占地面积×层数÷人均{area}平方米推算。",
                "People in buildings without a number of households are estimated: footprint × storeys ÷ {area} m² \
                 per person."
            ));
        }
    }
    if unknown_hours > 0 {
        notes.push(both!(
            "{unknown_hours}处设施的开放时间不详，按开放计算。",
            "Facilities with unknown opening hours count as open: {unknown_hours}."
        ));
    }
    notes
}
