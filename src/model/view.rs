//! What an account may see: its roles, restricted by its unit and its communities.

use serde_json::Value;

use super::properties::pick;
use super::role::{Role, RoleSet};
use super::schema::Schema;

/// The view of an account: its roles, the member unit that it works for, and the communities to
/// which it is restricted.
///
/// Only this type decides what an account sees of a feature and in which communities it may act. If
/// a collection names properties for a unit and a community in `x-onemap-scope`, an account sees
/// - features of communities outside of its restriction like the public,
/// - features of its own unit like a grid worker, if it has the role `unit`,
/// - all others according to its roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct View<'a> {
    /// The roles of the account.
    pub roles: RoleSet,
    /// The id of the member unit that the account works for.
    pub unit: Option<&'a str>,
    /// The ids of the communities to which the account is restricted; empty if it may act everywhere.
    pub communities: &'a [String],
}

impl<'a> View<'a> {
    /// The view for a collection: without unit and communities if its features have neither, so
    /// that responses are the same for all accounts with the same roles.
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

    /// Whether different roles may apply to different features of the collection.
    pub fn is_scoped(self, schema: &Schema) -> bool {
        let view = self.of(schema);
        view.unit.is_some() || !view.communities.is_empty()
    }

    /// The roles that apply to one feature. `properties` must be all its properties, as canonical
    /// JSON.
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

    /// Whether the account may act in a community; `None` stands for a place outside of all
    /// communities.
    pub fn reaches(self, community: Option<&str>) -> bool {
        self.communities.is_empty()
            || community.is_some_and(|c| self.communities.iter().any(|own| own == c))
    }

    /// A text that is equal for equal views, used in cache keys.
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
        // The unit of an account without the role `unit` adds nothing to what the account sees.
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
}
