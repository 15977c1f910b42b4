//! One small network for each rule of the search, with the expected route. Speeds: riding 15 km/h (10 m in 2.4 s),
//! pushing 4 km/h (9 s), walking 5 km/h (7.2 s).

use super::super::*;
use super::make::{ebike, foot, wheelchair};
use super::town::{Town, clock};

/// ```text
/// A is the street, D the door, g the east gate, open from 6 to 22 h; h the side gate, for people on foot only.
/// ```
fn compound() -> Town {
    Town::draw(
        "A-----B-----C\n\
         |     |     |\n\
         |     g     h\n\
         |     |     |\n\
         |     E-----F\n\
         |     |      \n\
         |     D      ",
    )
    .kind('g', EdgeKind::Gate)
    .kind('h', EdgeKind::Gate)
    .with('h', |a| a.ebike = Admission::No)
    .open('g', &[((6, 0), (22, 0))])
}

#[test]
fn a_gate_is_open_by_day() {
    let way = compound().way(&ebike(), 'A', 'D', clock(12, 0));
    assert_eq!(way, "ride ABED, 28.8 s");
}

#[test]
fn a_gate_that_is_closed_at_night_is_gone_around_on_foot() {
    // The bike is parked outside the gate, which only admits people on foot.
    let way = compound().way(&ebike(), 'A', 'D', clock(23, 0));
    assert_eq!(way, "ride ABC walk CFED, 140.2 s");
    let way = compound().way(&foot(), 'A', 'D', clock(23, 0));
    assert_eq!(way, "walk ABCFED, 172.8 s");
}

#[test]
fn who_comes_shortly_before_the_gate_opens_waits() {
    let way = compound().way(&ebike(), 'A', 'D', clock(5, 59));
    assert_eq!(way, "ride AB wait 45 s, ride BED, 74.4 s");
}

#[test]
fn who_would_wait_longer_than_ten_minutes_goes_another_way_or_none() {
    let mut town = compound();
    town = town.with('h', |a| a.foot = Admission::No);
    assert_eq!(town.way(&ebike(), 'A', 'D', clock(23, 0)), "Unreachable");
    // At 05:50, waiting ten minutes for the gate is allowed.
    let early = town.way(&ebike(), 'A', 'D', clock(5, 50));
    assert_eq!(early, "ride AB wait 585 s, ride BED, 614.4 s");
}

#[test]
fn a_gate_that_closes_while_somebody_is_inside_is_no_way_out() {
    // The gate is 4.8 s away, so a departure at 21:59:56 is too late for it, and the bike is parked at h.
    let town = compound();
    let out = town.way(&ebike(), 'D', 'A', clock(21, 59));
    assert_eq!(out, "ride DEBA, 28.8 s");
    let late = town.way(&ebike(), 'D', 'A', clock(21, 59) + 560);
    assert_eq!(late, "ride DEF walk FCBA, 159.4 s");
}

#[test]
fn a_climb_is_slow_and_a_wheelchair_goes_around_what_is_too_steep() {
    let hill = |incline: i8| {
        let town = Town::draw(
            "A--s--B\n\
             |     |\n\
             |     |\n\
             |     |\n\
             C-----D",
        );
        town.with('s', |a| a.incline = incline)
    };
    let way = |incline, from, to| hill(incline).way(&wheelchair(), from, to, clock(12, 0));
    assert_eq!(way(0, 'A', 'B'), "walk AB, 43.2 s");
    assert_eq!(way(6, 'A', 'B'), "walk AB, 72 s");
    assert_eq!(way(6, 'B', 'A'), "walk BA, 43.2 s");
    // 10 % is too steep in both directions. A rise of unknown steepness is slow, and bars nobody.
    assert_eq!(way(10, 'A', 'B'), "walk ACDB, 100.8 s");
    assert_eq!(way(10, 'B', 'A'), "walk BDCA, 100.8 s");
    assert_eq!(way(INCLINE_UP, 'A', 'B'), "walk AB, 72 s");
    assert_eq!(way(INCLINE_UP, 'B', 'A'), "walk BA, 43.2 s");
    assert_eq!(way(INCLINE_DOWN, 'B', 'A'), "walk BA, 72 s");
    assert_eq!(
        hill(10).way(&foot(), 'A', 'B', clock(12, 0)),
        "walk AB, 72 s"
    );
}

