//! Rich text blocks. "Rich text block": sections, lists, quotes and preformatted text, one after the other; what is nested is so
//! by number. A list inside a list follows it with a greater `indent`; what stands in a quote beside its text has a `border`.

use std::rc::Rc;

use entente_model::{Block, Mention};
use entente_text::clean_url;
use entente_text::runs::{self, Leaf, Run, Style};
use serde_json::value::RawValue;

use super::Names;
use crate::wire::block::{Part, Piece};
use crate::wire::filled;
use crate::{emoji, id};

/// The deepest list that Slack shows; what claims to be deeper stays there.
const DEEPEST: u32 = 8;

/// Reads the parts of a block.
pub(super) fn blocks(names: &Names<'_>, parts: &[&RawValue], out: &mut Vec<Block>) {
    let mut stack = Stack::default();
    for raw in parts {
        let Ok(part) = serde_json::from_str::<Part<'_>>(raw.get()) else { continue };
        let elements = part.elements.as_deref().unwrap_or_default();
        let bordered = part.border.is_some_and(|border| border > 0);
        match &*part.kind {
            "rich_text_list" => {
                let ordered = part.style.as_deref() == Some("ordered");
                let level = stack.level(part.indent.unwrap_or_default().min(DEEPEST), ordered, bordered);
                for raw in elements {
                    let Ok(item) = serde_json::from_str::<Part<'_>>(raw.get()) else { continue };
                    let item = paragraphs(inline(names, item.elements.as_deref().unwrap_or_default()));
                    level.items.extend((!item.is_empty()).then_some(item));
                }
            }
            "rich_text_preformatted" => {
                let text = verbatim(names, elements);
                if !text.is_empty() {
                    let language = filled(part.language.as_ref()).map(str::to_owned);
                    stack.push(bordered, vec![Block::Code { language, text }]);
                }
            }
            "rich_text_quote" => stack.push(true, paragraphs(inline(names, elements))),
            // Sections, and whatever holds text like them.
            _ => stack.push(false, paragraphs(inline(names, elements))),
        }
    }
    out.extend(stack.finish());
}

/// Blocks in the making: lists are open until something else comes.
#[derive(Default)]
struct Stack {
    out: Vec<Block>,
    /// What is being quoted.
    quoted: Vec<Block>,
    lists: Vec<Level>,
    bordered: bool,
}

struct Level {
    indent: u32,
    ordered: bool,
    items: Vec<Vec<Block>>,
}

impl Stack {
    fn push(&mut self, bordered: bool, blocks: Vec<Block>) {
        self.close(0);
        for block in blocks {
            self.put(bordered, block);
        }
    }

    fn put(&mut self, bordered: bool, block: Block) {
        if bordered {
            self.quoted.push(block);
        } else {
            self.end_quote();
            self.out.push(block);
        }
    }

    fn end_quote(&mut self) {
        if !self.quoted.is_empty() {
            self.out.push(Block::Quote(std::mem::take(&mut self.quoted)));
        }
    }

    /// The list at this depth, to be gone on with or begun.
    fn level(&mut self, indent: u32, ordered: bool, bordered: bool) -> &mut Level {
        if bordered != self.bordered {
            self.close(0);
            self.bordered = bordered;
        }
        let stays =
            |level: &Level| level.indent < indent || (level.indent == indent && level.ordered == ordered);
        let kept = self.lists.iter().take_while(|level| stays(level)).count();
        self.close(kept);
        if self.lists.last().is_none_or(|level| level.indent < indent) {
            self.lists.push(Level { indent, ordered, items: Vec::new() });
        }
        self.lists.last_mut().expect("one was there or was pushed")
    }

