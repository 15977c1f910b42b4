//! Reads a TOML file into types and reports all mistakes at once. Each mistake has its position,
//! what is wrong and what was expected.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use jiff::SignedDuration;
use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use crate::model::Level;

/// The longest duration in a configuration file. A typing error could otherwise set a deadline that
/// never comes.
const LONGEST_SECONDS: i64 = 10 * 366 * 86_400;

/// A file that is being read, and the mistakes found so far.
pub struct Reader<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<(usize, Problem)>>,
}

/// A table of the file. The keys that the caller asks for are the known ones; [`Table::finish`]
/// reports all others.
pub struct Table<'r> {
    reader: &'r Reader<'r>,
    map: &'r DeTable<'r>,
    at: usize,
    /// The path of the table in messages: `categories.other`; empty for the top level.
    path: String,
    known: RefCell<Vec<&'static str>>,
    /// Whether the keys are names chosen by the author of the file, so that none is unknown.
    accepts_all: Cell<bool>,
}

/// A value of the file.
pub struct Item<'r> {
    reader: &'r Reader<'r>,
    value: &'r Spanned<DeValue<'r>>,
    /// The path of the value in messages, such as `categories.other.level`.
    path: String,
}

/// How the hours of a duration are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Elapsed time, in which a day has 24 hours.
    Clock,
    /// Office hours, in which a day has no fixed length.
    Working,
}

/// Decodes UTF-8, or reports where the bytes stop being valid.
pub fn text_of<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Vec<Problem>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let text = String::from_utf8_lossy(good);
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        vec![problem_at(
            file,
            &text,
            text.len(),
            format!("the byte 0x{byte:02X} is not valid UTF-8"),
            "a text file in UTF-8 (not GBK or GB 18030)",
        )]
    })
}

/// Reads a file with `read`. Fails if `read` reported any mistake.
pub fn read<T>(
    file: &str,
    text: &str,
    read: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    let map = DeTable::parse(text).map_err(|e| vec![syntax(file, text, &e)])?;
    let reader = Reader {
        file,
        text,
        problems: RefCell::default(),
    };
    let made = {
        let root = Table {
            reader: &reader,
            map: map.get_ref(),
            at: 0,
            path: String::new(),
            known: RefCell::default(),
            accepts_all: Cell::default(),
        };
        let made = read(&root);
        root.finish();
        made
    };
    let mut problems = reader.problems.into_inner();
    problems.sort_by_key(|(at, _)| *at);
    match made {
        Some(made) if problems.is_empty() => Ok(made),
        _ => Err(problems.into_iter().map(|(_, p)| p).collect()),
    }
}

fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let message = error.message();
    let (wrong, expected) = message.split_once(", expected ").unwrap_or(match message {
        "duplicate key" => (message, "each key and each table once"),
        _ => (message, "valid TOML"),
    });
    let at = error.span().map_or(text.len(), |s| s.start);
    problem_at(file, text, at, wrong.to_owned(), expected)
}

fn problem_at(file: &str, text: &str, at: usize, problem: String, expected: &str) -> Problem {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let column = before.get(line_start..).unwrap_or_default();
    Problem {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: column.trim_start_matches('\u{feff}').chars().count() + 1,
        problem,
        expected: expected.to_owned(),
    }
}

impl Reader<'_> {
    fn report(&self, at: usize, problem: String, expected: &str) {
        let problem = problem_at(self.file, self.text, at, problem, expected);
        self.problems.borrow_mut().push((at, problem));
    }
}

