//! Actions on a case. Each action is one row of the status table; applying it writes one step in one commit.

use jiff::{SignedDuration, Timestamp};

use super::case_service::{CaseService, Known, TRIES};
use super::cases;
use super::error::LedgerError;
use super::surroundings::{OnMap, moment};
use super::timer;
use crate::live::Written;
use crate::model::{FeatureId, both};
use crate::service::edit_builder::EditBuilder;
use crate::warnings::engine::{self, Event};
use crate::warnings::key::Repeat;
use crate::warnings::{Action, ActionRequest, Actor, Case, FieldError};

/// The result of an action.
#[derive(Debug, Clone)]
pub struct Acted {
    /// The commit with the step.
    pub written: Written,
    /// Whether an earlier request had the same key. Then no second step is written.
    pub again: bool,
}

impl CaseService {
    /// Applies an action to a case. `expect` is the number of the commit that the caller read (`If-Match`).
    ///
    /// # Errors
    /// If the status table or the person's rights do not allow the action, a field is wrong, the case was
    /// changed meanwhile, or the store fails. Nothing was written then.
    pub async fn act(
        &self,
        id: &FeatureId,
        request: &ActionRequest,
        actor: &Actor,
        expect: Option<u64>,
        now: Timestamp,
    ) -> Result<Acted, LedgerError> {
        // A client that read the case from another node may know a newer commit than this snapshot contains.
        if let Some(seq) = expect {
            let patience = std::time::Duration::from_secs(5);
            self.live.wait_for(seq, patience).await;
        }
        let mut attached = false;
        for _ in 0..TRIES {
            let snapshot = self.live.snapshot();
            let known = Known::read(&snapshot, id)?;
            let known = known.ok_or_else(|| LedgerError::NoSuchCase(id.clone()))?;
            // A repeated request is recognised before anything is checked, because the first request has changed
            // the case already, so the checks would refuse it.
            let repeat = request
                .key_mark(actor)
                .map_or(Repeat::New, |k| known.case.knows(&k));
            match repeat {
                Repeat::New => {}
                Repeat::Same => {
                    return Ok(Acted {
                        written: known.written(),
                        again: true,
                    });
                }
                Repeat::Other => {
                    let problem = both!(
                        "该标识（key）已用于另一个同类操作；新操作请使用新的标识，重发时内容应与原来一致",
                        "this key was already used for another step of the same action; use a new \
                         key for a new step, and repeat a step unchanged"
                    );
                    return Err(FieldError::new("key", problem).into());
                }
            }
            if let Some(seq) = expect.filter(|seq| *seq != known.entry.seq()) {
                let found = known.entry.seq();
                tracing::debug!(%id, seq, found, "the case changed after the version that the caller names");
                return Err(LedgerError::Changed {
                    id: id.clone(),
                    found,
                });
            }
            // Steps of a case are ordered by time, even if the clocks of two nodes differ.
            let last = known.case.step.as_ref().map_or(now, |s| s.at);
            let now = moment(now).max(last);
            // Due transitions up to now are written first, each with its own time.
            if timer::apply_due(&self.live, &snapshot, id, now).await? && expect.is_none() {
                continue;
            }
            let other = match &request.into {
                Some(into) if request.action == Action::Merge => Known::read(&snapshot, into)?,
                _ => None,
            };
            let around = OnMap::of(&snapshot);
            let anchor = cases::spot(&known.entry, &known.case);
            let into = other.as_ref().map(|o| &o.case);
            let event = Event::Action {
                actor,
                request,
                anchor,
                into,
                at: now,
            };
            let stepped = engine::step(&around, &known.case, event)?;
            if !attached {
                self.link(id, &request.photos, actor).await?;
                attached = true;
            }
            let mut edit = EditBuilder::new(actor, now, request.action.as_str());
            edit.put(known.change(&stepped.case)?, known.expect());
            if let (Some(other), Some(next)) = (other, &stepped.into) {
                edit.put(other.change(next)?, other.expect());
            }
            if let Some(written) = edit.commit(&self.live).await? {
                self.shorten_contact(&stepped.case).await;
                return Ok(Acted {
                    written,
                    again: false,
                });
            }
            if expect.is_some() {
                let found = Known::read(&self.live.snapshot(), id)?.map_or(0, |k| k.entry.seq());
                return Err(LedgerError::Changed {
                    id: id.clone(),
                    found,
                });
            }
        }
        Err(LedgerError::Busy(id.clone()))
    }

    /// Shortens the retention of the contact when the case ends, as the rules say. If the store fails here, the
    /// contact is still erased at the end of its longest retention.
    async fn shorten_contact(&self, case: &Case) {
        let Some(ended) = case.closed_at else { return };
        let days = self.live.snapshot().ledger().rules().privacy.contact_days;
        let until = ended + SignedDuration::from_hours(24 * i64::from(days));
        let store = self.live.store();
        if let Err(error) = store.keep_contact_until(&case.id, until).await {
            tracing::warn!(%error, id = %case.id, "the retention of a contact could not be shortened; \
                                                   the longest retention applies");
        }
    }
}
