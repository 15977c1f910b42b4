//! Removes personal data from the text of a delivery order and keeps the address.
//!
//! Riders paste the whole text of an order: an address, a name, a telephone number, a note. The page removes personal
//! data before it sends the text (`web/src/core/search/order.ts`: the same rules, and the same test cases in
//! `tests/support/order_texts.json`). The server removes it again, so that nobody can be found by name or telephone
//! number. This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use super::address::LONGEST;
use super::normal::plain;

/// The most characters of a text that are parsed.
const MOST: usize = 4 * LONGEST;
/// Titles that follow the name of a person.
const TITLES: [&str; 10] = [
    "先生", "女士", "小姐", "太太", "老师", "同学", "阿姨", "叔叔", "师傅", "大哥",
];
/// Labels before personal data. The data ends at the end of the line or at the next punctuation mark.
const PERSONAL: [&str; 14] = [
    "收货人",
    "收件人",
    "联系人",
    "取件人",
    "姓名",
    "联系电话",
    "手机号码",
    "手机号",
    "手机",
    "电话",
    "顾客",
    "订单编号",
    "订单号",
    "取餐码",
];
/// Labels before a note. The note ends at the end of the line.
const NOTES: [&str; 11] = [
    "备注",
    "留言",
    "口味",
    "发票",
    "商品",
    "合计",
    "实付",
    "总计",
    "预计送达",
    "期望送达",
    "下单时间",
];
/// Labels before an address. Only the label is removed.
const ADDRESS: [&str; 7] = [
    "收货地址",
    "配送地址",
    "送货地址",
    "收件地址",
    "详细地址",
    "地址",
    "送至",
];
/// Characters that end a part of an address. A name may follow directly: 2单元李小明先生.
const ENDS: &str = "元室号楼栋幢座层门";
/// The label of the last four digits of a telephone number.
const LAST_DIGITS: &str = "尾号";
/// The most characters of a name without a title.
const LONGEST_NAME: usize = 4;

/// Removes telephone numbers, names of people, order numbers and notes from a text, and joins the rest to one line. The
/// rest is an address or words to search for.
pub fn address_only(text: &str) -> String {
    let mut order = Order::read(text);
    order.labelled();
    order.telephones();
    order.titled();
    order.names();
    order.left()
}

/// The characters of a text, and which of them are removed.
struct Order {
    text: Vec<char>,
    /// The characters of the text, each normalized.
    plain: Vec<char>,
    gone: Vec<bool>,
    /// The indexes at which telephone numbers began.
    telephones: Vec<usize>,
}

impl Order {
    fn read(text: &str) -> Self {
        let text: Vec<char> = text.trim().chars().take(MOST).collect();
        let form = |c: &char| match c {
            // The end of a line ends a note.
            '\n' | '\r' => '\n',
            c => plain(*c).next().unwrap_or(*c),
        };
        Self {
            plain: text.iter().map(form).collect(),
            gone: vec![false; text.len()],
            text,
            telephones: Vec::new(),
        }
    }

    fn has(&self, at: usize, word: &str) -> bool {
        let mut rest = self.plain.get(at..).unwrap_or_default().iter();
        word.chars().all(|c| rest.next() == Some(&c))
    }

    fn remove(&mut self, from: usize, to: usize) {
        for gone in self.gone.iter_mut().take(to).skip(from) {
            *gone = true;
        }
    }

