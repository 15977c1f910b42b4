//! Reads OSM XML as written by JOSM, Overpass and the OpenStreetMap API.
//!
//! - Elements that JOSM marks as deleted (`action="delete"`) or that are not visible are left out.
//!   Negative ids (elements not uploaded yet) are kept as they are.
//! - Overpass may write positions inside of ways and members (`out geom`), or only the centre (`out
//!   center`).
//! - The format has no DTD, so a DOCTYPE is refused. Only the five predefined entities of XML can
//!   occur.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::area::Place;
use super::elements::{Elements, Entity, Kind, Member, OsmError, Part, Way};
use super::tags::Tags;
use crate::model::{Localized, both};

/// The maximum size of one XML tag or text, in bytes.
const LARGEST_EVENT: usize = 1 << 20;
/// The maximum number of nodes, members or tags of one element.
const MOST_PARTS: usize = 1 << 20;
/// The maximum size of the tags of one element, in bytes.
const LARGEST_TAGS: usize = 4 << 20;
/// The maximum length of a server's `<remark>` that is read, in bytes.
const LONGEST_REMARK: usize = 4096;
/// The maximum nesting depth of XML elements: `osm`, `relation`, `member`, `nd`, and some reserve.
const DEEPEST: usize = 8;

/// An OSM XML file.
pub struct XmlFile<R> {
    file: R,
    total: u64,
}

impl<R: Read + Seek> XmlFile<R> {
    /// Opens a file and determines its length.
    pub fn new(mut file: R) -> Result<Self, OsmError> {
        let total = file.seek(SeekFrom::End(0))?;
        Ok(Self { file, total })
    }
}

impl<R: Read + Seek> Elements for XmlFile<R> {
    fn pass(
        &mut self,
        kind: Kind,
        progress: &mut dyn FnMut(f64),
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        self.file.rewind()?;
        let room = Rc::new(Cell::new(0));
        let input = Limited {
            inner: BufReader::with_capacity(1 << 16, &mut self.file),
            room: Rc::clone(&room),
        };
        let mut reader = Reader::from_reader(input);
        let mut pass = Pass::new(kind);
        let mut buffer = Vec::new();
        let total = self.total.max(1) as f64;
        let mut next_report = 0;
        loop {
            buffer.clear();
            room.set(LARGEST_EVENT);
            let event = reader.read_event_into(&mut buffer);
            let at = reader.buffer_position();
            let wrong = |problem: Localized| OsmError::Xml { at, problem };
            let event = match event {
                Ok(Event::Eof) => break,
                Ok(event) => event,
                Err(quick_xml::Error::Io(e)) => return Err(OsmError::Io(same(&e))),
                Err(_) if at >= self.total => return Err(OsmError::Unfinished(self.total)),
                Err(e) => return Err(wrong(syntax(&e))),
            };
            match event {
                Event::Start(tag) => {
                    pass.begin(&tag).map_err(wrong)?;
                    pass.depth += 1;
                    if pass.depth > DEEPEST {
                        return Err(wrong(both!(
                            "元素嵌套超过{DEEPEST}层",
                            "elements are nested more than {DEEPEST} deep"
                        )));
                    }
                }
                Event::Empty(tag) => {
                    pass.begin(&tag).map_err(wrong)?;
                    pass.end(tag.name().as_ref(), each)?;
                }
                Event::End(tag) => {
                    pass.depth = pass.depth.saturating_sub(1);
                    pass.end(tag.name().as_ref(), each)?;
                }
                Event::Text(text) if pass.in_remark && pass.remark.len() < LONGEST_REMARK => {
                    pass.remark.push_str(&text);
                }
                Event::Decl(declaration) => {
                    let encoding = declaration.encoding().and_then(Result::ok);
                    if let Some(other) = encoding.filter(|e| !e.eq_ignore_ascii_case("utf-8")) {
                        return Err(wrong(both!(
                            "编码为“{other}”，可用 `iconv -f {other} -t UTF-8` 转换",
                            "its encoding is {other:?}; `iconv -f {other} -t UTF-8` converts it"
                        )));
                    }
                }
                Event::DocType(_) => {
                    return Err(wrong(both!(
                        "不支持 DOCTYPE，请将其删除",
                        "a DOCTYPE is not allowed; remove it"
                    )));
                }
                _ => {}
            }
            if at >= next_report {
                progress(at as f64 / total);
                next_report = at + (1 << 18);
            }
        }
        if pass.depth > 0 || !pass.rooted {
            return Err(OsmError::Unfinished(self.total));
        }
        progress(1.0);
        Ok(())
    }
}

