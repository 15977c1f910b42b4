//! Buildings, entrances, facilities and day orders, with their public properties. Together with [`super::Passing`] they
//! are the attributes part.

use std::collections::HashMap;

use super::super::core::{Attr, Parts, Place as Spot, Point};
use super::attributes::Passing;
use super::bytes::{Damaged, Reader, Writer};
use super::geometry::{next, step};
use super::names::Named;

const LETTERS: [u8; 4] = *b"OMA\n";

/// A compound (小区).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compound {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// A position inside it.
    pub at: Option<Point>,
    /// The indexes of its gates, in the order in which the access card of a building considers them.
    pub gates: Vec<u32>,
}

/// A building (楼栋).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct House {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The id of the compound in its properties.
    pub compound: Option<String>,
    /// The index of the compound on its access card: the one in its properties, or else the one that contains it.
    pub card_compound: Option<u32>,
    /// The number of storeys.
    pub levels: Option<u32>,
    /// The number of units.
    pub units: Option<u32>,
    /// Whether it has a lift.
    pub elevator: Option<bool>,
    /// A position inside it.
    pub at: Option<Point>,
    /// The indexes of the entrances that its access card lists as doors.
    pub doors: Vec<u32>,
    /// The indexes of the entrances at which a route to it may end.
    pub route_doors: Vec<u32>,
    /// The indexes of the day orders that apply at its position.
    pub orders: Vec<u32>,
}

/// An entrance (出入口).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Door {
    /// Its id.
    pub id: String,
    /// Its position.
    pub at: Option<Point>,
    /// The id of its building.
    pub building: Option<String>,
    /// The id of its compound.
    pub compound: Option<String>,
    /// Its public texts, in the order of [`Door::TEXTS`].
    pub texts: [Option<String>; 10],
    /// Whether residents can be called, whether there are no steps, whether a guard is there.
    pub flags: [Option<bool>; 3],
    /// Its storey.
    pub level: Option<i32>,
    /// Who may pass it, with the day orders.
    pub attr: Attr,
    /// Who may pass it without day orders, where that differs.
    pub without_orders: Option<Attr>,
    /// The indexes of the day orders that change who may pass it.
    pub orders: Vec<u32>,
    /// Until when reports keep it shut, in seconds since the epoch.
    pub shut_until: Option<i64>,
}

impl Door {
    /// The properties of which [`Door::texts`] has the values.
    pub const TEXTS: [&'static str; 10] = [
        "name",
        "kind",
        "unit",
        "rooms",
        "credential",
        "guidance",
        "opening_hours",
        "ebike_hours",
        "evidence",
        "checked_on",
    ];
    /// The properties of which [`Door::flags`] has the values.
    pub const FLAGS: [&'static str; 3] = ["intercom", "step_free", "guarded"];

    /// Returns a public text.
    pub fn text(&self, name: &str) -> Option<&str> {
        let at = Door::TEXTS.iter().position(|known| *known == name)?;
        self.texts[at].as_deref()
    }

    /// Returns a public boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        let at = Door::FLAGS.iter().position(|known| *known == name)?;
        self.flags[at]
    }
}

/// The collections of places without a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// A facility.
    Facility,
    /// A first-aid station.
    FirstAid,
    /// A member unit.
    Unit,
}

const PLACE_KINDS: [PlaceKind; 3] = [PlaceKind::Facility, PlaceKind::FirstAid, PlaceKind::Unit];

impl PlaceKind {
    /// The name of the collection.
    pub const fn collection(self) -> &'static str {
        match self {
            PlaceKind::Facility => "facilities",
            PlaceKind::FirstAid => "first_aid_stations",
            PlaceKind::Unit => "units",
        }
    }
}

/// A facility, a first-aid station or a member unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its collection.
    pub collection: PlaceKind,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its kind, such as `parking`.
    pub kind: Option<String>,
    /// The id of its compound.
    pub compound: Option<String>,
    /// Its capacity.
    pub capacity: Option<u32>,
    /// Its opening hours, as text.
    pub opening_hours: Option<String>,
    /// Its telephone number.
    pub phone: Option<String>,
    /// Whether it has a defibrillator.
    pub aed: Option<bool>,
    /// Its position.
    pub at: Option<Point>,
}