#[test]
fn a_one_way_binds_who_rides_and_not_who_pushes_or_walks() {
    let town = Town::draw(
        "A--o--B\n\
         |     |\n\
         |     |\n\
         |     |\n\
         |     |\n\
         |     |\n\
         |     |\n\
         |     |\n\
         |     |\n\
         C-----D",
    )
    .with('o', |a| a.oneway = Oneway::Forward);
    assert_eq!(town.way(&ebike(), 'A', 'B', 0), "ride AB, 14.4 s");
    // The detour is 240 m long. Pushing against the one-way direction is slower.
    let short = town.way(&ebike(), 'B', 'A', 0);
    assert_eq!(short, "push BA, 57 s");
    assert_eq!(town.way(&foot(), 'B', 'A', 0), "walk BA, 43.2 s");
    let parked = town.with('o', |a| a.foot = Admission::No);
    assert_eq!(parked.way(&ebike(), 'B', 'A', 0), "ride BDCA, 57.6 s");
}

#[test]
fn steps_are_pushed_along_a_ramp_and_walked_without_one() {
    let picture = "A--s--B\n\
                   |     |\n\
                   C-----D";
    let steps = |ramp| {
        Town::draw(picture)
            .with('s', |a| {
                a.kind = WayKind::Steps;
                a.ramp = ramp;
            })
            .with('.', |a| a.max_kmh = 2)
    };
    let bare = steps(Ramp::None);
    assert_eq!(bare.way(&foot(), 'A', 'B', 0), "walk ACDB, 72 s");
    assert_eq!(bare.way(&ebike(), 'A', 'B', 0), "push ACDB, 93 s");
    let bare = bare.with('.', |a| a.closed = true);
    assert_eq!(bare.way(&foot(), 'A', 'B', 0), "walk AB, 108 s");
    assert_eq!(bare.way(&ebike(), 'A', 'B', 0), "Unreachable");
    assert_eq!(bare.way(&wheelchair(), 'A', 'B', 0), "Unreachable");
    let ramp = steps(Ramp::Bike).with('.', |a| a.closed = true);
    assert_eq!(ramp.way(&ebike(), 'A', 'B', 0), "walk AB, 133 s");
    let mut pushing = ebike();
    pushing.park = None;
    assert_eq!(ramp.way(&pushing, 'A', 'B', 0), "push AB, 147 s");
    assert_eq!(bare.way(&pushing, 'A', 'B', 0), "Unreachable");
    assert_eq!(ramp.way(&wheelchair(), 'A', 'B', 0), "Unreachable");
    let wide = steps(Ramp::Wheelchair).with('.', |a| a.closed = true);
    assert_eq!(wide.way(&wheelchair(), 'A', 'B', 0), "walk AB, 108 s");
}

#[test]
fn a_dug_up_lane_is_closed_to_bikes_and_open_on_foot() {
    let mut town = Town::draw(
        "A--d--B\n\
         |     |\n\
         |     |\n\
         C-----D",
    );
    assert_eq!(town.way(&ebike(), 'A', 'B', 0), "ride AB, 14.4 s");
    let edge = town.edge('A', 'B').edge();
    let blocked = Blocked {
        ebike: true,
        foot: false,
    };
    town.table.blocked.push((edge, blocked));
    assert_eq!(town.way(&ebike(), 'A', 'B', 0), "ride ACDB, 28.8 s");
    assert_eq!(town.way(&foot(), 'A', 'B', 0), "walk AB, 43.2 s");
}

