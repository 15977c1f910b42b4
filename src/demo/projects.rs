//! Generates the livelihood projects (民生实事), the projects of community secretaries (书记项目) and small works
//! (微实事) of the year.

use geo_types::Geometry;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::city::City;
use super::grids;
use super::names::COMMUNITIES;
use super::plane::{Pt, middle};
use super::shapes::{day, point, polygon, unit_id};

/// A livelihood project: name, what is done, how many days before `as_of` it began and ends (negative: after
/// it), per cent done.
type Promise = (&'static str, &'static str, i64, i64, u32);

/// The ten livelihood projects of the street.
#[rustfmt::skip]
const TEN: [Promise; 10] = [
    ("老旧小区电梯更新（一期）", "更新运行十五年以上的电梯，先行更新群众反映集中的楼门", 240, -25, 80),
    ("果园里排水管网改造", "更换老化排水管，解决雨天积水", 210, -12, 85),
    ("温泉花园适老化改造", "楼门加装扶手和坡道，休息座椅到楼下", 180, 16, 100),
    ("骑手驿站提升", "增设饮水、充电和休息座位", 150, 41, 100),
    ("电动自行车集中充电点建设", "新建充电车棚，配齐消防喷淋", 200, -18, 70),
    ("单行路改建与停车场规范化", "施划单行标线，规范停车泊位", 120, -30, 55),
    ("社区老年食堂建设", "改造闲置用房，提供助餐服务", 160, 8, 90),
    ("人行道与无障碍坡道修补", "修补破损路面，补齐缺失坡道", 100, -40, 40),
    ("智能消防报警器入户", "为独居老人家庭安装烟感报警器", 90, -31, 60),
    ("滨河步道照明提升", "更换步道灯具，消除照明盲区", 20, -200, 5),
];

/// The projects of the community secretaries, one a community: name and what is done.
#[rustfmt::skip]
const SECRETARY: [(&str, &str); 6] = [
    ("小区绿化补种", "补种乔木和地被，清理黄土裸露"),
    ("楼道粉刷与照明更换", "粉刷楼道，更换声控灯"),
    ("非机动车停放整治", "增设停放架，清理废弃车辆"),
    ("居民议事亭建设", "建设议事亭，定期议事"),
    ("自来水老管更换", "更换锈蚀立管"),
    ("儿童活动场地更新", "更换地垫和游乐设施"),
];

/// The projects, each with its id, geometry and properties.
pub fn projects(city: &City, as_of: Timestamp) -> Vec<(String, Geometry<f64>, Value)> {
    let mut out = Vec::new();
    let mut grounds: Vec<&[Pt]> = city.compounds.iter().map(|c| c.ring.as_slice()).collect();
    grounds.rotate_left(3);
    for (n, (name, summary, began, due, progress)) in TEN.iter().enumerate() {
        let at = middle(grounds[n * 3 % grounds.len()]);
        let whole = stage(as_of, *began, *due, *progress);
        out.push((
            format!("project-{}-{:02}", &day(as_of, 0)[..4], n + 1),
            point(at),
            with(
                whole,
                json!({"name": name, "summary": summary, "kind": "livelihood",
                "lead": unit_id(12 + n), "grid": grids::grid_of(city, at)}),
            ),
        ));
    }
    for (n, (code, community)) in COMMUNITIES.iter().enumerate() {
        let (name, summary) = SECRETARY[n % SECRETARY.len()];
        let own = city.compounds.iter().find(|c| c.community == n);
        let Some(compound) = own else {
            continue;
        };
        let (began, due) = (170 - 9 * n as i64, 70 - 17 * n as i64);
        let progress = if due > 0 { 100 } else { 20 + 6 * n as u32 };
        out.push((
            format!("project-secretary-{code}"),
            polygon(&compound.ring),
            with(
                stage(as_of, began, due, progress),
                json!({"name": format!("{community}社区{name}"),
                "summary": summary, "kind": "secretary", "lead": unit_id(n), "grid": code}),
            ),
        ));
    }
    for (n, park) in city.parks.iter().enumerate().take(8) {
        let at = middle(&park.ring) + Pt { x: 12.0, y: 0.0 };
        out.push((
            format!("project-micro-{:02}", n + 1),
            point(at),
            with(stage(as_of, 40, 15 - 6 * n as i64, if n < 3 { 100 } else { 30 }),
                json!({"name": format!("{}旁增设座椅和晾衣杆", park.name), "summary": "居民提出的微实事",
                    "kind": "micro", "grid": grids::grid_of(city, at)})),
        ));
    }
    out
}

/// The dates and the state of a project that began and falls due a number of days before `as_of`.
fn stage(as_of: Timestamp, began: i64, due: i64, progress: u32) -> Value {
    let state = match progress {
        100 => "done",
        _ if due > 0 => "delayed",
        0..=9 => "planned",
        _ => "under_way",
    };
    let half = (began + due) / 2;
    let reached = |at: i64| (at >= 0).then(|| day(as_of, at));
    json!({"state": state, "progress": progress, "starts_on": day(as_of, began), "due_on": day(as_of, due),
    "done_on": (progress == 100).then(|| day(as_of, due + 3)),
    "milestones": [
        {"name": "方案公示", "due_on": day(as_of, began), "done_on": day(as_of, began)},
        without_null(json!({"name": "施工过半", "due_on": day(as_of, half), "done_on": reached(half)})),
        without_null(json!({"name": "验收", "due_on": day(as_of, due),
            "done_on": (progress == 100).then(|| day(as_of, due + 3))})),
    ]})
}

fn with(mut all: Value, more: Value) -> Value {
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    all
}

fn without_null(mut value: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.retain(|_, v| !v.is_null());
    }
    value
}
