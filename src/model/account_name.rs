//! Names of accounts (账号名). The history names people by them, so no two of them may look the same.
//!
//! A name is kept in Unicode's form NFKC, as [`account_name`] gives it. Two names that have the same
//! [`folded_name`] form look the same: they differ in case, in blanks, or in characters that are drawn alike (UTS 39).

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::skeleton;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 60;
/// The longest text that is looked at, in bytes.
const LONGEST_TEXT: usize = 4_000;

/// What nobody calls themselves, in the form of [`folded_name`] without what is no letter: the program, its roles,
/// and who keeps it.
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

/// Why a text is no name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name is empty or too long.
    #[error("a name has 1 to {LONGEST_NAME} characters")]
    Length,
    /// The name has no letter and no digit.
    #[error("a name has at least one letter or digit")]
    NoLetter,
    /// A character that does not show, or that is neither letter, digit nor punctuation.
    #[error(
        "a name has letters, digits, blanks and punctuation, not the character U+{0:04X}, which is \
         invisible or a symbol"
    )]
    Character(u32),
    /// Letters of scripts that are not written together, as Latin and Cyrillic.
    #[error(
        "a name has letters of one script, or Chinese, Japanese or Korean together with Latin letters"
    )]
    MixedScripts,
    /// A name that people would take for the program or for an office.
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

/// The name of an account as it is kept: in NFKC, without blanks around it and with single ones within.
///
/// # Errors
/// Where it is empty or too long, has characters that do not show, or mixes scripts.
pub fn account_name(text: &str) -> Result<String, NameError> {
    // No name has so many bytes, however it is written.
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

/// The same, of a name that somebody chooses for themselves: it is no reserved word, nor has one as a word
/// of its own.
///
/// # Errors
/// As [`account_name`], and where the name is reserved.
pub fn chosen_name(text: &str) -> Result<String, NameError> {
    let name = account_name(text)?;
    let reserved: Vec<String> = RESERVED.iter().map(|word| folded_name(word)).collect();
    let of = |part: &str, kind: fn(char) -> bool| -> String {
        folded_name(&part.chars().filter(|c| kind(*c)).collect::<String>())
    };
    // With its digits (r00t) and without (admin 2).
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

/// A text in NFKC, without blanks around it and with single ones within: the form in which names are kept
/// and looked up.
pub fn canonical_name(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// What names that look the same have in common: NFKC, without case and blanks, and each character replaced
/// by the one that stands for all that are drawn like it (the skeleton of UTS 39). To be compared, not shown.
pub fn folded_name(name: &str) -> String {
    // Upper case first, so that what has no lower case of one letter (ß, ſ, ς) is the same as well.
    let fold = |text: String| text.to_uppercase().to_lowercase();
    let text: String = name.nfkc().filter(|c| !c.is_whitespace()).collect();
    // A skeleton may have capitals (0 is drawn like O), and what is folded may have another skeleton.
    let once = fold(skeleton(&fold(text)).collect());
    fold(skeleton(&once).collect())
}

/// Whether a character shows, and is a letter, a mark, a number, punctuation or the plain blank.
fn is_readable(c: char) -> bool {
    use GeneralCategory as G;
    // What a skeleton leaves out is ignored where it is drawn, as joiners and variation selectors are.
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

/// Whether all letters are of one script, or of Chinese, Japanese or Korean together with Latin: the level
/// "highly restrictive" of UTS 39.
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
    fn what_does_not_show_or_mixes_scripts_is_no_name() {
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
        // Cyrillic а among Latin letters, Greek ο, Cherokee.
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
        // It is a form of its own: folding it again changes nothing.
        for text in ["Administrator", "O0oQ1lI|", "王小明 (officer)"] {
            assert_eq!(folded_name(&folded_name(text)), folded_name(text));
        }
    }

    #[test]
    fn nobody_calls_themselves_what_the_program_or_an_office_is_called() {
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
        // Who keeps the server may.
        assert!(account_name("admin").is_ok());
    }
}
