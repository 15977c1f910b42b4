//! The directory part: the names by which places are found, and the pinyin readings of their characters. The server
//! works out the readings, so that a phone needs no dictionary.

use super::bytes::{Damaged, Reader, Writer};

const LETTERS: [u8; 4] = *b"OMN\n";

/// The list of [`super::Places`] that an index refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// A compound.
    Compound,
    /// A building.
    House,
    /// An entrance.
    Door,
    /// A facility, a first-aid station or a member unit.
    Place,
}

const ALL: [Named; 4] = [Named::Compound, Named::House, Named::Door, Named::Place];

/// The names of the places of an area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// The list and index of a place, and a name of it. A place may have several names.
    pub names: Vec<(Named, u32, String)>,
    /// The characters of the names that have pinyin readings, each with its readings; sorted by character.
    pub readings: Vec<(char, Vec<String>)>,
}

impl Names {
    /// Writes the directory part. `own` returns the name of a place in the attributes part; it is not repeated.
    pub fn write<'a>(&self, own: impl Fn(Named, u32) -> Option<&'a str>) -> Vec<u8> {
        let mut w = Writer::new(LETTERS);
        w.count(self.readings.len());
        let mut before = 0;
        for (c, readings) in &self.readings {
            w.signed(i64::from(u32::from(*c)) - before);
            before = i64::from(u32::from(*c));
            w.count(readings.len());
            readings.iter().for_each(|reading| w.text(reading));
        }
        w.count(self.names.len());
        let mut before = 0;
        for (list, index, name) in &self.names {
            w.number(*list as u64);
            w.signed(i64::from(*index) - before);
            before = i64::from(*index);
            let is_own = own(*list, *index) == Some(name.as_str());
            w.text(if is_own { "" } else { name });
        }
        w.finish()
    }

    /// Reads the directory part.
    pub fn read<'a>(
        bytes: &[u8],
        own: impl Fn(Named, u32) -> Option<&'a str>,
    ) -> Result<Names, Damaged> {
        let mut r = Reader::new(bytes, LETTERS)?;
        let mut names = Names::default();
        let mut code = 0_i64;
        for _ in 0..r.count()? {
            code = code.checked_add(r.signed()?).ok_or(Damaged)?;
            let c = u32::try_from(code).ok().and_then(char::from_u32);
            let mut readings = Vec::new();
            for _ in 0..r.count()? {
                readings.push(r.text()?.to_owned());
            }
            names.readings.push((c.ok_or(Damaged)?, readings));
        }
        let mut index = 0_i64;
        for _ in 0..r.count()? {
            let list = r.one_of(&ALL)?;
            index = index.checked_add(r.signed()?).ok_or(Damaged)?;
            let number = u32::try_from(index).map_err(|_| Damaged)?;
            let name = match r.text()? {
                "" => own(list, number).ok_or(Damaged)?,
                name => name,
            };
            names.names.push((list, number, name.to_owned()));
        }
        r.finish()?;
        Ok(names)
    }
}