/// A syntax error that the XML parser reports.
fn syntax(error: &impl std::fmt::Display) -> Localized {
    both!("XML 语法错误（{error}）", "{error}")
}

/// Copies an I/O error, which cannot be cloned.
fn same(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

/// A reader that fails after `room` bytes, so that one XML event cannot fill the memory. `room` is
/// reset before each event.
struct Limited<R> {
    inner: R,
    room: Rc<Cell<usize>>,
}

impl<R: BufRead> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.room.get() == 0 {
            return Err(io::Error::other(format!(
                "one tag or text has more than {LARGEST_EVENT} bytes"
            )));
        }
        let bytes = self.inner.fill_buf()?;
        Ok(&bytes[..bytes.len().min(self.room.get())])
    }

    fn consume(&mut self, n: usize) {
        self.room.set(self.room.get().saturating_sub(n));
        self.inner.consume(n);
    }
}

/// The attributes that are used, of any element.
#[derive(Default)]
struct Attributes {
    id: Option<i64>,
    reference: Option<i64>,
    lat: Option<f64>,
    lon: Option<f64>,
    key: String,
    value: String,
    kind: String,
    role: String,
    gone: bool,
}

impl Attributes {
    fn of(tag: &BytesStart<'_>) -> Result<Self, Localized> {
        let mut all = Self::default();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| syntax(&e))?;
            let name = attribute.key.as_ref();
            let value = || {
                attribute
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_err(|e| syntax(&e))
            };
            let number = |text: &str| {
                let number: Result<i64, _> = text.trim().parse();
                number.map_err(|_| {
                    both!(
                        "应为整数，实际为“{text}”",
                        "expected a whole number, found {text:?}"
                    )
                })
            };
            let degrees = |text: &str| {
                let degrees: Option<f64> = text.trim().parse().ok().filter(|d: &f64| d.is_finite());
                degrees.ok_or_else(|| {
                    both!(
                        "应为经纬度数值，实际为“{text}”",
                        "expected degrees, found {text:?}"
                    )
                })
            };
            match name {
                "id" => all.id = Some(number(&value()?)?),
                "ref" => all.reference = Some(number(&value()?)?),
                "lat" => all.lat = Some(degrees(&value()?)?),
                "lon" => all.lon = Some(degrees(&value()?)?),
                "k" => all.key = value()?.into_owned(),
                "v" => all.value = value()?.into_owned(),
                "type" => all.kind = value()?.into_owned(),
                "role" => all.role = value()?.into_owned(),
                "action" => all.gone |= value()? == "delete",
                "visible" => all.gone |= value()? == "false",
                _ => {}
            }
        }
        Ok(all)
    }

    /// The position, in the integer unit of PBF files (1e-7 degrees).
    fn place(&self) -> Option<Place> {
        let small = |degrees: f64| {
            let units = (degrees * 1e7).round();
            let fits = units.abs() < f64::from(i32::MAX);
            if fits { units as i32 } else { i32::MAX }
        };
        Some((small(self.lon?), small(self.lat?)))
    }
}

/// The OSM element whose end tag has not been read yet.
struct Open {
    kind: Kind,
    id: i64,
    place: Option<Place>,
    gone: bool,
    tags: Vec<(String, String)>,
    tag_bytes: usize,
    nodes: Vec<i64>,
    given: Vec<(i64, Place)>,
    members: Vec<Member>,
    centre: Option<Place>,
}

/// The state of one pass over the file.
struct Pass {
    wanted: Kind,
    depth: usize,
    rooted: bool,
    open: Option<Open>,
    in_member: bool,
    in_remark: bool,
    remark: String,
}

