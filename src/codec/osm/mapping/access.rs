//! Who may pass and when: access tags and their conditions, for e-bikes and for pedestrians.
//!
//! Sources: <https://wiki.openstreetmap.org/wiki/Key:access> and
//! <https://wiki.openstreetmap.org/wiki/Conditional_restrictions>. The more specific key wins:
//! `bicycle` before `vehicle` before `access`. If a key has only a condition (`access:conditional`
//! without `access`), passage is allowed whenever the condition does not apply.

use super::super::tags::Tags;
use crate::codec::hours::OpeningHours;

/// The keys for an e-bike, the most specific first. It counts as a bicycle in China (GB 17761) and
/// in Europe, so keys for motor vehicles do not apply.
const RIDING: [&str; 3] = ["electric_bicycle", "bicycle", "vehicle"];
const RIDING_CONDITIONS: [&str; 3] = [
    "electric_bicycle:conditional",
    "bicycle:conditional",
    "vehicle:conditional",
];

/// What the tags of an element say about who may pass.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// For e-bikes: `yes`, `no` or `dismount`; `None` if unknown.
    pub ebike: Option<&'static str>,
    /// For pedestrians: `yes` or `no`; `None` if unknown.
    pub foot: Option<&'static str>,
    /// The user group of the key `access`, for example `private`.
    pub access: Option<&'static str>,
    /// When pedestrians may pass, and e-bikes too if `ebike_hours` is `None`.
    pub opening_hours: Option<String>,
    /// When e-bikes may pass, if that differs from `opening_hours`.
    pub ebike_hours: Option<String>,
}

/// The access value of the first of the keys that has one.
fn may_pass(tags: &Tags, keys: &[&str]) -> Option<&'static str> {
    Some(match tags.first(keys)? {
        "yes" | "designated" | "permissive" | "destination" | "customers" | "delivery"
        | "official" | "optional_sidepath" | "use_sidepath" => "yes",
        "dismount" => "dismount",
        "no" | "private" | "permit" | "residents" | "agricultural" | "forestry" | "military" => {
            "no"
        }
        _ => return None,
    })
}

/// The value of the key `access`.
fn general(tags: &Tags) -> Option<&'static str> {
    Some(match tags.get("access")? {
        "yes" | "designated" | "official" | "public" => "yes",
        "permissive" => "permissive",
        "destination" => "destination",
        "delivery" => "delivery",
        "customers" => "customers",
        "private" | "permit" | "residents" | "agricultural" | "forestry" | "military" => "private",
        "no" => "no",
        _ => return None,
    })
}

/// Whether the key `access` reserves an element for farming, forestry or the military.
fn is_for_work(tags: &Tags) -> bool {
    matches!(
        tags.get("access"),
        Some("agricultural" | "forestry" | "military")
    )
}

impl Access {
    /// Reads the tags. `ebike` and `foot` are the defaults if no tag decides.
    pub fn of(tags: &Tags, ebike: Option<&'static str>, foot: Option<&'static str>) -> Self {
        let ridden = may_pass(tags, &RIDING);
        // For pedestrians, `dismount` means `yes`.
        let walked = may_pass(tags, &["foot"]).map(|p| if p == "no" { "no" } else { "yes" });
        let general = general(tags);
        let open = general.is_some_and(|a| !matches!(a, "no" | "private"));
        let mut all = Self {
            ebike: ridden.or(ebike).or(open.then_some("yes")),
            foot: walked.or(foot).or(open.then_some("yes")),
            access: general,
            ..Self::default()
        };
        match general {
            Some("no") => {
                all.ebike = ridden.or(Some("no"));
                all.foot = walked.or(Some("no"));
                // If an e-bike or a pedestrian may pass, the other fields say so and `access` adds
                // nothing.
                if (all.ebike, all.foot) != (Some("no"), Some("no")) {
                    all.access = None;
                }
            }
            // Farm tracks and the like that are open to bicycles are not thereby open to pedestrians.
            Some("private") if ridden == Some("yes") && walked.is_none() && is_for_work(tags) => {
                all.access = None;
                all.foot = Some("no");
            }
            Some("private") => match (ridden, walked) {
                // Pedestrians may pass, so riders may push their e-bikes. Whether they may ride is
                // unknown.
                (None, Some("yes")) => {
                    all.access = None;
                    all.ebike = ebike.map(|e| if e == "no" { "no" } else { "dismount" });
                }
                (Some("yes" | "dismount"), _) | (Some(_), Some("yes")) => all.access = None,
                _ => {}
            },
            _ => {}
        }
        all.read_hours(tags, general == Some("no"));
        all
    }

