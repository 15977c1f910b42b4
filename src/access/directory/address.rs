//! Parses addresses as people write them into words and numbers. Each number is labelled: building, unit, room and so
//! on.
//!
//! `温泉花园24号楼2单元602`, `温泉花园 24-2-602` and `２４幢２單元６０２室` name the same building, unit and room. The parser does not use
//! map data, and is also part of the program for phones. It parses both the names of features and the queries, so that the two can be compared.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use super::normal::normal;

/// The most characters of a text that are parsed. The rest is ignored.
pub(super) const LONGEST: usize = 160;
/// The most words of a query that are used. Further ones are ignored.
const MOST_WORDS: usize = 12;
/// The most numbers of a query that are used. Further ones are ignored.
const MOST_NUMBERS: usize = 8;
/// The most digits of a number. A longer run of digits is a code and is parsed as a word.
const MOST_DIGITS: usize = 8;
/// The greatest difference between the first and the last number of a range of house numbers. `5-101` is not a range
/// but room 101 in building 5.
pub(super) const WIDEST_RANGE: u32 = 40;
/// The position of the lowest bit of the letter in [`Number::value`].
const LETTER_SHIFT: u32 = 27;

/// What a number refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Label {
    /// Unknown: the number has no label.
    Any,
    /// A lane or courtyard (弄, 号院). Each lane has its own numbering of buildings.
    Lane,
    /// A numbered gate of a compound (1号门).
    Gate,
    /// A building, or a house on a street.
    Building,
    /// A unit (单元): a staircase with its own door.
    Unit,
    /// A storey.
    Level,
    /// A room.
    Room,
}

/// A number, or a letter used as a number (A座).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    /// The number in the lower 27 bits, and the letter in the highest five: 0 for none, 1 for A.
    pub value: u32,
    /// For a range of house numbers, the last number minus the first; otherwise 0.
    pub span: u8,
    /// The number of digits as written, leading zeros included.
    pub digits: u8,
    pub label: Label,
}

impl Number {
    /// Formats the number as it is written on a door.
    pub(super) fn text(self) -> String {
        let (letter, number) = (self.value >> LETTER_SHIFT, self.plain());
        let letter = letter.checked_sub(1);
        let letter = letter.and_then(|at| char::from_u32(u32::from('A') + at));
        match letter {
            Some(letter) if number == 0 => letter.to_string(),
            Some(letter) => format!("{number}{letter}"),
            None => number.to_string(),
        }
    }

    /// Formats the digits as they are in the query, leading zeros included.
    pub(super) fn written(self) -> String {
        format!("{:0width$}", self.plain(), width = usize::from(self.digits))
    }

    /// Returns whether the number has no letter.
    pub(super) fn is_plain(self) -> bool {
        is_plain(self.value)
    }

    fn plain(self) -> u32 {
        self.value & ((1 << LETTER_SHIFT) - 1)
    }
}

/// Returns whether a value has no letter.
pub(super) fn is_plain(value: u32) -> bool {
    value < 1 << LETTER_SHIFT
}

/// A part of a parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A run of letters and Chinese characters without a number or a space.
    Word(String),
    /// A number.
    Number(Number),
}

impl Token {
    /// Returns the word, if it is one.
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Number(_) => None,
        }
    }
}

/// Parses a query.
pub(super) fn query_tokens(text: &str) -> Vec<Token> {
    let mut parser = Parser::new(text, true);
    parser.run();
    let (mut words, mut numbers) = (0, 0);
    parser.tokens.retain(|token| match token {
        Token::Word(_) => {
            words += 1;
            words <= MOST_WORDS
        }
        Token::Number(_) => {
            numbers += 1;
            numbers <= MOST_NUMBERS
        }
    });
    parser.tokens
}

/// A name as it is compared with queries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shape {
    /// All words of the name joined together, without spaces, punctuation and numbers.
    pub text: String,
    /// The first numbers of the name.
    pub numbers: Numbers,
}

/// The first three numbers of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub(super) struct Numbers([Option<Number>; 3]);

impl Numbers {
    pub(super) fn iter(&self) -> impl Iterator<Item = Number> + '_ {
        self.0.iter().filter_map(|n| *n)
    }

    pub(super) fn first(&self) -> Option<Number> {
        self.0[0]
    }

    /// Returns whether the first number is that of a lane.
    pub(super) fn has_lane(&self) -> bool {
        self.first().map_or(false, |n| n.label == Label::Lane)
    }

    fn push(&mut self, number: Number) {
        if let Some(free) = self.0.iter_mut().find(|n| n.is_none()) {
            *free = Some(number);
        }
    }
}

