//! Message text ("Formatting message text"): the markup that goes over the wire, and the rich text made of it.
//!
//! Text is read once into [`Piece`]s: characters with the three entities decoded, and the things in angle brackets. Both
//! the text that is stored (every literal `&`, `<`, `>` written as its entity, bare addresses in brackets, emoji by name)
//! and the rich text ([`rich`]) are written from the pieces, so they cannot disagree. The other way, from rich text to
//! text, is [`plain`].

use std::borrow::Cow;

pub(super) mod emoji;
pub(super) mod markdown;
pub(super) mod plain;
pub(super) mod rich;

/// One piece of markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A literal character, decoded.
    Char(char),
    /// `<@U…>`.
    User(String),
    /// `<#C…|name>`.
    Channel(String),
    /// `<!subteam^S…>`.
    Group(String),
    /// `<!here>`, `<!channel>`, `<!everyone>`.
    Broadcast(&'static str),
    /// `<!date^seconds^format^link|fallback>`, decoded.
    Date { timestamp: i64, format: String, link: Option<String>, fallback: String },
    /// `<url|label>`, decoded.
    Link { url: String, label: Option<String> },
    /// `:name:`, with a skin tone from 2 to 6.
    Emoji { name: String, tone: Option<u8> },
}

/// How text is read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Whether `<@id>` names somebody; what names nobody stays text.
    pub(super) person: &'a dyn Fn(&str) -> bool,
    /// Whether bare addresses become links; `parse=none` says no.
    pub(super) links: bool,
    /// Whether `@here` and its like count, as they do for people who type, and with `link_names` or `parse=full`.
    pub(super) names: bool,
}

/// Reads markup.
pub(super) fn read(text: &str, reading: Reading<'_>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    let mut rest = text;
    // The character before, which decides whether a word begins here.
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let taken = special(rest, first, before, reading);
        let (piece, length) = taken.unwrap_or((Piece::Char(first), first.len_utf8()));
        before = rest[..length].chars().next_back().unwrap_or(' ');
        rest = &rest[length..];
        pieces.push(piece);
    }
    pieces
}

/// What is more than a character at the beginning of `rest`, and how many bytes of it.
fn special(rest: &str, first: char, before: char, reading: Reading<'_>) -> Option<(Piece, usize)> {
    match first {
        '&' => entity(rest),
        '<' => {
            let end = rest[1..].find(['<', '>']).map(|at| at + 1)?;
            let inner = rest[1..end].to_owned();
            let closed = rest[end..].starts_with('>') && !inner.is_empty();
            Some((bracket(&inner, reading).filter(|_| closed)?, end + 1))
        }
        ':' => {
            let (name, length) = emoji::named(rest)?;
            let tone = tone(&rest[length..]);
            let whole = length + if tone.is_some() { ":skin-tone-2:".len() } else { 0 };
            Some((Piece::Emoji { name: name.to_owned(), tone }, whole))
        }
        'h' | 'm' if reading.links && !before.is_alphanumeric() => bare_link(rest),
        '@' if reading.names && !before.is_alphanumeric() => {
            let word = rest[1..].split(|c: char| !c.is_ascii_alphanumeric()).next()?;
            Some((Piece::Broadcast(range(word)?), 1 + word.len()))
        }
        first if !first.is_ascii() => {
            let (name, length) = emoji::drawn(rest)?;
            let tone = emoji::modifier(&rest[length..]);
            let whole = length + if tone.is_some() { '\u{1F3FB}'.len_utf8() } else { 0 };
            Some((Piece::Emoji { name: name.to_owned(), tone }, whole))
        }
        _ => None,
    }
}

fn tone(rest: &str) -> Option<u8> {
    let digit = rest.strip_prefix(":skin-tone-")?.strip_suffix_at(1)?;
    digit.parse().ok().filter(|tone| (2..=6).contains(tone))
}

/// The first `count` bytes if a colon follows them.
trait ThenColon {
    fn strip_suffix_at(&self, count: usize) -> Option<&str>;
}

impl ThenColon for str {
    fn strip_suffix_at(&self, count: usize) -> Option<&str> {
        (self.as_bytes().get(count) == Some(&b':')).then(|| self.get(..count)).flatten()
    }
}

