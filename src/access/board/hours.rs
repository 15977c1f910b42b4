//! Opening hours in words. Texts that this file does not understand are shown as they are, never guessed.

use crate::model::Language;

/// The opening hours in words.
pub(super) fn in_words(text: &str, language: Language) -> String {
    let text = text.trim();
    let rules: Option<Vec<String>> = text.split(';').map(|r| rule(r.trim(), language)).collect();
    match rules {
        Some(rules) => rules.join(match language {
            Language::Chinese => "；",
            Language::English => "; ",
        }),
        None => text.to_owned(),
    }
}

/// One rule: days and times, days and `off`, or one of them alone.
fn rule(text: &str, language: Language) -> Option<String> {
    let zh = language == Language::Chinese;
    if text == "24/7" {
        return Some(if zh { "全天" } else { "all day" }.to_owned());
    }
    let (days, times) = match text.split_once(' ') {
        Some((days, times)) => (Some(days), times.trim()),
        None if text.starts_with(|c: char| c.is_ascii_digit()) || text == "off" => (None, text),
        None => (Some(text), ""),
    };
    let days = match days {
        Some(days) => Some(in_days(days, zh)?),
        None => None,
    };
    let times = match times {
        "" | "00:00-24:00" => (if zh { "全天" } else { "all day" }).to_owned(),
        "off" | "closed" => (if zh { "不开放" } else { "closed" }).to_owned(),
        times => {
            let spans: Option<Vec<String>> = times.split(',').map(|s| span(s.trim())).collect();
            spans?.join(if zh { "、" } else { ", " })
        }
    };
    Some(match days {
        Some(days) => format!("{days} {times}"),
        None => times,
    })
}

fn in_days(text: &str, zh: bool) -> Option<String> {
    if text == "Mo-Su" {
        return Some(if zh { "每天" } else { "daily" }.to_owned());
    }
    let parts: Option<Vec<String>> = text
        .split(',')
        .map(|part| match part.split_once('-') {
            Some((from, until)) => {
                let (from, until) = (day(from, zh)?, day(until, zh)?);
                Some(if zh {
                    format!("{from}至{until}")
                } else {
                    format!("{from}–{until}")
                })
            }
            None => day(part, zh).map(str::to_owned),
        })
        .collect();
    Some(parts?.join(if zh { "、" } else { ", " }))
}

fn day(text: &str, zh: bool) -> Option<&'static str> {
    let (chinese, english) = match text {
        "Mo" => ("周一", "Mon"),
        "Tu" => ("周二", "Tue"),
        "We" => ("周三", "Wed"),
        "Th" => ("周四", "Thu"),
        "Fr" => ("周五", "Fri"),
        "Sa" => ("周六", "Sat"),
        "Su" => ("周日", "Sun"),
        "PH" => ("节假日", "holidays"),
        _ => return None,
    };
    Some(if zh { chinese } else { english })
}

/// Reads a span such as `06:30-22:30` and writes it with an en dash; `None` if the text is no span.
fn span(text: &str) -> Option<String> {
    let (from, until) = text.split_once('-')?;
    let is_time = |t: &str| {
        t.split_once(':').is_some_and(|(hour, minute)| {
            let is_number =
                |n: &str, below: u32| n.len() == 2 && n.parse::<u32>().is_ok_and(|n| n < below);
            is_number(hour, 49) && is_number(minute, 60)
        })
    };
    (is_time(from) && is_time(until)).then(|| format!("{from}–{until}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_written_in_words_and_what_is_not_understood_stays() {
        let zh = |text| in_words(text, Language::Chinese);
        let en = |text| in_words(text, Language::English);
        assert_eq!(zh("24/7"), "全天");
        assert_eq!(zh("off"), "不开放");
        assert_eq!(zh("Mo-Su 06:30-22:30"), "每天 06:30–22:30");
        assert_eq!(zh("07:00-09:00"), "07:00–09:00");
        assert_eq!(
            zh("Mo-Fr 06:30-09:00,16:00-19:30"),
            "周一至周五 06:30–09:00、16:00–19:30"
        );
        assert_eq!(
            zh("Mo-Fr 08:00-18:00; PH off"),
            "周一至周五 08:00–18:00；节假日 不开放"
        );
        assert_eq!(
            en("Mo,We 08:00-18:00; PH off"),
            "Mon, Wed 08:00–18:00; holidays closed"
        );
        assert_eq!(en("Sa-Su"), "Sat–Sun all day");
        for odd in [
            "sunrise-sunset",
            "Mo-Fr 08:00+",
            "week 1-10 Mo 08:00-09:00",
            "Mo-Xx 08:00-09:00",
            "",
        ] {
            assert_eq!(zh(odd), odd);
        }
    }
}
