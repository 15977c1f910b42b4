//! The labels on the map: where each one is put so that none covers another.
//!
//! Labels that cannot move far are placed first: gates, doors with the numbers of their units, arrows through
//! the gates, numbers of buildings. Then come the signs of the gates, places, and names of roads.

use geo_types::Coord;

use super::content::{Content, PlaceKind};
use super::frame::Frame;
use super::furniture;
use super::gates::{GateMark, place_arrows, place_gates, place_signs};
use super::ground::Ground;
use super::houses::{DoorMark, Number, place_doors, place_numbers};
use super::label::{Box2, LabelKind, Labelled, Taken, around};
use super::plane::{readable, stretches};
use super::svg::{cut, width};
use super::words::Words;

/// The size of the mark of a place.
pub(super) const PLACE_MM: f64 = 7.0;
/// The size of the font of the names of roads.
pub(super) const ROAD_MM: f64 = 5.0;

/// Where all labels are.
#[derive(Debug)]
pub(super) struct Plan {
    pub gates: Vec<GateMark>,
    pub doors: Vec<DoorMark>,
    pub numbers: Vec<Number>,
    pub places: Vec<PlaceMark>,
    pub roads: Vec<(String, Box2)>,
    left_out: Vec<LabelKind>,
}

/// A place on the map.
#[derive(Debug)]
pub(super) struct PlaceMark {
    pub kind: PlaceKind,
    /// Where it is.
    pub from: Coord<f64>,
    /// Where its symbol is.
    pub at: Box2,
}

/// Which labels of buildings are placed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    DoorsFirst,
    NumbersFirst,
}

/// The labels that cannot move far.
struct Fixed {
    gates: Vec<GateMark>,
    doors: Vec<DoorMark>,
    numbers: Vec<Number>,
    taken: Taken,
    left_out: Vec<LabelKind>,
}

impl Fixed {
    fn place(ground: &Ground<'_>, here: Option<&str>, order: Order) -> Self {
        let mut taken = Taken::new(Frame::area());
        furniture::boxes().into_iter().for_each(|b| taken.take(b));
        let mut left_out = Vec::new();
        let mut gates = place_gates(ground, here, &mut taken);
        let (doors, numbers) = match order {
            Order::DoorsFirst => {
                let doors = place_doors(ground, &mut taken, &mut left_out);
                place_arrows(&mut gates, &mut taken, &mut left_out);
                (doors, place_numbers(ground, &mut taken, &mut left_out))
            }
            Order::NumbersFirst => {
                place_arrows(&mut gates, &mut taken, &mut left_out);
                let numbers = place_numbers(ground, &mut taken, &mut left_out);
                (place_doors(ground, &mut taken, &mut left_out), numbers)
            }
        };
        Self {
            gates,
            doors,
            numbers,
            taken,
            left_out,
        }
    }

    fn missing_houses(&self) -> usize {
        let houses = self.left_out.iter().filter(|k| **k == LabelKind::House);
        houses.count()
    }
}

impl Plan {
    /// Places everything.
    pub fn of(frame: &Frame, content: &Content, here: Option<&str>, words: Words) -> Self {
        let ground = Ground::of(frame, content, words);
        let mut fixed = Fixed::place(&ground, here, Order::DoorsFirst);
        // If there is no room for both, numbers of buildings take precedence over numbers of units.
        if fixed.missing_houses() > 0 {
            let other = Fixed::place(&ground, here, Order::NumbersFirst);
            if other.missing_houses() < fixed.missing_houses() {
                fixed = other;
            }
        }
        let Fixed {
            mut gates,
            doors,
            numbers,
            mut taken,
            mut left_out,
        } = fixed;
        place_signs(&ground, &mut gates, &mut taken, &mut left_out);
        let mut plan = Self {
            gates,
            doors,
            numbers,
            places: Vec::new(),
            roads: Vec::new(),
            left_out,
        };
        plan.place_places(&ground, &mut taken);
        plan.place_roads(&ground, &mut taken);
        plan
    }

    fn place_places(&mut self, ground: &Ground<'_>, taken: &mut Taken) {
        let mut places: Vec<_> = ground.content.places.iter().collect();
        places.sort_by_key(|p| p.kind);
        for place in places {
            let from = ground.frame.page(place.at);
            if !ground.is_on_map(from) {
                continue;
            }
            let up = Coord { x: 0.0, y: -1.0 };
            let spots =
                std::iter::once(from).chain(around(from, up, &[5.0, 8.0, 11.0, 15.0, 20.0, 26.0]));
            match taken.place(spots.map(|at| Box2::upright(at, PLACE_MM, PLACE_MM))) {
                Some(at) => self.places.push(PlaceMark {
                    kind: place.kind,
                    from,
                    at,
                }),
                None => self.left_out.push(LabelKind::Place),
            }
        }
    }

    fn place_roads(&mut self, ground: &Ground<'_>, taken: &mut Taken) {
        let mut named: Vec<&str> = Vec::new();
        for road in &ground.content.roads {
            let Some(name) = road.name.as_deref().filter(|n| !named.contains(n)) else {
                continue;
            };
            let text = cut(name, 14.0, false);
            let length = width(&text, false) * ROAD_MM;
            let line = ground.page(&road.line);
            let spots = stretches(&line, length).into_iter().flat_map(|(a, b)| {
                [0.5, 0.3, 0.7, 0.15, 0.85].map(|t| {
                    let middle = Coord {
                        x: a.x + (b.x - a.x) * t,
                        y: a.y + (b.y - a.y) * t,
                    };
                    Box2 {
                        angle: readable((b.y - a.y).atan2(b.x - a.x)),
                        ..Box2::upright(middle, length, ROAD_MM * 1.05)
                    }
                })
            });
            // If there is no room, the name of the road is left out: readers can find their way without it.
            if let Some(at) = taken.place(spots) {
                named.push(name);
                self.roads.push((text, at));
            }
        }
    }

    /// The kinds of the places on the map.
    pub fn place_kinds(&self) -> Vec<PlaceKind> {
        let mut kinds: Vec<PlaceKind> = self.places.iter().map(|p| p.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// All labels, and the kinds of those for which there was no room.
    pub fn into_labels(self) -> (Vec<Labelled>, Vec<LabelKind>) {
        let mut labels = Vec::new();
        let mut add = |kind, at: Box2| labels.push(Labelled { kind, at });
        for gate in &self.gates {
            add(LabelKind::Gate, gate.mark);
            gate.arrow.iter().for_each(|a| add(LabelKind::Arrow, *a));
            gate.sign
                .iter()
                .for_each(|(at, _)| add(LabelKind::Sign, *at));
        }
        self.numbers
            .iter()
            .for_each(|n| add(LabelKind::House, n.at));
        for door in &self.doors {
            add(LabelKind::Door, door.mark);
            door.unit
                .iter()
                .for_each(|(_, at)| add(LabelKind::Unit, *at));
        }
        self.places.iter().for_each(|p| add(LabelKind::Place, p.at));
        self.roads
            .iter()
            .for_each(|(_, at)| add(LabelKind::Road, *at));
        for corner in furniture::boxes() {
            add(LabelKind::Furniture, corner);
        }
        (labels, self.left_out)
    }
}
