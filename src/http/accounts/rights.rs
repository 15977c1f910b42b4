//! What bodies say about accounts, checked once for accounts and invites.

use jiff::Timestamp;

use crate::http::problem::Problem;
use crate::model::{Role, RoleSet};
use crate::store::Rights;

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The longest id of a unit or a community, in bytes, as of any feature.
const LONGEST_ID: usize = 200;
/// The most communities that an account is bound to.
const MOST_COMMUNITIES: usize = 100;

/// The name of an account.
pub fn name(field: &str, text: &str) -> Result<String, Problem> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Problem::wrong_field(
            field,
            &format!("a name has 1 to {LONGEST_NAME} characters"),
        ));
    }
    if name.chars().any(char::is_control) {
        return Err(Problem::wrong_field(
            field,
            "a name has no control characters",
        ));
    }
    Ok(name.to_owned())
}

/// What an account may do, and where.
pub fn rights(
    roles: &[String],
    unit: Option<String>,
    communities: Vec<String>,
) -> Result<Rights, Problem> {
    let roles: RoleSet = roles
        .iter()
        .map(|name| name.parse::<Role>())
        .collect::<Result<_, _>>()
        .map_err(|e| Problem::wrong_field("roles", e.to_string().trim_end_matches('.')))?;
    if roles.is_public() {
        return Err(Problem::wrong_field(
            "roles",
            "name at least one of rider, unit, grid_worker, officer, planner, steward, admin",
        ));
    }
    let unit = unit.map(|u| id("unit", &u)).transpose()?;
    match &unit {
        None if roles.contains(Role::Unit) => {
            return Err(Problem::wrong_field(
                "unit",
                "the role unit needs the id of the member unit",
            ));
        }
        Some(_) if !roles.contains(Role::Unit) && !roles.includes(Role::Officer) => {
            return Err(Problem::wrong_field(
                "roles",
                "an account of a member unit has the role unit",
            ));
        }
        _ => {}
    }
    if communities.len() > MOST_COMMUNITIES {
        return Err(Problem::wrong_field(
            "communities",
            &format!("an account is bound to at most {MOST_COMMUNITIES} communities"),
        ));
    }
    let mut communities = communities
        .iter()
        .map(|c| id("communities", c))
        .collect::<Result<Vec<_>, _>>()?;
    communities.sort();
    communities.dedup();
    Ok(Rights {
        roles,
        unit,
        communities,
    })
}

/// A moment to come.
pub fn future(field: &str, text: &str) -> Result<Timestamp, Problem> {
    let moment: Timestamp = text.parse().map_err(|_| {
        Problem::wrong_field(
            field,
            &format!("{text:?}: expected a moment as 2027-01-01T00:00:00+08:00"),
        )
    })?;
    if moment <= Timestamp::now() {
        return Err(Problem::wrong_field(field, "the moment is over already"));
    }
    Ok(moment)
}

fn id(field: &str, text: &str) -> Result<String, Problem> {
    let id = text.trim();
    if id.is_empty() || id.len() > LONGEST_ID || id.chars().any(char::is_control) {
        return Err(Problem::wrong_field(
            field,
            &format!("{text:?}: expected the id of a feature"),
        ));
    }
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn rights_name_a_role_and_a_unit_where_it_takes_one() {
        let good = rights(
            &roles(&["officer", "steward"]),
            None,
            roles(&["c2", " c1", "c2"]),
        );
        let good = good.unwrap();
        assert_eq!(good.roles.to_string(), "officer,steward");
        assert_eq!(good.communities, ["c1", "c2"]);
        assert!(rights(&roles(&["unit"]), Some("u1".into()), vec![]).is_ok());
        for (names, unit) in [
            (&[][..], None),
            (&["public"], None),
            (&["king"], None),
            (&["unit"], None),
            (&["rider"], Some("u1")),
            (&["unit"], Some("  ")),
        ] {
            let outcome = rights(&roles(names), unit.map(str::to_owned), vec![]);
            assert!(outcome.is_err(), "{names:?} {unit:?}");
        }
    }

    #[test]
    fn a_name_is_trimmed_and_readable() {
        assert_eq!(name("name", " 小李 ").unwrap(), "小李");
        for bad in ["", "  ", "a\nb", &"x".repeat(61)] {
            assert!(name("name", bad).is_err(), "{bad:?}");
        }
        assert!(future("t", "2020-01-01T00:00:00Z").is_err());
        assert!(future("t", "tomorrow").is_err());
        assert!(future("t", "2999-01-01T00:00:00+08:00").is_ok());
    }
}
