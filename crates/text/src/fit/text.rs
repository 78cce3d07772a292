//! Where running text may be cut.

use entente_model::{Block, Body, Inline};
use unicode_segmentation::UnicodeSegmentation as _;

use super::most;
use crate::runs::{Leaf, Run};

/// A place between two characters: the run, and the byte in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    run: usize,
    byte: usize,
    /// How good a place it is; the higher the better.
    rank: u8,
}

const INSIDE: u8 = 0;
const WORD: u8 = 1;
const SENTENCE: u8 = 2;
const LINE: u8 = 3;

/// The best place to cut some runs so that what is before it `fits`; inside a word only if `anywhere`.
pub(super) fn runs_cut(runs: &[Run], fits: &dyn Fn(Vec<Run>) -> bool, anywhere: bool) -> Option<Place> {
    let places = places(runs);
    let try_at = |count: usize| fits(divide(runs, places[count - 1]).0);
    let last = most(places.len(), try_at);
    if last == 0 {
        return None;
    }
    // Good places in the latter half are worth the room they leave.
    let near = last / 2;
    let best = (near..last).max_by_key(|at| (places[*at].rank, *at))?;
    let mut place = places[best];
    if place.rank == INSIDE && !anywhere {
        return None;
    }
    if best + 1 != last && !try_at(best + 1) {
        place = places[last - 1];
    }
    Some(place)
}

/// All places, in order, but the very beginning and the very end.
fn places(runs: &[Run]) -> Vec<Place> {
    let mut places = Vec::new();
    // What the text before ended with: whether a sentence may have ended, and whether with white space.
    let (mut stopped, mut spaced) = (false, false);
    for (run, Run { leaf, .. }) in runs.iter().enumerate() {
        match leaf {
            Leaf::Text(text) | Leaf::Code(text) => {
                for (byte, grapheme) in text.grapheme_indices(true) {
                    let white = grapheme.chars().all(char::is_whitespace);
                    let rank = match (white, spaced, stopped) {
                        (false, true, true) => SENTENCE,
                        (false, true, false) => WORD,
                        _ => INSIDE,
                    };
                    let begins = run > 0 && matches!(runs[run - 1].leaf, Leaf::Break);
                    let rank = if byte == 0 && begins { LINE } else { rank };
                    places.push(Place { run, byte, rank });
                    if white {
                        spaced = true;
                    } else {
                        let full = matches!(grapheme, "。" | "！" | "？" | "．");
                        stopped = full || matches!(grapheme, "." | "!" | "?" | "…" | ":" | ";");
                        // Scripts without spaces end their sentences by the mark alone.
                        spaced = full;
                    }
                }
            }
            Leaf::Mention(_) | Leaf::Break => {
                let begins = run > 0 && matches!(runs[run - 1].leaf, Leaf::Break);
                places.push(Place { run, byte: 0, rank: if begins { LINE } else { u8::from(spaced) } });
                (stopped, spaced) = (false, false);
            }
        }
    }
    if !places.is_empty() {
        places.remove(0);
    }
    places
}

/// The runs before and after a place.
pub(super) fn divide(runs: &[Run], at: Place) -> (Vec<Run>, Vec<Run>) {
    let mut head = runs[..at.run].to_vec();
    let mut tail = runs[at.run..].to_vec();
    if at.byte > 0
        && let Some(Run { leaf: Leaf::Text(text) | Leaf::Code(text), .. }) = tail.first_mut()
    {
        let after = text.split_off(at.byte);
        let before = std::mem::replace(text, after);
        let mut run = runs[at.run].clone();
        run.leaf = match run.leaf {
            Leaf::Code(_) => Leaf::Code(before),
            _ => Leaf::Text(before),
        };
        head.push(run);
    }
    (head, tail)
}

/// The best byte to cut code at: after as many whole lines as fit, else inside a line if `anywhere`.
pub(super) fn code_cut(text: &str, fits: &dyn Fn(&str) -> bool, anywhere: bool) -> Option<usize> {
    let ends =
        |text: &str| text.match_indices('\n').map(|(at, _)| at).filter(|at| *at > 0).collect::<Vec<_>>();
    let lines = ends(text);
    let count = most(lines.len(), |count| fits(text[..lines[count - 1]].trim_end_matches('\n')));
    if let Some(at) = count.checked_sub(1).map(|last| lines[last])
        && !text[..at].trim().is_empty()
        && !text[at..].trim().is_empty()
    {
        return Some(at);
    }
    if !anywhere {
        return None;
    }
    let places: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).skip(1).collect();
    let count = most(places.len(), |count| fits(&text[..places[count - 1]]));
    let at = places.get(count.checked_sub(1)?).copied()?;
    (!text[..at].trim().is_empty() && !text[at..].trim().is_empty()).then_some(at)
}

/// For what cannot be cut as it is: the block as plain text, cut between any two characters. The first part holds one
/// character at least, whether it fits or not.
pub(super) fn forced(block: &Block, fits: &dyn Fn(&[Block]) -> bool) -> (Block, Option<Block>) {
    let plain = Body(vec![block.clone()]).plain();
    let plain = plain.trim();
    let of = |text: &str| Block::Paragraph(Body::text(text).0.pop().map_or_else(Vec::new, inlines));
    let places: Vec<usize> = plain.char_indices().map(|(at, _)| at).skip(1).chain([plain.len()]).collect();
    let count = most(places.len(), |count| fits(&[of(&plain[..places[count - 1]])])).max(1);
    let at = places.get(count - 1).copied().unwrap_or(plain.len());
    let (head, tail) = plain.split_at(at);
    (of(head), (!tail.trim().is_empty()).then(|| of(tail.trim_start())))
}

fn inlines(block: Block) -> Vec<Inline> {
    match block {
        Block::Paragraph(content) => content,
        _ => Vec::new(),
    }
}