fn entity(rest: &str) -> Option<(Piece, usize)> {
    let known = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
    known.iter().find(|(text, _)| rest.starts_with(text)).map(|(text, c)| (Piece::Char(*c), text.len()))
}

/// What stands between angle brackets.
fn bracket(inner: &str, reading: Reading<'_>) -> Option<Piece> {
    let (target, label) = match inner.split_once('|') {
        Some((target, label)) => (target, Some(label)),
        None => (inner, None),
    };
    if let Some(id) = target.strip_prefix('@') {
        return (reading.person)(id).then(|| Piece::User(id.to_owned()));
    }
    if let Some(id) = target.strip_prefix('#') {
        return is_id(id).then(|| Piece::Channel(id.to_owned()));
    }
    if let Some(id) = target.strip_prefix("!subteam^") {
        return is_id(id).then(|| Piece::Group(id.to_owned()));
    }
    if let Some(date) = target.strip_prefix("!date^") {
        let mut parts = date.splitn(3, '^');
        let timestamp = parts.next()?.parse().ok()?;
        let format = decode(parts.next()?).into_owned();
        let link = parts.next().map(|link| decode(link).into_owned());
        return Some(Piece::Date { timestamp, format, link, fallback: decode(label?).into_owned() });
    }
    if let Some(word) = target.strip_prefix('!') {
        return range(word).map(Piece::Broadcast);
    }
    let schemes = ["http://", "https://", "mailto:", "tel:"];
    let url = schemes.iter().any(|scheme| target.len() > scheme.len() && target.starts_with(scheme));
    let label = label.map(|label| decode(label).into_owned()).filter(|label| !label.is_empty());
    url.then(|| Piece::Link { url: decode(target).into_owned(), label })
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn range(word: &str) -> Option<&'static str> {
    ["here", "channel", "everyone"].into_iter().find(|known| *known == word)
}

/// An address that was written without brackets.
fn bare_link(rest: &str) -> Option<(Piece, usize)> {
    let scheme = ["https://", "http://", "mailto:"].into_iter().find(|scheme| rest.starts_with(scheme))?;
    let end = rest.find(|c: char| c.is_whitespace() || "<>|\"".contains(c)).unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(|c: char| ".,!?;:)'*_~`".contains(c));
    let url = ["&gt;", "&lt;"].iter().filter_map(|stop| url.find(stop)).min().map_or(url, |at| &url[..at]);
    let host = url.len() > scheme.len() && url[scheme.len()..].starts_with(char::is_alphanumeric);
    host.then(|| (Piece::Link { url: decode(url).into_owned(), label: None }, url.len()))
}

/// Decodes the three entities, and nothing else is one.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").into()
}

/// Writes the three characters as their entities.
pub(super) fn encode(out: &mut String, text: &str) {
    for c in text.chars() {
        encode_char(out, c);
    }
}

fn encode_char(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    }
}

/// The text as it is stored.
pub(super) fn write(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        write_piece(&mut out, piece);
    }
    out
}

/// One piece as it is stored.
pub(super) fn write_piece(out: &mut String, piece: &Piece) {
    match piece {
        Piece::Char(c) => encode_char(out, *c),
        Piece::User(id) => out.extend(["<@", id, ">"]),
        Piece::Channel(id) => out.extend(["<#", id, ">"]),
        Piece::Group(id) => out.extend(["<!subteam^", id, ">"]),
        Piece::Broadcast(range) => out.extend(["<!", range, ">"]),
        Piece::Date { timestamp, format, link, fallback } => {
            out.extend(["<!date^", &timestamp.to_string(), "^"]);
            encode(out, format);
            if let Some(link) = link {
                out.push('^');
                encode(out, link);
            }
            out.push('|');
            encode(out, fallback);
            out.push('>');
        }
        Piece::Link { url, label } => {
            out.push('<');
            encode(out, url);
            if let Some(label) = label {
                out.push('|');
                encode(out, label);
            }
            out.push('>');
        }
        Piece::Emoji { name, tone } => {
            out.extend([":", name, ":"]);
            if let Some(tone) = tone {
                out.extend([":skin-tone-", tone.to_string().as_str(), ":"]);
            }
        }
    }
}

/// The first address that a preview could be made of.
pub(super) fn first_link(pieces: &[Piece]) -> Option<&str> {
    pieces.iter().find_map(|piece| match piece {
        Piece::Link { url, .. } if url.starts_with("http") => Some(url.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
