//! Who may see and do what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A role. Each includes the ones before it in the ladder public, rider, grid worker, officer,
/// admin; planner and steward stand beside officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Anybody.
    Public,
    /// A delivery rider (骑手).
    Rider,
    /// A grid worker (网格员) or a member unit.
    GridWorker,
    /// A duty officer.
    Officer,
    /// A planner.
    Planner,
    /// A map steward.
    Steward,
    /// Everything.
    Admin,
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no role; roles are public, rider, grid_worker, officer, planner, steward and admin"
)]
pub struct ParseRoleError(pub String);

impl Role {
    /// All of them, for help texts and tests.
    pub const ALL: [Self; 7] = [
        Self::Public,
        Self::Rider,
        Self::GridWorker,
        Self::Officer,
        Self::Planner,
        Self::Steward,
        Self::Admin,
    ];

    fn rung(self) -> u8 {
        match self {
            Self::Public => 0,
            Self::Rider => 1,
            Self::GridWorker => 2,
            Self::Officer | Self::Planner | Self::Steward => 3,
            Self::Admin => 4,
        }
    }

    /// Whether who has this role may do what `needed` may.
    pub fn includes(self, needed: Self) -> bool {
        self == needed || self.rung() > needed.rung()
    }

    /// The name as it stands in data and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Rider => "rider",
            Self::GridWorker => "grid_worker",
            Self::Officer => "officer",
            Self::Planner => "planner",
            Self::Steward => "steward",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| ParseRoleError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planner_and_steward_stand_beside_officer() {
        assert!(Role::Officer.includes(Role::GridWorker));
        assert!(Role::Planner.includes(Role::Rider));
        assert!(!Role::Planner.includes(Role::Officer));
        assert!(!Role::Officer.includes(Role::Steward));
        for role in Role::ALL {
            assert!(Role::Admin.includes(role));
            assert!(role.includes(Role::Public));
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }
}
