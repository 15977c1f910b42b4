//! Collects the candidates that may be chosen: those of the request and generated ones, if the rules of placement
//! permit them.

use std::collections::HashSet;

use super::ask::{GENERATED_M, SitingAsk};
use super::candidates::{Admitted, Places, listed, make_unique};
use super::generate::generate;
use super::placing::Placing;
use super::survey::Survey;
use super::watch::{NoSiting, Watch};
use crate::service::routes::NoNetwork;

/// Adds the candidates of the request and generated ones to a survey.
///
/// # Errors
/// If the request does not fit the map, or the job was cancelled.
pub(super) fn admit(
    survey: &mut Survey,
    ask: &SitingAsk,
    watch: &Watch<'_>,
) -> Result<(), NoSiting> {
    watch.report("candidates", 0.0, 0);
    let ground = survey.ground.clone();
    let profile = survey.ask.profile.clone();
    let joiner = ground.joiner(&profile);
    let joiner = joiner.ok_or(NoSiting::Network(NoNetwork::TooLarge))?;
    let map = ground.snapshot.collections();
    let facility = (&ask.facility, ask.role_set());
    let placing = ask
        .placement
        .then(|| Placing::new(ground.snapshot.placement(), map, facility));
    survey.has_unverified_rules = placing.as_ref().is_some_and(Placing::has_unverified);
    let places = Places { joiner, placing };

    let mut candidates = listed(map, ask)?;
    let own = &ask.facility.collection;
    // Facilities that do not count are no sites yet, so they may be candidates.
    let counted = survey.existing.iter().take(survey.existing_sites);
    let ids: Vec<String> = counted.map(|f| f.id.clone()).collect();
    let existing: HashSet<&String> = ids.iter().collect();
    let named = candidates.len();
    candidates.retain(|c| c.collection.as_ref() != Some(own) || !existing.contains(&c.id));
    let mut admitted = Admitted {
        existing: named - candidates.len(),
        ..Admitted::default()
    };
    make_unique(&ids, &mut candidates);
    let all = candidates.len().max(1) as f64;
    for (n, candidate) in candidates.into_iter().enumerate() {
        if n % 64 == 0 {
            watch.go_on()?;
            watch.report("candidates", n as f64 / all, n as u64);
        }
        admitted.take(candidate, ask, &places);
    }
    let spacing = match ask.candidates.generate {
        Some(spacing) => Some(spacing),
        None if ask.candidates.is_empty() => Some(GENERATED_M),
        None => None,
    };
    if let Some(spacing) = spacing {
        let before = admitted.candidates.len();
        let used = generate(survey, ask, &places, (spacing, watch), &mut admitted)?;
        survey.generated = Some((used, admitted.candidates.len() - before));
    }
    survey.admitted = admitted;
    Ok(())
}