#[test]
fn a_dismount_lane_is_pushed_and_a_no_lane_is_not() {
    let town = Town::draw("A-----B--x--C-----D").with('x', |a| a.ebike = Admission::Dismount);
    assert_eq!(
        town.way(&ebike(), 'A', 'D', 0),
        "ride AB push BC ride CD, 89.8 s"
    );
    // `ebike=no` also forbids pushing, so the bike is parked.
    let town = town.with('x', |a| a.ebike = Admission::No);
    assert_eq!(town.way(&ebike(), 'A', 'D', 0), "ride AB walk BCD, 125.8 s");
}

#[test]
fn private_land_is_used_at_the_ends_and_not_gone_through() {
    let town = Town::draw(
        "A--p--B--q--C\n\
         |           |\n\
         |           |\n\
         |           |\n\
         D-----E-----F",
    )
    .with('p', |a| a.access = Access::Private)
    .with('q', |a| a.access = Access::Private);
    assert_eq!(town.way(&ebike(), 'A', 'B', 0), "ride AB, 14.4 s");
    assert_eq!(town.way(&ebike(), 'B', 'E', 0), "ride BADE, 38.4 s");
    assert_eq!(town.way(&ebike(), 'D', 'F', 0), "ride DEF, 28.8 s");
    // From D, the private land may be entered but not crossed: B is reached through it, and C around it.
    assert_eq!(town.way(&ebike(), 'D', 'B', 0), "ride DAB, 24 s");
    let around = town.with('.', |a| a.max_kmh = 5);
    assert_eq!(around.way(&ebike(), 'D', 'F', 0), "ride DEF, 86.4 s");
}

#[test]
fn locked_land_is_closed_to_its_residents_too() {
    let town = Town::draw("A--p--B").with('p', |a| {
        a.access = Access::Private;
        a.locked = true;
    });
    assert_eq!(town.way(&foot(), 'A', 'B', 0), "Unreachable");
}

#[test]
fn a_lift_takes_who_walks_from_the_garage_to_the_door() {
    // A ramp for bikes leads into the garage, a lift of two storeys (60 dm) up to the door D.
    let mut town = Town::draw("A--r--G--l--D")
        .with('r', |a| {
            a.kind = WayKind::Garage;
            a.layer = -1;
        })
        .with('l', |a| {
            a.kind = WayKind::Lift;
            a.ebike = Admission::No;
        })
        .kind('l', EdgeKind::Lift);
    let feature = town.edge('G', 'D').edge();
    town.set_length(feature, 60);
    // 14.4 s riding, 25 s parking, 30 s waiting for the lift, 6 s in it.
    assert_eq!(town.way(&ebike(), 'A', 'D', 0), "ride AG walk GD, 75.4 s");
    assert_eq!(town.way(&wheelchair(), 'A', 'D', 0), "walk AGD, 79.2 s");
}

#[test]
fn an_island_is_not_reached() {
    let town = Town::draw("A---B   C---D");
    assert_eq!(town.way(&foot(), 'A', 'D', 0), "Unreachable");
}

#[test]
fn a_square_is_crossed() {
    // The square is between B, C, D and E; its diagonal is an edge of the area.
    let mut town = Town::draw(
        "A---B------C\n\
         ....|......|\n\
         ....|......|\n\
         ....|......|\n\
         ....|......|\n\
         ....D------E---F",
    );
    town.add_edge('B', 'E', 86 * 10, EdgeKind::AreaCrossing);
    assert_eq!(town.way(&foot(), 'A', 'F', 0), "walk ABEF, 119.6 s");
}

#[test]
fn a_crossing_that_is_assumed_is_used_on_foot_only() {
    let town = Town::draw("A-----B--w--C").kind('w', EdgeKind::AssumedCrossing);
    assert_eq!(town.way(&ebike(), 'A', 'C', 0), "ride AB walk BC, 82.6 s");
}

