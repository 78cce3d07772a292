//! Cuts a body that is too long for one message into several.
//!
//! The length is that of the printed text, which only the caller can measure; so cutting is a search over a measure.
//! Each part is filled greedily: whole blocks first, then as much of the next block as ends at a line, a sentence or a
//! word, and only where a single block is too long by itself in the middle of a word, though never inside what people
//! see as one character. Styles are properties of runs, so a cut needs nothing closed or opened again; a block of code
//! becomes several blocks of code.

use std::collections::VecDeque;

use entente_model::{Block, Body, Inline};

use crate::runs::{self, Run};

mod text;

/// Cuts `body` into parts whose `measure` is at most `limit` each: one, unchanged, if it fits, else several, each with
/// its number and theirs in front (`(1/3) `). No part is empty. The limit must leave room for a dozen characters in the
/// dialect's dearest markup; below that a part with a single character may exceed it. Numbered lists that are cut begin
/// at one again.
pub fn fit(body: Body, limit: usize, measure: &dyn Fn(&Body) -> usize) -> Vec<Body> {
    if measure(&body) <= limit {
        return vec![body];
    }
    let mut parts = Vec::new();
    for digits in 1..=6 {
        let widest = "9".repeat(digits);
        parts = cut(&body, limit, measure, &format!("({widest}/{widest}) "));
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

/// The parts, each of which fits with `label` in front.
fn cut(body: &Body, limit: usize, measure: &dyn Fn(&Body) -> usize, label: &str) -> Vec<Vec<Block>> {
    let fits = |blocks: &[Block]| measure(&stamped(label, blocks.to_vec())) <= limit;
    let roomy = |blocks: &[Block]| measure(&stamped(label, blocks.to_vec())) <= limit / 2;
    let mut rest: VecDeque<Block> = pruned(&body.0).into();
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let mut part = take(&mut rest, &fits, &roomy);
        if part.is_empty()
            && let Some(first) = rest.pop_front()
        {
            let (head, tail) = text::forced(&first, &fits);
            if let Some(tail) = tail {
                rest.push_front(tail);
            }
            part.push(head);
        }
        // What is left over may be invisible.
        if says_something(&part) {
            parts.push(part);
        }
    }
    parts
}

/// Takes as many blocks as fit, and of the next as much as fits if there is room worth filling.
fn take(
    rest: &mut VecDeque<Block>,
    fits: &dyn Fn(&[Block]) -> bool,
    roomy: &dyn Fn(&[Block]) -> bool,
) -> Vec<Block> {
    let count = most(rest.len(), |count| fits(&rest.range(..count).cloned().collect::<Vec<_>>()));
    let mut taken: Vec<Block> = rest.drain(..count).collect();
    if let Some(next) = rest.front()
        && (taken.is_empty() || roomy(&taken))
    {
        let alone = taken.is_empty();
        let with = |head: Block| {
            let mut all = taken.clone();
            all.push(head);
            fits(&all)
        };
        if let Some((head, tail)) = split(next, &with, alone) {
            rest.pop_front();
            rest.push_front(tail);
            taken.push(head);
        }
    }
    taken
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

/// Cuts one block in two so that the first one fits. `anywhere`: also inside a word. `None` if nothing fits.
fn split(block: &Block, fits: &dyn Fn(Block) -> bool, anywhere: bool) -> Option<(Block, Block)> {
    match block {
        Block::Paragraph(content) => split_inlines(content, Block::Paragraph, fits, anywhere),
        Block::Heading(level, content) => {
            split_inlines(content, |content| Block::Heading(*level, content), fits, anywhere)
        }
        Block::Code { language, text } => {
            let of = |text: &str| Block::Code { language: language.clone(), text: text.to_owned() };
            let at = text::code_cut(text, &|head| fits(of(head)), anywhere)?;
            let tail = text[at..].strip_prefix('\n').unwrap_or(&text[at..]);
            Some((of(text[..at].trim_end_matches('\n')), of(tail)))
        }
        Block::Quote(inner) => {
            let mut rest: VecDeque<Block> = inner.iter().cloned().collect();
            let head = take(&mut rest, &|inner| fits(Block::Quote(inner.to_vec())), &|_| true);
            let cut = !head.is_empty() && !rest.is_empty();
            cut.then(|| (Block::Quote(head), Block::Quote(rest.into())))
        }
        Block::List { ordered, items } => {
            let of = |items: Vec<Vec<Block>>| Block::List { ordered: *ordered, items };
            let count = most(items.len(), |count| fits(of(items[..count].to_vec())));
            let (mut head, mut tail) = (items[..count].to_vec(), items[count..].to_vec());
            if count == 0 {
                let mut rest: VecDeque<Block> = tail.first()?.iter().cloned().collect();
                let taken = take(&mut rest, &|blocks| fits(of(vec![blocks.to_vec()])), &|_| true);
                if taken.is_empty() {
                    return None;
                }
                head.push(taken);
                if rest.is_empty() {
                    tail.remove(0);
                } else {
                    tail[0] = rest.into();
                }
            }
            (!tail.is_empty()).then(|| (of(head), of(tail)))
        }
    }
}

fn split_inlines(
    content: &[Inline],
    of: impl Fn(Vec<Inline>) -> Block,
    fits: &dyn Fn(Block) -> bool,
    anywhere: bool,
) -> Option<(Block, Block)> {
    let mut all = runs::flatten(content);
    runs::trim(&mut all);
    let block = |mut runs: Vec<Run>| {
        runs::trim(&mut runs);
        of(runs::nest(runs))
    };
    let cut = text::runs_cut(&all, &|head| fits(block(head)), anywhere)?;
    let (head, tail) = text::divide(&all, cut);
    Some((block(head), block(tail)))
}

/// The blocks with a label in front of the first one's text.
fn stamped(label: &str, mut blocks: Vec<Block>) -> Body {
    match blocks.first_mut() {
        Some(Block::Paragraph(content)) => content.insert(0, Inline::Text(label.to_owned())),
        _ => blocks.insert(0, Block::Paragraph(vec![Inline::Text(label.trim_end().to_owned())])),
    }
    Body(blocks)
}

fn says_something(blocks: &[Block]) -> bool {
    !Body(blocks.to_vec()).canonical().is_empty()
}

/// The blocks without those that say nothing, which would make empty parts.
fn pruned(blocks: &[Block]) -> Vec<Block> {
    let mut kept = Vec::with_capacity(blocks.len());
    for block in blocks.iter().filter(|block| says_something(std::slice::from_ref(block))) {
        kept.push(match block {
            Block::Quote(inner) => Block::Quote(pruned(inner)),
            Block::List { ordered, items } => {
                let items = items.iter().map(|item| pruned(item)).filter(|item| !item.is_empty()).collect();
                Block::List { ordered: *ordered, items }
            }
            block => block.clone(),
        });
    }
    kept
}

#[cfg(test)]
mod tests;
