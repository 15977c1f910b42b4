//! Turn restrictions as a state machine. While a traveller rides along the edges of a restriction, the state
//! determines which edge is forbidden next. State 0 means that no restriction has begun.

use std::collections::BTreeMap;

use super::edge::DirectedEdge;
use super::parts::{Parts, TurnKind};

/// No restriction has begun.
pub const FREE: u32 = 0;

/// The state machine of all turn restrictions of a topology that apply to bikes.
#[derive(Debug, Clone, Default)]
pub struct TurnStates {
    /// A bit for each directed edge: whether a restriction begins on it.
    begins: Vec<u64>,
    /// For each edge on which a restriction begins, the state after riding onto it.
    first: Vec<(DirectedEdge, u32)>,
    /// For each state except [`FREE`]: every edge that leaves the node, with the state after it, or `None` if it is
    /// forbidden.
    next: Vec<Vec<(DirectedEdge, Option<u32>)>>,
}

/// The progress along restrictions: for each one that has begun, its number and the position of the edge ridden last.
type Progress = Vec<(usize, usize)>;

impl TurnStates {
    /// The state machine; `out` gives the edges that leave the head of an edge.
    pub fn new<'a>(parts: &Parts, out: impl Fn(DirectedEdge) -> &'a [DirectedEdge]) -> TurnStates {
        let binding = parts.turns.iter().filter(|t| !t.except_bikes);
        let turns: Vec<(TurnKind, Vec<DirectedEdge>)> = binding
            .map(|t| {
                let mut edges = vec![t.from];
                edges.extend_from_slice(&t.via);
                edges.push(t.to);
                (t.kind, edges)
            })
            .collect();
        let mut starts: BTreeMap<DirectedEdge, Progress> = BTreeMap::new();
        for (number, (_, edges)) in turns.iter().enumerate() {
            starts.entry(edges[0]).or_default().push((number, 0));
        }
        let mut states = TurnStates {
            begins: vec![
                0;
                if starts.is_empty() {
                    0
                } else {
                    parts.edges.len() / 32 + 1
                }
            ],
            ..TurnStates::default()
        };
        for edge in starts.keys() {
            states.begins[edge.0 as usize / 64] |= 1 << (edge.0 % 64);
        }
        // States are numbered from 1 in the order in which they are found.
        let mut numbers: BTreeMap<Progress, u32> = BTreeMap::new();
        let mut met: Vec<(Progress, DirectedEdge)> = Vec::new();
        let mut number_of = |progress: Progress, last, met: &mut Vec<(Progress, DirectedEdge)>| {
            if progress.is_empty() {
                return FREE;
            }
            let next = numbers.len() as u32 + 1;
            *numbers.entry(progress.clone()).or_insert_with(|| {
                met.push((progress, last));
                next
            })
        };
        for (edge, progress) in &starts {
            let state = number_of(progress.clone(), *edge, &mut met);
            states.first.push((*edge, state));
        }
        let mut at = 0;
        while at < met.len() {
            let (progress, last) = met[at].clone();
            let mut row = Vec::new();
            for edge in out(last) {
                let mut after: Progress = Vec::new();
                let mut is_forbidden = false;
                for &(turn, position) in &progress {
                    let (kind, edges) = &turns[turn];
                    let is_next = edges[position + 1] == *edge;
                    let is_last = position + 2 == edges.len();
                    match kind {
                        TurnKind::No => is_forbidden |= is_next && is_last,
                        TurnKind::Only => is_forbidden |= !is_next,
                    }
                    if is_next && !is_last {
                        after.push((turn, position + 1));
                    }
                }
                after.extend(starts.get(edge).into_iter().flatten());
                after.sort_unstable();
                after.dedup();
                let state = if is_forbidden {
                    None
                } else {
                    Some(number_of(after, *edge, &mut met))
                };
                row.push((*edge, state));
            }
            states.next.push(row);
            at += 1;
        }
        states
    }

    /// The state of a rider who starts on an edge.
    pub fn first(&self, edge: DirectedEdge) -> u32 {
        let word = self.begins.get(edge.0 as usize / 64).copied().unwrap_or(0);
        if word >> (edge.0 % 64) & 1 == 0 {
            return FREE;
        }
        match self.first.binary_search_by_key(&edge, |(e, _)| *e) {
            Ok(at) => self.first[at].1,
            Err(_) => FREE,
        }
    }

    /// The state after riding on along an edge; `None` if that is forbidden.
    pub fn next(&self, state: u32, edge: DirectedEdge) -> Option<u32> {
        if state == FREE {
            return Some(self.first(edge));
        }
        let row = self.next.get(state as usize - 1)?;
        row.iter()
            .find(|(e, _)| *e == edge)
            .map_or(Some(FREE), |(_, after)| *after)
    }
}