/// A day order (当日管制) that had not ended when the part was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// When it comes into force, in seconds since the epoch.
    pub from: i64,
    /// When it ends, in seconds since the epoch.
    pub until: Option<i64>,
    /// The kind of day order, such as `storm`. It decides who may pass.
    pub rule: String,
    /// Its public texts: kind, street, name of the street, from, until, reason.
    pub texts: [Option<String>; 6],
}

/// The places of an area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// The compounds, sorted by id.
    pub compounds: Vec<Compound>,
    /// The buildings, sorted by id.
    pub houses: Vec<House>,
    /// The entrances: those of the topology in its order, then the others, sorted by id.
    pub doors: Vec<Door>,
    /// Facilities, first-aid stations and member units, sorted by collection and id.
    pub places: Vec<Place>,
    /// The day orders, sorted by their beginning.
    pub orders: Vec<Order>,
}

impl Places {
    /// Writes the attributes part.
    pub fn write(&self, passing: &Passing, parts: &Parts) -> Vec<u8> {
        let mut w = Writer::new(LETTERS);
        let plain = self.doors.iter().filter_map(|door| door.without_orders);
        let attrs: Vec<Attr> = self.doors.iter().map(|d| d.attr).chain(plain).collect();
        passing.write(&attrs, &mut w);
        let mut at = Point::default();
        w.count(self.compounds.len());
        for compound in &self.compounds {
            w.text(&compound.id);
            w.maybe_text(&compound.name);
            point(&mut w, &mut at, compound.at, None);
            indexes(&mut w, &compound.gates);
        }
        let compounds: HashMap<&str, u32> = numbered(self.compounds.iter().map(|c| &*c.id));
        w.count(self.houses.len());
        for house in &self.houses {
            owner(&mut w, &house.compound, &compounds);
            let (id, name) = self.compound(house.compound.as_deref(), &compounds);
            w.behind(id, &house.id);
            w.behind(name, house.name.as_deref().unwrap_or(""));
            w.maybe(house.card_compound);
            w.maybe(house.levels);
            w.maybe(house.units);
            w.flag(house.elevator);
            point(&mut w, &mut at, house.at, None);
            indexes(&mut w, &house.doors);
            // Both lists are equal for most buildings, so the second one is written only if it differs.
            let is_same = house.doors == house.route_doors;
            w.number(u64::from(is_same));
            if !is_same {
                indexes(&mut w, &house.route_doors);
            }
            indexes(&mut w, &house.orders);
        }
        self.write_doors(&mut w, parts, &compounds);
        w.count(self.places.len());
        for place in &self.places {
            w.number(place.collection as u64);
            w.text(&place.id);
            for text in [&place.name, &place.kind, &place.compound] {
                w.maybe_text(text);
            }
            w.maybe(place.capacity);
            w.maybe_text(&place.opening_hours);
            w.maybe_text(&place.phone);
            w.flag(place.aed);
            point(&mut w, &mut at, place.at, None);
        }
        w.count(self.orders.len());
        for order in &self.orders {
            w.text(&order.id);
            w.signed(order.from);
            w.number(u64::from(order.until.is_some()));
            w.signed(order.until.unwrap_or(0));
            w.text(&order.rule);
            order.texts.iter().for_each(|text| w.maybe_text(text));
        }
        w.finish()
    }

    /// Returns the name of a place.
    pub fn name(&self, list: Named, index: u32) -> Option<&str> {
        let at = index as usize;
        match list {
            Named::Compound => self.compounds.get(at)?.name.as_deref(),
            Named::House => self.houses.get(at)?.name.as_deref(),
            Named::Door => self.doors.get(at)?.text("name"),
            Named::Place => self.places.get(at)?.name.as_deref(),
        }
    }

