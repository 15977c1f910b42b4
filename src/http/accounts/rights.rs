//! Checks the fields that the requests for accounts and for invites have in common.

use jiff::Timestamp;

use crate::http::problem::Problem;
use crate::model::{InChinese as _, Role, RoleSet, account_name, both, chosen_name};
use crate::store::Rights;

/// The longest label of a token, in characters.
const LONGEST_LABEL: usize = 60;
/// The longest id of a unit or a community, in bytes. Ids of features have the same limit.
const LONGEST_ID: usize = 200;
/// The most communities that an account can be restricted to.
const MOST_COMMUNITIES: usize = 100;

/// Checks the name of an account that an administrator creates.
pub fn name(field: &str, text: &str) -> Result<String, Problem> {
    account_name(text).map_err(|e| Problem::wrong_field(field, e.localized()))
}

/// Checks a name that a person chooses for their own account. Reserved names are refused.
pub fn own_name(field: &str, text: &str) -> Result<String, Problem> {
    chosen_name(text).map_err(|e| Problem::wrong_field(field, e.localized()))
}

/// Checks the label of a token: text of one line that says what the token is for.
pub fn label(field: &str, text: &str) -> Result<String, Problem> {
    let label = text.trim();
    if label.is_empty() || label.chars().count() > LONGEST_LABEL {
        return Err(Problem::wrong_field(
            field,
            both!(
                "用途应有1至{LONGEST_LABEL}个字符",
                "expected a label of 1 to {LONGEST_LABEL} characters"
            ),
        ));
    }
    if label.chars().any(char::is_control) {
        return Err(Problem::wrong_field(
            field,
            both!(
                "用途中不能有控制字符",
                "a label must not contain control characters"
            ),
        ));
    }
    Ok(label.to_owned())
}

/// Checks the roles, the unit and the communities of an account.
pub fn rights(
    roles: &[String],
    unit: Option<String>,
    communities: Vec<String>,
) -> Result<Rights, Problem> {
    let roles: RoleSet = roles
        .iter()
        .map(|name| name.parse::<Role>())
        .collect::<Result<_, _>>()
        .map_err(|e| Problem::wrong_field("roles", e.localized()))?;
    if roles.is_public() {
        return Err(Problem::wrong_field(
            "roles",
            both!(
                "请至少选择一个角色（rider、unit、grid_worker、officer、planner、steward、admin）",
                "name at least one of rider, unit, grid_worker, officer, planner, steward, admin"
            ),
        ));
    }
    let unit = unit.map(|u| id("unit", &u)).transpose()?;
    match &unit {
        None if roles.contains(Role::Unit) => {
            return Err(Problem::wrong_field(
                "unit",
                both!(
                    "“成员单位”角色需要填写成员单位的编号",
                    "the role unit requires the id of a member unit"
                ),
            ));
        }
        Some(_) if !roles.contains(Role::Unit) && !roles.includes(Role::Officer) => {
            return Err(Problem::wrong_field(
                "roles",
                both!(
                    "填写了成员单位的账号应有“成员单位”、“值班员”或“系统管理员”角色",
                    "an account with a member unit needs the role unit, officer or admin"
                ),
            ));
        }
        _ => {}
    }
    if communities.len() > MOST_COMMUNITIES {
        return Err(Problem::wrong_field(
            "communities",
            both!(
                "一个账号最多限定{MOST_COMMUNITIES}个社区",
                "an account can be restricted to at most {MOST_COMMUNITIES} communities"
            ),
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

/// Parses a moment, which must be in the future.
pub fn future(field: &str, text: &str) -> Result<Timestamp, Problem> {
    let moment: Timestamp = text.parse().map_err(|_| {
        Problem::wrong_field(
            field,
            both!(
                "“{text}”不是有效的时间，应形如 2027-01-01T00:00:00+08:00",
                "{text:?}: expected a moment such as 2027-01-01T00:00:00+08:00"
            ),
        )
    })?;
    if moment <= Timestamp::now() {
        return Err(Problem::wrong_field(
            field,
            both!("应为将来的时间", "expected a moment in the future"),
        ));
    }
    Ok(moment)
}

fn id(field: &str, text: &str) -> Result<String, Problem> {
    let id = text.trim();
    if id.is_empty() || id.len() > LONGEST_ID || id.chars().any(char::is_control) {
        return Err(Problem::wrong_field(
            field,
            both!(
                "“{text}”不是有效的要素编号",
                "{text:?}: expected the id of a feature"
            ),
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
    fn rights_need_a_role_and_the_role_unit_needs_a_unit() {
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
    fn names_and_labels_are_trimmed_and_checked() {
        for read in [name, own_name, label] {
            assert_eq!(read("name", " 小李 ").unwrap(), "小李");
            for bad in ["", "  ", "a\nb", &"x".repeat(61)] {
                assert!(read("name", bad).is_err(), "{bad:?}");
            }
        }
        // Only an administrator may give an account this name.
        assert!(name("name", "admin").is_ok() && own_name("name", "admin").is_err());
        assert!(future("t", "2020-01-01T00:00:00Z").is_err());
        assert!(future("t", "tomorrow").is_err());
        assert!(future("t", "2999-01-01T00:00:00+08:00").is_ok());
    }
}
