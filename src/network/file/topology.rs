//! The topology part: how edges are joined, without positions.

use std::collections::HashMap;

use super::super::core::{
    DirectedEdge, Door, Edge, EdgeKind, Gate, Parking, Parts, Place, Turn, TurnKind,
};
use super::bytes::{Damaged, Reader, Writer};

const LETTERS: [u8; 4] = *b"OMT\n";
/// The collections of features, by the number that stands for them.
const COLLECTIONS: [&str; 6] = [
    "routes",
    "turns",
    "entrances",
    "buildings",
    "compounds",
    "facilities",
];
/// The collections whose ids are not in this part. No answer contains the ids of routes and turns, and those of
/// entrances are in the attributes part, in the same order. Their features get their index as id.
const ANONYMOUS: [&str; 3] = ["routes", "turns", "entrances"];

/// Writes the topology part. Every collection of a feature must be known.
pub fn write_topology(parts: &Parts) -> Result<Vec<u8>, Damaged> {
    let mut w = Writer::new(LETTERS);
    w.count(parts.nodes.len());
    w.count(parts.features.len());
    for name in &parts.features {
        let (collection, id) = name.split_once('/').ok_or(Damaged)?;
        let number = COLLECTIONS.iter().position(|c| *c == collection);
        w.count(number.ok_or(Damaged)?);
        if !ANONYMOUS.contains(&collection) {
            w.text(id);
        }
    }
    w.count(parts.edges.len());
    // One column after the other: numbers of one kind compress better together.
    let mut before = 0;
    for edge in &parts.edges {
        w.signed(i64::from(edge.from) - before);
        before = i64::from(edge.from);
    }
    for edge in &parts.edges {
        w.signed(i64::from(edge.to) - i64::from(edge.from));
    }
    let mut before = 0;
    for edge in &parts.edges {
        w.signed((i64::from(edge.feature) - before) * 8 + edge.kind as i64);
        before = i64::from(edge.feature);
    }
    w.count(parts.gates.len());
    let mut before = 0;
    for gate in &parts.gates {
        w.number(u64::from(gate.edge - before));
        w.number(u64::from(gate.feature));
        w.maybe(gate.compound);
        before = gate.edge;
    }
    w.count(parts.doors.len());
    let first = first_edges(parts);
    let mut before = 0;
    for door in &parts.doors {
        w.number(u64::from(door.feature - before));
        place(&mut w, door.place, first.get(&door.feature).copied());
        before = door.feature;
    }
    w.count(parts.parkings.len());
    for parking in &parts.parkings {
        w.number(u64::from(parking.node));
        w.number(u64::from(parking.feature));
    }
    w.count(parts.turns.len());
    for turn in &parts.turns {
        w.number(u64::from(turn.feature));
        w.number(match turn.kind {
            TurnKind::No => 0,
            TurnKind::Only => 1,
        });
        w.number(u64::from(turn.except_bikes));
        w.number(u64::from(turn.from.0));
        w.number(u64::from(turn.to.0));
        w.count(turn.via.len());
        for edge in &turn.via {
            w.number(u64::from(edge.0));
        }
    }
    Ok(w.finish())
}

/// The two nodes of the first edge of each feature. Most doors lie at an end of an edge of their own.
fn first_edges(parts: &Parts) -> HashMap<u32, (u32, u32)> {
    let mut first = HashMap::new();
    for edge in &parts.edges {
        first.entry(edge.feature).or_insert((edge.from, edge.to));
    }
    first
}

/// Writes a place on the network: an end of the feature's own edge, another node, or a point of an edge.
fn place(w: &mut Writer, place: Place, own: Option<(u32, u32)>) {
    match (place, own) {
        (Place::Node(node), Some((from, _))) if node == from => w.number(0),
        (Place::Node(node), Some((_, to))) if node == to => w.number(1),
        (Place::Node(node), _) => w.number(u64::from(node) * 2 + 2),
        (Place::OnEdge { edge, offset_dm }, _) => {
            w.number(u64::from(edge) * 2 + 3);
            w.number(u64::from(offset_dm));
        }
    }
}

