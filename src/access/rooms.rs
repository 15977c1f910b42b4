//! Parses the list of rooms behind a door. `101-1803` means rooms 01 to 03 on storeys 1 to 18; `1-12,14` means the
//! rooms with the numbers 1 to 12 and 14.
//!
//! This file uses only `std` and is also part of the program for phones.

/// Normalizes the name of a unit or room for comparison: ASCII digits, capital letters, without spaces and without 单元,
/// 室 and 号.
pub fn plain(text: &str) -> String {
    let half: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            // Full-width forms of ASCII.
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_uppercase)
        .collect();
    let bare = ["单元", "單元", "UNIT", "室", "号", "號"]
        .into_iter()
        .fold(half.as_str(), |text, word| {
            text.strip_suffix(word).unwrap_or(text)
        });
    bare.strip_prefix("UNIT").unwrap_or(bare).to_owned()
}

/// Returns the storey of a room whose number begins with it: 501 is on the fifth. `None` for other names.
pub fn storey(room: &str) -> Option<u32> {
    let number: u32 = plain(room).parse().ok()?;
    Some(number / 100).filter(|storey| (1..=200).contains(storey))
}

/// Returns whether `rooms`, the list of a door, contains `room`.
pub fn holds(rooms: &str, room: &str) -> bool {
    let room = plain(room);
    rooms
        .split(&[',', '，', '、', ';', '；'][..])
        .any(|part| is_in(&plain(part), &room))
}

fn is_in(part: &str, room: &str) -> bool {
    if part == room {
        return !room.is_empty();
    }
    let (first, last) = match part.split_once(&['-', '~', '—', '至'][..]) {
        Some(ends) => ends,
        None => return false,
    };
    let ((prefix, first), (end_prefix, last), (own, room)) =
        (numbered(first), numbered(last), numbered(room));
    let same = own == prefix && (end_prefix == prefix || end_prefix.is_empty());
    match (first, last, room) {
        (Some(first), Some(last), Some(room)) => same && within(first, last, room),
        _ => false,
    }
}

/// Splits a text such as `A101` into the letters before the first digit and the number after them.
fn numbered(text: &str) -> (&str, Option<u32>) {
    let at = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let (prefix, number) = text.split_at(at);
    (prefix, number.parse().ok())
}

fn within(first: u32, last: u32, room: u32) -> bool {
    let (storey, door) = (|n: u32| n / 100, |n: u32| n % 100);
    let is_by_storey = first >= 100 && storey(first) != storey(last) && door(first) <= door(last);
    if is_by_storey {
        return (storey(first)..=storey(last)).contains(&storey(room))
            && (door(first)..=door(last)).contains(&door(room));
    }
    (first..=last).contains(&room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_room_begins_with_its_storey() {
        assert_eq!(storey("501室"), Some(5));
        assert_eq!(storey(" １８０３ "), Some(18));
        for unknown in ["12", "A501", "", "99999"] {
            assert_eq!(storey(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_range_over_storeys_means_the_doors_of_each() {
        for (room, is_there) in [
            ("101", true),
            ("502", true),
            ("1803", true),
            ("504", false),
            ("1901", false),
            ("1", false),
            ("５０２室", true),
        ] {
            assert_eq!(holds("101-1803", room), is_there, "{room}");
        }
    }

    #[test]
    fn a_list_of_numbers_means_those_numbers() {
        for (room, is_there) in [
            ("1", true),
            ("12", true),
            ("13", false),
            ("14", true),
            ("", false),
        ] {
            assert_eq!(holds("1-12,14", room), is_there, "{room}");
        }
        // 04 to 01 is no valid range of doors, so 104 to 201 is a plain range of numbers.
        assert!(holds("104-201", "150"));
        assert!(holds("A101-A603、底商", "a502"));
        assert!(holds("A101-603", "A502"));
        assert!(!holds("A101-603", "502"));
        assert!(holds("A101-603、底商", "底商"));
        assert!(!holds("", "101"));
        assert!(!holds("-", ""));
    }

    #[test]
    fn units_are_compared_as_people_write_them() {
        for text in ["2", "2单元", "２單元", " 2 单元", "unit 2", "2号"] {
            assert_eq!(plain(text), "2", "{text}");
        }
        assert_eq!(plain("a座"), "A座");
    }
}
