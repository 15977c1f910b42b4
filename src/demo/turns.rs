//! Adds turn restrictions at street crossings. A street is one line from end to end, so it is
//! divided where a turn is restricted, to distinguish the directions from which one arrives.

use super::city::{City, Turn, Via};
use super::plane::Pt;

/// A crossing of two streets, with the parts of each before and after the crossing, in the
/// direction of the street's line. Ways are given by their indices in [`City::ways`].
struct Crossing {
    at: Pt,
    first: [usize; 2],
    second: [usize; 2],
}

/// Adds the turn restrictions. The ways must have been joined before.
pub fn restrict(city: &mut City) {
    // No left turns at the busiest crossing.
    if let Some(c) = crossing(city, "果园中路", "旭日道") {
        let [south, north] = c.first;
        let [west, east] = c.second;
        for (from, to) in [(south, west), (west, north), (north, east), (east, south)] {
            add(city, from, Via::At(c.at), to, "no_left_turn", &[]);
        }
        add(city, south, Via::At(c.at), south, "no_u_turn", &[]);
    }
    // No U-turn over the bridge: from the south bank, over the bridge, back along the north bank.
    let south = crossing(city, "温泉路", "引河南道");
    let north = crossing(city, "温泉路", "引河北道");
    if let (Some(south), Some(north)) = (south, north) {
        // The part after the first crossing now ends at the second one.
        let bridge = city.ways.iter().position(|way| {
            way.line.first() == Some(&south.at) && way.line.last() == Some(&north.at)
        });
        if let Some(bridge) = bridge {
            let (from, to) = (south.second[0], north.second[0]);
            add(city, from, Via::Way(bridge), to, "no_u_turn", &[]);
        }
    }
    // Buses and bicycles may turn where cars may not. This crossing lies beyond the bridge, so splitting its streets
    // does not change the ways of the restriction above.
    if let Some(c) = crossing(city, "温泉路", "都旺道") {
        add(
            city,
            c.second[0],
            Via::At(c.at),
            c.first[0],
            "no_right_turn",
            &["bicycle", "psv"],
        );
        add(
            city,
            c.first[0],
            Via::At(c.at),
            c.first[1],
            "only_straight_on",
            &["bicycle"],
        );
    }
    if let Some(c) = crossing(city, "丹凤路", "东升道") {
        add(
            city,
            c.second[1],
            Via::At(c.at),
            c.second[0],
            "only_straight_on",
            &[],
        );
    }
}

fn add(
    city: &mut City,
    from: usize,
    via: Via,
    to: usize,
    kind: &'static str,
    except: &'static [&'static str],
) {
    city.turns.push(Turn {
        from,
        via,
        to,
        kind,
        except,
    });
}

/// Finds the crossing of two streets and divides both there.
fn crossing(city: &mut City, first: &str, second: &str) -> Option<Crossing> {
    let named = |name: &str| -> Vec<usize> {
        let all = city.ways.iter().enumerate();
        let own = all.filter(|(_, w)| w.kind == "road" && w.name.as_deref() == Some(name));
        own.map(|(i, _)| i).collect()
    };
    let (firsts, seconds) = (named(first), named(second));
    let inner = |i: usize| {
        let line = &city.ways[i].line;
        line.get(1..line.len() - 1).unwrap_or_default()
    };
    let mut found = None;
    for a in &firsts {
        for b in &seconds {
            let shared = inner(*a).iter().find(|p| inner(*b).contains(p));
            found = found.or(shared.map(|p| (*p, *a, *b)));
        }
    }
    let (at, a, b) = found?;
    Some(Crossing {
        at,
        first: [a, part(city, a, at)?],
        second: [b, part(city, b, at)?],
    })
}

/// Ends a way at a position and continues it with a new one, whose index is returned.
fn part(city: &mut City, way: usize, at: Pt) -> Option<usize> {
    let here = city.ways[way].line.iter().position(|p| *p == at)?;
    let mut rest = city.ways[way].clone();
    rest.line.drain(..here);
    city.ways[way].line.truncate(here + 1);
    city.ways.push(rest);
    Some(city.ways.len() - 1)
}
