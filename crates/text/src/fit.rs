//! Cuts a body that is too long for one message into several.
//!
//! The length is that of the printed text, which only the caller can measure; so cutting is a search over a measure.
//! Each part is filled greedily: whole blocks first, then as much of the next block as ends at a line, a sentence or a
//! word, and only where a single block is too long by itself in the middle of a word, though never inside what people
//! see as one character. Styles are properties of runs, so a cut needs nothing closed or opened again; a block of code
//! becomes several blocks of code.
//!
//! What is left is a tree of queues (`fit/node.rs`): a part is taken off its front, and nothing behind the part is looked at,
//! because a printed character is at least one of whatever the limit counts. So the work grows with the text, and not
//! with the text times its parts, however it is made.

use std::collections::VecDeque;

use entente_model::{Block, Body, Inline};

mod node;
mod text;

use node::Node;

/// Cuts `body` into parts whose `measure` is at most `limit` each: one, unchanged, if it fits, else several, each with
/// its number and theirs in front (`(1/3) `). No part is empty. The limit must leave room for a dozen characters in the
/// dialect's dearest markup; below that a part with a single character may exceed it. Numbered lists that are cut begin
/// at one again. What is measured counts every visible character as one at least.
pub fn fit(body: Body, limit: usize, measure: &dyn Fn(&Body) -> usize) -> Vec<Body> {
    let length = measure(&body);
    if length <= limit {
        return vec![body];
    }
    let nodes = node::of(&body.0);
    let least = length / limit.max(1);
    let mut parts = Vec::new();
    for digits in least.max(1).to_string().len()..=9 {
        let widest = "9".repeat(digits);
        let label = format!("({widest}/{widest}) ");
        parts = Cutter { limit, measure, label: &label }.cut(nodes.clone());
        if parts.len().to_string().len() <= digits {
            break;
        }
    }
    if parts.len() <= 1 {
        // All of it, or all that was too much of it, was markup around nothing.
        return vec![parts.pop().map(Body).unwrap_or_default()];
    }
    let total = parts.len();
    let numbered = parts.into_iter().enumerate();
    numbered.map(|(index, part)| stamped(&format!("({}/{total}) ", index + 1), part)).collect()
}

/// Whether these blocks, in their place, fit.
type Fits<'a> = &'a dyn Fn(Vec<Block>) -> bool;

struct Cutter<'a> {
    limit: usize,
    measure: &'a dyn Fn(&Body) -> usize,
    /// What will stand in front of each part.
    label: &'a str,
}

