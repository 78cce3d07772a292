//! Markup. "Formatting message text": `*bold*`, `_italic_`, `~struck~`, code in backticks, lines that begin with `>`; whatever
//! has a meaning to the service stands in angle brackets; exactly `&`, `<` and `>` are escaped.
//!
//! Every character is looked at a bounded number of times, so no text takes longer than its length.

use std::collections::HashMap;
use std::rc::Rc;

use entente_model::{Block, Inline, Mention};
use entente_text::clean_url;
use entente_text::runs::{self, Leaf, Run, Style};

use super::Names;
use super::rich::paragraphs;

const FENCE: &str = "```";

/// What those are called who are named with a label: `<@U1|ada>`, `<#C1|general>`, `<!subteam^S1|@group>`.
pub(super) fn names(text: &str) -> HashMap<&str, String> {
    let mut names = HashMap::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let Some((inside, _)) = inside(rest) else { continue };
        let Some((id, label)) = inside.split_once('|').filter(|(_, label)| !label.is_empty()) else {
            continue;
        };
        let id = id.strip_prefix(['@', '#']).or_else(|| id.strip_prefix("!subteam^"));
        if let Some(id) = id {
            names.insert(id, unescaped(label.trim_start_matches('@')));
        }
    }
    names
}

/// What stands in angle brackets that were opened before `rest`, and what follows.
fn inside(rest: &str) -> Option<(&str, &str)> {
    let end = rest.find(['<', '>'])?;
    rest[end..].starts_with('>').then(|| (&rest[..end], &rest[end + 1..]))
}

/// Reads markup.
pub(super) fn blocks(names: &Names<'_>, text: &str) -> Vec<Block> {
    let text = names.bounded(text);
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let fenced = rest.find(FENCE).and_then(|open| {
            let inner = open + FENCE.len();
            let close = rest[inner..].find(FENCE)? + inner;
            Some((open, inner, close))
        });
        let Some((open, inner, close)) = fenced else {
            lines(names, rest, &mut out);
            return out;
        };
        lines(names, &rest[..open], &mut out);
        let code = unescaped(&rest[inner..close]);
        let code: String = code.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let code = code.strip_prefix('\n').unwrap_or(&code).trim_end_matches('\n');
        if !code.trim().is_empty() {
            out.push(Block::Code { language: None, text: code.to_owned() });
        }
        let after = &rest[close + FENCE.len()..];
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
}

/// Lines between blocks of code: quotes and paragraphs.
fn lines(names: &Names<'_>, text: &str, out: &mut Vec<Block>) {
    let mut plain: Vec<Run> = Vec::new();
    let mut quote: Vec<Run> = Vec::new();
    let mut to_the_end = false;
    for line in text.split('\n') {
        let line = line.trim_end_matches('\r');
        let rest = ["&gt;&gt;&gt;", ">>>"].iter().find_map(|mark| line.strip_prefix(mark));
        to_the_end |= rest.is_some();
        let mark = rest.or_else(|| line.strip_prefix("&gt;")).or_else(|| line.strip_prefix('>'));
        let quoted = mark.or_else(|| to_the_end.then_some(line));
        if let Some(quoted) = quoted {
            end(&mut plain, out, None);
            inline(names, quoted.strip_prefix(' ').unwrap_or(quoted), &mut quote);
            quote.push(Run { style: Style::default(), link: None, leaf: Leaf::Break });
        } else {
            end(&mut quote, out, Some(Block::Quote));
            inline(names, line, &mut plain);
            plain.push(Run { style: Style::default(), link: None, leaf: Leaf::Break });
        }
    }
    end(&mut plain, out, None);
    end(&mut quote, out, Some(Block::Quote));
}

fn end(content: &mut Vec<Run>, out: &mut Vec<Block>, around: Option<fn(Vec<Block>) -> Block>) {
    let blocks = paragraphs(std::mem::take(content));
    match around {
        Some(around) if !blocks.is_empty() => out.push(around(blocks)),
        _ => out.extend(blocks),
    }
}

/// A character of a line, or something that stands in it as a whole.
enum Atom {
    Char(char),
    /// A sign that may begin or end a style.
    Sign(usize),
    Whole(Vec<Run>),
}

/// The signs, and what each does.
const SIGNS: [char; 3] = ['*', '_', '~'];

/// Reads a line.
fn inline(names: &Names<'_>, line: &str, out: &mut Vec<Run>) {
    let atoms = atoms(names, line);
    let mut styles = vec![Style::default(); atoms.len()];
    let mut marks = vec![false; atoms.len()];
    let mut open: [Option<usize>; 3] = [None; 3];
    for index in 0..atoms.len() {
        let Atom::Sign(sign) = atoms[index] else { continue };
        let before = index.checked_sub(1).map(|index| &atoms[index]);
        let after = atoms.get(index + 1);
        let ends = before.is_some_and(|atom| !is_white(atom)) && after.is_none_or(|atom| !is_word(atom));
        let begins = after.is_some_and(|atom| !is_white(atom)) && before.is_none_or(|atom| !is_word(atom));
        match open[sign] {
            // Nothing stands between them: two signs, and no style.
            Some(begun) if ends && begun + 1 < index => {
                for style in &mut styles[begun + 1..index] {
                    *[&mut style.bold, &mut style.italic, &mut style.strike][sign] = true;
                }
                (marks[begun], marks[index]) = (true, true);
                open[sign] = None;
            }
            _ if begins => open[sign] = Some(index),
            _ => {}
        }
    }
    let mut text = String::new();
    let mut style = Style::default();
    for (index, atom) in atoms.into_iter().enumerate() {
        if marks[index] {
            continue;
        }
        if styles[index] != style {
            flush(&mut text, style, out);
            style = styles[index];
        }
        match atom {
            Atom::Char(c) => text.push(c),
            Atom::Sign(sign) => text.push(SIGNS[sign]),
            Atom::Whole(runs) => {
                flush(&mut text, style, out);
                for run in runs {
                    runs::push(out, Run { style, ..run });
                }
            }
        }
    }
    flush(&mut text, style, out);
}