#[test]
fn turn_restrictions_bind_who_rides() {
    let town = || {
        Town::draw(
            "A-----B-----C\n\
             ......|.....|\n\
             ......D-----E",
        )
        .with('.', |a| a.foot = Admission::No)
    };
    assert_eq!(town().way(&ebike(), 'A', 'D', 0), "ride ABD, 19.2 s");
    // Riders cannot turn on the spot, so the route leads around the block.
    let no = town().turn(TurnKind::No, "ABD");
    assert_eq!(no.way(&ebike(), 'A', 'D', 0), "ride ABCED, 48 s");
    let only = town().turn(TurnKind::Only, "ABD");
    assert_eq!(only.way(&ebike(), 'A', 'C', 0), "ride ABDEC, 38.4 s");
    let via = town().turn(TurnKind::No, "ABCE");
    assert_eq!(via.way(&ebike(), 'A', 'E', 0), "ride ABDE, 33.6 s");
    // The restriction begins at A, so it does not apply to riders from B.
    assert!(via.way(&ebike(), 'B', 'E', 0).ends_with("19.2 s"));
    let both = via.turn(TurnKind::No, "ABD");
    assert_eq!(both.way(&ebike(), 'A', 'E', 0), "Unreachable");
    assert_eq!(
        both.with('.', |a| a.foot = Admission::Yes)
            .way(&ebike(), 'A', 'E', 0),
        { "ride ABC push CE, 49.8 s" }
    );
}

#[test]
fn two_places_on_one_edge_are_as_far_apart_as_they_are() {
    let town = Town::draw("A----------B");
    let from = town.between('A', 'B', 20);
    let to = town.between('A', 'B', 70);
    assert_eq!(town.way_between(&ebike(), from, to, 0), "ride AB, 12 s");
    let one_way = town.with('.', |a| {
        a.oneway = Oneway::Backward;
        a.foot = Admission::No;
    });
    assert_eq!(one_way.way_between(&ebike(), from, to, 0), "Unreachable");
    assert_eq!(one_way.way_between(&ebike(), to, from, 0), "ride BA, 12 s");
}

#[test]
fn hours_that_are_not_known_are_told_and_lose_ties() {
    let town = Town::draw(
        "A--u--B--v--C\n\
         |           |\n\
         D-----------E",
    );
    let town = town.with('u', |a| a.ride_hours = HOURS_UNKNOWN);
    let topology = town.topology();
    let profile = ebike();
    let view = View {
        topology: &topology,
        attributes: &town.table,
        profile: &profile,
        potentials: None,
    };
    let from = [Place::Node(town.node('D')).into()];
    let to = [Place::Node(town.node('B')).into()];
    let route = view
        .route(&mut Memory::new(), &Query::new(&from, &to, 0, Mode::Ride))
        .unwrap();
    assert_eq!(
        (town.told(&topology, &route).as_str(), route.unknowns),
        ("ride DAB, 19.2 s", 1)
    );
    // From the middle of the edge between D and E, the routes by u and by v are equally long.
    let middle = [town.between('D', 'E', 60)];
    let query = Query::new(&middle, &to, 0, Mode::Ride);
    let route = view.route(&mut Memory::new(), &query).unwrap();
    assert_eq!((route.steps.len(), route.unknowns), (3, 0));
    assert_eq!(town.name(topology.tail(route.steps[2].edge)), 'C');
}

#[test]
fn bikes_are_parked_where_it_is_allowed() {
    let town = || {
        Town::draw("A-----P-----B--x--D")
            .with('x', |a| a.ebike = Admission::No)
            .with('.', |a| a.no_parking = true)
    };
    assert_eq!(town().way(&ebike(), 'A', 'D', 0), "Unreachable");
    let placed = town().parking('P');
    assert_eq!(
        placed.way(&ebike(), 'A', 'D', 0),
        "ride AP walk PBD, 115.8 s"
    );
}
