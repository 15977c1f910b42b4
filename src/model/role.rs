//! Roles and sets of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

/// A role. Of the roles public, rider, grid worker, officer and admin, each includes the rights of
/// the ones before it. The role unit has the level of rider; planner and steward have the level of
/// officer.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(
    serialize_all = "snake_case",
    parse_err_ty = ParseRoleError,
    parse_err_fn = not_a_role
)]
pub enum Role {
    /// Everybody, without an account.
    Public,
    /// A delivery rider (骑手).
    Rider,
    /// A member unit (成员单位): sees what is public, and its own cases like a grid worker.
    Unit,
    /// A grid worker (网格员).
    GridWorker,
    /// A duty officer.
    Officer,
    /// A planner.
    Planner,
    /// A map steward.
    Steward,
    /// An administrator, who has every right.
    Admin,
}

/// The text is not the name of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a role; expected one of public, rider, unit, grid_worker, officer, planner, steward, admin"
)]
pub struct ParseRoleError(pub String);

impl super::InChinese for ParseRoleError {
    fn zh(&self) -> String {
        format!(
            "没有“{}”这一角色；角色有 public、rider、unit、grid_worker、officer、planner、steward、admin",
            self.0
        )
    }
}

fn not_a_role(text: &str) -> ParseRoleError {
    ParseRoleError(text.to_owned())
}

impl Role {
    /// All roles, for help texts and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    fn rung(self) -> u8 {
        match self {
            Self::Public => 0,
            Self::Rider | Self::Unit => 1,
            Self::GridWorker => 2,
            Self::Officer | Self::Planner | Self::Steward => 3,
            Self::Admin => 4,
        }
    }

    /// Whether this role has all rights of the role `needed`.
    pub fn includes(self, needed: Self) -> bool {
        self == needed || self.rung() > needed.rung()
    }

    /// The lowest role that includes both. If neither includes the other, this is a higher third
    /// role.
    pub fn join(self, other: Self) -> Self {
        let both = |role: &Self| role.includes(self) && role.includes(other);
        let all = || Self::ALL.iter().copied().filter(both);
        all()
            .find(|least| all().all(|role| role.includes(*least)))
            .unwrap_or(Self::Admin)
    }

    /// The Chinese name of the role on pages.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Public => "公众",
            Self::Rider => "骑手",
            Self::Unit => "成员单位",
            Self::GridWorker => "网格员",
            Self::Officer => "值班员",
            Self::Planner => "规划员",
            Self::Steward => "地图管理员",
            Self::Admin => "系统管理员",
        }
    }

    /// The name of the role in data and on the command line.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The roles of an account. The empty set stands for the public.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RoleSet(u8);

impl RoleSet {
    /// The empty set: everybody, without an account.
    pub const PUBLIC: Self = Self(0);

    /// The set with one more role.
    #[must_use]
    pub fn with(self, role: Role) -> Self {
        match role {
            Role::Public => self,
            other => Self(self.0 | 1 << other as u8),
        }
    }

    /// Whether the set is empty.
    pub fn is_public(self) -> bool {
        self.0 == 0
    }

    /// Whether the set contains the role itself; [`includes`](Self::includes) also considers higher
    /// roles.
    pub fn contains(self, role: Role) -> bool {
        role == Role::Public || self.0 & (1 << role as u8) != 0
    }

    /// The roles from the lowest to the highest; only `public` for the empty set.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        let public = self.is_public().then_some(Role::Public);
        let named = Role::ALL
            .iter()
            .copied()
            .filter(move |r| self.0 & (1 << *r as u8) != 0);
        public.into_iter().chain(named)
    }

    /// Whether one of the roles has all rights of `needed`.
    pub fn includes(self, needed: Role) -> bool {
        needed == Role::Public || self.iter().any(|role| role.includes(needed))
    }

    /// The role recorded for an action that requires `needed`: the highest of the account's roles
    /// that includes it, and of equal ones the first (an officer who is also a planner acts as an
    /// officer). `None` if no role includes it.
    pub fn acting_as(self, needed: Role) -> Option<Role> {
        self.iter()
            .filter(|role| role.includes(needed))
            .min_by_key(|role| Reverse(role.rung()))
    }

    /// The highest of the roles, where only one can be shown.
    pub fn foremost(self) -> Role {
        self.acting_as(Role::Public).unwrap_or(Role::Public)
    }
}

impl From<Role> for RoleSet {
    fn from(role: Role) -> Self {
        Self::PUBLIC.with(role)
    }
}

impl FromIterator<Role> for RoleSet {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::PUBLIC, Self::with)
    }
}

impl fmt::Debug for RoleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

impl RoleSet {
    /// The Chinese names of the roles on pages.
    pub fn zh(self) -> String {
        let names: Vec<_> = self.iter().map(Role::zh).collect();
        names.join("、")
    }
}

/// Writes `officer,steward`, the form used in the store and in texts.
impl fmt::Display for RoleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, role) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            f.write_str(role.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for RoleSet {
    type Err = ParseRoleError;

    fn from_str(text: &str) -> Result<Self, ParseRoleError> {
        text.split(',').map(str::trim).map(Role::from_str).collect()
    }
}

impl Serialize for RoleSet {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for RoleSet {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeSet::<String>::deserialize(from)?
            .iter()
            .map(|name| Role::from_str(name).map_err(serde::de::Error::custom))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_account_may_do_what_one_of_its_roles_may() {
        let both: RoleSet = [Role::Planner, Role::Officer].into_iter().collect();
        assert!(both.includes(Role::Planner) && both.includes(Role::Officer));
        assert!(both.includes(Role::Rider) && !both.includes(Role::Steward));
        assert_eq!(both.acting_as(Role::Steward), None);
        assert_eq!(both.foremost(), Role::Officer);
        assert_eq!(both.acting_as(Role::Planner), Some(Role::Planner));
        assert_eq!(both.to_string(), "officer,planner");
        assert_eq!("planner, officer".parse(), Ok(both));
        assert_eq!(
            serde_json::to_value(both).unwrap(),
            json!(["officer", "planner"])
        );
        assert_eq!(
            serde_json::from_value::<RoleSet>(json!(["planner", "officer"])).unwrap(),
            both
        );
        assert!(RoleSet::from(Role::Public).is_public());
        assert_eq!(RoleSet::PUBLIC.to_string(), "public");
        assert_eq!("public".parse(), Ok(RoleSet::PUBLIC));
    }

    #[test]
    fn planner_and_steward_are_on_the_level_of_officer() {
        assert!(Role::Officer.includes(Role::GridWorker));
        assert!(Role::Planner.includes(Role::Rider));
        assert!(!Role::Planner.includes(Role::Officer));
        assert!(!Role::Officer.includes(Role::Steward));
        for role in Role::ALL.iter().copied() {
            assert!(Role::Admin.includes(role));
            assert!(role.includes(Role::Public));
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(role.join(Role::Public), role);
            assert_eq!(role.join(role), role);
        }
    }

    #[test]
    fn the_join_of_two_roles_is_the_least_that_includes_both() {
        assert_eq!(Role::Rider.join(Role::Steward), Role::Steward);
        assert_eq!(Role::Officer.join(Role::Steward), Role::Admin);
        for a in Role::ALL.iter().copied() {
            for b in Role::ALL.iter().copied() {
                let both = a.join(b);
                assert!(both.includes(a) && both.includes(b), "{a} {b} {both}");
            }
        }
    }
}
