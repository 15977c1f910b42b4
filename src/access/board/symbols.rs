//! The symbols of the web app (`web/src/core/symbols/symbols.ts`): paths in a grid of 24 px, filled by the even-odd
//! rule. A test compares the two copies.

pub(super) const FIRST_AID: &str = "\
    M9.5 3h5v6.5H21v5h-6.5V21h-5v-6.5H3v-5h6.5z";
pub(super) const BATTERY_SWAP: &str = "\
    M9 2h6v2h2.5c.8 0 1.5.7 1.5 1.5v15c0 .8-.7 1.5-1.5 1.5h-11c-.8 0-1.5-.7-1.5-1.5v-15C5 4.7 5.7 4 6.5 4H9z\
    m4 5-5 7h3.2l-.7 5 5.5-7h-3.5z";
pub(super) const REST_STOP: &str = "\
    M3 10h14v1h1.5a3.5 3.5 0 0 1 0 7h-2c-1 1.9-3 3-5.5 3H9c-3.5 0-6-2.5-6-6zm14 3v3h1.5a1.5 1.5 0 0 0 0-3z\
    M7 8c-1-2 1-3 0-5h2c1 2-1 3 0 5zm4 0c-1-2 1-3 0-5h2c1 2-1 3 0 5z";
pub(super) const HANDOVER: &str = "\
    M3 9h5V6a4 4 0 0 1 8 0v3h5v12H3zm7 0h4V6a2 2 0 0 0-4 0zm-3 5v2h6v2.5l4.5-3.5-4.5-3.5V14z";
pub(super) const TOILET: &str = "\
    M7 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM4 7h6v8H8.5v7h-3v-7H4zM11.5 2h1v20h-1zM17 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4\
    zm-1.8 5h3.6l2.4 8h-2.4v7h-3.6v-7h-2.4z";
pub(super) const PARKING: &str = "\
    M6.5 3h6.8a5.7 5.7 0 0 1 0 11.4H10V21H6.5zM10 6.3v4.8h3.1a2.4 2.4 0 0 0 0-4.8z";
pub(super) const GATE_SHUT: &str = "\
    M3 3h3v18H3zm15 0h3v18h-3zM7.5 5H9v14H7.5zm3 0H12v14h-1.5zm3 0H15v14h-1.5zM6 8h12v1.8H6zm0 6h12v1.8H6z";
pub(super) const GATE_UNKNOWN: &str = "\
    M3 3h3v18H3zm15 0h3v18h-3zM12 5c2.3 0 4 1.4 4 3.5 0 1.5-.8 2.4-1.8 3.1-.8.6-1.1 1-1.1 2h-2.3\
    c0-2 .9-2.9 1.8-3.6.7-.5 1-.8 1-1.4 0-.8-.6-1.4-1.6-1.4s-1.7.7-1.7 1.7H8C8 6.5 9.7 5 12 5zm-1.2 10h2.4\
    v2.5h-2.4z";
pub(super) const DISMOUNT: &str = "\
    M9 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM7.5 7h3l2.5 4H16v2h-4l-1.5-2v3.5L13 22h-2.3L8.5 16 6.5 22H4.2L6.5 14z\
    M18.5 14a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm0 2a2 2 0 1 0 0 4 2 2 0 0 0 0-4z";
pub(super) const EBIKE: &str = "\
    M14 3h4.5v2H16l1.3 5.5a4.75 4.75 0 1 1-2 .6L14.9 9.5l-3.7 6.5H10a4.75 4.75 0 1 1-.6-2l.7 0 4-7L13.5 5H14z\
    M5.25 13.5a2.75 2.75 0 1 0 2.6 3.7H5v-2h2.6a2.75 2.75 0 0 0-2.35-1.7zm13 0a2.75 2.75 0 1 0 .2 0\
    l.8 3-2 .5-.8-3a2.7 2.7 0 0 1 1.8-.5zM6 8h5v2H6z";
pub(super) const WALK: &str = "\
    M12.5 1.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM10.5 7h3l1.7 3.3 2.8 1.2-.8 1.9-3.6-1.5-.6-1-.7 3.3 2.7 2.8V23\
    h-2.3v-5l-2.7-2.5L8.8 19 6 22.5l-1.8-1.4 2.5-3.3L8.3 11l-1.3.8V15H5v-4.3z";
pub(super) const LIFT: &str = "\
    M4 2h16v20H4zm2 2v16h12V4zm6 2 3.5 4.5h-7zm0 12-3.5-4.5h7z";
pub(super) const NORTH: &str = "\
    M12 2 19 22l-7-4.5L5 22z";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbols_are_those_of_the_pages() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/web/src/core/symbols/symbols.ts"
        );
        let pages = std::fs::read_to_string(path).unwrap();
        for (name, symbol) in [
            ("first_aid", FIRST_AID),
            ("battery_swap", BATTERY_SWAP),
            ("rest_stop", REST_STOP),
            ("handover", HANDOVER),
            ("toilet", TOILET),
            ("parking", PARKING),
            ("gate_shut", GATE_SHUT),
            ("gate_unknown", GATE_UNKNOWN),
            ("dismount", DISMOUNT),
            ("ebike", EBIKE),
            ("walk", WALK),
            ("lift", LIFT),
            ("north", NORTH),
        ] {
            let (_, after) = pages.split_once(&format!("  {name}:")).unwrap();
            // A long path is written in several pieces.
            let entry = after.split("/**").next().unwrap();
            let drawn: String = entry.split('\'').skip(1).step_by(2).collect();
            assert_eq!(symbol, drawn, "{name}");
        }
    }
}
