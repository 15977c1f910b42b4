//! Who may see and do what: roles, sets of them, and the view of an account on a feature.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Schema;
use super::properties::pick;

/// A role. Each includes the ones before it in the ladder public, rider, grid worker, officer,
/// admin; unit stands beside rider, planner and steward beside officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Anybody.
    Public,
    /// A delivery rider (骑手).
    Rider,
    /// A member unit (成员单位): what is public, and its own cases as a grid worker sees them.
    Unit,
    /// A grid worker (网格员).
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
    "{0:?} is not a role. Expected one of public, rider, unit, grid_worker, officer, planner, steward, admin."
)]
pub struct ParseRoleError(pub String);

impl Role {
    /// All of them, for help texts and tests.
    pub const ALL: [Self; 8] = [
        Self::Public,
        Self::Rider,
        Self::Unit,
        Self::GridWorker,
        Self::Officer,
        Self::Planner,
        Self::Steward,
        Self::Admin,
    ];

    fn rung(self) -> u8 {
        match self {
            Self::Public => 0,
            Self::Rider | Self::Unit => 1,
            Self::GridWorker => 2,
            Self::Officer | Self::Planner | Self::Steward => 3,
            Self::Admin => 4,
        }
    }

    /// Whether who has this role may do what `needed` may.
    pub fn includes(self, needed: Self) -> bool {
        self == needed || self.rung() > needed.rung()
    }

    /// The least role that includes both. Of roles that stand beside each other neither does.
    pub fn join(self, other: Self) -> Self {
        let both = |role: &Self| role.includes(self) && role.includes(other);
        let all = || Self::ALL.into_iter().filter(both);
        all()
            .find(|least| all().all(|role| role.includes(*least)))
            .unwrap_or(Self::Admin)
    }

    /// The name as it stands in data and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Rider => "rider",
            Self::Unit => "unit",
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

/// The roles of an account. The empty set is the public.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RoleSet(u8);

impl RoleSet {
    /// Anybody.
    pub const PUBLIC: Self = Self(0);

    /// The same set with one role more.
    #[must_use]
    pub fn with(self, role: Role) -> Self {
        match role {
            Role::Public => self,
            other => Self(self.0 | 1 << other as u8),
        }
    }

    /// Whether this is the public.
    pub fn is_public(self) -> bool {
        self.0 == 0
    }

    /// Whether the role itself is in the set; [`includes`](Self::includes) asks what it may do.
    pub fn contains(self, role: Role) -> bool {
        role == Role::Public || self.0 & (1 << role as u8) != 0
    }

    /// The roles, from the least to the greatest; only `public` in the empty set.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        let public = self.is_public().then_some(Role::Public);
        let named = Role::ALL
            .into_iter()
            .filter(move |r| self.0 & (1 << *r as u8) != 0);
        public.into_iter().chain(named)
    }

    /// Whether one of the roles may do what `needed` may.
    pub fn includes(self, needed: Role) -> bool {
        needed == Role::Public || self.iter().any(|role| role.includes(needed))
    }

    /// The role in which something is done that takes `needed`: the greatest of the roles that may do
    /// it, and of equal ones the first (an officer who is a planner too acts as an officer); `None` if none
    /// of them may.
    pub fn acting_as(self, needed: Role) -> Option<Role> {
        self.iter()
            .filter(|role| role.includes(needed))
            .min_by_key(|role| Reverse(role.rung()))
    }

    /// The greatest of the roles, for texts with room for one.
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

/// `officer,steward`: as they stand in the store and in texts.
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

/// The view of an account on the map: its roles, the member unit that it works for, and the communities
/// that it is bound to.
///
/// This is the one place that decides what somebody sees of a feature and in which communities they act. Where a collection says by
/// `x-onemap-scope` which of its properties name a unit and a community, an account sees
/// - features of a community that it is not bound to as the public does,
/// - features of its own unit as a grid worker does, if it has the role `unit`,
/// - all others by its roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct View<'a> {
    /// The roles.
    pub roles: RoleSet,
    /// The id of the member unit.
    pub unit: Option<&'a str>,
    /// The ids of the communities; empty where it may act everywhere.
    pub communities: &'a [String],
}

