//! The words on boards and plates.

use super::content::{Admission, Credential, Exception, Gate, Passing, PlaceKind};
use super::hours;
use crate::model::{Language, Localized, both};

/// The words in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub Language);

impl Words {
    pub fn of(self, text: Localized) -> String {
        text.into_language(self.0)
    }

    fn pick(self, zh: &str, en: &str) -> String {
        match self.0 {
            Language::Chinese => zh.to_owned(),
            Language::English => en.to_owned(),
        }
    }

    pub fn subtitle(self) -> String {
        self.pick("骑手友好楼栋图", "Building map for riders")
    }

    pub fn here(self) -> String {
        self.pick("您在此处", "You are here")
    }

    pub fn gates(self) -> String {
        self.pick("各门怎样进", "How to get in")
    }

    pub fn no_gates(self) -> String {
        self.pick("未登记大门", "No gate is on the map")
    }

    pub fn more_gates(self, n: usize) -> String {
        self.of(both!(
            "另有 {n} 个门，见图或扫码",
            "{n} more gates: see the map or scan"
        ))
    }

    pub fn legend(self) -> String {
        self.pick("图例", "Legend")
    }

    pub fn emergency(self) -> String {
        self.pick("急救 120", "Ambulance 120")
    }

    pub fn scan(self) -> String {
        self.pick("扫码找楼栋", "Scan to find a building")
    }

    pub fn scan_more(self) -> String {
        self.pick(
            "输入楼号，看此刻哪个门能进、车停哪里、怎么走。",
            "Enter its number: which gate is open now, where to park, and the way.",
        )
    }

    pub fn north(self) -> String {
        self.pick("北", "N")
    }

    pub fn footer(self, day: Option<jiff::civil::Date>) -> String {
        let day = match (day, self.0) {
            (None, Language::Chinese) => "数据日期不详".to_owned(),
            (None, Language::English) => "Date of the data unknown".to_owned(),
            (Some(d), Language::Chinese) => {
                format!("数据更新于 {} 年 {} 月 {} 日", d.year(), d.month(), d.day())
            }
            (Some(d), Language::English) => format!("Data of {}", d.strftime("%-d %B %Y")),
        };
        let after = self.pick(
            "通行以现场标志和门岗要求为准",
            "Signs and guards on the spot take precedence",
        );
        format!("{day} · {after}")
    }

    /// The name of a gate without that of its compound.
    pub fn gate_name(self, gate: &Gate, compound: &str) -> String {
        match gate.name.as_deref().map(|n| short(n, compound)) {
            Some(name) => name.to_owned(),
            None if gate.is_garage => self.pick("车库入口", "Garage"),
            None => self.pick("大门", "Gate"),
        }
    }

    /// How a rider comes through, in a few characters.
    pub fn passing(self, gate: &Gate) -> String {
        match gate.passing() {
            Passing::Ride => self.pick("可骑行", "Ride in"),
            Passing::Push => self.pick("须推行", "Push the bike"),
            Passing::Foot => self.pick("仅步行", "On foot only"),
            Passing::Shut => self.pick("不通行", "Closed"),
            Passing::Unknown if gate.ebike == Some(Admission::No) => {
                self.pick("禁电动车", "No e-bikes")
            }
            Passing::Unknown => self.pick("通行不详", "Unknown"),
        }
    }

    /// The hours in which a rider comes through.
    pub fn rider_hours(self, gate: &Gate) -> Option<String> {
        let own = match gate.passing() {
            Passing::Shut => return None,
            Passing::Ride | Passing::Push => gate.ebike_hours.as_ref(),
            Passing::Foot | Passing::Unknown => None,
        };
        Some(self.hours(own.or(gate.hours.as_ref())))
    }

    pub fn hours(self, text: Option<&String>) -> String {
        match text {
            Some(text) => hours::in_words(text, self.0),
            None => self.pick("时间不详", "hours unknown"),
        }
    }

