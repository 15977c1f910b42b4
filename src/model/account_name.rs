//! The names of accounts (账号名). The history records people by account name, so no two names may
//! look the same.
//!
//! A name is stored in Unicode normalization form NFKC, as [`account_name`] returns it. Two names
//! with the same [`folded_name`] look the same: they differ only in case, in blanks, or in
//! characters with the same appearance (UTS 39).

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::skeleton;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;
/// The length in bytes beyond which a text is refused without examining its characters.
const LONGEST_TEXT: usize = 4_000;

/// Names that users must not choose for themselves, because they mean the program, a role or an
/// operator of the server. [`chosen_name`] compares their [`folded_name`].
const RESERVED: &[&str] = &[
    "system",
    "timer",
    "commandline",
    "onemap",
    "root",
    "superuser",
    "administrator",
    "anonymous",
    "public",
    "rider",
    "unit",
    "gridworker",
    "officer",
    "planner",
    "steward",
    "admin",
    "系统",
    "系统管理员",
    "超级管理员",
    "管理员",
    "地图管理员",
    "定时器",
    "命令行",
    "一张图",
    "匿名",
    "公众",
    "骑手",
    "成员单位",
    "网格员",
    "值班员",
    "规划员",
];

/// Why a text cannot be the name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name is empty or too long.
    #[error("a name must have 1 to {LONGEST_NAME} characters")]
    Length,
    /// The name has no letter and no digit.
    #[error("a name must have at least one letter or digit")]
    NoLetter,
    /// The name has an invisible character, or one that is not a letter, digit, blank or
    /// punctuation.
    #[error(
        "a name may have letters, digits, blanks and punctuation, but not U+{0:04X}, which is \
         invisible or a symbol"
    )]
    Character(u32),
    /// The name mixes letters of scripts that are not used together, for example Latin and
    /// Cyrillic.
    #[error(
        "a name must have letters of one script only, or Chinese, Japanese or Korean together with Latin letters"
    )]
    MixedScripts,
    /// The name is reserved: it could be mistaken for the program, a role or an operator.
    #[error("{0:?} is reserved: choose a name that says who you are")]
    Reserved(String),
}

impl super::InChinese for NameError {
    fn zh(&self) -> String {
        match self {
            Self::Length => format!("名称应有1至{LONGEST_NAME}个字符"),
            Self::NoLetter => "名称中至少要有一个文字或数字".to_owned(),
            Self::Character(c) => {
                format!("名称只能用文字、数字、空格和标点，不能有不可见字符或符号（U+{c:04X}）")
            }
            Self::MixedScripts => {
                "名称应使用同一种文字；中文、日文、韩文可与拉丁字母同用".to_owned()
            }
            Self::Reserved(name) => format!("“{name}”是系统保留的名称，请使用能表明本人身份的名称"),
        }
    }
}

/// The stored form of an account name: NFKC, without leading and trailing blanks, and with single
/// blanks inside.
///
/// # Errors
/// If the name is empty or too long, has invisible characters, or mixes scripts.
pub fn account_name(text: &str) -> Result<String, NameError> {
    // No valid name has so many bytes in any encoding form.
    if text.len() > LONGEST_TEXT {
        return Err(NameError::Length);
    }
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(NameError::Character(control.into()));
    }
    let name = canonical_name(text);
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME {
        return Err(NameError::Length);
    }
    if let Some(wrong) = name.chars().find(|c| !is_readable(*c)) {
        return Err(NameError::Character(wrong.into()));
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err(NameError::NoLetter);
    }
    match is_of_one_writing(&name) {
        true => Ok(name),
        false => Err(NameError::MixedScripts),
    }
}

/// Like [`account_name`], for a name that users choose for themselves: it must not be a reserved
/// word or contain one as a separate word.
///
/// # Errors
/// Those of [`account_name`], and if the name is reserved.
pub fn chosen_name(text: &str) -> Result<String, NameError> {
    let name = account_name(text)?;
    let reserved: Vec<String> = RESERVED.iter().map(|word| folded_name(word)).collect();
    let of = |part: &str, kind: fn(char) -> bool| -> String {
        folded_name(&part.chars().filter(|c| kind(*c)).collect::<String>())
    };
    // A word is compared with its digits, because digits can look like letters (r00t), and
    // without them (admin2).
    let is_reserved = |part: &str| {
        reserved.contains(&of(part, char::is_alphanumeric))
            || reserved.contains(&of(part, char::is_alphabetic))
    };
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    match is_reserved(name.as_str()) || words.any(is_reserved) {
        true => Err(NameError::Reserved(name)),
        false => Ok(name),
    }
}

