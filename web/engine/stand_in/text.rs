//! Texts in two languages, as in the server's `model`.

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
