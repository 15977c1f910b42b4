//! Day orders (当日管制): temporary traffic rules, for example in a storm.

use jiff::Timestamp;

pub use super::order_title::title;
use crate::model::Canonical;

/// A day order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOrder {
    /// The street in which the order applies: the id or code of a feature of `grids`. `None` if it applies everywhere.
    pub street: Option<String>,
    /// `storm`, `snow`, `peak` or `emergency`.
    pub kind: String,
    /// When the order comes into force.
    pub from: Timestamp,
    /// When the order ends; `None` if it applies until further notice.
    pub until: Option<Timestamp>,
}

impl DayOrder {
    /// Parses an order from the properties of its feature. Returns `None` if the kind or a time is missing or invalid,
    /// or if the order ends before it begins. Such an order is never in force.
    pub fn read(properties: Canonical<'_>) -> Option<Self> {
        let until = match properties.has("until") {
            true => Some(properties.moment("until")?),
            false => None,
        };
        let from = properties.moment("from")?;
        until.is_none_or(|until| from < until).then_some(())?;
        Some(Self {
            street: properties.text("street").map(Into::into),
            kind: properties.text("kind")?.into_owned(),
            from,
            until,
        })
    }

    /// Returns whether the order has ended at a moment.
    pub fn has_ended(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }

    /// Returns whether the order is in force at a moment.
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.from <= at && !self.has_ended(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u8) -> Timestamp {
        format!("2026-11-30T{hour:02}:00:00+08:00").parse().unwrap()
    }

    #[test]
    fn an_order_is_in_force_from_its_beginning_to_before_its_end() {
        let text = r#"{"from":"2026-11-30T06:00:00+08:00","kind":"storm","street":"s","until":"2026-11-30T08:00:00+08:00"}"#;
        let order = DayOrder::read(Canonical::new(text)).unwrap();
        let in_force: Vec<u8> = (4..10).filter(|h| order.is_in_force(at(*h))).collect();
        assert_eq!(in_force, [6, 7]);
        assert!(order.has_ended(at(8)));
        let open = r#"{"from":"2026-11-30T06:00:00+08:00","kind":"storm"}"#;
        let open = DayOrder::read(Canonical::new(open)).unwrap();
        assert!(open.is_in_force(at(23)) && !open.has_ended(at(23)));
    }

    #[test]
    fn an_order_that_ends_before_it_begins_is_never_in_force() {
        let text = r#"{"from":"2026-11-30T06:00:00+08:00","kind":"storm","until":"2026-11-30T06:00:00+08:00"}"#;
        assert_eq!(DayOrder::read(Canonical::new(text)), None);
        let broken = r#"{"from":"2026-11-30T06:00:00+08:00","kind":"storm","until":"soon"}"#;
        assert_eq!(DayOrder::read(Canonical::new(broken)), None);
    }
}
