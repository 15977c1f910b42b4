//! Asks the built program, on real extracts of OpenStreetMap, for a route to every entrance. Each route must
//! end at the entrance or say how far from the entrance it ends, must cross a building or a barrier only where
//! a step says so, and must ride only where riding is allowed. The geometry is compared with the features of
//! the map, not with the network that is built from them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Server, onemap, sqlite_in};

/// A position in metres on a plane.
type Pt = (f64, f64);

/// An entrance within this many metres of the end of a route counts as reached.
const AT_M: f64 = 0.5;
/// Walls may be crossed within this many metres of an entrance.
const GATE_M: f64 = 10.0;
/// A step that names the crossing of a wall lies within this many metres of it.
const SAID_M: f64 = 15.0;
/// A leg lies on a way if it is not farther from it than this, in metres.
const ON_M: f64 = 0.2;
/// The size of the cells of the index, in metres.
const CELL_M: f64 = 20.0;

#[tokio::test]
async fn every_entrance_of_beijing_bupt_gets_a_route() {
    check("beijing_bupt", (116.3549151, 39.9609899), 133).await;
}

#[tokio::test]
async fn every_entrance_of_helsinki_gets_a_route() {
    check("helsinki_center", (24.945143, 60.1708992), 423).await;
}

#[tokio::test]
async fn every_entrance_of_heidelberg_gets_a_route() {
    check("heidelberg", (8.7041167, 49.4146312), 1446).await;
}

/// A straight piece of a feature.
#[derive(Clone, Copy)]
struct Piece {
    a: Pt,
    b: Pt,
    /// The index of the feature.
    of: usize,
}

/// Pieces by the cells around them.
#[derive(Default)]
struct Index(HashMap<(i64, i64), Vec<Piece>>);

impl Index {
    fn add(&mut self, piece: Piece) {
        let cells: BTreeSet<(i64, i64)> = along(piece.a, piece.b)
            .flat_map(|(x, y)| {
                (-1..=1).flat_map(move |dx| (-1..=1).map(move |dy| (x + dx, y + dy)))
            })
            .collect();
        for cell in cells {
            self.0.entry(cell).or_default().push(piece);
        }
    }

    fn around(&self, p: Pt) -> &[Piece] {
        self.0.get(&cell(p)).map_or(&[], Vec::as_slice)
    }

    /// The pieces near a straight line, without repetitions.
    fn beside(&self, a: Pt, b: Pt) -> Vec<Piece> {
        let mut found: Vec<Piece> = Vec::new();
        let mut seen: HashSet<[u64; 5]> = HashSet::new();
        for key in along(a, b) {
            for piece in self.0.get(&key).into_iter().flatten() {
                let bits = [piece.a.0, piece.a.1, piece.b.0, piece.b.1].map(f64::to_bits);
                let id = [bits[0], bits[1], bits[2], bits[3], piece.of as u64];
                if seen.insert(id) {
                    found.push(*piece);
                }
            }
        }
        found
    }
}

fn cell(p: Pt) -> (i64, i64) {
    ((p.0 / CELL_M).floor() as i64, (p.1 / CELL_M).floor() as i64)
}

/// The cells along a straight line. Neighbouring cells may be missing.
fn along(a: Pt, b: Pt) -> impl Iterator<Item = (i64, i64)> {
    let count = (metres(a, b) / CELL_M).ceil() as u32 + 1;
    (0..=count).map(move |n| {
        let share = f64::from(n) / f64::from(count);
        cell((a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share))
    })
}