/// Parses the name of a feature.
pub(super) fn shape(name: &str) -> Shape {
    let mut parser = Parser::new(name, false);
    parser.run();
    let mut shape = Shape::default();
    for token in parser.tokens {
        match token {
            Token::Word(word) => shape.text.push_str(&word),
            Token::Number(number) => shape.numbers.push(number),
        }
    }
    shape
}

/// The words after a number that say what it refers to. A longer word comes before a shorter one with the same
/// beginning.
const LABELS: [(&str, Label); 22] = [
    ("号楼", Label::Building),
    ("号门", Label::Gate),
    ("号栋", Label::Building),
    ("号院", Label::Lane),
    ("单元", Label::Unit),
    ("门洞", Label::Unit),
    ("楼栋", Label::Building),
    ("#楼", Label::Building),
    ("弄", Label::Lane),
    ("栋", Label::Building),
    ("幢", Label::Building),
    ("座", Label::Building),
    ("#", Label::Building),
    ("门", Label::Unit),
    ("室", Label::Room),
    ("房", Label::Room),
    ("户", Label::Room),
    ("层", Label::Level),
    ("f", Label::Level),
    ("楼", Label::Building),
    ("号", Label::Building),
    ("院", Label::Lane),
];

/// The labels in pinyin. A query may end with the beginning of one.
const SPELT: [(&str, Label); 12] = [
    ("haolou", Label::Building),
    ("haomen", Label::Gate),
    ("danyuan", Label::Unit),
    ("hao", Label::Building),
    ("hl", Label::Building),
    ("lou", Label::Building),
    ("dong", Label::Building),
    ("zhuang", Label::Building),
    ("zuo", Label::Building),
    ("dy", Label::Unit),
    ("men", Label::Unit),
    ("shi", Label::Room),
];

struct Parser {
    text: Vec<char>,
    at: usize,
    is_query: bool,
    tokens: Vec<Token>,
    /// Whether the next character belongs to the last token: that token is a word, and no space follows it.
    goes_on: bool,
}

impl Parser {
    fn new(text: &str, is_query: bool) -> Self {
        let cut: String = text.chars().take(LONGEST).collect();
        Self {
            text: normal(&cut).chars().collect(),
            at: 0,
            is_query,
            tokens: Vec::new(),
            goes_on: false,
        }
    }

    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            let digits = self.digits();
            if (1..=MOST_DIGITS).contains(&digits) {
                self.number(digits);
            } else if digits > 0 {
                (0..digits).for_each(|_| self.take());
            } else if c == '#' && self.peek(1).map_or(false, |c| c.is_ascii_digit()) {
                self.at += 1;
                let digits = self.digits().min(MOST_DIGITS);
                let value = self.value(digits);
                self.push_number(value, 0, digits, Label::Building);
            } else if self.is_lettered() {
                self.letter(c);
            } else if c.is_alphanumeric() {
                self.take();
            } else {
                self.at += 1;
                self.goes_on = false;
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// Counts the digits at the current position.
    fn digits(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|c| c.is_ascii_digit()).count()
    }

    /// Reads a number of this many digits.
    fn value(&mut self, digits: usize) -> u32 {
        let mut value = 0_u32;
        for _ in 0..digits {
            let digit = self.peek(0).and_then(|c| c.to_digit(10)).unwrap_or(0);
            value = value.saturating_mul(10).saturating_add(digit);
            self.at += 1;
        }
        value.min((1 << LETTER_SHIFT) - 1)
    }

    /// Returns whether the next character is a letter used as a number: A座, B栋. In a run of letters only the last one
    /// is such a letter.
    fn is_lettered(&self) -> bool {
        let is_letter = self.peek(0).map_or(false, |c| c.is_ascii_lowercase());
        is_letter && matches!(self.peek(1), Some('座' | '栋' | '幢'))
    }

    /// Reads a letter used as a number. In a name the letter is also part of the word, so that `dwgcb` finds 都旺广场B座.
    fn letter(&mut self, c: char) {
        let value = (u32::from(c) - u32::from('a') + 1) << LETTER_SHIFT;
        match self.is_query {
            true => self.at += 2,
            false => (0..2).for_each(|_| self.take()),
        }
        self.push_number(value, 0, 0, Label::Building);
    }

