//! Small networks that are read from a text picture. Capital letters are nodes. Lines between them are edges; one
//! character is 10 m. A small letter on a line is the name of the feature of the edge.

use std::collections::BTreeMap;

use super::super::*;

/// Hour and minute.
type Clock = (i64, i64);

pub struct Town {
    parts: Parts,
    nodes: BTreeMap<char, u32>,
    features: BTreeMap<char, u32>,
    pub table: Table,
}

/// A time of the first day, in tenths of a second since the epoch.
pub fn clock(hour: i64, minute: i64) -> i64 {
    (hour * 60 + minute) * 600
}

impl Town {
    pub fn draw(picture: &str) -> Town {
        let rows: Vec<Vec<char>> = picture.lines().map(|l| l.chars().collect()).collect();
        let at = |row: usize, column: usize| {
            let row = rows.get(row);
            row.and_then(|r| r.get(column)).copied().unwrap_or(' ')
        };
        let mut town = Town {
            parts: Parts::default(),
            nodes: BTreeMap::new(),
            features: BTreeMap::new(),
            table: Table::default(),
        };
        town.table.hours.push(Hours::never());
        for (y, row) in rows.iter().enumerate() {
            for (x, name) in row.iter().enumerate() {
                if name.is_ascii_uppercase() {
                    let point = Point {
                        lon: 1_170_000_000 + x as i32 * 1156,
                        lat: 390_000_000 - y as i32 * 901,
                    };
                    let node = town.parts.add_node(point);
                    assert_eq!(
                        town.nodes.insert(*name, node),
                        None,
                        "{} is there twice",
                        name
                    );
                }
            }
        }
        for (y, row) in rows.iter().enumerate() {
            for (x, name) in row.iter().enumerate() {
                for (dx, dy, line) in [(1, 0, '-'), (0, 1, '|')] {
                    if !name.is_ascii_uppercase() {
                        continue;
                    }
                    let (mut length, mut feature) = (1, '.');
                    let mut here = at(y + dy, x + dx);
                    while here == line || here.is_ascii_lowercase() {
                        if here != line {
                            feature = here;
                        }
                        length += 1;
                        here = at(y + dy * length, x + dx * length);
                    }
                    if here.is_ascii_uppercase() {
                        let feature = town.feature(feature);
                        let edge = Edge {
                            from: town.nodes[name],
                            to: town.nodes[&here],
                            length_dm: length as u32 * 100,
                            feature,
                            kind: EdgeKind::Way,
                        };
                        town.parts.add_edge(edge, &[]);
                    }
                }
            }
        }
        town
    }

    fn feature(&mut self, name: char) -> u32 {
        if let Some(feature) = self.features.get(&name) {
            return *feature;
        }
        let feature = self.parts.add_feature(format!("routes/{}", name));
        self.table.attrs.push(Attr::OPEN);
        self.features.insert(name, feature);
        feature
    }

    /// Changes the attributes of a feature.
    pub fn with(mut self, name: char, change: impl Fn(&mut Attr)) -> Town {
        let feature = self.features[&name];
        change(&mut self.table.attrs[feature as usize]);
        self
    }

    /// Changes the kind of the edges of a feature.
    pub fn kind(mut self, name: char, kind: EdgeKind) -> Town {
        let feature = self.features[&name];
        let of_feature = |e: &&mut Edge| e.feature == feature;
        self.parts
            .edges
            .iter_mut()
            .filter(of_feature)
            .for_each(|e| e.kind = kind);
        if kind == EdgeKind::Gate {
            for (number, edge) in self.parts.edges.iter().enumerate() {
                if edge.feature == feature {
                    let edge = number as u32;
                    self.parts.gates.push(Gate {
                        feature,
                        edge,
                        compound: None,
                    });
                }
            }
            self.parts.gates.sort_by_key(|g| g.edge);
        }
        self
    }

    /// Sets the opening hours of a feature for all modes, as start and end in (hour, minute), on the first two days.
    pub fn open(mut self, name: char, hours: &[(Clock, Clock)]) -> Town {
        let times = |day: i64| {
            hours.iter().map(move |(from, until)| {
                let at = |(hour, minute)| clock(hour + 24 * day, minute) / 10;
                (at(*from), at(*until))
            })
        };
        self.table.hours.push(Hours {
            open: times(0).chain(times(1)).collect(),
            known_until: i64::MAX,
        });
        let hours = self.table.hours.len() as u32 - 1;
        self.with(name, |a| {
            a.ride_hours = hours;
            a.push_hours = hours;
            a.walk_hours = hours;
        })
    }

