//! Explains why a route does not use each other gate of a compound: it is closed at that hour, slower, or does not
//! admit the vehicle.

// This lint suggests functions that Rust 1.63, the compiler of the program for phones, does not have.
#![allow(clippy::unnecessary_map_or)]

use jiff::tz::Offset;

use super::asked::{Asked, Passed, moment};
use crate::model::{Localized, both};
use crate::network::core::{
    Attributes as _, Bar, DirectedEdge, EdgeKind, Entry, HOURS_ALWAYS, HOURS_UNKNOWN, Memory, Mode,
    Query, Route, Verdict, usage,
};
use crate::network::nearby::coord;

/// The maximum number of gates of a compound that are explained.
const MOST_GATES: usize = 16;

/// A gate that the route does not use.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherGate {
    /// The id of the entrance.
    pub id: String,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The reason why the route does not use it, as text.
    pub why: Localized,
    /// The reason as a code, such as `slower`, `closed_until`, `closed`, `not_admitted` or `unreachable`.
    pub code: &'static str,
    /// The extra time of the best route through it, in seconds; `None` if no route leads through it.
    pub extra_s: Option<f64>,
    edge: u32,
    verdict: Verdict,
}

impl OtherGate {
    /// Returns whether a route leads through it.
    pub(super) fn is_passable(&self) -> bool {
        matches!(self.verdict, Verdict::Passable { .. })
    }

    pub(super) fn is_limited(&self) -> bool {
        self.verdict == Verdict::Limited
    }

    pub(super) fn edge(&self) -> u32 {
        self.edge
    }
}

/// Returns the gate through which a route enters the compound of the destination. If the destination has no compound,
/// returns the last gate on the route.
pub(super) fn passed(asked: &Asked<'_>, route: &Route) -> Option<Passed> {
    let topology = &asked.ways.topology;
    let compound = compound(asked);
    let gates = topology.gates();
    let is_of_target = |edge: u32| {
        let found = gates.binary_search_by_key(&edge, |gate| gate.edge);
        let own = found.ok().and_then(|at| gates.get(at)?.compound);
        compound.is_none() || own == compound
    };
    let last = route.steps.iter().rev().find(|step| {
        let edge = step.edge.edge();
        let data = topology.edge(edge);
        data.kind == EdgeKind::Gate
            && is_of_target(edge)
            && feature_name(asked, data.feature).map_or(false, |name| is_gate(asked, name))
    })?;
    let name = feature_name(asked, topology.edge(last.edge.edge()).feature)?;
    let id = name.strip_prefix("entrances/")?.to_owned();
    Some(Passed {
        name: asked.name(name),
        at: coord(topology.point(topology.tail(last.edge))),
        id,
    })
}

/// Returns whether an entrance is a gate. A door in the wall of its compound is an edge of the same kind but not a
/// gate.
fn is_gate(asked: &Asked<'_>, name: &str) -> bool {
    let public = asked.ground.public(name);
    public.map_or(false, |public| public.is("kind", "gate"))
}

fn feature_name<'a>(asked: &'a Asked<'_>, feature: u32) -> Option<&'a str> {
    let features = asked.ways.topology.features();
    features.get(feature as usize).map(String::as_str)
}

/// Returns the index of the compound of the destination in the feature table of the topology.
fn compound(asked: &Asked<'_>) -> Option<u32> {
    let id = asked.to.compound.as_deref()?;
    asked.ways.feature(&format!("compounds/{id}"))
}

/// Returns the gates of the compound of the destination: the name of each entrance, and its edges.
fn of_compound(asked: &Asked<'_>) -> Vec<(String, Vec<u32>)> {
    let compound = match compound(asked) {
        Some(compound) => compound,
        None => return Vec::new(),
    };
    let mut found: Vec<(String, Vec<u32>)> = Vec::new();
    for gate in asked.ways.topology.gates() {
        if gate.compound != Some(compound) {
            continue;
        }
        let name = feature_name(asked, gate.feature);
        let id = match name.and_then(|n| n.strip_prefix("entrances/")) {
            Some(id) => id,
            None => continue,
        };
        match found.iter_mut().find(|(known, _)| known == id) {
            Some((_, edges)) => edges.push(gate.edge),
            None => found.push((id.to_owned(), vec![gate.edge])),
        }
    }
    found.retain(|(id, _)| is_gate(asked, &format!("entrances/{id}")));
    found.truncate(MOST_GATES);
    found
}

/// Returns the gates of the compound that a route does not use, the best first.
pub(super) fn others(
    asked: &Asked<'_>,
    memory: &mut Memory,
    query: &Query<'_>,
    route: &Route,
    used: Option<&Passed>,
) -> Vec<OtherGate> {
    if used.is_none() && !crosses_wall(asked, route) {
        // A route that begins inside the compound passes no gate.
        return Vec::new();
    }
    let gates = of_compound(asked).into_iter();
    let gates = gates.filter(|(id, _)| used.map_or(true, |used| used.id != *id));
    let mut others = judged(asked, memory, query, Some(route.arrive), gates.collect());
    others.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    others
}