    fn take(&mut self) {
        let c = match self.peek(0) {
            Some(c) => c,
            None => return,
        };
        self.at += 1;
        match self.tokens.last_mut() {
            Some(Token::Word(word)) if self.goes_on => word.push(c),
            _ => self.tokens.push(Token::Word(c.to_string())),
        }
        self.goes_on = true;
    }

    fn push_number(&mut self, value: u32, span: u8, digits: usize, label: Label) {
        self.goes_on = false;
        self.tokens.push(Token::Number(Number {
            value,
            span,
            digits: digits as u8,
            label,
        }));
    }

    fn number(&mut self, digits: usize) {
        let mut value = self.value(digits);
        let letter = self.peek(0).filter(char::is_ascii_lowercase);
        if let Some(letter) = letter {
            let next = self.peek(1);
            let is_end = self.is_query && next.is_none();
            // A letter belongs to the number in 3a座, and in 502b at the end of a query.
            if matches!(next, Some('座' | '栋' | '幢' | '号' | '室')) || (is_end && letter < 'e')
            {
                value |= (u32::from(letter) - u32::from('a') + 1) << LETTER_SHIFT;
                self.at += 1;
            }
        }
        if let Some(span) = self.range(value) {
            self.push_number(value, span, digits, Label::Building);
            return;
        }
        let label = self.label(digits);
        self.push_number(value, 0, digits, label);
    }

    /// Reads the rest of a range of house numbers, such as `-107号` after 103. Returns the last number minus the first,
    /// or `None` if no range follows.
    fn range(&mut self, first: u32) -> Option<u8> {
        let start = self.at;
        let is_range = |parser: &mut Self| {
            (parser.peek(0)? == '-').then_some(())?;
            parser.at += 1;
            let digits = parser.digits();
            (1..=MOST_DIGITS).contains(&digits).then_some(())?;
            let last = parser.value(digits);
            let is_house = parser.peek(0) == Some('号') && parser.peek(1) != Some('楼');
            let span = last.checked_sub(first)?;
            (is_house && (1..=WIDEST_RANGE).contains(&span)).then_some(span as u8)
        };
        let span = is_range(self);
        match span {
            Some(_) => self.at += 1,
            None => self.at = start,
        }
        span
    }

    /// Reads the label after a number of this many digits.
    fn label(&mut self, digits: usize) -> Label {
        let mut from = self.at;
        while self.text.get(from) == Some(&' ') {
            from += 1;
        }
        let rest = self.text.get(from..).unwrap_or_default();
        let found = LABELS.iter().find(|(word, _)| {
            let mut rest = rest.iter();
            word.chars().all(|c| rest.next() == Some(&c))
        });
        if let Some((word, label)) = found {
            let after = rest.get(word.chars().count());
            // `f` is a label in 2f but not in 2family. Nor is 房 a label in 房产, 门 in 门诊, 门店, 门市 and 门面, or 号 in
            // 号线 (a metro line).
            let is_word = (*word == "f" && after.map_or(false, |c| c.is_alphanumeric()))
                || (*word == "房" && after == Some(&'产'))
                || (*word == "号" && after == Some(&'线'))
                || (*word == "门" && matches!(after, Some('诊' | '店' | '市' | '面')));
            // In 1号门店 the number is that of the house, and 门店 is a word.
            let is_house = *word == "号门" && matches!(after, Some('诊' | '店' | '市' | '面'));
            if is_house {
                self.at = from + 1;
                return self.known(Label::Building, "号", digits);
            }
            if !is_word {
                self.at = from + word.chars().count();
                return self.known(*label, word, digits);
            }
        }
        if self.is_query {
            return self.spelt_label(from);
        }
        Label::Any
    }

    /// Returns the label that a word has, given the numbers before it. After the number of a building, 5楼 is a storey
    /// and 1号门 is the door of a unit.
    fn known(&self, label: Label, word: &str, digits: usize) -> Label {
        let has = |wanted: Label| {
            let is_it = |t: &Token| matches!(t, Token::Number(n) if n.label == wanted);
            self.tokens.iter().any(is_it)
        };
        match word {
            "楼" if has(Label::Building) => Label::Level,
            "号门" if has(Label::Building) => Label::Unit,
            "号" if has(Label::Building) && (digits > 2 || has(Label::Unit)) => Label::Room,
            _ => label,
        }
    }

