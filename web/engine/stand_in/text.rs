//! Texts in two languages, as in the server's `model`.

use std::fmt;

/// A text in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Localized {
    /// The Chinese text.
    pub zh: String,
    /// The English text.
    pub en: String,
}

impl Localized {
    /// Creates a text from its Chinese and English version.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// An error with a Chinese text besides `Display`.
pub trait InChinese: fmt::Display {
    /// The error in Chinese, without a full stop at the end.
    fn zh(&self) -> String;

    /// The error in both languages.
    fn localized(&self) -> Localized {
        Localized::new(self.zh(), self.to_string())
    }

    /// The error as a sentence in both languages.
    fn sentence(&self) -> Localized {
        let Localized { zh, en } = self.localized();
        let mut letters = en.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        Localized::new(
            format!("{zh}。"),
            format!("{}{}.", first.unwrap_or_default(), letters.as_str()),
        )
    }
}

/// Formats a text in both languages.
macro_rules! both {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::model::Localized::new(
            ::std::fmt::format(::std::format_args!($zh)),
            ::std::fmt::format(::std::format_args!($en)),
        )
    };
}
pub(crate) use both;
