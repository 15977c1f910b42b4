//! The micro-wishes (微心愿) of the demo: what residents ask for, what the public board says of it, and how a unit
//! fulfils it. Nobody in them is a real person.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::cases::zone;
use super::prng::Prng;
use super::scenes::Scenes;
use super::script::{DAYS, Event, Sighting, What, Who, daytime};
use super::words::VERIFY_REASONS;

/// The category of the wishes.
pub const CATEGORY: &str = "micro_wish";

/// A wish: the words of the resident, the text on the public board, and what the unit reports when it is done.
struct Wish {
    note: &'static str,
    public_text: &'static str,
    done: &'static str,
}

const fn wish(note: &'static str, public_text: &'static str, done: &'static str) -> Wish {
    Wish {
        note,
        public_text,
        done,
    }
}

const WISHES: [Wish; 12] = [
    wish(
        "厨房的灯管坏了，自己够不着，想请人帮忙换一下",
        "为一位老人更换厨房灯管",
        "灯管已更换，并检查了室内线路",
    ),
    wish(
        "腿脚不方便，想有人陪着去医院复查一次",
        "陪同一位行动不便的居民到医院复查一次",
        "志愿者已陪同就诊并送回家中",
    ),
    wish(
        "家里的旧轮椅刹车失灵，不知道哪里能修",
        "为一位居民修理轮椅刹车",
        "轮椅刹车已修好，轮胎已充气",
    ),
    wish(
        "孩子暑期没有地方看书，想借一些适合小学生的书",
        "为一名小学生募集二十本课外书",
        "已送去课外书二十本，并办理社区书屋借阅证",
    ),
    wish(
        "不会用手机挂号，想请人教一教",
        "教一位老人用手机预约挂号",
        "已上门教会手机预约挂号",
    ),
    wish(
        "卫生间想装一个扶手，怕滑倒",
        "为一户老人家庭的卫生间安装扶手",
        "扶手已安装，承重已测试",
    ),
    wish(
        "窗户合页松了，关不严，冬天漏风",
        "为一户居民修理漏风的窗户",
        "合页已更换，窗缝已加装密封条",
    ),
    wish(
        "理发店太远，老人出不了门，想请人上门理发",
        "为一位不便出门的老人上门理发",
        "已上门理发，约定每两个月一次",
    ),
    wish(
        "想要一台二手收音机听戏，旧的坏了",
        "为一位老人找一台能听戏曲的收音机",
        "已送去收音机并调好电台",
    ),
    wish(
        "旧沙发搬不下楼，想请人帮忙搬到回收点",
        "帮一户居民把旧沙发搬到回收点",
        "旧沙发已搬至回收点",
    ),
    wish(
        "想学包粽子，端午和邻居一起过节",
        "为几户居民组织一次邻里厨艺活动",
        "活动已举办，十余户居民参加",
    ),
    wish(
        "药快吃完了，社区医院不好走，想请人帮忙取药",
        "为一位居民到社区医院取药一次",
        "药品已取回并当面核对",
    ),
];

/// Why a unit gives a wish back.
const GIVEN_BACK: &str = "近期人手不足，建议由其他单位办理";

/// The unit doors, at which wishes are asked, among the scenes of the categories.
const HOMES: usize = 1;

/// The wishes of the [`DAYS`] before `as_of` with everything that became of them until then, in any order.
pub fn history(scenes: &Scenes, as_of: Timestamp) -> Vec<Event> {
    let today = as_of.to_zoned(zone()).date();
    let dates = (0..DAYS).filter_map(|back| today.checked_sub(back.days()).ok());
    let mut events: Vec<Event> = dates.flat_map(|date| day(scenes, date)).collect();
    events.retain(|e| e.at <= as_of);
    events
}

/// The wishes of one day with everything that becomes of them, in any order.
fn day(scenes: &Scenes, date: Date) -> Vec<Event> {
    let ordinal = i64::from(date.year()) * 1000 + i64::from(date.day_of_year());
    let mut rng = Prng::of("wishes", ordinal.unsigned_abs());
    let Ok(midnight) = date.to_zoned(zone()) else {
        return Vec::new();
    };
    let mut events = Vec::new();
    for n in 1..=rng.whole(0, 2) {
        let at = midnight.timestamp() + SignedDuration::from_secs(rng.whole(8 * 3600, 20 * 3600));
        let id = format!("wish-{}-{n}", date.strftime("%Y%m%d"));
        // Days one after the other have different wishes.
        let which = ordinal.unsigned_abs() as usize * 2 + n as usize;
        events.extend(course(scenes, &mut rng, (&id, which), at));
    }
    events
}

