//! Cuts FeatureCollections and single features.

use std::io::BufRead;

use super::Piece;
use super::error::{Part, SplitError};
use super::scanner::Scanner;

/// The largest size, in bytes, of the name of a member and of the member `crs`. A larger one counts as empty.
const MEMBER_LIMIT: usize = 64 * 1024;

/// What is found in a document, in order.
pub enum Found {
    /// A document begins; a file that was concatenated from several has more than one.
    Document,
    /// A feature.
    Piece(Piece),
    /// The member `crs` of a collection, as bytes.
    Crs(Vec<u8>),
}

/// Cuts a file that holds a FeatureCollection or a single feature, or several of them one after the other, each
/// with or without a byte order mark. Calls `each` with what it finds.
///
/// # Errors
/// If a document is not a JSON object or is truncated. An error of `each` ends the reading and is returned.
pub fn document<E: From<SplitError>>(
    input: impl BufRead,
    limit: usize,
    each: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let mut scanner = Scanner { input, line: 1 };
    let mut index = 0;
    scanner.skip_marks().map_err(SplitError::Io)?;
    loop {
        each(Found::Document)?;
        one_document(&mut scanner, limit, &mut index, each)?;
        match scanner.skip_marks().map_err(SplitError::Io)? {
            None => return Ok(()),
            Some(b'{') => {}
            Some(b) => return Err(scanner.unexpected(Part::EndOfFile, b).into()),
        }
    }
}

fn one_document<E: From<SplitError>>(
    scanner: &mut Scanner<impl BufRead>,
    limit: usize,
    index: &mut u64,
    each: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let line = scanner.line;
    scanner.expect(b'{', Part::Object)?;
    // Keep the members: without `features` the document is a single feature.
    let mut members: Vec<u8> = b"{".to_vec();
    let mut too_big = 0u64;
    let mut collection = false;
    loop {
        match scanner.skip_space().map_err(SplitError::Io)? {
            Some(b'}') => {
                scanner.next().map_err(SplitError::Io)?;
                break;
            }
            Some(b'"') => {}
            Some(b) => return Err(scanner.unexpected(Part::MemberName, b).into()),
            None => return Err(SplitError::Truncated(Part::Document).into()),
        }
        let name = scanner
            .value(MEMBER_LIMIT, Part::MemberName)?
            .unwrap_or_default();
        scanner.expect(b':', Part::Colon)?;
        let next = scanner.skip_space().map_err(SplitError::Io)?;
        if name == b"\"features\"" && next == Some(b'[') {
            collection = true;
            features(scanner, limit, index, each)?;
        } else if name == b"\"crs\"" {
            let value = scanner
                .value(MEMBER_LIMIT, Part::Member)?
                .unwrap_or_default();
            if collection && value != b"null" {
                return Err(SplitError::LateCrs.into());
            }
            each(Found::Crs(value))?;
        } else {
            let room = if collection {
                0
            } else {
                limit.saturating_sub(members.len())
            };
            match scanner.value(room, Part::Member)? {
                Ok(value) => {
                    if members.len() > 1 {
                        members.push(b',');
                    }
                    members.extend_from_slice(&name);
                    members.push(b':');
                    members.extend_from_slice(&value);
                }
                Err(size) => too_big += size,
            }
        }
        match scanner.skip_space().map_err(SplitError::Io)? {
            Some(b',') => {
                scanner.next().map_err(SplitError::Io)?;
            }
            Some(b'}') => {}
            Some(b) => {
                return Err(scanner.unexpected(Part::EndOfMember, b).into());
            }
            None => return Err(SplitError::Truncated(Part::Document).into()),
        }
    }
    if collection {
        return Ok(());
    }
    members.push(b'}');
    let bytes = if too_big > 0 {
        Err(too_big + members.len() as u64)
    } else {
        Ok(members)
    };
    *index += 1;
    each(Found::Piece(Piece {
        line,
        index: *index - 1,
        bytes,
    }))
}

fn features<E: From<SplitError>>(
    scanner: &mut Scanner<impl BufRead>,
    limit: usize,
    index: &mut u64,
    each: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    scanner.expect(b'[', Part::List)?;
    let mut first = true;
    loop {
        match scanner.skip_space().map_err(SplitError::Io)? {
            Some(b']') => {
                scanner.next().map_err(SplitError::Io)?;
                return Ok(());
            }
            Some(b',') if !first => {
                scanner.next().map_err(SplitError::Io)?;
                scanner.skip_space().map_err(SplitError::Io)?;
            }
            Some(_) if first => {}
            Some(b) => {
                return Err(scanner.unexpected(Part::EndOfFeature, b).into());
            }
            None => return Err(SplitError::Truncated(Part::Features).into()),
        }
        let line = scanner.line;
        let bytes = scanner.value(limit, Part::Features)?;
        if bytes.as_ref().is_ok_and(Vec::is_empty) {
            return Err(SplitError::Unexpected {
                line,
                expected: Part::Feature,
                found: None,
            }
            .into());
        }
        each(Found::Piece(Piece {
            line,
            index: *index,
            bytes,
        }))?;
        *index += 1;
        first = false;
    }
}
