//! The numbers that a sheet brings with it, for example one that another One Map exported. A number that another case of
//! the same street has is refused.

use std::collections::HashMap;

use super::super::error::LedgerError;
use crate::index::Collections;
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};
use crate::service::place::Streets;
use crate::store::{Numbered, Store, ToNumber};
use crate::warnings::CaseNumber;

/// The numbers of the rows read so far, and those of the map.
pub(super) struct Claims<'a> {
    map: &'a Collections,
    streets: Streets<'a>,
    /// Which case has a number in a street. It is read from the map for the first row with a number.
    known: Option<HashMap<(String, CaseNumber), FeatureId>>,
    list: Vec<ToNumber>,
}

impl<'a> Claims<'a> {
    pub fn new(map: &'a Collections) -> Self {
        Self {
            map,
            streets: Streets::of(map),
            known: None,
            list: Vec::new(),
        }
    }

    /// Claims a number for a new case in a grid.
    ///
    /// # Errors
    /// The id of the case that has the number.
    pub fn claim(
        &mut self,
        id: &FeatureId,
        number: CaseNumber,
        grid: Option<&str>,
    ) -> Result<(), FeatureId> {
        let street = self.streets.around(grid).unwrap_or_default();
        let known = self.known.get_or_insert_with(|| {
            let cases = self.map.get(WARNINGS).into_iter().flat_map(|c| c.iter());
            let numbered = cases.filter_map(|entry| {
                let said = Canonical::new(entry.all_properties());
                let number = said.text(property::NUMBER)?.parse().ok()?;
                let street = self.streets.around(said.text(property::GRID).as_deref());
                Some(((street.unwrap_or_default(), number), entry.id().clone()))
            });
            numbered.collect()
        });
        if let Some(other) = known.get(&(street.clone(), number)) {
            return Err(other.clone());
        }
        known.insert((street.clone(), number), id.clone());
        self.list.push(ToNumber {
            id: id.clone(),
            day: number.day(),
            street,
            wanted: Some(number.running()),
        });
        Ok(())
    }

    pub fn into_list(self) -> Vec<ToNumber> {
        self.list
    }
}

/// Registers claimed numbers before their cases are committed.
///
/// # Errors
/// If the store fails, or if one of the numbers was given to another case since the sheet was compared with the map.
pub(super) async fn register(store: &Store, claims: &[ToNumber]) -> Result<(), LedgerError> {
    let numbered = store.number_cases(claims).await?;
    let lost = claims
        .iter()
        .zip(numbered)
        .find(|(claim, numbered)| claim.wanted.map(Numbered::Given).as_ref() != Some(numbered));
    match lost {
        Some((claim, _)) => Err(LedgerError::Busy(claim.id.clone())),
        None => Ok(()),
    }
}
