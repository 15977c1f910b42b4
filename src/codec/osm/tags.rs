//! The tags of an element, and parsing of the numbers, speeds and conditions in them. Values that
//! cannot be parsed are ignored: a storey count of "several" is no reason to drop a building.

/// The tags of one element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    entries: Vec<(Box<str>, Box<str>)>,
    /// Whether a key or a value was not UTF-8.
    pub damaged: bool,
}

impl Tags {
    /// Decodes the raw bytes of the file.
    pub fn from_bytes<'a>(pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut damaged = false;
        let mut text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            damaged |= matches!(text, std::borrow::Cow::Owned(_));
            Box::from(text.trim())
        };
        let entries = pairs.map(|(k, v)| (text(k), text(v))).collect();
        Self { entries, damaged }
    }

    /// All tags in the order of the file.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(k, v)| (&**k, &**v))
    }

    /// Whether the element has no tags at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a key; an empty value counts as missing.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries
            .iter()
            .find(|(k, v)| &**k == key && !v.is_empty())
            .map(|(_, v)| &**v)
    }

    /// Whether the key has this value.
    pub fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }

    /// Whether the key has one of these values.
    pub fn any(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|v| values.contains(&v))
    }

    /// Whether the key exists with a value other than `no`.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(|v| v != "no")
    }

    /// The value of the first of the keys that exists.
    pub fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|k| self.get(k))
    }

    /// `true` for `yes`, `true` and `1`; `false` for `no`, `false` and `0`; `None` for other
    /// values.
    pub fn truth(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            "yes" | "true" | "1" => Some(true),
            "no" | "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// The value as a number without a unit.
    pub fn number(&self, key: &str) -> Option<f64> {
        number(self.get(key)?)
    }

    /// The value as a whole number of at least 0.
    pub fn count(&self, key: &str) -> Option<u32> {
        self.get(key)?.parse().ok()
    }

    /// The value as a length in metres: `12`, `12.5 m`, `120 cm`, `40 ft`, `40'`.
    pub fn metres(&self, key: &str) -> Option<f64> {
        let text = self.get(key)?;
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit() && c != '.');
        let factor = match text[digits.len()..].trim() {
            "" | "m" | "metres" | "meters" | "米" => 1.0,
            "cm" => 0.01,
            "km" => 1000.0,
            "ft" | "'" | "feet" => 0.3048,
            _ => return None,
        };
        let metres = number(digits)? * factor;
        // Round to millimetres: converting feet and centimetres gives long meaningless fractions.
        (metres >= 0.0).then(|| (metres * 1000.0).round() / 1000.0)
    }

    /// The value as a speed in km/h: `30`, `30 km/h`, `20 mph`, `walk`.
    pub fn kmh(&self, key: &str) -> Option<f64> {
        let text = self.get(key)?;
        if text == "walk" {
            return Some(5.0);
        }
        let (digits, factor) = match text.strip_suffix("mph") {
            Some(digits) => (digits, 1.609_344),
            None => (text.strip_suffix("km/h").unwrap_or(text), 1.0),
        };
        let kmh = number(digits.trim())? * factor;
        (kmh > 0.0).then(|| (kmh * 10.0).round() / 10.0)
    }

    /// The name in the local language.
    pub fn name(&self) -> Option<&str> {
        self.first(&["name", "name:zh", "name:zh-Hans", "name:en"])
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|n| n.is_finite())
}

#[cfg(test)]
pub(super) fn tags(text: &str) -> Tags {
    Tags::from_bytes(
        text.split(',')
            .filter_map(|p| p.split_once('='))
            .map(|(k, v)| (k.as_bytes(), v.as_bytes())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let t = tags("a=12.5 m,b=40 ft,c=3 storeys,d=20 mph,e=walk,f=30 km/h,g=120 cm,h=-3,i=NaN");
        assert_eq!(t.metres("a"), Some(12.5));
        assert_eq!(t.metres("b"), Some(12.192));
        assert_eq!(t.metres("c"), None);
        assert_eq!(t.metres("g"), Some(1.2));
        assert_eq!(t.metres("h"), None);
        assert_eq!(t.number("i"), None);
        assert_eq!(t.kmh("d"), Some(32.2));
        assert_eq!(t.kmh("e"), Some(5.0));
        assert_eq!(t.kmh("f"), Some(30.0));
        assert_eq!(t.count("h"), None);
    }

    #[test]
    fn text_that_is_not_utf8_is_noticed() {
        let pairs = [(&b"name"[..], &b"\xff\xfe"[..])];
        assert!(Tags::from_bytes(pairs.into_iter()).damaged);
        assert!(!tags("name=北京邮电大学").damaged);
    }
}