    /// Returns the index after the run of characters from `from` for which the condition is true.
    fn end(&self, from: usize, holds: impl Fn(char) -> bool) -> usize {
        let rest = self.plain.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|c| holds(**c)).count()
    }

    fn labelled(&mut self) {
        let mut at = 0;
        while at < self.plain.len() {
            let starts = |words: &[&'static str]| words.iter().find(|w| self.has(at, w)).copied();
            let (personal, note, address) = (starts(&PERSONAL), starts(&NOTES), starts(&ADDRESS));
            let word = match personal.or(note).or(address) {
                Some(word) => word,
                None => {
                    at += 1;
                    continue;
                }
            };
            let behind = at + word.chars().count();
            let value = self.end(behind, |c| matches!(c, ':' | ' '));
            // A word is a label only if a colon or a space follows it: 电话局 is a place.
            let end = match () {
                () if value == behind => at,
                () if note.is_some() => self.end(value, |c| c != '\n'),
                () if personal.is_some() => self.end(value, |c| !is_stop(c)),
                () => value,
            };
            self.remove(at, end);
            at = end.max(at + 1);
        }
    }

    fn telephones(&mut self) {
        for at in 0..self.plain.len() {
            if let Some(end) = self.last_digits(at) {
                self.remove(at, end);
            }
        }
        let mut at = 0;
        while at < self.plain.len() {
            let is_start = at == 0 || !self.plain[at - 1].is_ascii_digit();
            match is_start.then(|| self.telephone(at)).flatten() {
                Some(end) => {
                    self.remove(at, end);
                    self.telephones.push(at);
                    at = end;
                }
                None => at += 1,
            }
        }
    }

    /// Returns the index after the telephone number that begins at `from`, or `None` if none does. It may be a mobile
    /// number, also masked or in three groups, or a landline number; an extension is included.
    fn telephone(&self, from: usize) -> Option<usize> {
        let mut at = from;
        for prefix in ["+86", "86"] {
            if self.has(at, prefix) {
                at = self.end(at + prefix.len(), |c| c == ' ' || c == '-');
                break;
            }
        }
        let end = self.mobile(at).or_else(|| self.landline(from))?;
        let is_end = !self.plain.get(end).map_or(false, char::is_ascii_digit);
        is_end.then(|| self.extension(end))
    }

    /// Returns the index after the last four digits of a telephone number whose label begins at `from`: 手机尾号1234.
    fn last_digits(&self, from: usize) -> Option<usize> {
        let label = from + if self.has(from, "手机") { 2 } else { 0 };
        self.has(label, LAST_DIGITS).then_some(())?;
        let value = self.end(label + LAST_DIGITS.chars().count(), |c| {
            matches!(c, ':' | ' ')
        });
        let end = self.end(value, |c| c.is_ascii_digit());
        (end - value == 4).then_some(end)
    }

    /// Returns where a name begins in a run of Chinese characters: after the last character that ends a part of an
    /// address.
    fn name_within(&self, from: usize, to: usize) -> usize {
        let run = &self.plain[from..to];
        let last = run.iter().rposition(|c| ENDS.contains(*c));
        last.map_or(from, |at| from + at + 1)
    }

    fn mobile(&self, from: usize) -> Option<usize> {
        let is_mobile = self.plain.get(from) == Some(&'1')
            && matches!(self.plain.get(from + 1), Some('3'..='9'));
        let (mut at, mut count) = (from, 0);
        while is_mobile && count < 11 {
            match self.plain.get(at) {
                Some(c) if c.is_ascii_digit() || *c == '*' => count += 1,
                Some(' ' | '-') if count == 3 || count == 7 => {}
                _ => return None,
            }
            at += 1;
        }
        is_mobile.then_some(at)
    }

    fn landline(&self, from: usize) -> Option<usize> {
        (self.plain.get(from) == Some(&'0')).then_some(())?;
        let area = self.end(from, |c| c.is_ascii_digit());
        let dash = self.plain.get(area) == Some(&'-') && (3..=4).contains(&(area - from));
        let end = match dash {
            true => self.end(area + 1, |c| c.is_ascii_digit()),
            false => area,
        };
        let digits = end - from - usize::from(dash);
        (10..=12).contains(&digits).then_some(end)
    }

    fn extension(&self, end: usize) -> usize {
        let at = self.end(end, |c| c == ' ');
        match self.plain.get(at) {
            Some('转' | '-') => {
                let digits = self.end(at + 1, |c| c == ' ');
                let last = self.end(digits, |c| c.is_ascii_digit());
                if last > digits { last } else { end }
            }
            _ => end,
        }
    }

    fn titled(&mut self) {
        for at in 0..self.plain.len() {
            let title = TITLES.iter().find(|title| self.has(at, title));
            let title = match title {
                Some(title) => title,
                None => continue,
            };
            let end = at + title.chars().count();
            // If another Chinese character follows, this is part of a name such as that of the shop 老师傅修鞋.
            let goes_on = self
                .plain
                .get(end)
                .map_or(false, |c| is_han(*c) && *c != '收');
            if goes_on {
                continue;
            }
            let before = self.plain[..at].iter().rev();
            let run = before.take_while(|c| is_han(**c)).count();
            let first = self.name_within(at - run, at);
            // A longer run contains an address too. Then only the last character, the family name, is removed.
            let longest = LONGEST_NAME - usize::from(first + run == at);
            let name = match at - first {
                name if name <= longest => name,
                _ => 1,
            };
            self.remove(at - name, end);
        }
    }

    /// Removes names without a title: short words next to a telephone number, if the address is elsewhere in the text.
    fn names(&mut self) {
        for telephone in self.telephones.clone() {
            let digits = |part: &[char], gone: &[bool]| {
                let mut all = part.iter().zip(gone);
                all.any(|(c, gone)| !gone && (c.is_ascii_digit() || "号栋幢座".contains(*c)))
            };
            let end = self.end(telephone, |c| !is_han(c));
            let behind = self.end(end, is_han);
            let has_before = digits(&self.plain[..telephone], &self.gone[..telephone]);
            let is_name = |from: usize, to: usize| (2..=LONGEST_NAME).contains(&(to - from));
            let is_closed = self.plain.get(behind).map_or(true, |c| is_space(*c));
            if has_before
                && is_closed
                && is_name(end, behind)
                && self.between_is_gone(telephone, end)
            {
                self.remove(end, behind);
            }
            let before = self.plain[..telephone].iter().rev();
            let gap = before.take_while(|c| is_space(**c)).count();
            let last = telephone - gap;
            let name = self.plain[..last].iter().rev().take_while(|c| is_han(**c));
            let run = last - name.count();
            let first = self.name_within(run, last);
            // A name follows a space, a number, or the end of a part of the address.
            let is_apart = first > run
                || first == 0
                || is_space(self.plain[first - 1])
                || self.plain[first - 1].is_ascii_digit();
            let has_other = digits(&self.plain[..first], &self.gone[..first])
                || digits(&self.plain[last..], &self.gone[last..]);
            if is_apart && has_other && is_name(first, last) {
                self.remove(first, last);
            }
        }
    }

    /// Returns whether all characters between two indexes are removed, spaces or punctuation.
    fn between_is_gone(&self, from: usize, to: usize) -> bool {
        (from..to).all(|at| self.gone[at] || is_space(self.plain[at]))
    }

    fn left(&self) -> String {
        let mut out = String::new();
        for (c, gone) in self.text.iter().zip(&self.gone) {
            let is_gap = *gone || c.is_whitespace();
            match is_gap {
                true if out.is_empty() || out.ends_with(' ') => {}
                true => out.push(' '),
                false => out.push(*c),
            }
        }
        out.trim_end().to_owned()
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || is_stop(c) || matches!(c, ':' | '(' | ')' | '[' | ']' | '、')
}

/// Returns whether a character ends the data after a label.
fn is_stop(c: char) -> bool {
    matches!(c, '\n' | ',' | ';' | '，' | '；' | '。' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test cases that the page (`order.ts`) must pass too.
    const CASES: &str = include_str!("../../../tests/support/order_texts.json");

    #[test]
    fn an_order_is_reduced_to_its_address() {
        let cases: Vec<(String, String)> = serde_json::from_str(CASES).unwrap();
        for (text, expected) in cases {
            assert_eq!(address_only(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_left_of_an_order_stays_as_it_is() {
        let cases: Vec<(String, String)> = serde_json::from_str(CASES).unwrap();
        for (text, _) in cases {
            let once = address_only(&text);
            assert_eq!(address_only(&once), once, "{text}");
        }
    }
}