    /// Ends the lists from this one on, the innermost first.
    fn close(&mut self, from: usize) {
        while self.lists.len() > from {
            let Some(level) = self.lists.pop().filter(|level| !level.items.is_empty()) else { continue };
            let list = Block::List { ordered: level.ordered, items: level.items };
            match self.lists.last_mut() {
                None => self.put(self.bordered, list),
                Some(outer) => match outer.items.last_mut() {
                    Some(item) => item.push(list),
                    None => outer.items.push(vec![list]),
                },
            }
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.close(0);
        self.end_quote();
        self.out
    }
}

/// The paragraphs of running text: an empty line ends one.
pub(super) fn paragraphs(content: Vec<Run>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph: Vec<Run> = Vec::new();
    let mut breaks = 0;
    for run in content {
        breaks = if run.leaf == Leaf::Break { breaks + 1 } else { 0 };
        if breaks < 2 {
            paragraph.push(run);
        } else {
            end(&mut paragraph, &mut blocks);
        }
    }
    end(&mut paragraph, &mut blocks);
    blocks
}

fn end(paragraph: &mut Vec<Run>, blocks: &mut Vec<Block>) {
    let mut content = std::mem::take(paragraph);
    runs::trim(&mut content);
    if !content.is_empty() {
        blocks.push(Block::Paragraph(runs::nest(content)));
    }
}

/// The pieces of a part as runs.
fn inline(names: &Names<'_>, pieces: &[&RawValue]) -> Vec<Run> {
    let mut out = Vec::with_capacity(pieces.len());
    for raw in pieces {
        let Ok(piece) = serde_json::from_str::<Piece<'_>>(raw.get()) else { continue };
        let look = piece.style.unwrap_or_default();
        let style = Style { bold: look.bold, italic: look.italic, strike: look.strike };
        let mut add = |leaf: Leaf, link: Option<Rc<str>>| runs::push(&mut out, Run { style, link, leaf });
        let mut text = |text: &str, link: Option<Rc<str>>| {
            for (index, line) in names.bounded(text).split('\n').enumerate() {
                if index > 0 {
                    add(Leaf::Break, link.clone());
                }
                let line = runs::uncontrolled(line);
                add(if look.code { Leaf::Code(line) } else { Leaf::Text(line) }, link.clone());
            }
        };
        let id = |id: &Option<_>| filled(id.as_ref()).unwrap_or_default().to_owned();
        match &*piece.kind {
            "text" => text(&id(&piece.text), None),
            "link" => {
                let url = id(&piece.url);
                let label = filled(piece.text.as_ref()).unwrap_or(&url);
                text(label, clean_url(&url).map(Rc::from));
            }
            "user" => add(Leaf::Mention(names.user(&id(&piece.user_id))), None),
            "usergroup" => add(Leaf::Mention(names.named(&id(&piece.usergroup_id), "group")), None),
            "team" => add(Leaf::Mention(names.named(&id(&piece.team_id), "team")), None),
            "broadcast" => {
                let name = filled(piece.range.as_ref()).unwrap_or("everyone").to_owned();
                add(Leaf::Mention(Mention { everybody: true, account: None, name }), None);
            }
            "channel" => text(&names.channel(&id(&piece.channel_id)), None),
            "emoji" => text(&emoji(&piece), None),
            "color" => text(&id(&piece.value), None),
            // Dates have a fallback; what does not exist yet may have a text.
            _ => text(filled(piece.fallback.as_ref()).unwrap_or(&id(&piece.text)), None),
        }
    }
    out
}

/// An emoji as it is seen, by its code points in hexadecimal joined by `-`, or by its name; a workspace's own stays a name. Its
/// tone stands in either, or by itself.
fn emoji(piece: &Piece<'_>) -> String {
    let name = filled(piece.name.as_ref()).unwrap_or_default();
    if let Some(glyphs) = piece.unicode.as_ref().and_then(|unicode| glyphs(unicode)) {
        return entente_text::emoji(&glyphs);
    }
    let toned =
        piece.skin_tone.filter(|_| !name.contains("::")).map(|tone| format!("{name}::skin-tone-{tone}"));
    emoji::read(toned.as_deref().unwrap_or(name)).as_str().to_owned()
}

fn glyphs(unicode: &str) -> Option<String> {
    let points = unicode.split('-').map(|point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32));
    points.collect::<Option<String>>().filter(|glyphs| !glyphs.chars().any(char::is_control))
}

/// Preformatted text as it is.
fn verbatim(names: &Names<'_>, pieces: &[&RawValue]) -> String {
    let mut out = String::new();
    for raw in pieces {
        let Ok(piece) = serde_json::from_str::<Piece<'_>>(raw.get()) else { continue };
        let text = filled(piece.text.as_ref()).or(filled(piece.url.as_ref())).unwrap_or_default();
        out.extend(names.bounded(text).chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')));
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

impl Names<'_> {
    /// A person who is called by id, mostly without a name.
    pub(super) fn user(&self, user: &str) -> Mention {
        let name = self.name(user).unwrap_or_default().to_owned();
        let account = id::is_plain(user).then(|| id::account(self.workspace, user));
        Mention { everybody: false, account, name }
    }

    /// Somebody who is no account.
    pub(super) fn named(&self, id: &str, or: &str) -> Mention {
        let name = self.name(id).unwrap_or(or).to_owned();
        Mention { everybody: false, account: None, name }
    }

    /// A channel, which is a place and nobody.
    pub(super) fn channel(&self, id: &str) -> String {
        format!("#{}", self.name(id).unwrap_or("channel"))
    }

    fn name(&self, id: &str) -> Option<&str> {
        self.called.get(id).map(String::as_str)
    }
}
