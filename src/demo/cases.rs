//! A warning of the demo: what it says, how bad it is and why. Every reason follows from the facts.

use geo_types::Geometry;
use jiff::{SignedDuration, Timestamp, tz};
use serde_json::{Map, Value, json};

use super::scenes::{CATEGORIES, Scene};
use crate::model::{Body, Change, CollectionId, FeatureId, Level, Localized, Properties};

/// What the categories are called, in the order of [`CATEGORIES`].
const WORDS: [(&str, &str); 7] = [
    ("占道经营", "street encroachment"),
    ("楼道堆物", "corridor clutter"),
    ("飞线充电", "flying-wire charging"),
    ("道路阻断", "a blocked route"),
    ("出入口信息有误", "wrong access information"),
    ("设施损坏", "a damaged facility"),
    ("其他问题", "another problem"),
];

/// What people write, by category.
pub const NOTES: [[&str; 4]; 7] = [
    [
        "摊位占用盲道，行人绕行",
        "店外摆放货架，占用人行道",
        "早点摊占道，影响通行",
        "夜间烧烤摊占用非机动车道",
    ],
    [
        "楼道内堆放旧家具，影响疏散",
        "消防门前堆放纸箱",
        "楼梯间停放自行车",
        "一层门厅堆放装修垃圾",
    ],
    [
        "从二楼窗口拉线给电动车充电",
        "楼前私拉电线充电",
        "单元门口飞线充电，电线裸露",
        "充电线跨过人行道",
    ],
    [
        "施工围挡占用通道，电动车无法通过",
        "机动车堵住消防通道",
        "倒伏树枝挡路",
        "门口堆土，只能步行通过",
    ],
    [
        "地图上写可骑行，实际需要推行",
        "开放时间与门口公告不一致",
        "此门已改为只出不进",
        "门禁已更换",
    ],
    ["柜门损坏无法打开", "顶棚漏雨", "照明不亮", "座椅断裂"],
    ["井盖松动", "污水外溢", "宠物粪便未清理", "路灯不亮"],
];

/// How many hours a level leaves for handling.
fn hours_for(level: Level) -> i64 {
    match level {
        Level::Red => 12,
        Level::Yellow => 24,
        _ => 72,
    }
}

/// The zone the district lives in: China has one, without summer time.
pub fn zone() -> tz::TimeZone {
    tz::TimeZone::fixed(tz::offset(8))
}

/// A case as it is known at some moment.
#[derive(Debug, Clone)]
pub struct Case {
    pub id: String,
    /// Place in [`CATEGORIES`].
    pub category: usize,
    pub scene: Scene,
    pub source: &'static str,
    pub note: &'static str,
    pub level: Level,
    pub since: Timestamp,
    pub reason: Localized,
    pub status: &'static str,
    pub unit: Option<String>,
    pub reported_at: Timestamp,
    pub due_at: Timestamp,
    pub handled_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

impl Case {
    /// A fresh report, the `nth` of its kind at this place within 30 days (1 is the first).
    pub fn report(
        id: String,
        category: usize,
        scene: Scene,
        nth: usize,
        (source, note): (&'static str, &'static str),
        at: Timestamp,
    ) -> Self {
        let (level, reason) = judge(category, note, nth);
        Self {
            id,
            category,
            scene,
            source,
            note,
            level,
            since: at,
            reason,
            status: "reported",
            unit: None,
            reported_at: at,
            due_at: at + SignedDuration::from_hours(hours_for(level)),
            handled_at: None,
            closed_at: None,
        }
    }

    /// Raises the level of a case that is open after it fell due.
    pub fn overdue(&mut self) {
        (self.level, self.reason) = overdue(self.level, self.due_at);
        self.since = self.due_at;
    }