/// A new wish, the one with this number; `None` if the district has no homes.
pub fn asked(
    scenes: &Scenes,
    rng: &mut Prng,
    (id, which): (&str, usize),
    at: Timestamp,
) -> Option<Event> {
    let scene = scenes.draw(HOMES, rng)?;
    Some(Event {
        at,
        case: id.to_owned(),
        who: Who::reporter(scenes, "resident", &scene.grid),
        what: What::Report(Sighting {
            category: CATEGORY,
            at: scene.at,
            building: scene.building.clone(),
            place: scene.place.clone(),
            source: "resident",
            note: WISHES[which % WISHES.len()].note,
            hotline_number: None,
        }),
    })
}

/// The next step of a wish, by its status and the words of the resident; `None` if nobody acts.
pub fn step(
    scenes: &Scenes,
    rng: &mut Prng,
    (status, note, grid): (&str, &str, &str),
    unit: Option<&str>,
) -> Option<(Who, Value)> {
    let wish = WISHES.iter().find(|w| w.note == note)?;
    let officer = Who::officer();
    Some(match status {
        "reported" => (
            officer,
            json!({"action": "file", "public_text": wish.public_text}),
        ),
        "filed" => (Who::unit(scenes.any_unit(rng)?), json!({"action": "claim"})),
        "returned" => {
            let unit = scenes.any_unit(rng)?;
            (officer, json!({"action": "dispatch", "unit": unit}))
        }
        "dispatched" => (Who::unit(unit?), json!({"action": "start"})),
        "handling" => (
            Who::unit(unit?),
            json!({"action": "handle", "note": wish.done}),
        ),
        "handled" => (
            Who::grid_worker(scenes, grid),
            json!({"action": "verify", "result": "pass", "reason": rng.pick(VERIFY_REASONS)}),
        ),
        "verified" => (officer, json!({"action": "close"})),
        _ => return None,
    })
}

/// A wish from its report to its rating.
fn course(
    scenes: &Scenes,
    rng: &mut Prng,
    (id, which): (&str, usize),
    at: Timestamp,
) -> Vec<Event> {
    let Some(first) = asked(scenes, rng, (id, which), at) else {
        return Vec::new();
    };
    let What::Report(seen) = &first.what else {
        return Vec::new();
    };
    let (note, source) = (seen.note, seen.source);
    let grid = scenes.grid_at(&seen.place).unwrap_or_default().to_owned();
    let mut events = vec![first];
    // Some wishes wait long for a unit, and a unit gives one in ten back.
    let wait = if rng.chance(0.25) {
        rng.range(90.0, 220.0)
    } else {
        rng.range(3.0, 50.0)
    };
    let mut unit: Option<String> = None;
    let mut statuses = vec![("reported", rng.range(1.0, 6.0)), ("filed", wait)];
    if rng.chance(0.1) {
        statuses.extend([("given back", 5.0), ("returned", 4.0)]);
    }
    statuses.extend([
        ("dispatched", rng.range(2.0, 20.0)),
        ("handling", rng.range(4.0, 50.0)),
        ("handled", rng.range(2.0, 20.0)),
        ("verified", rng.range(1.0, 4.0)),
    ]);
    for (status, hours) in statuses {
        let taken = match status {
            "given back" => unit.as_deref().map(|unit| {
                let back = json!({"action": "return", "reason": GIVEN_BACK});
                (Who::unit(unit), back)
            }),
            _ => step(scenes, rng, (status, note, &grid), unit.as_deref()),
        };
        let Some((who, what)) = taken else {
            return events;
        };
        match what["action"].as_str() {
            Some("claim") => unit.clone_from(&who.unit),
            Some("dispatch") => unit = what["unit"].as_str().map(str::to_owned),
            _ => {}
        }
        push(&mut events, id, hours, who, what);
    }
    if rng.chance(0.8) {
        let rating = rng.pick([5, 5, 5, 5, 4, 4, 3]);
        let rate = json!({"action": "rate", "rating": rating});
        let resident = Who::reporter(scenes, source, &grid);
        push(&mut events, id, rng.range(0.5, 30.0), resident, rate);
    }
    events
}

/// Adds a step, some hours after the last one and not at night.
fn push(events: &mut Vec<Event>, case: &str, hours: f64, who: Who, what: Value) {
    let Some(last) = events.last().map(|e| e.at) else {
        return;
    };
    events.push(Event {
        at: daytime(last + SignedDuration::from_secs((hours * 3600.0) as i64)),
        case: case.to_owned(),
        who,
        what: What::Act(what),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_board_repeats_no_words_of_a_resident_and_fits() {
        for wish in &WISHES {
            assert!(!wish.note.contains(wish.public_text));
            assert!(!wish.public_text.contains(wish.note));
            assert!(
                wish.public_text.chars().count() <= 40,
                "{}",
                wish.public_text
            );
        }
    }
}