    /// Adds a turn restriction along the edges between these nodes.
    pub fn turn(mut self, kind: TurnKind, nodes: &str) -> Town {
        let nodes: Vec<char> = nodes.chars().collect();
        let edges: Vec<DirectedEdge> = nodes.windows(2).map(|w| self.edge(w[0], w[1])).collect();
        let last = edges.len() - 1;
        self.parts.turns.push(Turn {
            feature: 0,
            kind,
            from: edges[0],
            via: edges[1..last].to_vec(),
            to: edges[last],
            except_bikes: false,
        });
        self
    }

    pub fn parking(mut self, node: char) -> Town {
        let feature = self.parts.add_feature("facilities/p");
        self.table.attrs.push(Attr::OPEN);
        let node = self.nodes[&node];
        self.parts.parkings.push(Parking { feature, node });
        self.parts.parkings.sort_by_key(|p| p.node);
        self
    }

    pub fn set_length(&mut self, edge: u32, length_dm: u32) {
        self.parts.edges[edge as usize].length_dm = length_dm;
    }

    pub fn add_edge(&mut self, from: char, to: char, length_dm: u32, kind: EdgeKind) {
        let edge = Edge {
            from: self.nodes[&from],
            to: self.nodes[&to],
            length_dm,
            feature: self.features[&'.'],
            kind,
        };
        self.parts.add_edge(edge, &[]);
    }

    pub fn node(&self, name: char) -> u32 {
        self.nodes[&name]
    }

    pub fn edge(&self, from: char, to: char) -> DirectedEdge {
        let (from, to) = (self.nodes[&from], self.nodes[&to]);
        for (number, edge) in self.parts.edges.iter().enumerate() {
            if (edge.from, edge.to) == (from, to) {
                return DirectedEdge::forward(number as u32);
            }
            if (edge.to, edge.from) == (from, to) {
                return DirectedEdge::backward(number as u32);
            }
        }
        panic!("no edge there");
    }

    /// A point on the edge between two nodes, `metres` metres from the first.
    pub fn between(&self, from: char, to: char, metres: u32) -> End {
        let directed = self.edge(from, to);
        let edge = directed.edge();
        let length = self.parts.edges[edge as usize].length_dm;
        let along = metres * 10;
        let offset_dm = if directed.is_backward() {
            length - along
        } else {
            along
        };
        Place::OnEdge { edge, offset_dm }.into()
    }

    pub fn topology(&self) -> Topology {
        Topology::new(self.parts.clone()).unwrap()
    }

    pub fn name(&self, node: u32) -> char {
        let found = self.nodes.iter().find(|(_, n)| **n == node);
        *found.unwrap().0
    }

    /// The route between two nodes as text: each mode with its nodes, and the duration.
    pub fn way(&self, profile: &Profile, from: char, to: char, depart: i64) -> String {
        let end = |name| End::from(Place::Node(self.nodes[&name]));
        self.way_between(profile, end(from), end(to), depart)
    }

    pub fn way_between(&self, profile: &Profile, from: End, to: End, depart: i64) -> String {
        let topology = self.topology();
        let view = View {
            topology: &topology,
            attributes: &self.table,
            profile,
            potentials: None,
        };
        let (from, to) = ([from], [to]);
        let query = Query::new(&from, &to, depart, profile.first_mode());
        match view.route(&mut Memory::new(), &query) {
            Ok(route) => self.told(&topology, &route),
            Err(none) => format!("{:?}", none.why),
        }
    }

    /// A route as a text.
    pub fn told(&self, topology: &Topology, route: &Route) -> String {
        let mut text = String::new();
        let mut mode = None;
        for step in &route.steps {
            if step.wait_ds > 0 {
                text += &format!(" wait {} s,", step.wait_ds / 10);
                mode = None;
            }
            if mode != Some(step.mode) {
                let name = match step.mode {
                    Mode::Ride => "ride",
                    Mode::Push => "push",
                    Mode::Walk => "walk",
                };
                text += &format!(" {} {}", name, self.name(topology.tail(step.edge)));
                mode = Some(step.mode);
            }
            text.push(self.name(topology.head(step.edge)));
        }
        let seconds = route.duration_ds() as f64 / 10.0;
        format!("{}, {} s", text.trim_start(), seconds)
    }
}