fn metres(a: Pt, b: Pt) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn from_line(p: Pt, a: Pt, b: Pt) -> f64 {
    let (x, y) = (b.0 - a.0, b.1 - a.1);
    let square = x * x + y * y;
    let share = if square > 0.0 {
        (((p.0 - a.0) * x + (p.1 - a.1) * y) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    metres(p, (a.0 + x * share, a.1 + y * share))
}

/// Where two lines cross, if they do more than touch.
fn crossing(a: Pt, b: Pt, c: Pt, d: Pt) -> Option<Pt> {
    const TOUCH_M: f64 = 0.03;
    let (r, s) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
    let turn = r.0 * s.1 - r.1 * s.0;
    if turn.abs() < 1e-9 {
        return None;
    }
    let share = |v: Pt| ((c.0 - a.0) * v.1 - (c.1 - a.1) * v.0) / turn;
    let (t, u) = (share(s), share(r));
    let is_inside =
        |share: f64, length: f64| (TOUCH_M..length - TOUCH_M).contains(&(share * length));
    (is_inside(t, r.0.hypot(r.1)) && is_inside(u, s.0.hypot(s.1)))
        .then_some((a.0 + r.0 * t, a.1 + r.1 * t))
}

/// The lines of a geometry.
fn lines(geometry: &Value) -> Vec<&Vec<Value>> {
    let list = geometry["coordinates"].as_array().unwrap();
    match geometry["type"].as_str().unwrap() {
        "LineString" => vec![list],
        "Polygon" | "MultiLineString" => list.iter().filter_map(Value::as_array).collect(),
        "MultiPolygon" => {
            let areas = list.iter().filter_map(Value::as_array).flatten();
            areas.filter_map(Value::as_array).collect()
        }
        _ => Vec::new(),
    }
}

fn is_inside(p: Pt, rings: &[Vec<Pt>]) -> bool {
    let crossed = rings.iter().flat_map(|ring| ring.windows(2)).filter(|w| {
        let (a, b) = (w[0], w[1]);
        (a.1 > p.1) != (b.1 > p.1) && p.0 < a.0 + (p.1 - a.1) / (b.1 - a.1) * (b.0 - a.0)
    });
    crossed.count() % 2 == 1
}

fn is_on_edge(p: Pt, rings: &[Vec<Pt>]) -> bool {
    let mut edges = rings.iter().flat_map(|ring| ring.windows(2));
    edges.any(|w| from_line(p, w[0], w[1]) <= ON_M)
}

struct Plane {
    x: f64,
    y: f64,
}

impl Plane {
    fn point(&self, position: &Value) -> Pt {
        let degrees = |axis: usize| position[axis].as_f64().unwrap();
        (degrees(0) * self.x, degrees(1) * self.y)
    }

    fn line(&self, positions: &[Value]) -> Vec<Pt> {
        positions.iter().map(|p| self.point(p)).collect()
    }
}

async fn items(server: &Server, collection: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let path = format!("/api/collections/{collection}/items?limit=10000");
    let mut next = Some(format!("{}{path}", server.base));
    while let Some(url) = next {
        let page: Value = server
            .client
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        all.extend(page["features"].as_array().unwrap().iter().cloned());
        let links = page["links"].as_array().unwrap();
        let link = links.iter().find(|link| link["rel"] == "next");
        next = link.map(|link| link["href"].as_str().unwrap().to_owned());
    }
    all
}

/// The features of the map that routes must respect.
struct Ground {
    plane: Plane,
    ways: Vec<Value>,
    way_pieces: Index,
    /// The squares, with their rings.
    areas: Vec<(usize, Vec<Vec<Pt>>)>,
    walls: Vec<(&'static str, String)>,
    wall_pieces: Index,
    entrances: Vec<Value>,
    entrance_pieces: Index,
}

impl Ground {
    async fn read(server: &Server) -> Self {
        let entrances = items(server, "entrances").await;
        let latitude = entrances[0]["geometry"]["coordinates"][1].as_f64().unwrap();
        let plane = Plane {
            x: 111_320.0 * latitude.to_radians().cos(),
            y: 110_574.0,
        };
        let mut ground = Self {
            ways: items(server, "routes").await,
            way_pieces: Index::default(),
            areas: Vec::new(),
            walls: Vec::new(),
            wall_pieces: Index::default(),
            entrances,
            entrance_pieces: Index::default(),
            plane,
        };
        for (of, way) in ground.ways.iter().enumerate() {
            let lines = lines(&way["geometry"]);
            let lines: Vec<Vec<Pt>> = lines.into_iter().map(|l| ground.plane.line(l)).collect();
            if way["geometry"]["type"]
                .as_str()
                .unwrap()
                .ends_with("Polygon")
            {
                ground.areas.push((of, lines));
                continue;
            }
            for ends in lines.iter().flat_map(|line| line.windows(2)) {
                let (a, b) = (ends[0], ends[1]);
                ground.way_pieces.add(Piece { a, b, of });
            }
        }
        for collection in ["barriers", "buildings"] {
            for wall in items(server, collection).await {
                let number = |name: &str| wall["properties"][name].as_f64().unwrap_or(0.0);
                // People walk under a building whose underside is this high.
                if number("layer") != 0.0 || number("min_height_m") >= 2.0 {
                    continue;
                }
                let of = ground.walls.len();
                let id = wall["id"].as_str().unwrap().to_owned();
                ground.walls.push((collection, id));
                for line in lines(&wall["geometry"]) {
                    for ends in ground.plane.line(line).windows(2) {
                        let (a, b) = (ends[0], ends[1]);
                        ground.wall_pieces.add(Piece { a, b, of });
                    }
                }
            }
        }
        for (of, entrance) in ground.entrances.iter().enumerate() {
            let a = ground.plane.point(&entrance["geometry"]["coordinates"]);
            ground.entrance_pieces.add(Piece { a, b: a, of });
        }
        ground
    }

    /// The mapped ways and squares on which a piece of a leg lies.
    fn under(&self, a: Pt, b: Pt) -> Vec<&Value> {
        let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let is_on = |way: &&Piece| {
            [a, b, middle]
                .iter()
                .all(|p| from_line(*p, way.a, way.b) <= ON_M)
        };
        let on = self.way_pieces.around(middle).iter().filter(is_on);
        let mut ways: Vec<&Value> = on.map(|way| &self.ways[way.of]).collect();
        let around = self
            .areas
            .iter()
            .filter(|(_, rings)| is_inside(middle, rings) || is_on_edge(middle, rings));
        ways.extend(around.map(|(of, _)| &self.ways[*of]));
        ways
    }

    /// The entrances that a plain search reaches on the raw data: those on the largest part of the ways for people on
    /// foot, joined where they share a position.
    fn plainly_reached(&self) -> BTreeSet<String> {
        let key = |position: &Value| {
            let grid = |axis: usize| (position[axis].as_f64().unwrap() * 1e7).round() as i64;
            (grid(0), grid(1))
        };
        let mut numbers: HashMap<(i64, i64), usize> = HashMap::new();
        let mut up: Vec<usize> = Vec::new();
        fn root(up: &mut [usize], mut of: usize) -> usize {
            while up[of] != of {
                up[of] = up[up[of]];
                of = up[of];
            }
            of
        }
        for way in &self.ways {
            let said = &way["properties"];
            let is_line = way["geometry"]["type"] == "LineString";
            if !is_line || said["foot"] == "no" || said["locked"] == true || said["access"] == "no"
            {
                continue;
            }
            let mut before = None;
            for position in way["geometry"]["coordinates"].as_array().unwrap() {
                let number = *numbers.entry(key(position)).or_insert_with(|| {
                    up.push(up.len());
                    up.len() - 1
                });
                if let Some(before) = before {
                    let (a, b) = (root(&mut up, before), root(&mut up, number));
                    up[a] = b;
                }
                before = Some(number);
            }
        }
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for number in 0..up.len() {
            *sizes.entry(root(&mut up, number)).or_default() += 1;
        }
        let largest = sizes
            .iter()
            .max_by_key(|(_, size)| **size)
            .map(|(root, _)| *root);
        let reached = self.entrances.iter().filter(|entrance| {
            let number = numbers.get(&key(&entrance["geometry"]["coordinates"]));
            number.is_some_and(|n| Some(root(&mut up, *n)) == largest)
        });
        reached
            .map(|e| e["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[derive(Debug, Default)]
#[expect(dead_code, reason = "the figures are printed")]
struct Figures {
    entrances: usize,
    /// Routes that end at the entrance.
    at_door: usize,
    /// Routes that end beside the entrance and say how far.
    with_gap: usize,
    /// Refusals, by reason.
    refused: BTreeMap<String, usize>,
    plain: usize,
    plain_kept: usize,
    /// Pieces of legs that cross a wall, by the reason why they may: on a covered way, said by a step, or at an
    /// entrance.
    covered: usize,
    said: usize,
    at_entrance: usize,
    /// Pieces of legs that are ridden.
    ridden: usize,
    slowest: Duration,
}

async fn check(name: &str, origin: (f64, f64), entrances: usize) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/osm");
    let file = data.join(format!("{name}.osm.pbf"));
    if !file.exists() {
        eprintln!("SKIPPED: {} is not there", file.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    // The import reports features that belong to no compound or building of the extract and then exits with an
    // error code, so the exit code is not checked.
    let (said, errors, _) = onemap(&["import", "--database", &database, file.to_str().unwrap()]);
    assert!(said.contains("commit 1"), "{said} {errors}");
    let server = Server::on(&database, &[]).await;
    let ground = Ground::read(&server).await;
    assert_eq!(ground.entrances.len(), entrances, "{name}");
    let noon = {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let now = jiff::Timestamp::now().to_zoned(zone);
        format!("{}T12:00:00+08:00", now.date().tomorrow().unwrap())
    };
    let plain = ground.plainly_reached();
    for profile in ["foot", "ebike"] {
        let figures = routes(&server, &ground, profile, &noon, origin, &plain).await;
        eprintln!("{name}, {profile}: {figures:?}");
        assert!(
            figures.plain_kept * 100 >= figures.plain * 95,
            "{name}, {profile}: {} of {} that a plain search reaches",
            figures.plain_kept,
            figures.plain
        );
        assert!(
            profile == "foot" || figures.ridden > 100,
            "{name}: nobody rides"
        );
    }
}

async fn routes(
    server: &Server,
    ground: &Ground,
    profile: &str,
    noon: &str,
    (lon, lat): (f64, f64),
    plain: &BTreeSet<String>,
) -> Figures {
    let mut figures = Figures {
        entrances: ground.entrances.len(),
        plain: plain.len(),
        ..Figures::default()
    };
    let mut checked: HashSet<(String, String)> = HashSet::new();
    for entrance in &ground.entrances {
        let id = entrance["id"].as_str().unwrap();
        let body = json!({
            "from": {"lon": lon, "lat": lat}, "to": {"entrance": id}, "profile": profile, "depart_at": noon,
        });
        let (status, route) = loop {
            let begun = Instant::now();
            let request = server.request(Method::POST, "/api/route").json(&body);
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let route: Value = answer.json().await.unwrap();
            // The network is built after the start.
            if status != StatusCode::SERVICE_UNAVAILABLE {
                figures.slowest = figures.slowest.max(begun.elapsed());
                break (status, route);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        if status != StatusCode::OK {
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{id}: {route}");
            let reason = route["reason"]["en"]
                .as_str()
                .unwrap_or_else(|| panic!("{id}: {route}"));
            assert!(
                route["reason"]["zh"]
                    .as_str()
                    .is_some_and(|zh| !zh.is_empty())
            );
            *figures.refused.entry(reason.to_owned()).or_default() += 1;
            continue;
        }
        figures.plain_kept += usize::from(plain.contains(id));
        ends(ground, entrance, &route, &mut figures);
        legs(ground, id, &route, &mut checked, &mut figures);
    }
    figures
}

/// Checks that a route ends at the entrance, or says how far from it.
fn ends(ground: &Ground, entrance: &Value, route: &Value, figures: &mut Figures) {
    let summary = &route["summary"];
    assert_eq!(summary["door"]["id"], entrance["id"], "{summary}");
    let legs = route["features"].as_array().unwrap();
    let line = legs.last().unwrap()["geometry"]["coordinates"]
        .as_array()
        .unwrap();
    let at = ground.plane.point(&entrance["geometry"]["coordinates"]);
    let off = metres(ground.plane.point(line.last().unwrap()), at);
    let gap = summary["gap_m"].as_f64().unwrap();
    if gap == 0.0 {
        assert!(off <= AT_M, "{off} m from {entrance}");
        figures.at_door += 1;
    } else {
        assert!(
            (off - gap).abs() <= 0.5 + gap / 100.0,
            "{off} m and not {gap} m from {entrance}"
        );
        figures.with_gap += 1;
    }
}

/// Checks each piece of each leg that was not checked before.
fn legs(
    ground: &Ground,
    id: &str,
    route: &Value,
    checked: &mut HashSet<(String, String)>,
    figures: &mut Figures,
) {
    let legs = route["features"].as_array().unwrap();
    let steps = legs
        .iter()
        .flat_map(|leg| leg["properties"]["steps"].as_array().unwrap());
    let crossed = steps.filter(|step| {
        step["text"]["zh"]
            .as_str()
            .unwrap()
            .contains("没有登记的门")
    });
    let said: Vec<Pt> = crossed
        .map(|step| ground.plane.point(&step["position"]))
        .collect();
    for leg in legs {
        let mode = leg["properties"]["mode"].as_str().unwrap();
        if !["ride", "push", "walk"].contains(&mode) {
            continue;
        }
        let positions = leg["geometry"]["coordinates"].as_array().unwrap();
        for pair in positions.windows(2) {
            let (a, b) = (ground.plane.point(&pair[0]), ground.plane.point(&pair[1]));
            let ways = ground.under(a, b);
            for piece in ground.wall_pieces.beside(a, b) {
                let Some(at) = crossing(a, b, piece.a, piece.b) else {
                    continue;
                };
                let leads_through = |way: &&Value| {
                    let said = &way["properties"];
                    said["covered"] == true || said["layer"].as_f64().unwrap_or(0.0) != 0.0
                };
                let near = ground.entrance_pieces.around(at).iter();
                if ways.iter().any(leads_through) {
                    figures.covered += 1;
                } else if said.iter().any(|p| metres(*p, at) <= SAID_M) {
                    figures.said += 1;
                } else if near.into_iter().any(|e| metres(e.a, at) <= GATE_M) {
                    figures.at_entrance += 1;
                } else {
                    let wall = &ground.walls[piece.of];
                    panic!("the route to {id} crosses {wall:?} without a step: {mode} {pair:?}");
                }
            }
            // Each piece is checked once, because routes share most of their pieces.
            if mode == "ride" && checked.insert((pair[0].to_string(), pair[1].to_string())) {
                let may_ride = |way: &&Value| {
                    let ebike = &way["properties"]["ebike"];
                    ebike != "no" && ebike != "dismount"
                };
                // Gates are linked to ways over open ground. The link of a gate beside a way is short, and may lead over
                // the corner of a square.
                let is_area = |way: &&Value| way["geometry"]["type"] != "LineString";
                let is_short = metres(a, b) <= GATE_M;
                let is_join = ways.is_empty() || is_short && ways.iter().all(is_area);
                let is_point = metres(a, b) < ON_M;
                assert!(
                    is_point || is_join || ways.iter().any(may_ride),
                    "the route to {id} rides where that is not allowed: {pair:?} {ways:?}"
                );
                figures.ridden += 1;
            }
        }
    }
}