    /// What the panel says of a gate, line by line.
    pub fn about(self, gate: &Gate) -> Vec<String> {
        let mut lines = Vec::new();
        if gate.passing() == Passing::Shut {
            let guidance = gate.guidance.clone();
            let closed = || self.pick("不开放，请走其他门", "Closed. Take another gate");
            lines.push(guidance.unwrap_or_else(closed));
            return lines;
        }
        let is_unknown = gate.ebike.is_none() && gate.foot.is_none() && gate.hours.is_none();
        if is_unknown && gate.credential.is_none() && gate.guidance.is_none() {
            lines.push(self.pick(
                "能否通行、开放时间、凭证均不详",
                "Unknown: who may pass, hours, what to show",
            ));
            return lines;
        }
        let ebike = match gate.ebike {
            Some(Admission::Ride) => self.pick("可骑行", "ride in"),
            Some(Admission::Push) => self.pick("须下车推行", "dismount and push"),
            Some(Admission::No) => self.pick("不能进", "not allowed"),
            None => self.pick("能否进入不详", "unknown"),
        };
        let foot = match gate.foot {
            Some(true) => self.pick("可进", "allowed"),
            Some(false) => self.pick("不能进", "not allowed"),
            None => self.pick("能否进入不详", "unknown"),
        };
        let rides = matches!(gate.ebike, Some(Admission::Ride | Admission::Push));
        let same = rides && gate.foot == Some(true) && gate.ebike_hours.is_none();
        let hours = self.hours(gate.hours.as_ref());
        if same {
            lines.push(self.of(both!(
                "电动车{ebike}，步行{foot}",
                "E-bikes: {ebike}; on foot: {foot}"
            )));
            lines.push(self.of(both!("开放：{hours}", "Open: {hours}")));
        } else {
            let ebike_hours = match rides {
                true => format!(
                    " {}",
                    self.hours(gate.ebike_hours.as_ref().or(gate.hours.as_ref()))
                ),
                false => String::new(),
            };
            lines.push(self.of(both!(
                "电动车{ebike}{ebike_hours}",
                "E-bikes: {ebike}{ebike_hours}"
            )));
            let foot_hours = match gate.foot {
                Some(false) => String::new(),
                _ => format!(" {hours}"),
            };
            lines.push(self.of(both!(
                "步行{foot}{foot_hours}",
                "On foot: {foot}{foot_hours}"
            )));
        }
        let shown = match gate.credential {
            Some(Credential::None) => self.pick("无需凭证", "Nothing to show"),
            Some(Credential::Register) => self.pick("需在门岗登记", "Register at the gate"),
            Some(Credential::PropertyCode) => {
                self.pick("需物业通行码", "The property company's pass code is needed")
            }
            Some(Credential::DistrictCode) => {
                self.pick("需街道通行码", "The subdistrict's pass code is needed")
            }
            Some(Credential::PlatformCode) => {
                self.pick("需平台骑手码", "The platform's rider code is needed")
            }
            None => self.pick("是否需凭证不详", "Unknown what must be shown"),
        };
        lines.push(match &gate.guidance {
            Some(guidance) => self.of(both!("{shown}；{guidance}", "{shown}; {guidance}")),
            None => shown,
        });
        lines.extend(gate.exceptions.iter().filter_map(|e| self.exception(e)));
        lines
    }

    fn exception(self, exception: &Exception) -> Option<String> {
        let title = self.of(crate::access::orders::title(&exception.kind));
        let change = match (exception.ebike, exception.foot) {
            (Some(Admission::Ride), _) => self.pick("电动车可骑行", "e-bikes ride in"),
            (Some(Admission::Push), _) => self.pick("电动车须推行", "e-bikes are pushed"),
            (_, Some(false)) => self.pick("不通行", "closed"),
            (Some(Admission::No), _) => self.pick("电动车不能进", "no e-bikes"),
            (None, Some(true)) => self.pick("步行可进", "open on foot"),
            (None, None) => return None,
        };
        Some(self.of(both!("{title}时：{change}", "In case of {title}: {change}")))
    }

    /// The day of the last check.
    pub fn checked(self, gate: &Gate) -> Option<String> {
        let day = gate.checked_on.as_ref()?;
        Some(self.of(both!("{day} 核实", "Checked {day}")))
    }

    pub fn place(self, kind: PlaceKind) -> String {
        match kind {
            PlaceKind::FirstAid => self.pick("身边急救站", "First aid"),
            PlaceKind::Parking => self.pick("电动车停车点", "E-bike parking"),
            PlaceKind::Handover => self.pick("外卖交接点", "Hand-over point"),
            PlaceKind::BatterySwap => self.pick("换电柜", "Battery swap"),
            PlaceKind::RestStop => self.pick("骑手驿站", "Riders' rest stop"),
            PlaceKind::Toilet => self.pick("公共厕所", "Toilet"),
        }
    }

    pub fn ride_way(self) -> String {
        self.pick("电动车可骑行", "E-bikes ride")
    }

    pub fn along(self) -> String {
        self.pick("从大门往里走", "From the gate inwards")
    }

