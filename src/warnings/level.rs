//! Computes the level of a case: the most severe one that any rule gives. It depends only on facts,
//! rules, calendar and time, so computing it late gives the same levels as computing it at every
//! moment.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::calendar::Calendar;
use super::rules::{Category, MICRO_WISH, Rules, TimeStep};
use crate::model::{Level, Localized};

/// The facts that determine the level of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The category of the case.
    pub category: String,
    /// When the case was first reported.
    pub reported_at: Timestamp,
    /// The deadline of the present step.
    pub due_at: Option<Timestamp>,
    /// The periods in which the case did not age, in order; see [`Pause`].
    pub pauses: Vec<Pause>,
    /// The number of the report among those of the same category at the same place within the
    /// window of the rule, from 1.
    pub nth: u32,
    /// The urgency factor of the place; 1 if no place rule applies.
    pub factor: f64,
    /// The name of the place rule that applies, for example 消防出口, fire exit.
    pub near: Option<Localized>,
    /// The description of the place, for example 7号楼, Building 7.
    pub place: Option<Localized>,
    /// The date until which the case is parked; `None` if it is not.
    pub parked_until: Option<Timestamp>,
    /// Whether the case is a drill.
    pub exercise: bool,
}

/// A period in which a case does not age: parked, or handled and waiting for verification, or
/// ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// The start of the period.
    pub from: Timestamp,
    /// The end of the period; `None` while the period lasts.
    pub until: Option<Timestamp>,
    /// Whether the end of the period postponed `due_at` by the length of the period (parking). Such a period
    /// must not be subtracted again when delays are counted.
    pub moved_due: bool,
}

/// The level at a moment, with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The level.
    pub level: Level,
    /// Since when these facts give that level. If a step changed the facts, the case has its new
    /// level since that step at the earliest.
    pub since: Timestamp,
    /// The reason as a text. It stays the same until [`next_moment`].
    pub reason: Localized,
    /// When the case became overdue; `None` if it is not overdue.
    pub overdue_at: Option<Timestamp>,
}

/// A reason for a level from a moment on.
struct Ground {
    kind: Kind,
    level: Level,
    since: Timestamp,
    words: Localized,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Base,
    Repeats,
    Age,
    Overdue,
}

/// The level of a case at a moment, and its reason.
pub fn assess(facts: &Facts, rules: &Rules, calendar: &Calendar, at: Timestamp) -> Assessment {
    let grounds = grounds(facts, rules, calendar);
    assess_grounds(facts, &grounds, overdue_from(facts, calendar), at)
}

/// The next moment after `after` at which time alone changes the result of [`assess`].
pub fn next_moment(
    facts: &Facts,
    rules: &Rules,
    calendar: &Calendar,
    after: Timestamp,
) -> Option<Timestamp> {
    let grounds = grounds(facts, rules, calendar);
    let overdue = overdue_from(facts, calendar);
    let ask = |at| assess_grounds(facts, &grounds, overdue, at);
    let now = ask(after);
    let mut moments: Vec<Timestamp> = grounds.iter().map(|g| g.since).chain(overdue).collect();
    moments.extend(facts.parked_until);
    moments.sort_unstable();
    moments.into_iter().find(|m| *m > after && ask(*m) != now)
}

fn assess_grounds(
    facts: &Facts,
    grounds: &[Ground],
    overdue: Option<Timestamp>,
    at: Timestamp,
) -> Assessment {
    let true_now = || {
        grounds
            .iter()
            .filter(|g| g.since <= at || g.kind == Kind::Base)
    };
    let level = true_now().map(|g| g.level).max().unwrap_or(Level::Green);
    let since = true_now()
        .filter(|g| g.level == level)
        .map(|g| g.since)
        .min()
        .unwrap_or(facts.reported_at);
    // The last reason of each kind is the strongest. Being overdue is mentioned even if another
    // reason determines the level.
    let mut said: Vec<&Ground> = Vec::new();
    for ground in true_now() {
        let counts = ground.level == level && ground.kind != Kind::Base;
        let counts = counts || ground.kind == Kind::Overdue;
        if counts {
            said.retain(|g| g.kind != ground.kind);
            said.push(ground);
        }
    }
    // The reason about repeated reports already names the category and the place.
    if said.iter().all(|g| g.kind != Kind::Repeats) {
        said.extend(grounds.iter().filter(|g| g.kind == Kind::Base));
    }
    said.sort_by_key(|g| g.kind);
    let overdue_at = overdue.filter(|t| *t <= at);
    let mut words: Vec<Localized> = said.iter().map(|g| g.words.clone()).collect();
    if overdue_at.is_some() && said.iter().all(|g| g.kind != Kind::Overdue) {
        words.push(Localized::new("已超期", "overdue"));
    }
    if facts.parked_until.is_some_and(|until| until <= at) {
        words.push(Localized::new("挂账已到期", "still parked after its date"));
    }
    Assessment {
        level,
        since,
        reason: reason(level, &words, facts),
        overdue_at,
    }
}

