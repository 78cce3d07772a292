//! Which addresses may be links, and how they are written.

use std::fmt::Write as _;

/// The address as a link may carry it: absolute `http`, `https` or `mailto`, with everything that could end a quoted
/// attribute or a Markdown destination percent-encoded. `None` for anything else.
pub fn clean_url(url: &str) -> Option<String> {
    let url = url.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let (scheme, rest) = url.split_once(':')?;
    let rest = if scheme.eq_ignore_ascii_case("mailto") {
        rest
    } else if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
        rest.strip_prefix("//")?
    } else {
        return None;
    };
    if rest.is_empty() {
        return None;
    }
    let mut clean = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\'' | '\\' | '`' | '|') {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(clean, "%{byte:02X}");
            }
        } else {
            clean.push(c);
        }
    }
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_schemes_are_links() {
        assert_eq!(clean_url(" https://acme.example/a?b=c#d ").unwrap(), "https://acme.example/a?b=c#d");
        assert_eq!(clean_url("MAILTO:ada@acme.example").unwrap(), "MAILTO:ada@acme.example");
        for bad in
            ["javascript:alert(1)", "data:text/html,x", "//acme.example", "http:acme", "https://", "x", ""]
        {
            assert_eq!(clean_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_in_an_address_can_end_its_quotes() {
        assert_eq!(
            clean_url("http://a/\"><@all>\n'\\`|\u{a0}").unwrap(),
            "http://a/%22%3E%3C@all%3E%0A%27%5C%60%7C"
        );
    }
}
