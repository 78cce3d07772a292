//! Rich text made of markup ("Rich text block"), as the service does for posts of text alone.
//!
//! Three backticks begin and end a block of code; a line that begins with `>` is quoted; within a line `*`, `_`, `~` and a
//! backtick emphasize what stands between two of them at the edges of words. Lists have no markup: they stay lines.

use serde_json::{Map, Value, json};

use super::{Piece, emoji};

/// How a stretch of text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Style([bool; 4]);

/// The marks and what they are called in a style, in the order of [`Style`].
const MARKS: [(char, &str); 4] = [('*', "bold"), ('_', "italic"), ('~', "strike"), ('`', "code")];
const CODE: usize = 3;

/// A `rich_text` block.
pub(in crate::slack) fn block(pieces: &[Piece], id: &str) -> Value {
    json!({"type": "rich_text", "block_id": id, "elements": elements(pieces)})
}

/// A `rich_text` block of one section in which no mark means anything.
pub(in crate::slack) fn flat(pieces: &[Piece], id: &str) -> Value {
    let mut inlines = Vec::new();
    inline(pieces, Style::default(), false, &mut inlines);
    let section = json!({"type": "rich_text_section", "elements": inlines});
    json!({"type": "rich_text", "block_id": id, "elements": [section]})
}

/// What is in the block; at least one element.
pub(in crate::slack) fn elements(pieces: &[Piece]) -> Vec<Value> {
    let mut out = Vec::new();
    let mut rest = pieces;
    while let Some(open) = fence(rest, 0) {
        let Some(close) = fence(rest, open + 3).filter(|close| *close > open + 3) else { break };
        lines(trim_end(&rest[..open]), &mut out);
        let mut code = Vec::new();
        inline(trim(&rest[open + 3..close]), Style::default(), false, &mut code);
        if !code.is_empty() {
            out.push(json!({"type": "rich_text_preformatted", "border": 0, "elements": code}));
        }
        rest = &rest[close + 3..];
        rest = rest.strip_prefix(&[Piece::Char('\n')]).unwrap_or(rest);
    }
    lines(rest, &mut out);
    if out.is_empty() {
        out.push(json!({"type": "rich_text_section", "elements": []}));
    }
    out
}

/// Where three backticks stand, from `from` on.
fn fence(pieces: &[Piece], from: usize) -> Option<usize> {
    let tick = Piece::Char('`');
    let found = pieces.get(from..)?.windows(3).position(|three| three.iter().all(|piece| *piece == tick))?;
    Some(from + found)
}

fn trim(pieces: &[Piece]) -> &[Piece] {
    let pieces = pieces.strip_prefix(&[Piece::Char('\n')]).unwrap_or(pieces);
    trim_end(pieces)
}

fn trim_end(pieces: &[Piece]) -> &[Piece] {
    pieces.strip_suffix(&[Piece::Char('\n')]).unwrap_or(pieces)
}

/// Sections and quotes.
fn lines(pieces: &[Piece], out: &mut Vec<Value>) {
    if pieces.is_empty() {
        return;
    }
    let mut current: Option<(bool, Vec<Value>)> = None;
    for line in pieces.split(|piece| *piece == Piece::Char('\n')) {
        let quoted = line.first() == Some(&Piece::Char('>'));
        let line = if quoted { &line[1..] } else { line };
        let line = if quoted { line.strip_prefix(&[Piece::Char(' ')]).unwrap_or(line) } else { line };
        match &mut current {
            Some((before, inlines)) if *before == quoted => push_text(inlines, "\n", Style::default()),
            _ => {
                flush(current.take(), out);
                current = Some((quoted, Vec::new()));
            }
        }
        if let Some((_, inlines)) = &mut current {
            inline(line, Style::default(), true, inlines);
        }
    }
    flush(current, out);
}

fn flush(group: Option<(bool, Vec<Value>)>, out: &mut Vec<Value>) {
    if let Some((quoted, inlines)) = group.filter(|(_, inlines)| !inlines.is_empty()) {
        let kind = if quoted { "rich_text_quote" } else { "rich_text_section" };
        out.push(json!({"type": kind, "elements": inlines}));
    }
}

