//! A body to the parts of a rich text block. "Rich text block". Parts do not nest: a list in a list is the next part, deeper by
//! `indent`; what is quoted beside text has a `border`; and what interrupts a list ends it, so that its numbers go on behind by
//! `offset`. No sign is added, so what is read back says the same.

use entente_model::{Block, Body, Loss, Mention};
use entente_text::runs::{self, Leaf, Run};

use crate::id;
use crate::wire::outgoing::{Part, Piece, Style};

/// The deepest list.
const DEEPEST: u32 = 8;

/// What separates paragraphs within a part.
const APART: &str = "\n\n";

/// What was printed.
pub(super) struct Printed {
    pub(super) parts: Vec<Part>,
    pub(super) losses: Vec<Loss>,
}

/// Prints a body.
pub(super) fn print(body: &Body) -> Printed {
    let mut printer = Printer { parts: Vec::new(), losses: Vec::new() };
    for block in &body.0 {
        printer.block(block, false);
    }
    Printed { parts: printer.parts, losses: printer.losses }
}

struct Printer {
    parts: Vec<Part>,
    losses: Vec<Loss>,
}

impl Printer {
    fn lost(&mut self, loss: Loss) {
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }

    fn block(&mut self, block: &Block, quoted: bool) {
        match block {
            Block::Paragraph(_) | Block::Heading(..) => {
                let pieces = self.text(block);
                self.paragraph(pieces, quoted);
            }
            Block::Quote(inner) => {
                if quoted {
                    self.lost(Loss::Formatting);
                }
                for block in inner {
                    self.block(block, true);
                }
            }
            Block::List { ordered, items } => self.list(*ordered, items, quoted, 0),
            Block::Code { text, .. } => {
                let text: String =
                    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
                let text = text.trim_end_matches('\n');
                if !text.trim().is_empty() {
                    let elements = vec![Piece::Text { text: text.to_owned(), style: Style::default() }];
                    self.parts.push(Part::Preformatted { border: u32::from(quoted), elements });
                }
            }
        }
    }

    /// A paragraph joins the part before it, if that is of its kind: parts have no space between them.
    fn paragraph(&mut self, pieces: Vec<Piece>, quoted: bool) {
        if pieces.is_empty() {
            return;
        }
        match (self.parts.last_mut(), quoted) {
            (Some(Part::Section { elements }), false) | (Some(Part::Quote { elements }), true) => {
                join(elements, pieces);
            }
            (_, false) => self.parts.push(Part::Section { elements: pieces }),
            (_, true) => self.parts.push(Part::Quote { elements: pieces }),
        }
    }

    fn list(&mut self, ordered: bool, items: &[Vec<Block>], quoted: bool, indent: u32) {
        if indent > DEEPEST {
            self.lost(Loss::Formatting);
        }
        let mut list = List { ordered, quoted, indent: indent.min(DEEPEST), offset: 0, items: Vec::new() };
        for item in items {
            let mut first = true;
            for block in item {
                match block {
                    Block::Paragraph(_) | Block::Heading(..) => {
                        let pieces = self.text(block);
                        if pieces.is_empty() {
                            continue;
                        }
                        match list.items.last_mut() {
                            Some(elements) if !first => join(elements, pieces),
                            _ => {
                                if !first {
                                    // What goes on after something else becomes an item of its own.
                                    self.lost(Loss::Formatting);
                                }
                                list.items.push(pieces);
                            }
                        }
                    }
                    Block::List { ordered, items } => {
                        if first {
                            self.lost(Loss::Formatting);
                        }
                        list.flush(&mut self.parts);
                        self.list(*ordered, items, quoted, indent + 1);
                    }
                    Block::Quote(_) | Block::Code { .. } => {
                        self.lost(Loss::Formatting);
                        list.flush(&mut self.parts);
                        self.block(block, quoted);
                    }
                }
                first = false;
            }
        }
        list.flush(&mut self.parts);
    }

    /// Running text as pieces.
    fn text(&mut self, block: &Block) -> Vec<Piece> {
        let (content, heading) = match block {
            Block::Paragraph(content) => (content, false),
            Block::Heading(_, content) => (content, true),
            _ => return Vec::new(),
        };
        if heading {
            self.lost(Loss::Formatting);
        }
        let mut content = runs::flatten(content);
        if heading {
            for run in &mut content {
                run.style.bold = true;
            }
        }
        runs::trim(&mut content);
        let mut pieces = Vec::with_capacity(content.len());
        for run in content {
            let piece = self.piece(run);
            push(&mut pieces, piece);
        }
        pieces
    }

    fn piece(&mut self, run: Run) -> Piece {
        let look =
            Style { bold: run.style.bold, italic: run.style.italic, strike: run.style.strike, code: false };
        let (text, style) = match run.leaf {
            Leaf::Text(text) => (text, look),
            Leaf::Code(text) => (text, Style { code: true, ..look }),
            Leaf::Break => return Piece::Text { text: "\n".to_owned(), style: Style::default() },
            Leaf::Mention(mention) if mention.everybody => {
                return Piece::Broadcast { range: range(&mention.name) };
            }
            Leaf::Mention(mention) => {
                if let Some(user) = account(&mention) {
                    return Piece::User { user_id: user.to_owned() };
                }
                self.lost(Loss::Mention);
                (runs::uncontrolled(&mention.name), look)
            }
        };
        match run.link {
            Some(url) => Piece::Link { url: url.as_ref().to_owned(), text, style },
            None => Piece::Text { text, style },
        }
    }
}

/// A list in the making.
struct List {
    ordered: bool,
    quoted: bool,
    indent: u32,
    offset: usize,
    items: Vec<Vec<Piece>>,
}

impl List {
    fn flush(&mut self, parts: &mut Vec<Part>) {
        if self.items.is_empty() {
            return;
        }
        let items = std::mem::take(&mut self.items);
        let offset = self.offset;
        self.offset += items.len();
        parts.push(Part::List {
            style: if self.ordered { "ordered" } else { "bullet" },
            indent: self.indent,
            offset: if self.ordered { offset } else { 0 },
            border: u32::from(self.quoted),
            elements: items.into_iter().map(|elements| Part::Section { elements }).collect(),
        });
    }
}

/// Whom a mention of everybody calls: those who are there, if it was one of Slack's own that calls only them. The whole
/// workspace is never called from outside.
fn range(name: &str) -> &'static str {
    if name == "here" { "here" } else { "channel" }
}

/// The user of Slack whom a mention calls.
fn account(mention: &Mention) -> Option<&str> {
    let account = mention.account.as_ref()?;
    let id = account.id.as_str();
    (account.workspace.platform.as_str() == id::PLATFORM && id::is_plain(id)).then_some(id)
}

/// Adds a piece, merged with its neighbour where both are text of one look.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), &piece) {
        (_, Piece::Text { text, .. } | Piece::Link { text, .. }) if text.is_empty() => {}
        (Some(Piece::Text { text, style }), Piece::Text { text: more, style: other }) if style == other => {
            text.push_str(more);
        }
        _ => pieces.push(piece),
    }
}

fn join(pieces: &mut Vec<Piece>, more: Vec<Piece>) {
    push(pieces, Piece::Text { text: APART.to_owned(), style: Style::default() });
    for piece in more {
        push(pieces, piece);
    }
}