    pub fn oneway(self) -> String {
        self.pick("单行", "One way")
    }

    pub fn push_way(self) -> String {
        self.pick("电动车推行", "E-bikes are pushed")
    }

    pub fn foot_way(self) -> String {
        self.pick("步行道", "On foot")
    }

    pub fn steps(self) -> String {
        self.pick("台阶", "Steps")
    }

    pub fn wall(self) -> String {
        self.pick("围墙、围栏", "Wall or fence")
    }

    pub fn unit_door(self) -> String {
        self.pick("单元门、单元号", "Unit's door, number")
    }

    pub fn lift(self) -> String {
        self.pick("有电梯", "Lift")
    }

    pub fn way_in(self) -> String {
        self.pick("由此进入", "Way in")
    }

    pub fn unit(self, unit: &str) -> String {
        if unit.chars().all(|c| c.is_ascii_alphanumeric()) {
            self.of(both!("{unit} 单元", "Unit {unit}"))
        } else {
            unit.to_owned()
        }
    }

    pub fn number(self, number: &str) -> String {
        if number
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            self.of(both!("{number} 号楼", "No. {number}"))
        } else {
            number.to_owned()
        }
    }

    pub fn rooms(self, rooms: &str) -> String {
        self.of(both!("房号 {rooms}", "Rooms {rooms}"))
    }

    pub fn plate_scan(self) -> String {
        self.pick(
            "扫码看哪个门能进、怎么走",
            "Scan: which gate is open, and the way",
        )
    }

    pub fn plates(self, compound: &str, sheet: usize, sheets: usize) -> String {
        self.of(both!(
            "{compound} 门牌 {sheet}/{sheets}",
            "{compound}: plates {sheet}/{sheets}"
        ))
    }
}

/// A name without the name of the compound at its beginning.
pub(super) fn short<'a>(name: &'a str, compound: &str) -> &'a str {
    let rest = name.strip_prefix(compound).unwrap_or(name).trim();
    if rest.is_empty() { name } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_of_a_gate_is_written_as_unknown() {
        let gate = Gate::default();
        let zh = Words(Language::Chinese);
        assert_eq!(zh.passing(&gate), "通行不详");
        assert_eq!(zh.about(&gate), ["能否通行、开放时间、凭证均不详"]);
        assert_eq!(zh.rider_hours(&gate).as_deref(), Some("时间不详"));
        let gate = Gate {
            guidance: Some("按铃".into()),
            ..gate
        };
        assert_eq!(
            zh.about(&gate),
            [
                "电动车能否进入不详",
                "步行能否进入不详 时间不详",
                "是否需凭证不详；按铃"
            ]
        );
        let gate = Gate {
            ebike: Some(Admission::Ride),
            foot: Some(true),
            ..Gate::default()
        };
        assert_eq!(zh.about(&gate)[1], "开放：时间不详");
        let en = Words(Language::English).about(&gate);
        assert_eq!(en[1], "Open: hours unknown");
    }

    #[test]
    fn the_hours_of_e_bikes_are_told_apart_and_a_closed_gate_has_none() {
        let zh = Words(Language::Chinese);
        let gate = Gate {
            ebike: Some(Admission::Ride),
            foot: Some(true),
            hours: Some("Mo-Su 06:30-22:30".into()),
            ebike_hours: Some("Mo-Su 06:30-11:00,20:00-22:30".into()),
            credential: Some(Credential::Register),
            guidance: Some("走左侧小门".into()),
            checked_on: Some("2026-06-13".into()),
            exceptions: vec![Exception {
                kind: "storm".into(),
                ebike: Some(Admission::Push),
                foot: None,
            }],
            ..Gate::default()
        };
        let said = zh.about(&gate);
        assert_eq!(
            said,
            [
                "电动车可骑行 每天 06:30–11:00、20:00–22:30",
                "步行可进 每天 06:30–22:30",
                "需在门岗登记；走左侧小门",
                "暴雨管制时：电动车须推行",
            ]
        );
        assert_eq!(zh.checked(&gate).as_deref(), Some("2026-06-13 核实"));
        let shut = Gate {
            is_shut: true,
            guidance: None,
            ..gate
        };
        assert_eq!(zh.rider_hours(&shut), None);
        assert_eq!(zh.about(&shut)[0], "不开放，请走其他门");
        assert_eq!(short("温泉花园东门", "温泉花园"), "东门");
        assert_eq!(short("温泉花园", "温泉花园"), "温泉花园");
    }
}