fn reason(level: Level, words: &[Localized], facts: &Facts) -> Localized {
    let (zh, en) = match level {
        Level::Red => ("红色", "red"),
        Level::Yellow => ("黄色", "yellow"),
        Level::Green => ("绿色", "green"),
        Level::NoData => ("无数据", "no data"),
    };
    let join = |pick: fn(&Localized) -> &str, between: &str| {
        words.iter().map(pick).collect::<Vec<_>>().join(between)
    };
    let (drill_zh, drill_en) = if facts.exercise {
        ("演练 · ", "drill · ")
    } else {
        ("", "")
    };
    Localized {
        zh: format!("{drill_zh}{zh}：{}", join(|w| &w.zh, "；")),
        en: format!("{drill_en}{en}: {}", join(|w| &w.en, "; ")),
    }
}

/// All reasons for a level, at present or in the future, sorted by strength within each kind.
fn grounds(facts: &Facts, rules: &Rules, calendar: &Calendar) -> Vec<Ground> {
    let Some(rule) = rules.category(&facts.category) else {
        return Vec::new();
    };
    // A wish is no warning, even under rules that do not have its category.
    let is_wish = facts.category == MICRO_WISH;
    let mut grounds = vec![Ground {
        kind: Kind::Base,
        level: if is_wish { Level::Green } else { rule.base },
        since: facts.reported_at,
        words: words::base(facts, rule),
    }];
    if is_wish {
        return grounds;
    }
    if let Some(repeats) = &rule.repeats {
        let weight = f64::from(facts.nth) * facts.factor;
        grounds.extend(
            repeats
                .steps
                .iter()
                .filter(|s| weight + 1e-9 >= f64::from(s.nth))
                .map(|s| Ground {
                    kind: Kind::Repeats,
                    level: s.level,
                    since: facts.reported_at,
                    words: words::repeats(facts, rule, repeats),
                }),
        );
    }
    let open = |kind, step: &TimeStep, since, words| Ground {
        kind,
        level: step.level,
        since,
        words,
    };
    for step in &rule.age {
        let after = shortened(step.after, facts.factor);
        if let Some(since) = Clock::Plain.reach(facts.reported_at, after, &facts.pauses, |_| true) {
            grounds.push(open(Kind::Age, step, since, words::age(after)));
        }
    }
    // The delay is mentioned at the steps of the rule and at additional fixed delays.
    let told = LATE_HOURS.map(|hours| (SignedDuration::from_hours(hours), Level::Green));
    let steps = rule.overdue.iter();
    let steps = steps.map(|s| (shortened(s.after, facts.factor), s.level));
    let mut late: Vec<(SignedDuration, Level)> = steps.chain(told).collect();
    late.sort_by_key(|(after, level)| (*after, Reverse(*level)));
    late.dedup_by_key(|(after, _)| *after);
    for (after, level) in late {
        if let Some(since) = overdue_for(facts, calendar, after) {
            let step = TimeStep { after, level };
            grounds.push(open(Kind::Overdue, &step, since, words::overdue(after)));
        }
    }
    grounds
}

/// The delays, in working hours, at which the reason text is updated independently of the rule.
/// There are few of them at growing distances, because each makes a commit.
const LATE_HOURS: [i64; 7] = [8, 16, 24, 40, 80, 160, 320];

/// The time limit at a place with an urgency factor: whole seconds, at least zero.
fn shortened(time: SignedDuration, factor: f64) -> SignedDuration {
    if factor <= 0.0 || !factor.is_finite() {
        return time;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole seconds of some weeks"
    )]
    let seconds = (time.as_secs_f64() / factor).ceil() as i64;
    SignedDuration::from_secs(seconds)
}

fn overdue_from(facts: &Facts, calendar: &Calendar) -> Option<Timestamp> {
    overdue_for(facts, calendar, SignedDuration::ZERO)
}

fn overdue_for(facts: &Facts, calendar: &Calendar, after: SignedDuration) -> Option<Timestamp> {
    // A pause that postponed the due date is already included in it, except while the pause lasts.
    let counts = |p: &Pause| p.until.is_none() || !p.moved_due;
    Clock::Working(calendar).reach(facts.due_at?, after, &facts.pauses, counts)
}

/// How time is counted.
enum Clock<'a> {
    Plain,
    Working(&'a Calendar),
}

