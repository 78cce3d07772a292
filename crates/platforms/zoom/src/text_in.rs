//! What Zoom shows, to a body: plain text with formats and mentions as ranges. "List user's chat messages", `message`,
//! `rich_text`, `at_items`; the formats' own rules are those of "Send a chat message".
//!
//! One pass over the text and one over the sorted ends of the ranges, whatever they say: ranges may overlap, be empty, be
//! upside down or lie outside the text. Formats of lines count for every line that they touch.

use std::collections::BTreeSet;
use std::rc::Rc;

use entente_model::{Block, Body, Inline, Mention, WorkspaceRef};
use entente_text::runs::{Leaf, Run, Style, nest, push, trim};
use entente_text::{bounded, clean_url};

use crate::id;
use crate::wire::filled;
use crate::wire::message::{AtItem, RichText};

/// Reads a message's text.
pub(crate) fn body(workspace: &WorkspaceRef, text: &str, formats: &[RichText], mentions: &[AtItem]) -> Body {
    let text = bounded(text);
    if formats.is_empty() && mentions.is_empty() {
        return paragraphs(text);
    }
    let marks = Marks::new(text, formats, mentions);
    let kinds = kinds(text, formats);
    let mut reader =
        Reader { workspace, marks: &marks, styles: [0; 3], links: BTreeSet::new(), next: 0, skip: 0 };
    let mut out = Blocks::default();
    let mut at = 0;
    for (line, kind) in text.split('\n').zip(kinds) {
        let runs = reader.line(line, at);
        at += units(line) + 1;
        out.line(kind, runs);
    }
    Body(out.finish())
}

/// Text without any formats.
fn paragraphs(text: &str) -> Body {
    let mut out = Blocks::default();
    for line in text.split('\n') {
        let mut runs = Vec::new();
        let leaf = Leaf::Text(clean(line));
        push(&mut runs, Run { style: Style::default(), link: None, leaf });
        out.line(Kind::Plain, runs);
    }
    Body(out.finish())
}

fn clean(line: &str) -> String {
    entente_text::runs::uncontrolled(line)
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Quote,
    List { ordered: bool },
    Heading(u8),
}

/// The kinds of all lines.
fn kinds(text: &str, formats: &[RichText]) -> Vec<Kind> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split('\n') {
        at += units(line) + 1;
        starts.push(at);
    }
    let lines = starts.len() - 1;
    let end = at - 1;
    let line_of =
        |position: usize| starts.partition_point(|start| *start <= position).saturating_sub(1).min(lines - 1);
    // How many formats of each kind begin and end at each line: bullets, numbers, quotes, three headings.
    let mut changes = vec![[0_i32; 6]; lines + 1];
    for format in formats {
        let Some(slot) = slot(format) else { continue };
        let Some((from, to)) = span(format.start_position, format.end_position, end) else { continue };
        changes[line_of(from)][slot] += 1;
        changes[line_of(to - 1) + 1][slot] -= 1;
    }
    let mut open = [0_i32; 6];
    let mut kinds = Vec::with_capacity(lines);
    for change in &changes[..lines] {
        open.iter_mut().zip(change).for_each(|(open, change)| *open += change);
        // A list clears a quote, and both a heading.
        kinds.push(match open.iter().position(|open| *open > 0) {
            Some(0) => Kind::List { ordered: false },
            Some(1) => Kind::List { ordered: true },
            Some(2) => Kind::Quote,
            Some(slot) => Kind::Heading(u8::try_from(slot - 2).unwrap_or(1)),
            None => Kind::Plain,
        });
    }
    kinds
}

fn slot(format: &RichText) -> Option<usize> {
    match (format.format_type.as_str(), format.format_attr.as_deref()) {
        ("BulletedList", _) => Some(0),
        ("NumberedList", _) => Some(1),
        ("Quote", _) => Some(2),
        ("Paragraph", Some("h1")) => Some(3),
        ("Paragraph", Some("h2")) => Some(4),
        ("Paragraph", Some("h3")) => Some(5),
        _ => None,
    }
}

/// The part of a range that lies in a text of this length; `None` if that is nothing.
fn span(from: i64, to: i64, length: usize) -> Option<(usize, usize)> {
    let from = usize::try_from(from).unwrap_or(0);
    let to = usize::try_from(to).ok()?.min(length);
    (from < to).then_some((from, to))
}

/// Where formats begin and end, in order.
struct Marks<'a> {
    ends: Vec<End>,
    urls: Vec<Rc<str>>,
    mentions: Vec<(usize, usize, &'a AtItem)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    at: usize,
    what: What,
    begins: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Style(usize),
    Link(usize),
    Mention(usize),
}

impl<'a> Marks<'a> {
    fn new(text: &str, formats: &[RichText], items: &'a [AtItem]) -> Self {
        let length = units(text);
        let (mut ends, mut urls, mut mentions) = (Vec::new(), Vec::new(), Vec::new());
        for format in formats {
            let Some((from, to)) = span(format.start_position, format.end_position, length) else { continue };
            let what = match format.format_type.as_str() {
                "Bold" => What::Style(0),
                "Italic" => What::Style(1),
                "Strikethrough" => What::Style(2),
                "AddLink" => {
                    let Some(url) = format.format_attr.as_deref().and_then(clean_url) else { continue };
                    urls.push(url.into());
                    What::Link(urls.len() - 1)
                }
                _ => continue,
            };
            ends.push(End { at: from, what, begins: true });
            ends.push(End { at: to, what, begins: false });
        }
        for item in items {
            let Some((from, to)) = span(item.start_position, item.end_position, length) else { continue };
            mentions.push((from, to, item));
            let what = What::Mention(mentions.len() - 1);
            ends.push(End { at: from, what, begins: true });
        }
        ends.sort_unstable();
        Self { ends, urls, mentions }
    }
}