impl Pass {
    fn new(wanted: Kind) -> Self {
        Self {
            wanted,
            depth: 0,
            rooted: false,
            open: None,
            in_member: false,
            in_remark: false,
            remark: String::new(),
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), Localized> {
        let name = tag.name();
        let name = name.as_ref();
        if self.depth == 0 {
            if name != "osm" || self.rooted {
                return Err(both!(
                    "根元素应为唯一的 <osm>，实际为 <{name}>",
                    "expected one element <osm>, found <{name}>"
                ));
            }
            self.rooted = true;
            return Ok(());
        }
        let Some(open) = &mut self.open else {
            let kind = match name {
                "node" => Kind::Node,
                "way" => Kind::Way,
                "relation" => Kind::Relation,
                "remark" => {
                    self.in_remark = true;
                    return Ok(());
                }
                _ => return Ok(()),
            };
            if kind == self.wanted {
                self.open = Some(open_element(kind, tag)?);
            }
            return Ok(());
        };
        let parts = open.tags.len() + open.nodes.len() + open.members.len();
        if parts > MOST_PARTS {
            return Err(both!(
                "一个元素包含的节点、成员和标签超过{MOST_PARTS}个",
                "an element has more than {MOST_PARTS} nodes, members and tags"
            ));
        }
        match name {
            "tag" => {
                let attributes = Attributes::of(tag)?;
                open.tag_bytes += attributes.key.len() + attributes.value.len();
                if open.tag_bytes > LARGEST_TAGS {
                    return Err(both!(
                        "一个元素的标签超过{LARGEST_TAGS}个字节",
                        "the tags of an element have more than {LARGEST_TAGS} bytes"
                    ));
                }
                open.tags.push((attributes.key, attributes.value));
            }
            "nd" => {
                let attributes = Attributes::of(tag)?;
                open.add_node(&attributes, self.in_member)?;
            }
            "member" => {
                let attributes = Attributes::of(tag)?;
                let kind = match attributes.kind.as_str() {
                    "node" => Kind::Node,
                    "way" => Kind::Way,
                    _ => Kind::Relation,
                };
                let id = attributes.reference.ok_or_else(|| {
                    both!("关系的成员没有 ref", "a member of a relation has no ref")
                })?;
                open.members.push(Member {
                    kind,
                    id,
                    part: Part::of_role(attributes.role.as_bytes()),
                    given: Vec::new(),
                });
                self.in_member = true;
            }
            "center" => open.centre = Attributes::of(tag)?.place(),
            _ => {}
        }
        Ok(())
    }

    fn end(
        &mut self,
        name: &str,
        each: &mut dyn FnMut(Entity) -> Result<(), OsmError>,
    ) -> Result<(), OsmError> {
        match name {
            "member" => self.in_member = false,
            "remark" => {
                self.in_remark = false;
                if self.remark.contains("error") {
                    let remark = std::mem::take(&mut self.remark);
                    return Err(OsmError::Remark(remark.trim().to_owned()));
                }
            }
            "node" | "way" | "relation" => {
                self.in_member = false;
                if let Some(entity) = self.open.take().and_then(Open::entity) {
                    each(entity)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn open_element(kind: Kind, tag: &BytesStart<'_>) -> Result<Open, Localized> {
    let attributes = Attributes::of(tag)?;
    let name = match kind {
        Kind::Node => "node",
        Kind::Way => "way",
        Kind::Relation => "relation",
    };
    Ok(Open {
        kind,
        id: attributes
            .id
            .ok_or_else(|| both!("{name} 元素没有 id", "a {name} has no id"))?,
        place: attributes.place(),
        gone: attributes.gone,
        tags: Vec::new(),
        tag_bytes: 0,
        nodes: Vec::new(),
        given: Vec::new(),
        members: Vec::new(),
        centre: None,
    })
}

impl Open {
    /// Adds a node to the current way, or a position to its last member.
    fn add_node(&mut self, attributes: &Attributes, in_member: bool) -> Result<(), Localized> {
        let place = attributes.place();
        if in_member {
            if let Some(member) = self.members.last_mut() {
                if member.given.len() > MOST_PARTS {
                    return Err(both!(
                        "关系的一个成员超过{MOST_PARTS}个节点",
                        "a member has more than {MOST_PARTS} nodes"
                    ));
                }
                member.given.push(place);
            }
            return Ok(());
        }
        let id = attributes
            .reference
            .ok_or_else(|| both!("路径的节点没有 ref", "a node of a way has no ref"))?;
        self.nodes.push(id);
        self.given.extend(place.map(|place| (id, place)));
        Ok(())
    }

    fn entity(self) -> Option<Entity> {
        if self.gone {
            return None;
        }
        let tags = self.tags.iter();
        let tags = Tags::from_bytes(tags.map(|(k, v)| (k.as_bytes(), v.as_bytes())));
        match self.kind {
            // A node without a position was deleted.
            Kind::Node => self.place.map(|place| Entity::Node {
                id: self.id,
                place,
                tags,
            }),
            Kind::Way => Some(Entity::Way(Way {
                id: self.id,
                tags,
                nodes: self.nodes,
                given: self.given,
                centre: self.centre,
            })),
            Kind::Relation => Some(Entity::Relation {
                id: self.id,
                tags,
                members: self.members,
                centre: self.centre,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