/// One line. A search for a closing mark that fails is not made again, so the time is linear for each mark.
fn inline(pieces: &[Piece], style: Style, marks: bool, out: &mut Vec<Value>) {
    let mut hopeless = [false; 4];
    let mut at = 0;
    while at < pieces.len() {
        let mark =
            mark(&pieces[at]).filter(|mark| marks && !style.0[CODE] && !style.0[*mark] && !hopeless[*mark]);
        if let Some(mark) = mark.filter(|_| opens(pieces, at)) {
            if let Some(end) = closing(pieces, at, mark) {
                let mut inner = style;
                inner.0[mark] = true;
                inline(&pieces[at + 1..end], inner, marks, out);
                at = end + 1;
                continue;
            }
            hopeless[mark] = true;
        }
        push(out, &pieces[at], style);
        at += 1;
    }
}

fn mark(piece: &Piece) -> Option<usize> {
    let Piece::Char(c) = piece else { return None };
    MARKS.iter().position(|(mark, _)| mark == c)
}

fn space(piece: Option<&Piece>) -> bool {
    matches!(piece, Some(Piece::Char(c)) if c.is_whitespace())
}

fn letter(piece: Option<&Piece>) -> bool {
    matches!(piece, Some(Piece::Char(c)) if c.is_alphanumeric())
}

fn opens(pieces: &[Piece], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| pieces.get(at));
    let next = pieces.get(at + 1);
    !letter(before) && next.is_some() && !space(next) && next != Some(&pieces[at])
}

fn closing(pieces: &[Piece], open: usize, mark: usize) -> Option<usize> {
    let mark = Piece::Char(MARKS[mark].0);
    (open + 2..pieces.len())
        .find(|at| pieces[*at] == mark && !space(pieces.get(at - 1)) && !letter(pieces.get(at + 1)))
}

fn push(out: &mut Vec<Value>, piece: &Piece, style: Style) {
    let mut element = match piece {
        Piece::Char(c) => return push_text(out, c.encode_utf8(&mut [0; 4]), style),
        Piece::User(id) => json!({"type": "user", "user_id": id}),
        Piece::Channel(id) => json!({"type": "channel", "channel_id": id}),
        Piece::Group(id) => json!({"type": "usergroup", "usergroup_id": id}),
        Piece::Broadcast(range) => json!({"type": "broadcast", "range": range}),
        Piece::Date { timestamp, format, link, fallback } => {
            let mut date =
                json!({"type": "date", "timestamp": timestamp, "format": format, "fallback": fallback});
            if let Some(link) = link {
                date["url"] = link.as_str().into();
            }
            date
        }
        Piece::Link { url, label } => {
            let mut link = json!({"type": "link", "url": url});
            if let Some(label) = label {
                link["text"] = label.as_str().into();
            }
            link
        }
        Piece::Emoji { name, tone } => {
            let mut element = json!({"type": "emoji", "name": emoji::toned(name, *tone)});
            if let Some(unicode) = emoji::unicode(name, *tone) {
                element["unicode"] = unicode.into();
            }
            element
        }
    };
    if style != Style::default() {
        element["style"] = style.shape();
    }
    out.push(element);
}

/// Adds to the text before if it looks the same.
fn push_text(out: &mut Vec<Value>, text: &str, style: Style) {
    let shape = (style != Style::default()).then(|| style.shape());
    if let Some(Value::Object(last)) = out.last_mut()
        && last.get("type").and_then(Value::as_str) == Some("text")
        && last.get("style") == shape.as_ref()
        && let Some(Value::String(before)) = last.get_mut("text")
    {
        before.push_str(text);
        return;
    }
    let mut element = json!({"type": "text", "text": text});
    if let Some(shape) = shape {
        element["style"] = shape;
    }
    out.push(element);
}

impl Style {
    fn shape(self) -> Value {
        let on = MARKS.iter().zip(self.0).filter(|(_, on)| *on);
        let names: Map<String, Value> = on.map(|((_, name), _)| ((*name).to_owned(), true.into())).collect();
        Value::Object(names)
    }
}