    fn read_hours(&mut self, tags: &Tags, closed: bool) {
        if let Some(hours) = tags.get("opening_hours") {
            self.opening_hours = Some(hours.to_owned());
        } else if let Some(hours) = conditional(tags, "access:conditional", !closed) {
            if closed {
                // Closed except during these hours.
                self.access = None;
                let explicit = |keys: &[&str]| may_pass(tags, keys).is_some();
                if !explicit(&RIDING) {
                    self.ebike = Some("yes");
                }
                if !explicit(&["foot"]) {
                    self.foot = Some("yes");
                }
            }
            self.opening_hours = Some(hours);
        }
        let general = self.opening_hours.clone();
        let may_walk = self.foot != Some("no");
        if let Some(hours) = conditional(tags, "foot:conditional", may_walk) {
            self.foot = Some("yes");
            self.opening_hours = Some(hours);
        }
        let key = RIDING_CONDITIONS
            .into_iter()
            .find(|k| tags.get(k).is_some());
        match (key, self.ebike) {
            // The data does not distinguish hours for riding from hours for pushing.
            (Some(key), Some("dismount")) => {
                if let Some(hours) = conditional(tags, key, true) {
                    self.ebike_hours = Some(hours);
                }
            }
            (Some(key), pass) => {
                if let Some(hours) = conditional(tags, key, pass != Some("no")) {
                    self.ebike = Some("yes");
                    self.ebike_hours = Some(hours);
                }
            }
            (None, _) => {}
        }
        // The key `foot:conditional` changed the hours of pedestrians only; e-bikes keep the
        // general hours.
        if self.ebike_hours.is_none() && self.ebike != Some("no") && self.opening_hours != general {
            self.ebike_hours = Some(general.unwrap_or_else(|| "24/7".to_owned()));
        }
        if self.ebike_hours == self.opening_hours {
            self.ebike_hours = None;
        }
    }
}

/// The opening hours that follow from a condition such as `no @ (22:00-06:00)`; `allowed` is the
/// state outside of the condition. `None` if the condition changes nothing or cannot be expressed
/// exactly, as for weather, permits and pushing.
fn conditional(tags: &Tags, key: &str, allowed: bool) -> Option<String> {
    let mut hours: Vec<String> = Vec::new();
    for clause in clauses(tags.get(key)?) {
        let (value, condition) = clause.split_once('@')?;
        let condition = condition.trim();
        let inner = match condition.strip_prefix('(') {
            Some(rest) => rest.strip_suffix(')')?,
            None => condition,
        };
        let inner = inner.trim();
        // Conditions on weight or size concern trucks.
        if inner.contains(['<', '>', '=']) {
            continue;
        }
        let passes = match value.trim() {
            "no" | "private" | "permit" | "residents" => false,
            "yes" | "permissive" | "designated" | "destination" | "delivery" | "customers" => true,
            _ => return None,
        };
        OpeningHours::parse(inner).ok()?;
        if passes == allowed {
            continue;
        }
        // After a semicolon, a rule replaces earlier rules for the same day, so these clauses
        // cannot be combined.
        if passes && !hours.is_empty() || !passes && inner.contains(';') {
            return None;
        }
        hours.push(inner.to_owned());
    }
    if hours.is_empty() {
        return None;
    }
    let text = if allowed {
        let closed: String = hours.iter().map(|h| format!("; {h} off")).collect();
        format!("24/7{closed}")
    } else {
        hours.concat()
    };
    OpeningHours::parse(&text).ok().map(|_| text)
}

