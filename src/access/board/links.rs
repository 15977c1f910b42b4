//! The addresses that QR codes open.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const KEEP: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The address of the riders' page, of a building on it, or of a unit of the building. `base` is the address of the
/// service.
pub fn rider_url(base: &str, building: Option<&str>, unit: Option<&str>) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, KEEP).to_string();
    let mut url = format!("{}/rider", base.trim_end_matches('/'));
    if let Some(building) = building {
        url.push_str(&format!("?b={}", encoded(building)));
        if let Some(unit) = unit {
            url.push_str(&format!("&unit={}", encoded(unit)));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_that_of_the_riders_page() {
        let base = "https://map.example/city/";
        assert_eq!(
            rider_url(base, None, None),
            "https://map.example/city/rider"
        );
        assert_eq!(
            rider_url("https://map.example", Some("wq-3"), Some("2")),
            "https://map.example/rider?b=wq-3&unit=2"
        );
        assert_eq!(
            rider_url("http://h", Some("号&1/2"), None),
            "http://h/rider?b=%E5%8F%B7%261%2F2"
        );
    }
}