impl<'r> Table<'r> {
    /// The value of a key; `None` if the key is missing.
    pub fn get(&self, key: &'static str) -> Option<Item<'r>> {
        if !self.known.borrow().contains(&key) {
            self.known.borrow_mut().push(key);
        }
        let (_, value) = self.map.iter().find(|(k, _)| k.get_ref() == key)?;
        Some(self.item(key, value))
    }

    /// The value of a key; reports a mistake if the key is missing.
    pub fn need(&self, key: &'static str, expected: &str) -> Option<Item<'r>> {
        let found = self.get(key);
        if found.is_none() {
            let owner = match self.path.as_str() {
                "" => "the file".to_owned(),
                path => format!("`{path}`"),
            };
            self.wrong(format!("{owner} lacks `{key}`"), expected);
        }
        found
    }

    /// The entries of a table whose keys are names chosen by the author of the file, in the order
    /// of the file.
    pub fn entries(&self) -> Vec<(&'r str, Item<'r>)> {
        let mut all: Vec<_> = self
            .map
            .iter()
            .map(|(k, v)| (k.span().start, k.get_ref().as_ref(), v))
            .collect();
        all.sort_by_key(|(at, ..)| *at);
        all.into_iter()
            .map(|(_, k, v)| (k, self.item(k, v)))
            .collect()
    }

    /// Reports a mistake in the table as a whole.
    pub fn wrong(&self, problem: String, expected: &str) {
        self.reader.report(self.at, problem, expected);
    }

    /// Accepts every key, because the author of the file chooses them.
    pub fn accept_all(&self) {
        self.accepts_all.set(true);
    }

    /// Reports every key that the caller has not asked for.
    pub fn finish(&self) {
        if self.accepts_all.get() {
            return;
        }
        let known = self.known.borrow();
        for key in self.map.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let expected = match nearest(name, &known) {
                Some(near) => format!("`{near}`?"),
                None => format!("one of {}", listed(&known)),
            };
            let place = if self.path.is_empty() {
                String::new()
            } else {
                format!(" in `{}`", self.path)
            };
            let problem = format!("the key `{name}` is not known{place}");
            self.reader.report(key.span().start, problem, &expected);
        }
    }

    fn item(&self, key: &str, value: &'r Spanned<DeValue<'r>>) -> Item<'r> {
        let path = match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        Item {
            reader: self.reader,
            value,
            path,
        }
    }
}

impl<'r> Item<'r> {
    /// Reports a mistake in this value.
    pub fn wrong(&self, problem: &str, expected: &str) {
        let Range { start, .. } = self.value.span();
        let problem = format!("`{}` {problem}", self.path);
        self.reader.report(start, problem, expected);
    }

    /// The value as TOML.
    pub fn value(&self) -> &'r DeValue<'r> {
        self.value.get_ref()
    }

    fn other<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value() {
            DeValue::String(text) => format!("is the text {text:?}"),
            DeValue::Integer(number) => format!("is the number {}", number.as_str()),
            DeValue::Float(number) => format!("is the number {}", number.as_str()),
            DeValue::Boolean(flag) => format!("is {flag}"),
            DeValue::Datetime(time) => format!("is the date or time {time}"),
            DeValue::Array(_) => "is a list".to_owned(),
            DeValue::Table(_) => "is a table".to_owned(),
        };
        self.wrong(&found, expected);
        None
    }

    /// The value as a table; reports a mistake if it is something else.
    pub fn table(&self) -> Option<Table<'r>> {
        match self.value() {
            DeValue::Table(map) => Some(Table {
                reader: self.reader,
                map,
                at: self.value.span().start,
                path: self.path.clone(),
                known: RefCell::default(),
                accepts_all: Cell::default(),
            }),
            _ => self.other("a table"),
        }
    }

    /// The value as a list; reports a mistake if it is something else.
    pub fn list(&self, expected: &str) -> Option<Vec<Item<'r>>> {
        match self.value() {
            DeValue::Array(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(i, value)| Item {
                        reader: self.reader,
                        value,
                        path: format!("{}[{i}]", self.path),
                    })
                    .collect(),
            ),
            _ => self.other(expected),
        }
    }

    /// The value as a text that is not blank; reports a mistake otherwise.
    pub fn text(&self, expected: &str) -> Option<&'r str> {
        match self.value() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.as_ref()),
            DeValue::String(_) => {
                self.wrong("is empty", expected);
                None
            }
            _ => self.other(expected),
        }
    }

    /// The value as a boolean; reports a mistake if it is something else.
    pub fn flag(&self) -> Option<bool> {
        self.value()
            .as_bool()
            .or_else(|| self.other("true or false, without quotes"))
    }

    /// The value as a finite number; reports a mistake otherwise.
    pub fn number(&self) -> Option<f64> {
        let number = match self.value() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        number
            .filter(|n: &f64| n.is_finite())
            .or_else(|| self.other("a number"))
    }

    /// The value as a number from `least` to `most`, both included; reports a mistake otherwise.
    pub fn number_in(&self, least: f64, most: f64, what: &str) -> Option<f64> {
        let number = self.number()?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        let expected = format!("{what} from {least} to {most}");
        self.other(&expected)
    }

    /// The value as a whole number from `least` to `most`, both included; reports a mistake
    /// otherwise.
    pub fn whole(&self, least: u32, most: u32, what: &str) -> Option<u32> {
        let number = match self.value() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse::<u32>().ok(),
            _ => None,
        };
        number
            .filter(|n| (least..=most).contains(n))
            .or_else(|| self.other(&format!("{what}: a whole number from {least} to {most}")))
    }

    /// The value as a warning level that a case may have.
    pub fn level(&self) -> Option<Level> {
        const EXPECTED: &str = "\"green\", \"yellow\" or \"red\"";
        let level = match self.value() {
            DeValue::String(text) => text.parse::<Level>().ok().filter(|l| *l != Level::NoData),
            _ => None,
        };
        level.or_else(|| self.other(EXPECTED))
    }

    /// The value as one of the given words; reports a mistake otherwise.
    pub fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let found = match self.value() {
            DeValue::String(text) => words.iter().find(|(w, _)| w == text),
            _ => None,
        };
        if let Some((_, value)) = found {
            return Some(*value);
        }
        let words: Vec<String> = words.iter().map(|(w, _)| format!("\"{w}\"")).collect();
        self.other(&words.join(" or "))
    }

    /// The value as a duration such as `"90m"` or `"1h 30m"`; zero is `"0h"`.
    pub fn duration(&self, time: Time) -> Option<SignedDuration> {
        let expected = match time {
            Time::Clock => "a time such as \"30m\", \"12h\" or \"3d\"",
            Time::Working => "working time such as \"30m\" or \"16h\"",
        };
        let DeValue::String(text) = self.value() else {
            return self.other(expected);
        };
        if text.trim_start().starts_with('-') {
            self.wrong(&format!("is negative: {text:?}"), expected);
            return None;
        }
        let Some(seconds) = seconds_of(text) else {
            return self.other(expected);
        };
        if time == Time::Working && text.contains('d') {
            self.wrong(
                &format!("counts working time in days: {text:?}"),
                "hours, because a working day has no fixed length: \"16h\"",
            );
            return None;
        }
        if seconds > LONGEST_SECONDS {
            self.wrong(&format!("is too long: {text:?}"), "at most ten years");
            return None;
        }
        Some(SignedDuration::from_secs(seconds))
    }

    /// Like [`duration`](Self::duration), but longer than zero.
    pub fn some_time(&self, time: Time) -> Option<SignedDuration> {
        let duration = self.duration(time)?;
        if duration.is_positive() {
            return Some(duration);
        }
        self.wrong("is zero", "a time longer than \"0h\"");
        None
    }

    /// The value as a date such as `2026-02-17`, with or without quotes.
    pub fn date(&self) -> Option<Date> {
        let text = match self.value() {
            DeValue::Datetime(time) => time.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let plain = text.len() == 10;
        let date = plain.then(|| text.parse().ok()).flatten();
        date.or_else(|| self.other("a day of the calendar such as 2026-02-17"))
    }
}