/// Returns all gates of the compound, for the explanation why no route leads in.
pub(super) fn all(asked: &Asked<'_>, memory: &mut Memory, query: &Query<'_>) -> Vec<OtherGate> {
    judged(asked, memory, query, None, of_compound(asked))
}

fn crosses_wall(asked: &Asked<'_>, route: &Route) -> bool {
    route.steps.iter().any(|step| {
        matches!(
            asked.ways.topology.edge(step.edge.edge()).kind,
            EdgeKind::AssumedCrossing
        )
    })
}

fn rank(gate: &OtherGate) -> f64 {
    gate.extra_s.unwrap_or(f64::INFINITY)
}

/// Explains gates, each given by its id and its edges.
fn judged(
    asked: &Asked<'_>,
    memory: &mut Memory,
    query: &Query<'_>,
    best: Option<i64>,
    gates: Vec<(String, Vec<u32>)>,
) -> Vec<OtherGate> {
    let edges: Vec<u32> = gates.iter().flat_map(|(_, edges)| edges).copied().collect();
    let verdicts = asked.view().through_each(memory, query, &edges);
    let mut all = verdicts.into_iter().zip(edges);
    let judged = gates.into_iter().map(|(id, edges)| {
        let verdicts = all.by_ref().take(edges.len()).collect();
        judge(asked, best, id, verdicts)
    });
    judged.collect()
}

/// Explains a gate by the verdict on each of its edges.
fn judge(
    asked: &Asked<'_>,
    best: Option<i64>,
    id: String,
    verdicts: Vec<(Verdict, u32)>,
) -> OtherGate {
    let mut verdicts = verdicts.into_iter();
    let first = verdicts.next().unwrap_or((Verdict::Unreachable, 0));
    let (verdict, edge) = verdicts.fold(first, |best, next| {
        if merit(&next.0) < merit(&best.0) {
            next
        } else {
            best
        }
    });
    let name = asked.name(&format!("entrances/{id}"));
    let feature = asked.ways.topology.edge(edge).feature;
    let (why, code) = if asked.ground.table.is_avoided(feature) {
        (both!("按您的要求避开", "avoided as you asked"), "avoided")
    } else {
        why(asked, (&id, edge), verdict, best)
    };
    OtherGate {
        name,
        why,
        code,
        extra_s: match (verdict, best) {
            (Verdict::Passable { arrive, .. }, Some(best)) => Some((arrive - best) as f64 / 10.0),
            _ => None,
        },
        id,
        edge,
        verdict,
    }
}

/// Returns the rank of a verdict, to choose between the verdicts on several edges of one gate; the lowest rank is the
/// best. `Limited` comes first: if the search through one edge was stopped, the best verdict is unknown.
fn merit(verdict: &Verdict) -> (u8, i64) {
    match verdict {
        Verdict::Limited => (0, 0),
        Verdict::Passable { arrive, .. } => (1, *arrive),
        Verdict::ClosedUntil(at) => (2, *at),
        Verdict::Barred(_) => (3, 0),
        Verdict::Unreachable => (4, 0),
    }
}

fn why(
    asked: &Asked<'_>,
    (id, edge): (&str, u32),
    verdict: Verdict,
    best: Option<i64>,
) -> (Localized, &'static str) {
    match verdict {
        Verdict::Passable {
            arrive,
            mode,
            is_unknown,
        } => {
            let extra_ds = best.map(|best| arrive - best);
            let stays_outside = mode == Mode::Walk && !admits_vehicle(asked, edge, arrive);
            let why = passable(asked, id, extra_ds, (mode, stays_outside), is_unknown);
            (why, "slower")
        }
        Verdict::ClosedUntil(at) => {
            let (zh, en) = clock(asked, at, asked.ask.at.as_millisecond() / 100);
            (both!("{zh}前不开放", "closed until {en}"), "closed_until")
        }
        Verdict::Barred(bar) => (barred(bar), code(bar)),
        Verdict::Unreachable | Verdict::Limited => (
            both!(
                "此时没有经过该门的路线",
                "no way leads through it at this time"
            ),
            "unreachable",
        ),
    }
}

fn passable(
    asked: &Asked<'_>,
    id: &str,
    extra_ds: Option<i64>,
    (mode, stays_outside): (Mode, bool),
    is_unknown: bool,
) -> Localized {
    let mut parts: Vec<Localized> = Vec::new();
    if let Some(extra) = extra_ds {
        parts.push(longer(extra));
    }
    let has_vehicle = asked.ask.profile.first_mode().has_vehicle();
    match mode {
        Mode::Walk if has_vehicle && stays_outside => {
            parts.push(both!("车辆须停在门外", "the vehicle stays outside"));
        }
        Mode::Push => parts.push(both!("须下车推行", "you push the vehicle")),
        _ => {}
    }
    let public = asked.ground.public(&format!("entrances/{id}"));
    let shown = public.and_then(|p| p.text("credential"));
    parts.extend(shown.and_then(|shown| credential(&shown)));
    if is_unknown {
        parts.push(both!("开放时间未知", "its hours are not known"));
    }
    join(&parts)
}