impl<'a> View<'a> {
    /// The view by which a collection is seen: without unit and communities where its features belong to
    /// neither, so that answers are the same for all accounts with the same roles.
    pub fn of(self, schema: &Schema) -> Self {
        let is_unit = self.roles.contains(Role::Unit);
        Self {
            roles: self.roles,
            unit: self.unit.filter(|_| is_unit && schema.scope.unit.is_some()),
            communities: match schema.scope.community {
                Some(_) => self.communities,
                None => &[],
            },
        }
    }

    /// Whether different features of the collection may be seen by different roles.
    pub fn is_scoped(self, schema: &Schema) -> bool {
        let view = self.of(schema);
        view.unit.is_some() || !view.communities.is_empty()
    }

    /// The roles by which one feature is seen. `properties` are all of them, as canonical JSON.
    pub fn on(self, schema: &Schema, properties: &str) -> RoleSet {
        let view = self.of(schema);
        let text = |name: &Option<String>| -> Option<String> {
            let name = name.as_deref()?;
            match pick(properties, &[name]).pop() {
                Some(Value::String(text)) => Some(text),
                _ => None,
            }
        };
        if !view.communities.is_empty() && !view.reaches(text(&schema.scope.community).as_deref()) {
            return RoleSet::PUBLIC;
        }
        if view.unit.is_some() && text(&schema.scope.unit).as_deref() == view.unit {
            return view.roles.with(Role::GridWorker);
        }
        view.roles
    }

    /// Whether the account may act in a community; `None` is a place that lies in none.
    pub fn reaches(self, community: Option<&str>) -> bool {
        self.communities.is_empty()
            || community.is_some_and(|c| self.communities.iter().any(|own| own == c))
    }

    /// A text that is equal for equal views, for the keys of caches.
    pub fn key(self) -> String {
        if self.unit.is_none() && self.communities.is_empty() {
            return self.roles.to_string();
        }
        serde_json::json!([self.roles, self.unit, self.communities]).to_string()
    }
}

impl<R: Into<RoleSet>> From<R> for View<'_> {
    fn from(roles: R) -> Self {
        Self {
            roles: roles.into(),
            unit: None,
            communities: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::CollectionId;

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
    fn a_unit_sees_its_own_cases_as_a_grid_worker_and_others_as_the_public() {
        let schema = json!({
            "x-onemap-scope": {"unit": "unit", "community": "community"},
            "properties": {"unit": {"type": "string"}, "community": {"type": "string"}},
        });
        let schema = Schema::parse(&CollectionId::new("warnings").unwrap(), schema).unwrap();
        let unit = View {
            unit: Some("u1"),
            ..Role::Unit.into()
        };
        assert!(
            unit.on(&schema, r#"{"unit":"u1"}"#)
                .includes(Role::GridWorker)
        );
        assert!(
            !unit
                .on(&schema, r#"{"unit":"u2"}"#)
                .includes(Role::GridWorker)
        );
        assert!(
            !unit
                .on(&schema, r#"{"unit":null}"#)
                .includes(Role::GridWorker)
        );
        // The unit of an officer's account adds nothing to what the officer sees.
        let officer = View {
            unit: Some("u1"),
            ..Role::Rider.into()
        };
        assert!(
            !officer
                .on(&schema, r#"{"unit":"u1"}"#)
                .includes(Role::GridWorker)
        );

        let here = ["c1".to_owned()];
        let bound = View {
            communities: &here,
            ..Role::Officer.into()
        };
        assert!(
            bound
                .on(&schema, r#"{"community":"c1"}"#)
                .includes(Role::Officer)
        );
        assert!(bound.on(&schema, r#"{"community":"c2"}"#).is_public());
        assert!(bound.on(&schema, "{}").is_public());
        assert!(bound.is_scoped(&schema));

        let elsewhere = Schema::parse(&CollectionId::new("parks").unwrap(), json!({})).unwrap();
        assert!(bound.on(&elsewhere, "{}").includes(Role::Officer));
        assert_eq!(bound.of(&elsewhere).key(), "officer");
    }

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
            assert_eq!(role.join(Role::Public), role);
            assert_eq!(role.join(role), role);
        }
    }

    #[test]
    fn the_join_of_two_roles_is_the_least_that_includes_both() {
        assert_eq!(Role::Rider.join(Role::Steward), Role::Steward);
        assert_eq!(Role::Officer.join(Role::Steward), Role::Admin);
        for (a, b) in Role::ALL
            .into_iter()
            .flat_map(|a| Role::ALL.map(|b| (a, b)))
        {
            let both = a.join(b);
            assert!(both.includes(a) && both.includes(b), "{a} {b} {both}");
        }
    }
}