    fn spelt_label(&mut self, from: usize) -> Label {
        let rest = self.text.get(from..).unwrap_or_default();
        let word: String = rest.iter().take_while(|c| c.is_ascii_lowercase()).collect();
        if word.is_empty() {
            return Label::Any;
        }
        if let Some((_, label)) = SPELT.iter().find(|(spelt, _)| *spelt == word) {
            self.at = from + word.len();
            return *label;
        }
        let is_last = rest.len() == word.len();
        if is_last && SPELT.iter().any(|(spelt, _)| spelt.starts_with(&word)) {
            self.at = from + word.len();
        }
        Label::Any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats the parsed query in a short form: `b3 u2 r501` for building 3, unit 2, room 501.
    fn read(text: &str) -> String {
        let part = |token: &Token| match token {
            Token::Word(word) => word.clone(),
            Token::Number(n) => {
                let label = match n.label {
                    Label::Any => "",
                    Label::Lane => "lane",
                    Label::Gate => "g",
                    Label::Building => "b",
                    Label::Unit => "u",
                    Label::Level => "l",
                    Label::Room => "r",
                };
                let range = match n.span {
                    0 => String::new(),
                    span => format!("+{span}"),
                };
                format!("{label}{}{range}", n.text())
            }
        };
        let parts: Vec<String> = query_tokens(text).iter().map(part).collect();
        parts.join(" ")
    }

    #[test]
    fn every_way_of_writing_gives_the_same_numbers() {
        for (text, expected) in [
            ("温泉花园3号楼", "温泉花园 b3"),
            ("温泉花园三号楼", "温泉花园 b3"),
            ("温泉花园3栋", "温泉花园 b3"),
            ("温泉花园３幢", "温泉花园 b3"),
            ("溫泉花園3號樓", "温泉花园 b3"),
            ("温泉花园#3", "温泉花园 b3"),
            ("温泉花园3#", "温泉花园 b3"),
            ("温泉花园3#楼", "温泉花园 b3"),
            ("温泉花园 3 号楼", "温泉花园 b3"),
            ("温泉3楼", "温泉 b3"),
            ("wenquan 3", "wenquan 3"),
            (
                "wenquanhuayuan3haolou2danyuan501shi",
                "wenquanhuayuan b3 u2 r501",
            ),
            ("wqhy3", "wqhy 3"),
            ("wqhy3h", "wqhy 3"),
            ("3-2-501", "3 2 501"),
            ("5-1-101", "5 1 101"),
            ("24号楼2单元602", "b24 u2 602"),
            ("二十四号楼二单元六零二室", "b24 u2 r602"),
            ("3号楼2门5楼501号", "b3 u2 l5 r501"),
            ("3号楼2门501", "b3 u2 501"),
            ("3栋二门 1102室", "b3 u2 r1102"),
            ("三栋二门1102", "b3 u2 1102"),
            ("温泉花园3号楼二门洞501", "温泉花园 b3 u2 501"),
            ("12弄3号601室", "lane12 b3 r601"),
            ("都旺广场A座", "都旺广场 bA"),
            ("朝阳路103-107号", "朝阳路 b103+4"),
            ("5-101号", "5 b101"),
            ("120113001009006", "120113001009006"),
            ("五一路", "五一路"),
            ("温泉花园1号门", "温泉花园 g1"),
            ("温泉花园一号门", "温泉花园 g1"),
            ("温泉花园1 号门3号楼", "温泉花园 g1 b3"),
            ("wqhy1haomen", "wqhy g1"),
            ("3号楼1号门501", "b3 u1 501"),
            ("辰兴路17号门店", "辰兴路 b17 门店"),
            ("地铁3号线", "地铁 3 号线"),
            ("", ""),
            (" -#。", ""),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_loses_its_numbers_and_keeps_their_values() {
        let door = shape("温泉花园3号楼2单元");
        assert_eq!(door.text, "温泉花园");
        let values: Vec<u32> = door.numbers.iter().map(|n| n.value).collect();
        assert_eq!(values, [3, 2]);
        assert_eq!(shape("都旺广场B座").text, "都旺广场b座");
        assert_eq!(
            shape("果园里社区第1网格（朝阳公园）").text,
            "果园里社区第网格朝阳公园"
        );
        assert_eq!(shape("7天酒店").text, "天酒店");
    }
}
