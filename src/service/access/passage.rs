//! Counts whether gates let people in (进去了 / 没让进), by gate, hour and weekday.

use jiff::Timestamp;

use super::in_force;
use crate::access::passages::Slot;
use crate::live::Live;
use crate::store::{PassageHour, StoreError};

/// Counts that somebody got in at an entrance, or was not let in. When this returns, the snapshot has the new
/// count, unless the task that updates the snapshot is behind.
///
/// # Errors
/// If the store fails.
pub async fn count_passage(
    live: &Live,
    entrance: &str,
    passed: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let slot = Slot::of(now, in_force::days(&live.snapshot()).offset);
    let hour = PassageHour {
        entrance: entrance.to_owned(),
        quarter: slot.quarter,
        weekday: slot.weekday,
        hour: slot.hour,
    };
    let count = live.store().count_passage(&hour, passed).await?;
    live.note_passage(count).await;
    Ok(())
}
