//! The parts of a rich text block as markup. "Formatting message text": exactly `&`, `<` and `>` are escaped, and there is no
//! way to write `*`, `_`, `~`, a backtick, `:name:` or a `>` at the beginning of a line so that it stays what it is. So markup
//! is what is shown in notifications, where that does little harm, and is trusted with a message only if none of these is in
//! it.

use crate::wire::outgoing::{Part, Piece, Style};

/// Prints parts.
pub(super) fn print(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() {
            out.push('\n');
        }
        match part {
            Part::Section { elements } => pieces(elements, &mut out),
            Part::List { style, indent, offset, elements, .. } => {
                for (index, item) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push('\n');
                    }
                    (0..*indent).for_each(|_| out.push_str("    "));
                    if *style == "ordered" {
                        let number = offset + index + 1;
                        out.push_str(&number.to_string());
                        out.push_str(". ");
                    } else {
                        out.push_str("• ");
                    }
                    if let Part::Section { elements } = item {
                        pieces(elements, &mut out);
                    }
                }
            }
            Part::Quote { elements } => {
                let mut inner = String::new();
                pieces(elements, &mut inner);
                out.push_str("&gt; ");
                out.push_str(&inner.replace('\n', "\n&gt; "));
            }
            Part::Preformatted { elements, .. } => {
                out.push_str("```");
                for piece in elements {
                    if let Piece::Text { text, .. } = piece {
                        escape(text, &mut out);
                    }
                }
                out.push_str("```");
            }
        }
    }
    out
}

/// Whether the markup of these parts can be read in one way only.
pub(super) fn is_exact(parts: &[Part]) -> bool {
    let [Part::Section { elements }] = parts else { return false };
    let text: Option<String> = elements
        .iter()
        .map(|piece| match piece {
            Piece::Text { text, style } if *style == Style::default() => Some(text.as_str()),
            Piece::User { .. } | Piece::Broadcast { .. } => Some("@"),
            _ => None,
        })
        .collect();
    text.is_some_and(|text| {
        let means_nothing = !text.contains(['*', '_', '~', '`']) && !has_emoji(&text);
        means_nothing && text.lines().all(|line| !line.trim_start().starts_with('>'))
    })
}

/// Whether something in it looks like the name of an emoji.
fn has_emoji(text: &str) -> bool {
    let mut between = text.split(':').skip(1).peekable();
    while let Some(name) = between.next() {
        let letters = |c: char| c.is_alphanumeric() || "_+-'".contains(c);
        if between.peek().is_some() && !name.is_empty() && name.chars().all(letters) {
            return true;
        }
    }
    false
}

fn pieces(pieces: &[Piece], out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text { text, style } => styled(text, *style, out, escape),
            Piece::Link { url, text, style } => styled(text, *style, out, |text, out| {
                out.push('<');
                escape(url, out);
                out.push('|');
                escape(text, out);
                out.push('>');
            }),
            Piece::User { user_id } => {
                out.push_str("<@");
                out.push_str(user_id);
                out.push('>');
            }
            Piece::Broadcast { range } => {
                out.push_str("<!");
                out.push_str(range);
                out.push('>');
            }
        }
    }
}

/// Signs stand close to the text, or they mean nothing.
fn styled(text: &str, style: Style, out: &mut String, print: impl Fn(&str, &mut String)) {
    let core = text.trim();
    if core.is_empty() || style == Style::default() {
        return print(text, out);
    }
    let (before, after) = text.split_once(core).unwrap_or_default();
    let signs = [(style.bold, '*'), (style.italic, '_'), (style.strike, '~'), (style.code, '`')];
    out.push_str(before);
    signs.iter().filter(|(on, _)| *on).for_each(|(_, sign)| out.push(*sign));
    print(core, out);
    signs.iter().rev().filter(|(on, _)| *on).for_each(|(_, sign)| out.push(*sign));
    out.push_str(after);
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}