    /// Writes the entrances, one column after the other: texts of one kind compress better together.
    fn write_doors(&self, w: &mut Writer, parts: &Parts, compounds: &HashMap<&str, u32>) {
        let houses: HashMap<&str, u32> = numbered(self.houses.iter().map(|h| &*h.id));
        let doors = &self.doors;
        w.count(doors.len());
        doors.iter().for_each(|d| owner(w, &d.building, &houses));
        doors.iter().for_each(|d| owner(w, &d.compound, compounds));
        for door in doors {
            w.behind(self.owner_of(door, &houses, compounds).0, &door.id);
        }
        for door in doors {
            let base = self.owner_of(door, &houses, compounds).1;
            w.behind(base, door.text("name").unwrap_or(""));
        }
        for number in 1..Door::TEXTS.len() {
            doors.iter().for_each(|d| w.maybe_text(&d.texts[number]));
        }
        for number in 0..Door::FLAGS.len() {
            doors.iter().for_each(|d| w.flag(d.flags[number]));
        }
        for door in doors {
            w.number(u64::from(door.level.is_some()));
            w.signed(i64::from(door.level.unwrap_or(0)));
        }
        for door in doors {
            w.number(u64::from(door.without_orders.is_some()));
            w.number(u64::from(door.shut_until.is_some()));
            w.signed(door.shut_until.unwrap_or(0));
        }
        doors.iter().for_each(|d| indexes(w, &d.orders));
        let nodes = nodes_of_entrances(parts);
        let mut at = Point::default();
        for (number, door) in doors.iter().enumerate() {
            point(w, &mut at, door.at, nodes.get(number).copied().flatten());
        }
    }

    /// Returns the id and the name of a compound.
    fn compound(&self, id: Option<&str>, numbers: &HashMap<&str, u32>) -> (&str, &str) {
        let number = id.and_then(|id| numbers.get(id));
        let compound = number.and_then(|n| self.compounds.get(*n as usize));
        compound.map_or(("", ""), |c| (&c.id, c.name.as_deref().unwrap_or("")))
    }

    /// Returns the id and the name of the building of an entrance, or else of its compound.
    fn owner_of(
        &self,
        door: &Door,
        houses: &HashMap<&str, u32>,
        compounds: &HashMap<&str, u32>,
    ) -> (&str, &str) {
        let number = door.building.as_deref().and_then(|id| houses.get(id));
        match number.and_then(|n| self.houses.get(*n as usize)) {
            Some(house) => (&house.id, house.name.as_deref().unwrap_or("")),
            None => self.compound(door.compound.as_deref(), compounds),
        }
    }

    /// Reads the attributes part, and names the entrances of the topology.
    pub fn read(bytes: &[u8], parts: &mut Parts) -> Result<(Passing, Places), Damaged> {
        let mut r = Reader::new(bytes, LETTERS)?;
        let (passing, attrs) = Passing::read(&mut r)?;
        let mut places = Places::default();
        let mut at = Point::default();
        for _ in 0..r.count()? {
            places.compounds.push(Compound {
                id: r.text()?.to_owned(),
                name: r.maybe_text()?,
                at: read_point(&mut r, &mut at, None)?,
                gates: read_indexes(&mut r)?,
            });
        }
        for _ in 0..r.count()? {
            let (compound, number) =
                read_owner(&mut r, |n| Some(places.compounds.get(n)?.id.clone()))?;
            let base = number.and_then(|n| places.compounds.get(n));
            let (id, name) = base.map_or(("", ""), |c| (&c.id, c.name.as_deref().unwrap_or("")));
            let mut house = House {
                compound,
                id: r.behind(id)?,
                name: Some(r.behind(name)?).filter(|name| !name.is_empty()),
                card_compound: r.maybe()?,
                levels: r.maybe()?,
                units: r.maybe()?,
                elevator: r.flag()?,
                at: read_point(&mut r, &mut at, None)?,
                doors: read_indexes(&mut r)?,
                ..House::default()
            };
            house.route_doors = match r.one_of(&[false, true])? {
                true => house.doors.clone(),
                false => read_indexes(&mut r)?,
            };
            house.orders = read_indexes(&mut r)?;
            places.houses.push(house);
        }
        places.read_doors(&mut r, parts, &attrs)?;
        for _ in 0..r.count()? {
            places.places.push(Place {
                collection: r.one_of(&PLACE_KINDS)?,
                id: r.text()?.to_owned(),
                name: r.maybe_text()?,
                kind: r.maybe_text()?,
                compound: r.maybe_text()?,
                capacity: r.maybe()?,
                opening_hours: r.maybe_text()?,
                phone: r.maybe_text()?,
                aed: r.flag()?,
                at: read_point(&mut r, &mut at, None)?,
            });
        }
        for _ in 0..r.count()? {
            let mut order = Order {
                id: r.text()?.to_owned(),
                from: r.signed()?,
                ..Order::default()
            };
            let has_end = r.one_of(&[false, true])?;
            order.until = Some(r.signed()?).filter(|_| has_end);
            order.rule = r.text()?.to_owned();
            for text in &mut order.texts {
                *text = r.maybe_text()?;
            }
            places.orders.push(order);
        }
        r.finish()?;
        places.check()?;
        Ok((passing, places))
    }