fn flush(text: &mut String, style: Style, out: &mut Vec<Run>) {
    let text = runs::uncontrolled(&std::mem::take(text));
    runs::push(out, Run { style, link: None, leaf: Leaf::Text(text) });
}

fn is_white(atom: &Atom) -> bool {
    matches!(atom, Atom::Char(c) if c.is_whitespace())
}

fn is_word(atom: &Atom) -> bool {
    matches!(atom, Atom::Char(c) if c.is_alphanumeric())
}

fn atoms(names: &Names<'_>, line: &str) -> Vec<Atom> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    // Once there is no backtick left there will be none.
    let mut ticks = true;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = after;
        match c {
            '`' if ticks => match after.find('`') {
                Some(end) if !after[..end].trim().is_empty() => {
                    let code = Inline::Code(unescaped(&after[..end]));
                    out.push(Atom::Whole(runs::flatten(&[code])));
                    rest = &after[end + 1..];
                }
                Some(_) => out.push(Atom::Char(c)),
                None => {
                    ticks = false;
                    out.push(Atom::Char(c));
                }
            },
            '<' => match inside(after) {
                Some((inside, behind)) => {
                    out.push(Atom::Whole(special(names, inside)));
                    rest = behind;
                }
                None => out.push(Atom::Char(c)),
            },
            '&' => {
                let (c, behind) = unescape(after);
                out.push(Atom::Char(c));
                rest = behind;
            }
            ':' => match emoji(after) {
                Some((picture, behind)) => {
                    out.extend(picture.chars().map(Atom::Char));
                    rest = behind;
                }
                None => out.push(Atom::Char(c)),
            },
            c => out.push(match SIGNS.iter().position(|sign| *sign == c) {
                Some(sign) => Atom::Sign(sign),
                None => Atom::Char(c),
            }),
        }
    }
    out
}

/// The longest name of an emoji, with its tone.
const LONGEST_EMOJI: usize = 120;

/// The picture whose name stands between colons, of which the first was before this, and what follows. `None` for what no
/// emoji of Unicode is called: a workspace's own stays a name.
fn emoji(after: &str) -> Option<(String, &str)> {
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_+-'".contains(c);
    let near = &after[..after.floor_char_boundary(LONGEST_EMOJI)];
    let end = near.find(|c: char| !named(c)).filter(|end| near[*end..].starts_with(':') && *end > 0)?;
    let tone = near[end..].strip_prefix("::skin-tone-").and_then(|rest| rest.split_once(':'));
    let toned = tone.map(|(tone, _)| end + "::skin-tone-".len() + tone.len());
    let end = toned.unwrap_or(end);
    let found = crate::emoji::read(&after[..end]);
    found.name().is_none().then(|| (found.as_str().to_owned(), &after[end + 1..]))
}

/// What stands in angle brackets.
fn special(names: &Names<'_>, inside: &str) -> Vec<Run> {
    let (what, label) = inside.split_once('|').unwrap_or((inside, ""));
    let label = unescaped(label);
    let text = |text: &str| vec![Inline::Text(text.to_owned())];
    let everybody =
        |name: &str| Inline::Mention(Mention { everybody: true, account: None, name: name.to_owned() });
    let inlines = if let Some(user) = what.strip_prefix('@') {
        vec![Inline::Mention(names.user(user))]
    } else if let Some(channel) = what.strip_prefix('#') {
        text(&names.channel(channel))
    } else if let Some(group) = what.strip_prefix("!subteam^") {
        vec![Inline::Mention(names.named(group, "group"))]
    } else if let Some(command) = what.strip_prefix('!') {
        match command {
            "here" | "channel" | "everyone" => vec![everybody(command)],
            // Dates and what does not exist yet say in their label what to show.
            _ if label.is_empty() => text(&format!("<{inside}>")),
            _ => text(&label),
        }
    } else {
        let url = unescaped(what);
        let shown = if label.is_empty() { url.strip_prefix("mailto:").unwrap_or(&url) } else { &label };
        let link = clean_url(&url).map(Rc::from);
        let mut runs = runs::flatten(&text(shown));
        for run in &mut runs {
            run.link.clone_from(&link);
        }
        return runs;
    };
    runs::flatten(&inlines)
}

/// What `&` and the text after it mean, and what follows.
fn unescape(after: &str) -> (char, &str) {
    for (name, c) in [("amp;", '&'), ("lt;", '<'), ("gt;", '>')] {
        if let Some(rest) = after.strip_prefix(name) {
            return (c, rest);
        }
    }
    ('&', after)
}

pub(crate) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (c, behind) = unescape(&rest[at + 1..]);
        out.push(c);
        rest = behind;
    }
    out.push_str(rest);
    out
}