fn read_place(r: &mut Reader<'_>, own: Option<(u32, u32)>) -> Result<Place, Damaged> {
    let number = match (r.number()?, own) {
        (0, Some((from, _))) => return Ok(Place::Node(from)),
        (1, Some((_, to))) => return Ok(Place::Node(to)),
        (number, _) => number.checked_sub(2).ok_or(Damaged)?,
    };
    let index = u32::try_from(number / 2).map_err(|_| Damaged)?;
    Ok(match number % 2 {
        0 => Place::Node(index),
        _ => Place::OnEdge {
            edge: index,
            offset_dm: r.small()?,
        },
    })
}

/// Reads the topology part. All nodes lie at 0°, 0° and edges have no length until [`super::Shapes::read`] places them.
/// Entrances have no ids until [`super::Places::read`] names them.
pub fn read_topology(bytes: &[u8]) -> Result<Parts, Damaged> {
    let mut r = Reader::new(bytes, LETTERS)?;
    let mut parts = Parts::default();
    // Every node has an edge, so the part has more bytes than nodes.
    let nodes = r.count()?;
    parts.nodes.resize_with(nodes, Default::default);
    for index in 0..r.count()? {
        let collection = r.one_of(&COLLECTIONS)?;
        parts.features.push(match ANONYMOUS.contains(&collection) {
            true => format!("{}/{}", collection, index),
            false => format!("{}/{}", collection, r.text()?),
        });
    }
    let sum = |a: i64, b: i64| a.checked_add(b).ok_or(Damaged);
    let index = |value: i64| u32::try_from(value).map_err(|_| Damaged);
    let count = r.count()?;
    let mut from = 0_i64;
    for _ in 0..count {
        from = sum(from, r.signed()?)?;
        parts.edges.push(Edge {
            from: index(from)?,
            to: 0,
            length_dm: 0,
            feature: 0,
            kind: EdgeKind::Way,
        });
    }
    for edge in &mut parts.edges {
        edge.to = index(sum(i64::from(edge.from), r.signed()?)?)?;
    }
    let mut feature = 0_i64;
    for edge in &mut parts.edges {
        let both = r.signed()?;
        feature = sum(feature, both.div_euclid(8))?;
        edge.feature = index(feature)?;
        let kind = both.rem_euclid(8) as usize;
        edge.kind = *EdgeKind::ALL.get(kind).ok_or(Damaged)?;
    }
    let mut edge = 0_u32;
    for _ in 0..r.count()? {
        edge = edge.checked_add(r.small()?).ok_or(Damaged)?;
        parts.gates.push(Gate {
            edge,
            feature: r.small()?,
            compound: r.maybe()?,
        });
    }
    let first = first_edges(&parts);
    let mut feature = 0_u32;
    for _ in 0..r.count()? {
        feature = feature.checked_add(r.small()?).ok_or(Damaged)?;
        parts.doors.push(Door {
            feature,
            place: read_place(&mut r, first.get(&feature).copied())?,
        });
    }
    for _ in 0..r.count()? {
        parts.parkings.push(Parking {
            node: r.small()?,
            feature: r.small()?,
        });
    }
    for _ in 0..r.count()? {
        parts.turns.push(Turn {
            feature: r.small()?,
            kind: r.one_of(&[TurnKind::No, TurnKind::Only])?,
            except_bikes: r.one_of(&[false, true])?,
            from: DirectedEdge(r.small()?),
            to: DirectedEdge(r.small()?),
            via: {
                let count = r.count()?;
                let edges = (0..count).map(|_| r.small().map(DirectedEdge));
                edges.collect::<Result<_, _>>()?
            },
        });
    }
    r.finish()?;
    Ok(parts)
}