    fn read_doors(
        &mut self,
        r: &mut Reader<'_>,
        parts: &mut Parts,
        attrs: &[Attr],
    ) -> Result<(), Damaged> {
        let count = r.count()?;
        let mut doors = vec![Door::default(); count];
        let mut bases: Vec<(String, String)> = vec![Default::default(); count];
        let named = |name: &Option<String>| name.clone().unwrap_or_default();
        for (door, base) in doors.iter_mut().zip(&mut bases) {
            let house = |n: usize| Some(self.houses.get(n)?.id.clone());
            let (building, number) = read_owner(r, house)?;
            door.building = building;
            if let Some(house) = number.and_then(|n| self.houses.get(n)) {
                *base = (house.id.clone(), named(&house.name));
            }
        }
        for (door, base) in doors.iter_mut().zip(&mut bases) {
            let compound = |n: usize| Some(self.compounds.get(n)?.id.clone());
            let (compound, number) = read_owner(r, compound)?;
            door.compound = compound;
            if let (true, Some(c)) = (
                base.0.is_empty(),
                number.and_then(|n| self.compounds.get(n)),
            ) {
                *base = (c.id.clone(), named(&c.name));
            }
        }
        for (door, base) in doors.iter_mut().zip(&bases) {
            door.id = r.behind(&base.0)?;
        }
        for (door, base) in doors.iter_mut().zip(&bases) {
            door.texts[0] = Some(r.behind(&base.1)?).filter(|name| !name.is_empty());
        }
        for number in 1..Door::TEXTS.len() {
            for door in &mut doors {
                door.texts[number] = r.maybe_text()?;
            }
        }
        for number in 0..Door::FLAGS.len() {
            for door in &mut doors {
                door.flags[number] = r.flag()?;
            }
        }
        for door in &mut doors {
            let has_level = r.one_of(&[false, true])?;
            let level = i32::try_from(r.signed()?).map_err(|_| Damaged)?;
            door.level = Some(level).filter(|_| has_level);
        }
        let mut plain = attrs.iter().skip(count).copied();
        for (number, door) in doors.iter_mut().enumerate() {
            door.attr = *attrs.get(number).ok_or(Damaged)?;
            if r.one_of(&[false, true])? {
                door.without_orders = Some(plain.next().ok_or(Damaged)?);
            }
            let is_shut = r.one_of(&[false, true])?;
            door.shut_until = Some(r.signed()?).filter(|_| is_shut);
        }
        for door in &mut doors {
            door.orders = read_indexes(r)?;
        }
        let nodes = nodes_of_entrances(parts);
        let mut at = Point::default();
        for (number, door) in doors.iter_mut().enumerate() {
            door.at = read_point(r, &mut at, nodes.get(number).copied().flatten())?;
        }
        let features = parts.features.iter_mut();
        let entrances = features.filter(|name| name.starts_with(ENTRANCES));
        for (number, name) in entrances.enumerate() {
            *name = format!("{}{}", ENTRANCES, doors.get(number).ok_or(Damaged)?.id);
        }
        self.doors = doors;
        Ok(())
    }

