//! Puts a body together from what a tokenizer finds. Parsers call it in reading order; it closes what they leave open,
//! ignores what they close without having opened it, and never nests deeper than [`DEPTH`].

use std::rc::Rc;

use entente_model::{Block, Body, Inline};

use crate::runs::{self, Leaf, Run, Style};

/// How many quotes, lists and items may be open at once. What is nested deeper stays, at this depth.
pub(crate) const DEPTH: usize = 24;

/// A block that holds blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Quote,
    List { ordered: bool },
    Item,
}

/// A style that opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Bold,
    Italic,
    Strike,
    Code,
}

struct Open {
    holder: Holder,
    blocks: Vec<Block>,
    items: Vec<Vec<Block>>,
}

/// A body in the making.
#[derive(Default)]
pub(crate) struct Builder {
    root: Vec<Block>,
    open: Vec<Open>,
    /// How many holders beyond the depth are open; they are closed first.
    beyond: usize,
    runs: Vec<Run>,
    heading: Option<u8>,
    marks: [u32; 4],
    link: Option<Rc<str>>,
    /// Whether the next white space would follow white space.
    spaced: bool,
}

impl Builder {
    /// Text in which white space collapses, as in HTML.
    pub(crate) fn flowing(&mut self, text: &str) {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c') {
                if !self.spaced {
                    out.push(' ');
                }
                self.spaced = true;
            } else if !c.is_control() {
                // A no-break space is how HTML writes a space that stays.
                out.push(if c == '\u{a0}' { ' ' } else { c });
                self.spaced = false;
            }
        }
        self.leaf(out);
    }

    /// Text as it is.
    pub(crate) fn text(&mut self, text: &str) {
        self.leaf(runs::uncontrolled(text));
        self.spaced = false;
    }

    fn leaf(&mut self, text: String) {
        let leaf = if self.marks[Mark::Code as usize] > 0 { Leaf::Code(text) } else { Leaf::Text(text) };
        self.push(leaf);
    }

    /// A line end inside the block.
    pub(crate) fn line_end(&mut self) {
        // Space before a line end is not seen.
        if let Some(Run { leaf: Leaf::Text(text), .. }) = self.runs.last_mut() {
            text.truncate(text.trim_end_matches(' ').len());
            if text.is_empty() {
                self.runs.pop();
            }
        }
        self.push(Leaf::Break);
        self.spaced = true;
    }

    /// Inlines from elsewhere, in the present style.
    pub(crate) fn inlines(&mut self, inlines: &[Inline]) {
        let (style, link) = (self.style(), self.link.clone());
        for mut run in runs::flatten(inlines) {
            run.style.bold |= style.bold;
            run.style.italic |= style.italic;
            run.style.strike |= style.strike;
            run.link = run.link.or_else(|| link.clone());
            runs::push(&mut self.runs, run);
        }
        self.spaced = false;
    }

    fn push(&mut self, leaf: Leaf) {
        let run = Run { style: self.style(), link: self.link.clone(), leaf };
        runs::push(&mut self.runs, run);
    }

    fn style(&self) -> Style {
        let on = |mark: Mark| self.marks[mark as usize] > 0;
        Style { bold: on(Mark::Bold), italic: on(Mark::Italic), strike: on(Mark::Strike) }
    }

    /// Whether text is being written on this line.
    pub(crate) fn has_text(&self) -> bool {
        !self.runs.is_empty()
    }

    /// A style begins.
    pub(crate) fn on(&mut self, mark: Mark) {
        self.marks[mark as usize] = self.marks[mark as usize].saturating_add(1);
    }

    /// A style ends.
    pub(crate) fn off(&mut self, mark: Mark) {
        self.marks[mark as usize] = self.marks[mark as usize].saturating_sub(1);
    }

    /// What follows leads to `url`, if that may be linked.
    pub(crate) fn link(&mut self, url: Option<&str>) {
        self.link = url.and_then(crate::clean_url).map(Rc::from);
    }

    /// A block of text begins or ends here.
    pub(crate) fn boundary(&mut self) {
        self.spaced = true;
        let mut runs = std::mem::take(&mut self.runs);
        runs::trim(&mut runs);
        if runs.is_empty() {
            return;
        }
        let content = runs::nest(runs);
        self.block(match self.heading {
            Some(level) => Block::Heading(level, content),
            None => Block::Paragraph(content),
        });
    }

    /// What follows is a heading, until the next call.
    pub(crate) fn heading(&mut self, level: Option<u8>) {
        self.boundary();
        self.heading = level;
    }

    /// A whole block.
    pub(crate) fn block(&mut self, block: Block) {
        match self.open.last_mut() {
            None => self.root.push(block),
            Some(Open { holder: Holder::List { .. }, items, .. }) => match (block, items.last_mut()) {
                // A list inside a list but outside its items belongs to the item before it.
                (block @ Block::List { .. }, Some(item)) => item.push(block),
                (block, _) => items.push(vec![block]),
            },
            Some(open) => open.blocks.push(block),
        }
    }

    /// A holder begins.
    pub(crate) fn begin(&mut self, holder: Holder) {
        self.boundary();
        if holder == Holder::Item {
            // A new item ends the one before it.
            if self.nearest(|open| open != Holder::Quote) == Some(Holder::Item) && self.beyond == 0 {
                self.end(Holder::Item);
            }
            if self.nearest(|open| open != Holder::Quote).is_none() {
                return;
            }
        }
        if self.open.len() >= DEPTH {
            if holder != Holder::Item {
                self.beyond += 1;
            }
        } else {
            self.open.push(Open { holder, blocks: Vec::new(), items: Vec::new() });
        }
    }

    /// A holder ends, with everything that is still open in it.
    pub(crate) fn end(&mut self, holder: Holder) {
        self.boundary();
        if self.beyond > 0 {
            if holder != Holder::Item {
                self.beyond -= 1;
            }
            return;
        }
        // An item ends only in its own list.
        let within = |open: Holder| holder != Holder::Item || !matches!(open, Holder::List { .. });
        let reach = self.open.iter().rev().take_while(|open| open.holder == holder || within(open.holder));
        let Some(levels) = reach.map(|open| open.holder).position(|open| open == holder) else {
            return;
        };
        for _ in 0..=levels {
            self.close();
        }
    }

    fn nearest(&self, wanted: impl Fn(Holder) -> bool) -> Option<Holder> {
        self.open.iter().rev().map(|open| open.holder).find(|holder| wanted(*holder))
    }

    fn close(&mut self) {
        let Some(Open { holder, blocks, items }) = self.open.pop() else { return };
        match holder {
            Holder::Quote if !blocks.is_empty() => self.block(Block::Quote(blocks)),
            Holder::List { ordered } if !items.is_empty() => self.block(Block::List { ordered, items }),
            Holder::Item if !blocks.is_empty() => match self.open.last_mut() {
                Some(Open { holder: Holder::List { .. }, items, .. }) => items.push(blocks),
                _ => blocks.into_iter().for_each(|block| self.block(block)),
            },
            _ => {}
        }
    }

    /// The finished body.
    pub(crate) fn finish(mut self) -> Body {
        self.boundary();
        while !self.open.is_empty() {
            self.close();
        }
        Body(self.root)
    }
}
