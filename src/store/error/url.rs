//! Database URLs in logs and errors.

/// A database URL for logs: the password is replaced by `***`.
pub(in crate::store) fn without_password(url: &str) -> String {
    let mut text = url.to_owned();
    if let Some((scheme, rest)) = text.split_once("://") {
        // A password may contain an unescaped `@`, so the last `@` ends it.
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let end = match rest[..authority].rfind('@') {
            Some(at) => Some(at),
            // An unescaped `/` in a password looks like the end of the host.
            None => rest.rfind('@'),
        };
        if let Some(at) = end
            && let Some((user, _)) = rest[..at].split_once(':')
        {
            text = format!("{scheme}://{user}:***{}", &rest[at..]);
        }
    }
    if let Some(start) = text.find("password=") {
        let from = start + "password=".len();
        let to = text[from..].find('&').map_or(text.len(), |n| from + n);
        text.replace_range(from..to, "***");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("sqlite:onemap.db", "sqlite:onemap.db"),
            ("postgres://map@db/m", "postgres://map@db/m"),
            (
                "postgres://map:geheim@db:5432/m",
                "postgres://map:***@db:5432/m",
            ),
            ("postgre://map:a@b@db/m", "postgre://map:***@db/m"),
            ("postgres://map:a/b@db/m", "postgres://map:***@db/m"),
            (
                "postgres:///m?user=a&password=geheim&host=/tmp",
                "postgres:///m?user=a&password=***&host=/tmp",
            ),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
