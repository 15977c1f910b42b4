//! The functions that the page calls: they reserve memory, receive the parts of the network and answer requests. A
//! request is a text of lines `name=value`; an answer is JSON, in the same form as the server's.

use std::cell::RefCell;
use std::rc::Rc;

use crate::json::Json;
use crate::network::core::{Memory, Topology};
use crate::access::directory::Directory;
use crate::network::file::{read_topology, Damaged, Names, Places, Shapes};
use crate::tables::set_readings;
use crate::service::routes::Area;
use crate::ways::{Sights, Ways};

mod card;
mod near;
mod route;
mod search;
mod trip;

/// An opened area with the numbers of its commits.
pub struct Opened {
    pub area: Rc<Area>,
    pub seq: i64,
    pub network_seq: i64,
    pub memory: Memory,
    pub directory: Directory,
}

#[derive(Default)]
struct State {
    /// The parts by number: topology, geometry, attributes, directory.
    parts: [Vec<u8>; 4],
    opened: Option<Opened>,
    answer: String,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Returns memory for `length` bytes, which the page fills. The next call that takes it frees it.
#[no_mangle]
pub extern "C" fn reserve(length: usize) -> *mut u8 {
    let mut bytes: Vec<u8> = Vec::with_capacity(length);
    let at = bytes.as_mut_ptr();
    std::mem::forget(bytes);
    at
}

/// Takes back the memory that [`reserve`] returned, filled with `length` bytes.
fn taken(at: *mut u8, length: usize) -> Vec<u8> {
    // The page passes what `reserve` returned, with the same length, once.
    unsafe { Vec::from_raw_parts(at, length, length) }
}

/// Keeps a part for [`open`].
#[no_mangle]
pub extern "C" fn put(part: usize, at: *mut u8, length: usize) {
    let bytes = taken(at, length);
    STATE.with(|state| {
        if let Some(own) = state.borrow_mut().parts.get_mut(part) {
            *own = bytes;
        }
    });
}

/// Opens the area of the kept parts. Returns 1, or 0 if a part is damaged or the parts do not fit together.
#[no_mangle]
pub extern "C" fn open(seq: f64, network_seq: f64) -> u32 {
    STATE.with(|state| {
        let mut state = state.borrow_mut();
        let parts = std::mem::take(&mut state.parts);
        state.opened = read(&parts).ok().map(|(area, directory)| Opened {
            area: Rc::new(area),
            seq: seq as i64,
            network_seq: network_seq as i64,
            memory: Memory::new(),
            directory,
        });
        u32::from(state.opened.is_some())
    })
}

fn read(parts: &[Vec<u8>; 4]) -> Result<(Area, Directory), Damaged> {
    let [topology, geometry, attributes, directory] = parts;
    let mut network = read_topology(topology)?;
    let shapes = Shapes::read(geometry, &mut network)?;
    let (passing, places) = Places::read(attributes, &mut network)?;
    let features = network.features.len();
    if passing.table.attrs.len() != features || passing.way_names.len() != features {
        return Err(Damaged);
    }
    let ways = Ways::new(Topology::new(network).map_err(|_| Damaged)?);
    let mut names = Names::read(directory, |list, index| places.name(list, index))?;
    set_readings(std::mem::take(&mut names.readings));
    let directory = Directory::new(names, |list, index| search::place(&places, list, index));
    let area = Area::new(ways, Sights::new(shapes.outlines), passing, places);
    Ok((area, directory))
}

/// Answers a request. Returns the length of the answer, which begins at [`answer`].
#[no_mangle]
pub extern "C" fn call(at: *mut u8, length: usize) -> usize {
    let bytes = taken(at, length);
    let text = String::from_utf8_lossy(&bytes);
    let request = Request::read(&text);
    STATE.with(|state| {
        let mut state = state.borrow_mut();
        let mut json = Json::default();
        match &mut state.opened {
            Some(opened) => reply(opened, &request, &mut json),
            None => refuse(&mut json, 503, "not_open"),
        }
        state.answer = json.finish();
        state.answer.len()
    })
}

/// Returns where the last answer begins.
#[no_mangle]
pub extern "C" fn answer() -> *const u8 {
    STATE.with(|state| state.borrow().answer.as_ptr())
}

/// A request: lines `name=value`.
pub struct Request<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Request<'a> {
    fn read(text: &'a str) -> Request<'a> {
        Request(text.lines().filter_map(|line| line.split_once('=')).collect())
    }

    /// Returns a value; an empty one counts as missing.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(key, value)| *key == name && !value.is_empty());
        found.map(|(_, value)| *value)
    }

    /// Returns all values of a name.
    pub fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned()).collect()
    }
}

fn reply(opened: &mut Opened, request: &Request<'_>, json: &mut Json) {
    match request.get("op") {
        Some("route") => route::answer(opened, request, json),
        Some("near") => near::answer(opened, request, json),
        Some("trip") => trip::answer(opened, request, json),
        Some("search") => search::answer(opened, request, json),
        Some("card") => card::answer(opened, request, json),
        Some("prepare") => prepare(opened, request, json),
        _ => refuse(json, 400, "unknown_call"),
    }
}

/// Computes the lower bounds of travel times for the profile of the request.
fn prepare(opened: &mut Opened, request: &Request<'_>, json: &mut Json) {
    let area = &opened.area;
    match request.get("profile").and_then(|name| area.profile(name)) {
        Some(profile) => {
            area.prepare(profile);
            json.object(|_| {});
        }
        None => refuse(json, 422, "unknown_profile"),
    }
}

/// Answers that a request is refused, with the status that the server would send.
pub fn refuse(json: &mut Json, status: i64, code: &str) {
    json.object(|json| {
        json.key("problem").object(|json| {
            json.key("status").whole(status);
            json.key("code").text(code);
        });
    });
}
