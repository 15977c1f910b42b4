//! Writes JSON.

use std::fmt::Write;

/// A JSON text under construction.
#[derive(Default)]
pub struct Json {
    text: String,
    /// Whether the next value follows another one in the same object or array.
    follows: bool,
}

impl Json {
    /// Returns the text.
    pub fn finish(self) -> String {
        self.text
    }

    fn value(&mut self, text: &str) {
        self.comma();
        self.text.push_str(text);
        self.follows = true;
    }

    fn comma(&mut self) {
        if self.follows {
            self.text.push(',');
        }
    }

    /// Writes an object.
    pub fn object(&mut self, members: impl FnOnce(&mut Json)) {
        self.nested('{', members, '}');
    }

    /// Writes an array.
    pub fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Json, T)) {
        let all = |json: &mut Json| items.into_iter().for_each(|item| each(json, item));
        self.nested('[', all, ']');
    }

    fn nested(&mut self, open: char, inside: impl FnOnce(&mut Json), close: char) {
        self.comma();
        self.text.push(open);
        self.follows = false;
        inside(self);
        self.text.push(close);
        self.follows = true;
    }

    /// Writes the name of a member; its value follows.
    pub fn key(&mut self, name: &str) -> &mut Json {
        self.text(name);
        self.text.push(':');
        self.follows = false;
        self
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.comma();
        self.text.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.text.push('\\');
                    self.text.push(c);
                }
                c if u32::from(c) < 0x20 => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(c));
                }
                c => self.text.push(c),
            }
        }
        self.text.push('"');
        self.follows = true;
    }

    /// Writes a number.
    pub fn number(&mut self, value: f64) {
        match value.is_finite() {
            true => self.value(&value.to_string()),
            false => self.null(),
        }
    }

    /// Writes a whole number.
    pub fn whole(&mut self, value: i64) {
        self.value(&value.to_string());
    }

    /// Writes a truth value.
    pub fn flag(&mut self, value: bool) {
        self.value(if value { "true" } else { "false" });
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.value("null");
    }

    /// Writes a value, or `null` if it is missing.
    pub fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Json, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }
}
