//! Texts in both languages of the product: Chinese for its users, and English.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The text in this language.
    pub fn of(self, text: &Localized) -> &str {
        match self {
            Self::Chinese => &text.zh,
            Self::English => &text.en,
        }
    }
}

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
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

    /// The text in one language.
    pub fn into_language(self, language: Language) -> String {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

/// Writes the English text, for logs and the command line.
impl fmt::Display for Localized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// An error that users may see on a page: `Display` is English, and `zh` gives the Chinese text.
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

impl From<(&str, &str)> for Localized {
    fn from((zh, en): (&str, &str)) -> Self {
        Self::new(zh, en)
    }
}

/// Formats a text in both languages, Chinese first: `both!("没有网格 {id}。", "There is no grid {id}.")`.
macro_rules! both {
    ($zh:literal, $en:literal $(,)?) => {
        $crate::model::Localized::new(
            ::std::fmt::format(::std::format_args!($zh)),
            ::std::fmt::format(::std::format_args!($en)),
        )
    };
}
pub(crate) use both;
