//! The input of the demo's cases: notes of reporters, the hours at which they report, and the
//! sources of reports.

use jiff::tz;

use super::scenes::CATEGORIES;

/// The notes of reporters, by category.
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

/// The time zone of the district: UTC+8, without summer time.
pub fn zone() -> tz::TimeZone {
    tz::TimeZone::fixed(tz::offset(8))
}

/// The relative frequency of reports of a category at an hour of the day (0–23).
pub fn rhythm(category: usize, hour: usize) -> f64 {
    let peak = |at: f64, width: f64| {
        let d = (hour as f64 - at) / width;
        (-d * d).exp()
    };
    let day = if (7..22).contains(&hour) { 0.25 } else { 0.02 };
    match CATEGORIES[category] {
        // Breakfast stalls and the evening market.
        "street_encroachment" => 1.6 * (day + peak(7.5, 1.6) + 1.3 * peak(18.5, 2.2)),
        // Grid workers inspect staircases during office hours.
        "corridor_clutter" => 1.5 * (day + peak(10.0, 1.8) + 0.9 * peak(15.5, 2.0)),
        // E-bikes are charged after work.
        "flying_wire_charging" => 1.3 * (0.4 * day + 1.4 * peak(20.0, 2.2) + 0.3 * peak(12.5, 1.5)),
        "blocked_route" => 0.7 * (day + peak(8.0, 1.5) + peak(18.0, 2.0)),
        // Riders notice wrong access data at meal times.
        "wrong_access" => 0.6 * (0.5 * day + peak(12.0, 1.3) + peak(18.5, 1.5)),
        "damaged_facility" => 0.6 * (day + 0.5 * peak(9.0, 2.0)),
        _ => 0.7 * (day + 0.6 * peak(16.0, 4.0)),
    }
}

/// The sources of reports in the demo.
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