    /// Checks that every index exists, so that no reader has to.
    fn check(&self) -> Result<(), Damaged> {
        let all_below = |list: &[u32], count: usize| list.iter().all(|i| (*i as usize) < count);
        let (doors, orders) = (self.doors.len(), self.orders.len());
        let is_valid = self.compounds.iter().all(|c| all_below(&c.gates, doors))
            && self
                .doors
                .iter()
                .all(|door| all_below(&door.orders, orders))
            && self.houses.iter().all(|house| {
                all_below(&house.doors, doors)
                    && all_below(&house.route_doors, doors)
                    && all_below(&house.orders, orders)
                    && (house.card_compound).map_or(true, |c| (c as usize) < self.compounds.len())
            });
        match is_valid {
            true => Ok(()),
            false => Err(Damaged),
        }
    }
}

/// The beginning of the ids of entrances in the table of features.
const ENTRANCES: &str = "entrances/";

/// The point on the network of each entrance of the topology, in its order: the node of the door or of the gate.
fn nodes_of_entrances(parts: &Parts) -> Vec<Option<Point>> {
    let mut nodes: HashMap<u32, u32> = HashMap::new();
    for gate in &parts.gates {
        if let Some(edge) = parts.edges.get(gate.edge as usize) {
            nodes.entry(gate.feature).or_insert(edge.from);
        }
    }
    for door in &parts.doors {
        if let Spot::Node(node) = door.place {
            nodes.entry(door.feature).or_insert(node);
        }
    }
    let features = parts.features.iter().zip(0..);
    let entrances = features.filter(|(name, _)| name.starts_with(ENTRANCES));
    let points =
        entrances.map(|(_, feature)| parts.nodes.get(*nodes.get(&feature)? as usize).copied());
    points.collect()
}

fn numbered<'a>(ids: impl Iterator<Item = &'a str>) -> HashMap<&'a str, u32> {
    ids.zip(0..).collect()
}

/// Writes the id of an owner: its number, or the text if it is not in the list.
fn owner(w: &mut Writer, id: &Option<String>, numbers: &HashMap<&str, u32>) {
    let number = id.as_deref().and_then(|id| numbers.get(id)).copied();
    w.maybe(number);
    if number.is_none() {
        w.maybe_text(id);
    }
}

fn read_owner(
    r: &mut Reader<'_>,
    id_of: impl Fn(usize) -> Option<String>,
) -> Result<(Option<String>, Option<usize>), Damaged> {
    match r.maybe()? {
        None => Ok((r.maybe_text()?, None)),
        Some(number) => {
            let number = number as usize;
            Ok((Some(id_of(number).ok_or(Damaged)?), Some(number)))
        }
    }
}

/// Writes a position: none, the known one, or another.
fn point(w: &mut Writer, at: &mut Point, to: Option<Point>, known: Option<Point>) {
    match to {
        None => w.number(0),
        Some(_) if to == known => w.number(1),
        Some(to) => {
            w.number(2);
            step(w, at, to);
        }
    }
}

fn read_point(
    r: &mut Reader<'_>,
    at: &mut Point,
    known: Option<Point>,
) -> Result<Option<Point>, Damaged> {
    match r.number()? {
        0 => Ok(None),
        1 => known.map(Some).ok_or(Damaged),
        2 => next(r, at).map(Some),
        _ => Err(Damaged),
    }
}

fn indexes(w: &mut Writer, list: &[u32]) {
    w.count(list.len());
    let mut before = 0;
    for index in list {
        w.signed(i64::from(*index) - before);
        before = i64::from(*index);
    }
}

fn read_indexes(r: &mut Reader<'_>) -> Result<Vec<u32>, Damaged> {
    let mut list = Vec::new();
    let mut at = 0_i64;
    for _ in 0..r.count()? {
        at = at.checked_add(r.signed()?).ok_or(Damaged)?;
        list.push(u32::try_from(at).map_err(|_| Damaged)?);
    }
    Ok(list)
}
