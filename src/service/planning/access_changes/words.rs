//! The sentences and notes of an answer.

use super::ask::{AccessAsk, Saved};
use super::measure::HORIZON_DS;
use crate::model::{Localized, both};
use crate::planning::standards::{Reach, Standard};

/// Whether a change improves a figure by so much that the sentence says it.
pub(super) fn is_visible(saved: &Saved) -> bool {
    let figures = [
        saved.rider_minutes_day,
        saved.walking_minutes_day,
        saved.households,
    ];
    figures.iter().any(|figure| figure.round() >= 1.0)
}

/// What a change saves, as a sentence such as “北门 11:00–13:00 允许电动车：每日节省骑手 412 分钟，38 户进入 AED 4 分钟圈”.
/// `aed` is the standard for AEDs.
pub(super) fn sentence(title: &Localized, saved: &Saved, aed: &Standard) -> Localized {
    let (near_zh, near) = match aed.reach {
        Reach::Minutes(minutes) => (format!("{minutes} 分钟"), format!("{minutes} minutes")),
        Reach::Metres(metres) => (format!("{metres} 米"), format!("{metres} m")),
    };
    let mut parts: Vec<Localized> = Vec::new();
    let riders = saved.rider_minutes_day.round();
    if riders >= 1.0 {
        parts.push(both!(
            "每日节省骑手 {riders} 分钟",
            "saves riders {riders} minutes a day"
        ));
    } else if riders <= -1.0 {
        let more = -riders;
        parts.push(both!(
            "骑手每日多用 {more} 分钟",
            "costs riders {more} minutes a day"
        ));
    }
    let walking = saved.walking_minutes_day.round();
    if walking >= 1.0 {
        parts.push(both!(
            "每日节省居民步行 {walking} 分钟",
            "saves residents {walking} minutes on foot a day"
        ));
    } else if walking <= -1.0 {
        let more = -walking;
        parts.push(both!(
            "居民步行每日多用 {more} 分钟",
            "costs residents {more} minutes on foot a day"
        ));
    }
    let households = saved.households.round();
    if households >= 1.0 {
        parts.push(both!(
            "{households} 户进入 AED {near_zh}圈",
            "brings {households} households within {near} of an AED"
        ));
    } else if households <= -1.0 {
        let fewer = -households;
        parts.push(both!(
            "{fewer} 户退出 AED {near_zh}圈",
            "puts {fewer} households more than {near} from an AED"
        ));
    }
    if parts.is_empty() {
        parts.push(both!("没有可见的改善", "changes nothing that is measured"));
    }
    let (zh, en): (Vec<String>, Vec<String>) = parts.into_iter().map(|p| (p.zh, p.en)).unzip();
    let (zh, en) = (zh.join("，"), en.join("; "));
    Localized::new(format!("{}：{zh}", title.zh), format!("{}: {en}", title.en))
}

/// Notes on the data and the assumptions behind the figures.
pub(super) fn notes(
    ask: &AccessAsk,
    measured: usize,
    all: usize,
    is_local: bool,
) -> Vec<Localized> {
    let (deliveries, hour) = (&ask.deliveries, HORIZON_DS / 600);
    let per_day = deliveries.per_household_day;
    let walks = deliveries.walks_per_person_day;
    let origins = ask.origins.len();
    let mut notes = vec![
        both!(
            "骑手用时按每户每日{per_day}单、{origins}个出发点的平均值计算；{hour}分钟内到不了的按{hour}分钟计。",
            "Minutes of riders: {per_day} deliveries per household and day, averaged over {origins} origins; what is not \
             reached within {hour} minutes counts as {hour}."
        ),
        both!(
            "居民步行按每人每日{walks}次到最近的目的地计算；AED 按所选时刻计算。",
            "Minutes on foot: {walks} walks per person and day to the nearest destination. AEDs are counted at the \
             moment of the request."
        ),
    ];
    if !deliveries.verified {
        notes.push(both!(
            "配送与出行数据未核实出处。",
            "The figures of deliveries and walks were not checked against their source."
        ));
    }
    if measured < all {
        notes.push(both!(
            "时间所限，只测算了{all}项改动中的{measured}项。",
            "There was time to measure {measured} of {all} changes."
        ));
    }
    if is_local {
        notes.push(both!(
            "互不影响的小区分别求解。",
            "Compounds that do not influence each other were solved separately."
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::standards::Standards;

    #[test]
    fn a_sentence_says_the_time_of_the_standard_in_force() {
        let mut aed = Standards::built_in().unwrap().get("aed_4").unwrap().clone();
        aed.reach = Reach::Minutes(5.0);
        let title = Localized::new("北门开放", "open the north gate");
        let of = |households, aed: &Standard| {
            let saved = Saved {
                households,
                ..Saved::default()
            };
            sentence(&title, &saved, aed)
        };
        let more = of(38.0, &aed);
        assert_eq!(more.zh, "北门开放：38 户进入 AED 5 分钟圈");
        assert!(
            more.en.ends_with("within 5 minutes of an AED"),
            "{}",
            more.en
        );
        assert!(of(-2.0, &aed).en.contains("more than 5 minutes"));
        aed.reach = Reach::Metres(300.0);
        assert!(of(38.0, &aed).zh.ends_with("AED 300 米圈"));
    }
}
