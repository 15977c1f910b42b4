//! When a livelihood project (民生实事) becomes late.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Canonical, end_in_china};

/// How far a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectState {
    /// Not done by its due date (延期).
    Delayed,
    /// Begun (进行中).
    UnderWay,
    /// Not begun (未开工).
    Planned,
    /// Done (已完成).
    Done,
}

impl ProjectState {
    /// The state of a project. One without a known state counts as planned.
    pub fn of(project: Canonical<'_>) -> Self {
        match project.text("state").as_deref() {
            Some(DELAYED) => Self::Delayed,
            Some("under_way") => Self::UnderWay,
            Some("done") => Self::Done,
            _ => Self::Planned,
        }
    }

    /// The order of lists: delayed projects first, done ones last.
    pub const fn order(self) -> u8 {
        match self {
            Self::Delayed => 0,
            Self::UnderWay | Self::Planned => 1,
            Self::Done => 2,
        }
    }
}

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