/// Reads line after line.
struct Reader<'a> {
    workspace: &'a WorkspaceRef,
    marks: &'a Marks<'a>,
    styles: [u32; 3],
    links: BTreeSet<usize>,
    /// The first of the ends that was not passed yet.
    next: usize,
    /// Until there the text is a mention's.
    skip: usize,
}

impl Reader<'_> {
    /// The runs of the line that begins at `at`.
    fn line(&mut self, line: &str, at: usize) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut text = String::new();
        let mut position = at;
        for (byte, sign) in line.char_indices() {
            while let Some(end) = self.marks.ends.get(self.next).filter(|end| end.at <= position) {
                self.next += 1;
                self.flush(&mut text, &mut runs);
                self.pass(*end, &line[byte..], position, &mut runs);
            }
            if position >= self.skip {
                text.push(sign);
            }
            position += sign.len_utf16();
        }
        self.flush(&mut text, &mut runs);
        runs
    }

    fn flush(&self, text: &mut String, runs: &mut Vec<Run>) {
        let text = clean(&std::mem::take(text));
        push(runs, self.run(Leaf::Text(text)));
    }

    fn run(&self, leaf: Leaf) -> Run {
        let [bold, italic, strike] = self.styles.map(|count| count > 0);
        let link = self.links.last().map(|link| Rc::clone(&self.marks.urls[*link]));
        Run { style: Style { bold, italic, strike }, link, leaf }
    }

    fn pass(&mut self, end: End, rest: &str, position: usize, runs: &mut Vec<Run>) {
        match end.what {
            What::Style(style) if end.begins => self.styles[style] += 1,
            What::Style(style) => self.styles[style] = self.styles[style].saturating_sub(1),
            What::Link(link) if end.begins => drop(self.links.insert(link)),
            What::Link(link) => drop(self.links.remove(&link)),
            What::Mention(mention) => {
                let (from, to, item) = self.marks.mentions[mention];
                if from != position || position < self.skip {
                    return;
                }
                let Some((name, length)) = called(rest, to - from) else { return };
                self.skip = position + length;
                let mention = Mention { everybody: item.at_type == 2, account: self.account(item), name };
                runs.push(self.run(Leaf::Mention(mention)));
            }
        }
    }

    /// Who is called. History has a user id where events have an address and the id beside it.
    fn account(&self, item: &AtItem) -> Option<entente_model::AccountRef> {
        let given = filled(item.at_contact_user_id.as_deref()).or(filled(item.at_contact.as_deref()))?;
        (item.at_type == 1 && id::is_id(given)).then(|| id::account(self.workspace, given))
    }
}

/// The name that is called at the beginning of a text, and how much of the text that is. The documents count the end of a
/// mention both ways, as its last sign and as the one behind; where the text goes on in the middle of a word it was the
/// last sign.
fn called(text: &str, length: usize) -> Option<(String, usize)> {
    let mut position = 0;
    let mut end = text.len();
    for (byte, sign) in text.char_indices() {
        if position >= length {
            end = byte;
            break;
        }
        position += sign.len_utf16();
    }
    let mut behind = text[end..].chars();
    let (last, next) = (text[..end].chars().next_back()?, behind.next());
    if let Some(sign) = next.filter(|next| next.is_alphanumeric() && last.is_alphanumeric())
        && behind.next().is_none_or(|after| !after.is_alphanumeric())
    {
        end += sign.len_utf8();
        position += sign.len_utf16();
    }
    let name = clean(text[..end].strip_prefix('@')?);
    let name = name.trim();
    (!name.is_empty()).then(|| (name.to_owned(), position))
}

/// Blocks of lines.
#[derive(Default)]
struct Blocks {
    done: Vec<Block>,
    /// The kind of the lines that are being gathered.
    kind: Option<Kind>,
    /// The paragraph that is being gathered.
    runs: Vec<Run>,
    /// The paragraphs or items before it in the same quote or list.
    held: Vec<Vec<Inline>>,
}

impl Blocks {
    fn line(&mut self, kind: Kind, mut runs: Vec<Run>) {
        let blank = runs.iter().all(|run| matches!(&run.leaf, Leaf::Text(text) if text.trim().is_empty()));
        if self.kind != Some(kind) || matches!(kind, Kind::Heading(_)) {
            self.close();
            self.kind = Some(kind);
        }
        if blank || matches!(kind, Kind::List { .. }) {
            self.hold();
        }
        if blank {
            return;
        }
        if !self.runs.is_empty() {
            self.runs.push(Run { style: Style::default(), link: None, leaf: Leaf::Break });
        }
        self.runs.append(&mut runs);
    }

    fn hold(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        trim(&mut runs);
        if !runs.is_empty() {
            self.held.push(nest(runs));
        }
    }

    fn close(&mut self) {
        self.hold();
        let held = std::mem::take(&mut self.held);
        let Some(kind) = self.kind.take().filter(|_| !held.is_empty()) else { return };
        match kind {
            Kind::Plain => self.done.extend(held.into_iter().map(Block::Paragraph)),
            Kind::Quote => self.done.push(Block::Quote(held.into_iter().map(Block::Paragraph).collect())),
            Kind::List { ordered } => {
                let items = held.into_iter().map(|item| vec![Block::Paragraph(item)]).collect();
                self.done.push(Block::List { ordered, items });
            }
            Kind::Heading(level) => {
                self.done.extend(held.into_iter().map(|content| Block::Heading(level, content)));
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.close();
        self.done
    }
}

#[cfg(test)]
mod tests;