/// Returns whether the vehicle may be ridden or pushed through a gate at a time, in tenths of a second since the
/// epoch.
fn admits_vehicle(asked: &Asked<'_>, edge: u32, at: i64) -> bool {
    let data = asked.ways.topology.edge(edge);
    let table = &asked.ground.table;
    let (attr, blocked) = (table.attr(data.feature), table.blocked(edge));
    [Mode::Ride, Mode::Push].into_iter().any(|mode| {
        let profile = &asked.ask.profile;
        let inwards = DirectedEdge::forward(edge);
        let used = usage(profile, data, inwards, attr, blocked, mode);
        used.map_or(false, |used| match used.hours {
            HOURS_ALWAYS | HOURS_UNKNOWN => true,
            hours => table.hours(hours).entry(at) == Entry::At(at),
        })
    })
}

fn longer(extra_ds: i64) -> Localized {
    let seconds = extra_ds.max(0) / 10;
    if seconds < 60 {
        return both!("多{seconds}秒", "{seconds} s longer");
    }
    let minutes = (seconds + 30) / 60;
    both!("多{minutes}分钟", "{minutes} min longer")
}

/// Returns the text for the credential that a gate requires; `None` if it requires none.
pub(super) fn credential(value: &str) -> Option<Localized> {
    Some(match value {
        "none" => return None,
        "register" => both!("须登记", "visitors are registered"),
        "property_code" => both!(
            "须出示物业通行码",
            "show the pass code of the property company"
        ),
        "district_code" => both!("须出示街道通行码", "show the pass code of the subdistrict"),
        "platform_code" => both!(
            "须出示平台通行码",
            "show the pass code of the delivery platform"
        ),
        _ => both!("须出示凭证", "show a pass"),
    })
}

fn barred(bar: Bar) -> Localized {
    match bar {
        Bar::Closed => both!("已关闭", "closed"),
        Bar::Blocked => both!("因事件阻断", "blocked by a case nearby"),
        Bar::Locked => both!("上锁", "locked"),
        Bar::NotAdmitted => both!("不准通行", "passing is not allowed"),
        Bar::Oneway => both!("只准反方向通行", "one-way in the other direction"),
        Bar::TooNarrow => both!("过窄", "too narrow"),
        Bar::Unusable => both!("无法通行", "cannot be used this way"),
        Bar::NoAccess => both!("不对外开放", "not open to the public"),
        Bar::Assumed => both!("此处没有登记的门", "no gate is mapped there"),
    }
}

const fn code(bar: Bar) -> &'static str {
    match bar {
        Bar::Closed => "closed",
        Bar::Blocked => "blocked",
        Bar::Locked => "locked",
        Bar::NotAdmitted | Bar::NoAccess => "not_admitted",
        Bar::Oneway => "oneway",
        Bar::TooNarrow | Bar::Unusable | Bar::Assumed => "unusable",
    }
}

/// Returns the reason why no route leads into the compound, derived from its gates; `None` if the gates give no
/// reason.
pub(super) fn reason(gates: &[OtherGate]) -> Option<Localized> {
    if gates.is_empty() || gates.iter().any(OtherGate::is_passable) {
        return None;
    }
    let opens = gates.iter().filter_map(|gate| match gate.verdict {
        Verdict::ClosedUntil(at) => Some((at, gate)),
        _ => None,
    });
    if let Some((_, first)) = opens.min_by_key(|(at, _)| *at) {
        let gate = first.name.as_deref().unwrap_or(&first.id);
        let Localized { zh, en } = &first.why;
        return Some(both!(
            "小区各门此时均不能进入，最早开放的是{gate}（{zh}）",
            "No gate of the compound can be passed at this time; the first to open is {gate} ({en})"
        ));
    }
    Some(both!(
        "小区各门均不能进入",
        "No gate of the compound can be passed"
    ))
}

/// Formats a time of day in Chinese and English, with the date if it is not the day of `from_tenths`.
pub(super) fn clock(asked: &Asked<'_>, tenths: i64, from_tenths: i64) -> (String, String) {
    let offset: Offset = asked.ground.offset();
    let (at, from) = (
        offset.to_datetime(moment(tenths)),
        offset.to_datetime(moment(from_tenths)),
    );
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    if at.date() == from.date() {
        return (time.clone(), time);
    }
    if from
        .date()
        .tomorrow()
        .map_or(false, |next| next == at.date())
    {
        return (format!("次日{time}"), format!("{time} the next day"));
    }
    (
        format!("{}月{}日{time}", at.month(), at.day()),
        format!("{} {time}", at.date()),
    )
}

/// Concatenates texts.
pub(super) fn join(parts: &[Localized]) -> Localized {
    let zh: Vec<&str> = parts.iter().map(|p| p.zh.as_str()).collect();
    let en: Vec<&str> = parts.iter().map(|p| p.en.as_str()).collect();
    Localized::new(zh.join("，"), en.join(", "))
}