impl Clock<'_> {
    fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        match self {
            Self::Plain => to.duration_since(from).max(SignedDuration::ZERO),
            Self::Working(calendar) => calendar.working_between(from, to),
        }
    }

    fn add(&self, from: Timestamp, time: SignedDuration) -> Option<Timestamp> {
        match self {
            Self::Plain => from.checked_add(time).ok(),
            Self::Working(calendar) => calendar.add(from, time),
        }
    }

    /// The moment at which `time` has passed since `from`. Time within the pauses for which `counts` returns `true`
    /// does not count. `None` if such a pause begins before that moment and has no end yet.
    fn reach(
        &self,
        from: Timestamp,
        time: SignedDuration,
        pauses: &[Pause],
        counts: impl Fn(&Pause) -> bool,
    ) -> Option<Timestamp> {
        let (mut from, mut left) = (from, time);
        for pause in pauses.iter().filter(|p| counts(p)) {
            if pause.until.is_some_and(|until| until <= from) {
                continue;
            }
            if from < pause.from {
                let run = self.between(from, pause.from);
                if left <= run {
                    break;
                }
                left -= run;
            }
            from = pause.until?;
        }
        self.add(from, left)
    }
}

/// The texts of reasons.
mod words {
    use super::{Category, Facts, Localized};
    use crate::warnings::rules::Repeats;
    use jiff::SignedDuration;

    pub(super) fn base(facts: &Facts, rule: &Category) -> Localized {
        let at = Where::of(facts);
        Localized {
            zh: format!("{}{}", rule.name.zh, at.zh),
            en: format!("{}{}", rule.name.en, at.en),
        }
    }

    pub(super) fn repeats(facts: &Facts, rule: &Category, repeats: &Repeats) -> Localized {
        let (n, days, at) = (facts.nth, repeats.window_days, Where::of(facts));
        Localized {
            zh: format!("{days}天内第{n}次{}上报{}", rule.name.zh, at.zh),
            en: format!(
                "{n}{} {} report{} within {days} {}",
                ordinal(n),
                rule.name.en,
                at.en,
                if days == 1 { "day" } else { "days" }
            ),
        }
    }

    pub(super) fn age(after: SignedDuration) -> Localized {
        let hours = after.as_secs().div_euclid(3600);
        let (zh, en) = match (hours / 24, hours % 24) {
            // From three days on, days are easier to read than hours.
            (days @ 3.., 0) => (format!("{days}天"), format!("{days} days")),
            _ => (time_zh(after, ""), time_en(after, "")),
        };
        Localized::new(format!("自上报起已满{zh}"), format!("open for over {en}"))
    }

    pub(super) fn overdue(after: SignedDuration) -> Localized {
        if after.is_zero() {
            return Localized::new("已超期", "overdue");
        }
        let (zh, en) = (time_zh(after, "个工作"), time_en(after, "working "));
        // The text stays the same until the next step of the rule.
        Localized::new(format!("已超期{zh}以上"), format!("over {en} overdue"))
    }

    /// The place in a reason: 「（7号楼，临近消防出口）」 and ` at Building 7 (near a fire exit)`.
    struct Where {
        zh: String,
        en: String,
    }

    impl Where {
        fn of(facts: &Facts) -> Self {
            let mut zh = Vec::new();
            let mut en = String::new();
            if let Some(place) = &facts.place {
                zh.push(place.zh.clone());
                en = format!(" at {}", place.en);
            }
            if let Some(near) = &facts.near {
                zh.push(format!("临近{}", near.zh));
                let article = match near.en.chars().next() {
                    Some('a' | 'e' | 'i' | 'o' | 'u') => "an",
                    _ => "a",
                };
                en = format!("{en} (near {article} {})", near.en);
            }
            let zh = if zh.is_empty() {
                String::new()
            } else {
                format!("（{}）", zh.join("，"))
            };
            Self { zh, en }
        }
    }

    fn ordinal(n: u32) -> &'static str {
        match (n % 100, n % 10) {
            (11..=13, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            _ => "th",
        }
    }

    fn time_zh(time: SignedDuration, working: &str) -> String {
        let minutes = time.as_secs().div_euclid(60);
        match (minutes / 60, minutes % 60) {
            (h, 0) => format!("{h}{working}小时"),
            (0, m) => format!("{m}{working}分钟"),
            (h, m) => format!("{h}{working}小时{m}分"),
        }
    }

    fn time_en(time: SignedDuration, working: &str) -> String {
        let minutes = time.as_secs().div_euclid(60);
        let unit =
            |n: i64, one: &str| format!("{n} {working}{one}{}", if n == 1 { "" } else { "s" });
        match (minutes / 60, minutes % 60) {
            (h, 0) => unit(h, "hour"),
            (0, m) => unit(m, "minute"),
            (h, m) => format!("{} {m} min", unit(h, "hour")),
        }
    }
}

#[cfg(test)]
mod tests;