    /// The case as a feature.
    pub fn change(&self) -> Option<Change> {
        let properties = json!({
            "category": CATEGORIES[self.category], "level": self.level.as_str(),
            "since": self.since.to_string(), "status": self.status, "grid": self.scene.grid,
            "building": self.scene.building, "place": self.scene.place, "unit": self.unit,
            "source": self.source, "note": self.note, "reason": self.reason,
            "reported_at": self.reported_at.to_string(), "due_at": self.due_at.to_string(),
            "handled_at": self.handled_at.map(|t| t.to_string()),
            "closed_at": self.closed_at.map(|t| t.to_string()), "demo": true,
        });
        let map: Map<String, Value> = match properties {
            Value::Object(map) => map.into_iter().filter(|(_, v)| !v.is_null()).collect(),
            _ => Map::new(),
        };
        put(&self.id, &self.scene, map)
    }
}

/// A warning as a change.
pub fn put(id: &str, scene: &Scene, map: Map<String, Value>) -> Option<Change> {
    Some(Change {
        collection: CollectionId::new("warnings").ok()?,
        id: FeatureId::new(id).ok()?,
        body: Some(Body {
            geometry: Some(Geometry::Point(scene.at)),
            properties: Properties::from_map(map).ok()?,
        }),
    })
}

/// The level of a fresh report, and why.
fn judge(category: usize, note: &str, nth: usize) -> (Level, Localized) {
    let (zh, en) = WORDS[category];
    // From which report on a place is yellow, and from which red.
    let (yellow, red) = match CATEGORIES[category] {
        "street_encroachment" => (2, 4),
        "corridor_clutter" => (2, 3),
        "flying_wire_charging" => (1, 2),
        "blocked_route" => (1, 3),
        "damaged_facility" | "wrong_access" => (2, 4),
        _ => (3, 6),
    };
    if note.contains("消防通道") {
        let reason = Localized::new(
            "消防通道被堵，须立即处置",
            "A fire lane is blocked: at once",
        );
        return (Level::Red, reason);
    }
    let level = match nth {
        n if n >= red => Level::Red,
        n if n >= yellow => Level::Yellow,
        _ => Level::Green,
    };
    let hours = hours_for(level);
    let reason = if nth > 1 {
        Localized::new(
            format!("第{nth}次{zh}上报（30天内）"),
            format!("{} report of {en} within 30 days", ordinal(nth)),
        )
    } else {
        Localized::new(
            format!("首次{zh}上报，{hours}小时内处置"),
            format!("First report of {en}, to be handled within {hours} hours"),
        )
    };
    (level, reason)
}

/// The level of a case that fell due at `due_at`, and why.
pub fn overdue(level: Level, due_at: Timestamp) -> (Level, Localized) {
    let due = due_at.to_zoned(zone());
    let raised = if level == Level::Green {
        Level::Yellow
    } else {
        Level::Red
    };
    let zh = due
        .strftime("超期未结：处置期限为%-m月%-d日%H:%M")
        .to_string();
    let en = due
        .strftime("Overdue: it fell due on %-d %b at %H:%M")
        .to_string();
    (raised, Localized::new(zh, en))
}

fn ordinal(n: usize) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// How often each category is reported through each hour of the day (0–23), in no unit.
pub fn rhythm(category: usize, hour: usize) -> f64 {
    let peak = |at: f64, width: f64| {
        let d = (hour as f64 - at) / width;
        (-d * d).exp()
    };
    let day = if (7..22).contains(&hour) { 0.25 } else { 0.02 };
    match CATEGORIES[category] {
        // Breakfast stalls and the evening market.
        "street_encroachment" => 1.6 * (day + peak(7.5, 1.6) + 1.3 * peak(18.5, 2.2)),
        // Grid workers climb the stairs in office hours.
        "corridor_clutter" => 1.5 * (day + peak(10.0, 1.8) + 0.9 * peak(15.5, 2.0)),
        // Bikes are charged after work.
        "flying_wire_charging" => 1.3 * (0.4 * day + 1.4 * peak(20.0, 2.2) + 0.3 * peak(12.5, 1.5)),
        "blocked_route" => 0.7 * (day + peak(8.0, 1.5) + peak(18.0, 2.0)),
        // Riders find out at meal times.
        "wrong_access" => 0.6 * (0.5 * day + peak(12.0, 1.3) + peak(18.5, 1.5)),
        "damaged_facility" => 0.6 * (day + 0.5 * peak(9.0, 2.0)),
        _ => 0.7 * (day + 0.6 * peak(16.0, 4.0)),
    }
}

/// Who reports what: weights for the sources below.
pub const SOURCES: [&str; 5] = ["grid_worker", "resident", "rider", "camera", "hotline"];

/// The weights of [`SOURCES`] for a category.
pub fn sources(category: usize) -> [f64; 5] {
    match CATEGORIES[category] {
        "street_encroachment" => [4.0, 3.0, 0.5, 4.0, 1.5],
        "corridor_clutter" => [6.0, 3.0, 0.5, 0.0, 1.5],
        "flying_wire_charging" => [4.0, 3.0, 0.5, 1.0, 1.0],
        "blocked_route" => [2.0, 2.0, 4.0, 2.0, 1.0],
        "wrong_access" => [0.5, 0.5, 8.0, 0.0, 0.2],
        _ => [3.0, 4.0, 1.0, 0.0, 2.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_count_in_both_languages_and_levels_rise_with_them() {
        let (level, reason) = judge(1, "", 3);
        assert_eq!(level, Level::Red);
        assert_eq!(reason.zh, "第3次楼道堆物上报（30天内）");
        assert_eq!(reason.en, "3rd report of corridor clutter within 30 days");
        assert_eq!(judge(1, "", 1).0, Level::Green);
        assert_eq!(ordinal(12), "12th");
        assert_eq!(ordinal(22), "22nd");
    }

    #[test]
    fn an_overdue_case_says_when_it_fell_due_in_local_time() {
        let due: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let (level, reason) = overdue(Level::Yellow, due);
        assert_eq!(level, Level::Red);
        assert_eq!(reason.zh, "超期未结：处置期限为11月21日18:00");
        assert_eq!(reason.en, "Overdue: it fell due on 21 Nov at 18:00");
    }
}
