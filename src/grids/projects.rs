//! When a livelihood project (民生实事) becomes late.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::{Canonical, end_in_china};

/// The state of a project that was not done in time.
pub const DELAYED: &str = "delayed";

/// The moment at which a project becomes late if nobody writes: midnight in China after its due date. `None` if it has
/// no due date, is done, or is late already.
pub fn late_from(project: Canonical<'_>) -> Option<Timestamp> {
    let waits = project.is("state", "planned") || project.is("state", "under_way");
    let due: Date = project.text("due_on").filter(|_| waits)?.parse().ok()?;
    end_in_china(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_late_from_the_midnight_after_its_due_date() {
        let late = |text: &str| late_from(Canonical::new(text)).map(|at| at.to_string());
        let midnight = Some("2026-11-30T16:00:00Z".to_owned());
        assert_eq!(
            late(r#"{"due_on":"2026-11-30","state":"under_way"}"#),
            midnight
        );
        assert_eq!(
            late(r#"{"due_on":"2026-11-30","state":"planned"}"#),
            midnight
        );
        for never in [
            r#"{"due_on":"2026-11-30","state":"done"}"#,
            r#"{"due_on":"2026-11-30","state":"delayed"}"#,
            r#"{"due_on":"soon","state":"planned"}"#,
            r#"{"due_on":"9999-12-31","state":"planned"}"#,
            r#"{"state":"planned"}"#,
        ] {
            assert_eq!(late(never), None, "{never}");
        }
    }
}