impl Cutter<'_> {
    /// The parts, each of which fits with the label in front.
    fn cut(&self, mut rest: VecDeque<Node>) -> Vec<Vec<Block>> {
        let long = |blocks: Vec<Block>| (self.measure)(&stamped(self.label, blocks));
        let fits = |blocks: Vec<Block>| long(blocks) <= self.limit;
        let roomy = |blocks: Vec<Block>| long(blocks) <= self.limit / 2;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let mut part = self.take(&mut rest, &fits, &roomy, true);
            if part.is_empty()
                && let Some(first) = rest.front_mut()
            {
                match first {
                    Node::Words(runs) => part.extend(text::forced(runs, self.limit, &fits)),
                    // What cannot be cut as it is goes on as plain text.
                    _ => *first = first.plain(),
                }
                drop_silent(&mut rest);
            }
            // What is left over may be invisible.
            if part.iter().any(node::is_said) {
                parts.push(part);
            }
        }
        parts
    }

    /// Takes as many blocks as fit, and of the next as much as fits if there is room worth filling; inside a word only if
    /// `anywhere` and nothing else would be taken.
    fn take(&self, rest: &mut VecDeque<Node>, fits: Fits<'_>, roomy: Fits<'_>, anywhere: bool) -> Vec<Block> {
        let count = self.most_nodes(rest, &|nodes| fits(nodes.map(Node::block).collect()));
        let mut taken: Vec<Block> = rest.drain(..count).map(|node| node.block()).collect();
        if let Some(next) = rest.front_mut()
            && (taken.is_empty() || roomy(taken.clone()))
        {
            let alone = taken.is_empty() && anywhere;
            let with = |head: Block| {
                let mut all = taken.clone();
                all.push(head);
                fits(all)
            };
            if let Some(head) = self.split(next, &with, alone) {
                taken.push(head);
            }
        }
        drop_silent(rest);
        taken
    }

    /// How many nodes fit, without printing any that cannot.
    fn most_nodes(
        &self,
        nodes: &VecDeque<Node>,
        fits: &dyn Fn(&mut dyn Iterator<Item = &Node>) -> bool,
    ) -> usize {
        most(nodes.len(), |count| {
            let light = node::weight(nodes.range(..count), self.limit) <= self.limit;
            light && fits(&mut nodes.range(..count))
        })
    }

    /// Cuts off the front of a node so that it fits. `None`, and nothing done, if nothing fits.
    fn split(&self, node: &mut Node, fits: &dyn Fn(Block) -> bool, anywhere: bool) -> Option<Block> {
        match node {
            Node::Words(runs) => {
                text::split(runs, self.limit, &|head| fits(Block::Paragraph(head)), anywhere)
                    .map(Block::Paragraph)
            }
            Node::Heading(level, runs) => {
                let of = |head| Block::Heading(*level, head);
                text::split(runs, self.limit, &|head| fits(of(head)), anywhere).map(of)
            }
            Node::Code { language, text } => {
                let of = |text: &str| Block::Code { language: language.clone(), text: text.to_owned() };
                let at = text::code_cut(text, self.limit, &|head| fits(of(head)), anywhere)?;
                let tail = text.split_off(at);
                let head = of(text.trim_end_matches('\n'));
                tail.strip_prefix('\n').unwrap_or(&tail).clone_into(text);
                Some(head)
            }
            Node::Quote(inner) => {
                let head = self.take(inner, &|inner| fits(Block::Quote(inner)), &|_| true, anywhere);
                (!head.is_empty()).then_some(Block::Quote(head))
            }
            Node::List { ordered, items } => {
                let ordered = *ordered;
                let of = |items: Vec<Vec<Block>>| Block::List { ordered, items };
                let item = |nodes: &VecDeque<Node>| nodes.iter().map(Node::block).collect();
                let count = most(items.len(), |count| {
                    let light = node::weight(items.range(..count).flatten(), self.limit) <= self.limit;
                    light && fits(of(items.range(..count).map(item).collect()))
                });
                let mut head: Vec<Vec<Block>> = items.drain(..count).map(|nodes| item(&nodes)).collect();
                if count == 0
                    && let Some(first) = items.front_mut()
                {
                    let taken = self.take(first, &|blocks| fits(of(vec![blocks])), &|_| true, anywhere);
                    head.extend((!taken.is_empty()).then_some(taken));
                    if first.is_empty() {
                        items.pop_front();
                    }
                }
                (!head.is_empty()).then(|| of(head))
            }
        }
    }
}

/// Drops what says nothing from the front, which would make empty parts.
fn drop_silent(rest: &mut VecDeque<Node>) {
    while rest.front().is_some_and(|node| !node.is_said()) {
        rest.pop_front();
    }
}

/// The largest count up to `all` that `fits`, found by doubling and halving: a measure prints, so it is asked rarely.
fn most(all: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut good, mut bad) = (0, all + 1);
    let mut probe = 1;
    while good + 1 < bad {
        if fits(probe) {
            good = probe;
        } else {
            bad = probe;
        }
        probe = if bad > all { (good * 2).clamp(1, all) } else { good.midpoint(bad) };
    }
    good
}

/// The blocks with a label in front of the first one's text.
fn stamped(label: &str, mut blocks: Vec<Block>) -> Body {
    match blocks.first_mut() {
        Some(Block::Paragraph(content)) => content.insert(0, Inline::Text(label.to_owned())),
        _ => blocks.insert(0, Block::Paragraph(vec![Inline::Text(label.trim_end().to_owned())])),
    }
    Body(blocks)
}

#[cfg(test)]
mod tests;