/// Splits a condition into clauses at semicolons outside of parentheses.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ';' && depth <= 0
    })
    .map(str::trim)
    .filter(|clause| !clause.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::super::tags::tags;
    use super::*;

    /// Shows the result for the tags of a way: `ebike foot access | opening hours | e-bike hours`.
    fn lane(text: &str) -> String {
        let all = Access::of(&tags(text), Some("yes"), Some("yes"));
        let word = |w: Option<&str>| w.unwrap_or("-").to_owned();
        format!(
            "{} {} {} | {} | {}",
            word(all.ebike),
            word(all.foot),
            word(all.access),
            word(all.opening_hours.as_deref()),
            word(all.ebike_hours.as_deref())
        )
    }

    #[test]
    fn the_more_telling_key_wins() {
        for (text, expected) in [
            ("access=no", "no no no | - | -"),
            ("access=no,bicycle=designated", "yes no - | - | -"),
            ("access=private", "yes yes private | - | -"),
            ("access=private,foot=yes", "dismount yes - | - | -"),
            ("access=private,bicycle=no,foot=yes", "no yes - | - | -"),
            ("access=private,foot=no", "yes no private | - | -"),
            ("access=private,bicycle=yes", "yes yes - | - | -"),
            ("access=agricultural,bicycle=yes", "yes no - | - | -"),
            ("access=forestry,bicycle=yes,foot=yes", "yes yes - | - | -"),
            ("access=customers", "yes yes customers | - | -"),
            ("vehicle=no", "no yes - | - | -"),
            ("bicycle=dismount,vehicle=no", "dismount yes - | - | -"),
            ("motorcycle=no,motor_vehicle=no", "yes yes - | - | -"),
        ] {
            assert_eq!(lane(text), expected, "{text}");
        }
    }

    #[test]
    fn hours_are_derived_only_from_conditions_that_can_be_expressed_exactly() {
        for (text, expected) in [
            ("opening_hours=24/7", "yes yes - | 24/7 | -"),
            (
                "access:conditional=no @ (22:00-06:00)",
                "yes yes - | 24/7; 22:00-06:00 off | -",
            ),
            // The condition allows passage that is allowed at all hours, so it changes nothing.
            (
                "access:conditional=yes @ (06:00-22:00)",
                "yes yes - | - | -",
            ),
            (
                "access=no,access:conditional=yes @ (06:00-22:00)",
                "yes yes - | 06:00-22:00 | -",
            ),
            (
                "bicycle=no,bicycle:conditional=yes @ (20:00-08:00)",
                "yes yes - | - | 20:00-08:00",
            ),
            (
                "bicycle:conditional=no @ (Mo-Fr 07:00-09:00); no @ (Sa 10:00-12:00)",
                "yes yes - | - | 24/7; Mo-Fr 07:00-09:00 off; Sa 10:00-12:00 off",
            ),
            (
                "foot:conditional=no @ (23:30-05:00)",
                "yes yes - | 24/7; 23:30-05:00 off | 24/7",
            ),
            (
                "access:conditional=no @ (22:00-06:00); no @ (weight>3.5)",
                "yes yes - | 24/7; 22:00-06:00 off | -",
            ),
            (
                "access:conditional=no @ (07:30-19:00 AND weight>7.5)",
                "yes yes - | - | -",
            ),
            ("access:conditional=no @ wet", "yes yes - | - | -"),
            ("access:conditional=nonsense", "yes yes - | - | -"),
            (
                "bicycle:conditional=dismount @ (10:00-18:00)",
                "yes yes - | - | -",
            ),
            (
                "bicycle=dismount,bicycle:conditional=yes @ (20:00-08:00)",
                "dismount yes - | - | -",
            ),
            (
                "motor_vehicle:conditional=no @ (06:00-11:00)",
                "yes yes - | - | -",
            ),
        ] {
            assert_eq!(lane(text), expected, "{text}");
        }
    }

    #[test]
    fn a_gate_without_access_tags_has_no_access_properties() {
        let gate = Access::of(&tags("barrier=gate"), None, None);
        assert_eq!(gate, Access::default());
        let private = Access::of(&tags("access=private"), None, None);
        assert_eq!((private.ebike, private.access), (None, Some("private")));
    }
}