/// The form in which names are stored and looked up: NFKC, without leading and trailing blanks, and
/// with single blanks inside.
pub fn canonical_name(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// The common form of names that look the same: NFKC, without case and blanks, and with each
/// character replaced by the representative of all characters that look like it (the skeleton of
/// UTS 39). Only for comparing, not for display.
pub fn folded_name(name: &str) -> String {
    // Converts to upper case first, so that letters without a single lower-case form (ß, ſ, ς)
    // become equal as well.
    let fold = |text: String| text.to_uppercase().to_lowercase();
    let text: String = name.nfkc().filter(|c| !c.is_whitespace()).collect();
    // A skeleton may contain capital letters (that of 0 is O), and the skeleton of its lower-case
    // form may differ again. After two rounds, folding the result once more does not change it.
    let once = fold(skeleton(&fold(text)).collect());
    fold(skeleton(&once).collect())
}

/// Whether a character is visible and is a letter, a mark, a number, punctuation or the plain
/// blank.
fn is_readable(c: char) -> bool {
    use GeneralCategory as G;
    // Characters that the skeleton omits are invisible, for example joiners and variation
    // selectors.
    let shows = skeleton(c.encode_utf8(&mut [0; 4])).next().is_some();
    let category = get_general_category(c);
    let is_text = !matches!(
        category,
        G::Control
            | G::Format
            | G::Surrogate
            | G::PrivateUse
            | G::Unassigned
            | G::LineSeparator
            | G::ParagraphSeparator
            | G::SpaceSeparator
            | G::CurrencySymbol
            | G::MathSymbol
            | G::ModifierSymbol
            | G::OtherSymbol
    );
    c == ' ' || c.is_ascii_graphic() || (shows && is_text)
}

/// Whether all letters belong to one script, or to Chinese, Japanese or Korean together with Latin:
/// the level "highly restrictive" of UTS 39.
fn is_of_one_writing(name: &str) -> bool {
    let latin = AugmentedScriptSet::for_char('a');
    let (mut all, mut others) = (AugmentedScriptSet::default(), AugmentedScriptSet::default());
    for c in name.chars() {
        let scripts = AugmentedScriptSet::for_char(c);
        all.intersect_with(scripts);
        let mut in_latin = scripts;
        in_latin.intersect_with(latin);
        if in_latin.is_empty() {
            others.intersect_with(scripts);
        }
    }
    !all.is_empty() || others.hanb || others.jpan || others.kore
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_in_one_form() {
        for (text, name) in [
            (" 小李 ", "小李"),
            ("ＡＢ　１２", "AB 12"),
            ("Ame\u{301}lie  D.", "Amélie D."),
            ("李\u{2f00}", "李一"),
            ("UPS 3号站（东）", "UPS 3号站(东)"),
            ("买买提·阿不都", "买买提·阿不都"),
            ("محمد", "محمد"),
            ("𠮷田", "𠮷田"),
        ] {
            assert_eq!(account_name(text).as_deref(), Ok(name), "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_and_mixed_scripts_are_refused() {
        for text in ["", " \u{3000} ", &"x".repeat(61), &"李".repeat(100_000)] {
            assert_eq!(account_name(text), Err(NameError::Length));
        }
        for hidden in [
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{ad}',
            '\u{fe0f}',
            '\u{e0101}',
            '\u{3164}',
            '\u{2800}',
            '\u{7}',
            '\u{e000}',
            '\u{1f451}',
            '\u{34f}',
        ] {
            let name = account_name(&format!("小{hidden}李"));
            assert!(
                matches!(name, Err(NameError::Character(_))),
                "{hidden:?}: {name:?}"
            );
        }
        assert_eq!(account_name("…---"), Err(NameError::NoLetter));
        // Cyrillic а among Latin letters, Greek ο, Cherokee letters.
        for text in ["\u{430}dmin", "r\u{3bf}ot", "\u{13a0}lice", "小\u{430}李"] {
            assert_eq!(account_name(text), Err(NameError::MixedScripts), "{text}");
        }
    }

    #[test]
    fn names_that_look_the_same_fold_to_the_same() {
        for (one, other) in [
            ("Li", "lI"),
            ("LI Wei", "li wei"),
            ("小 李", "小李"),
            ("ａｂｃ", "ABC"),
            ("straße", "STRASSE"),
            ("O'Neil", "0'Neil"),
            ("paypal", "раураl"),
            ("ΝΙΚΟΣ", "νικος"),
        ] {
            assert_eq!(folded_name(one), folded_name(other), "{one} {other}");
        }
        for (one, other) in [
            ("小李", "小王"),
            ("u1", "u2"),
            ("li", "lei"),
            ("网格员1", "网格员2"),
        ] {
            assert_ne!(folded_name(one), folded_name(other));
        }
        // Folding a folded name changes nothing.
        for text in ["Administrator", "O0oQ1lI|", "王小明 (officer)"] {
            assert_eq!(folded_name(&folded_name(text)), folded_name(text));
        }
    }

    #[test]
    fn reserved_names_cannot_be_chosen() {
        for text in [
            "admin",
            "ADMIN",
            "Ａｄｍｉｎ",
            "a d m i n",
            "ad-min",
            "r00t",
            "Admin 2",
            "timer",
            "System",
            "syst\u{435}m",
            "系统",
            "管理员",
            "管理员01",
            "系统管理员",
            "小李 (officer)",
            "grid_worker",
            "(command line)",
            "OneMap",
            "o n e m a p",
        ] {
            assert!(chosen_name(text).is_err(), "{text}");
        }
        for text in [
            "小李",
            "系统集成部王工",
            "李管",
            "Timerlan",
            "Sysoev",
            "网格员小王",
        ] {
            assert!(chosen_name(text).is_ok(), "{text}");
        }
        // The operator of the server may create such accounts.
        assert!(account_name("admin").is_ok());
    }
}