/// The number of seconds of a text such as `1h 30m`, `1h30m` or `90m`: whole numbers with units,
/// the longest unit first, each unit at most once. `None` for other texts.
fn seconds_of(text: &str) -> Option<i64> {
    let mut sum: i64 = 0;
    let mut rest = text.trim();
    let mut longest = i64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.get(digits..=digits)? {
            "d" => 86_400,
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        if unit >= longest {
            return None;
        }
        longest = unit;
        sum = sum.checked_add(number.checked_mul(unit)?)?;
        rest = rest.get(digits + 1..)?.trim_start();
    }
    (longest != i64::MAX).then_some(sum)
}

/// The known word most similar to a misspelt one, for a suggestion; `None` if all are too
/// different.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|k| (distance(word, k), *k))
        .filter(|(d, k)| *d <= 1 + k.chars().count() / 4)
        .min()
        .map(|(_, k)| k)
}

/// The edit distance of two words (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let here = (diagonal + usize::from(x != *y))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = *cell;
            *cell = here;
            left = here;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Lists words as `a`, `b`, `c`, each in backticks.
pub fn listed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(seconds_of("90m"), Some(5400));
        assert_eq!(seconds_of("1h 30m"), Some(5400));
        assert_eq!(seconds_of("2d12h"), Some(216_000));
        for wrong in ["", "h", "5", "1.5h", "30m 1h", "1h 1h", "3 weeks"] {
            assert_eq!(seconds_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_misspelt_word_gets_the_nearest_suggestion() {
        let known = ["overdue", "respond", "handle"];
        assert_eq!(nearest("overdu", &known), Some("overdue"));
        assert_eq!(nearest("handel", &known), Some("handle"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn invalid_utf8_is_reported_with_its_position() {
        let e = text_of("rules.toml", b"a = 1\nb = \"\xb1\xb1\"\n").unwrap_err();
        assert_eq!((e[0].line, e[0].column), (2, 6));
        assert_eq!(e[0].problem, "the byte 0xB1 is not valid UTF-8");
    }
}
