//! Turn restrictions (relations of type restriction): what they forbid or prescribe, and for which
//! vehicles.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/Relation:restriction>. A restriction that applies
//! only at certain hours (`restriction:conditional`) or only to other vehicles (`restriction:hgv`)
//! is left out.

use super::super::tags::Tags;
use crate::model::{Localized, both};

/// The tags of a turn restriction, without its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// The kind: `no_left_turn`, `only_straight_on` and so on.
    pub kind: &'static str,
    /// The vehicles that are exempt, by their names in OpenStreetMap.
    pub except: Vec<String>,
}

const KINDS: [&str; 10] = [
    "no_left_turn",
    "no_right_turn",
    "no_straight_on",
    "no_u_turn",
    "no_entry",
    "no_exit",
    "only_left_turn",
    "only_right_turn",
    "only_straight_on",
    "only_u_turn",
];

/// Reads the tags of a relation. `None` if the relation is not a turn restriction, or if it has
/// none that applies to e-bikes at all times.
///
/// # Errors
/// If the kind of restriction is unknown.
pub fn restriction(tags: &Tags) -> Option<Result<Restriction, Localized>> {
    if !tags.is("type", "restriction") {
        return None;
    }
    let said = tags.first(&["restriction:bicycle", "restriction"])?;
    let Some(kind) = KINDS.into_iter().find(|kind| *kind == said) else {
        let kinds = KINDS.join(", ");
        return Some(Err(both!(
            "restriction={said} 不是已知的转向限制，应为 {kinds} 之一",
            "expected one of {kinds}, found restriction={said}"
        )));
    };
    let except = tags.get("except").unwrap_or_default().split(';');
    let except = except.map(str::trim);
    let except = except.filter(|word| !matches!(*word, "" | "no" | "none"));
    Some(Ok(Restriction {
        kind,
        except: except.map(str::to_owned).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::tags::tags;
    use super::*;

    #[test]
    fn a_restriction_has_a_kind_and_exempt_vehicles() {
        let read = |text: &str| restriction(&tags(text));
        let found = read("type=restriction,restriction=no_left_turn,except=bicycle;psv");
        let found = found.unwrap().unwrap();
        assert_eq!(found.kind, "no_left_turn");
        assert_eq!(found.except, ["bicycle", "psv"]);
        assert_eq!(read("type=restriction,restriction:hgv=no_left_turn"), None);
        assert_eq!(
            read("type=restriction,restriction:conditional=no_left_turn @ (07:00-09:00)"),
            None
        );
        assert!(
            read("type=restriction,restriction=no_way")
                .unwrap()
                .is_err()
        );
        let bicycles = read("type=restriction,restriction:bicycle=no_u_turn,except=no");
        assert!(bicycles.unwrap().unwrap().except.is_empty());
    }
}
