//! Where running text may be cut.

use std::collections::VecDeque;

use entente_model::{Block, Inline};
use unicode_segmentation::UnicodeSegmentation as _;

use super::most;
use crate::runs::{self, Leaf, Run, uncontrolled};

/// A place between two characters: the run, and the byte in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    run: usize,
    byte: usize,
    /// How good a place it is; the higher the better.
    rank: u8,
}

const INSIDE: u8 = 0;
const WORD: u8 = 1;
const SENTENCE: u8 = 2;
const LINE: u8 = 3;

/// Cuts off the front of some runs so that it `fits`, inside a word only if `anywhere`, and leaves the rest. `None`, and
/// nothing done, if nothing fits.
pub(super) fn split(
    runs: &mut VecDeque<Run>,
    limit: usize,
    fits: &dyn Fn(Vec<Inline>) -> bool,
    anywhere: bool,
) -> Option<Vec<Inline>> {
    let front = front(runs, limit);
    let place = runs_cut(&front, &|head| fits(shown(head)), anywhere)?;
    let head = shown(before(&front, place));
    runs.drain(..place.run);
    if let Some(Run { leaf: Leaf::Text(text) | Leaf::Code(text), .. }) = runs.front_mut() {
        text.drain(..place.byte);
    }
    trim_front(runs);
    Some(head)
}

/// As much of some runs as can be in a part of this limit, and a little more.
fn front(runs: &VecDeque<Run>, limit: usize) -> Vec<Run> {
    let mut left = limit + 1;
    let mut front = Vec::new();
    for run in runs {
        let (leaf, length) = match &run.leaf {
            Leaf::Text(text) => {
                let (text, length) = beginning(text, left);
                (Leaf::Text(text.to_owned()), length)
            }
            Leaf::Code(text) => {
                let (text, length) = beginning(text, left);
                (Leaf::Code(text.to_owned()), length)
            }
            leaf => (leaf.clone(), 1),
        };
        front.push(Run { style: run.style, link: run.link.clone(), leaf });
        left = left.saturating_sub(length);
        if left == 0 {
            break;
        }
    }
    front
}

/// The first `most` characters of a text, and how many there are.
fn beginning(text: &str, most: usize) -> (&str, usize) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], most),
        None => (text, text.chars().count()),
    }
}

fn shown(mut runs: Vec<Run>) -> Vec<Inline> {
    runs::trim(&mut runs);
    runs::nest(runs)
}

/// Takes breaks and white space off the front.
fn trim_front(runs: &mut VecDeque<Run>) {
    while let Some(first) = runs.front_mut() {
        match &mut first.leaf {
            Leaf::Break => {}
            Leaf::Text(text) => {
                let white = text.len() - text.trim_start().len();
                text.drain(..white);
                if !text.is_empty() {
                    return;
                }
            }
            Leaf::Code(text) if text.is_empty() => {}
            Leaf::Code(_) | Leaf::Mention(_) => return,
        }
        runs.pop_front();
    }
}

/// The best place to cut some runs so that what is before it `fits`; inside a word only if `anywhere`.
fn runs_cut(runs: &[Run], fits: &dyn Fn(Vec<Run>) -> bool, anywhere: bool) -> Option<Place> {
    let places = places(runs);
    let try_at = |count: usize| fits(before(runs, places[count - 1]));
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

/// The runs before a place.
fn before(runs: &[Run], at: Place) -> Vec<Run> {
    let mut head = runs[..at.run].to_vec();
    if at.byte > 0
        && let Some(run) = runs.get(at.run)
    {
        let leaf = match &run.leaf {
            Leaf::Text(text) => Leaf::Text(text[..at.byte].to_owned()),
            Leaf::Code(text) => Leaf::Code(text[..at.byte].to_owned()),
            leaf => leaf.clone(),
        };
        head.push(Run { style: run.style, link: run.link.clone(), leaf });
    }
    head
}

/// The best byte to cut code at: after as many whole lines as fit, else inside a line if `anywhere`.
pub(super) fn code_cut(
    text: &str,
    limit: usize,
    fits: &dyn Fn(&str) -> bool,
    anywhere: bool,
) -> Option<usize> {
    let says = |text: &str| !text.trim().is_empty();
    let (front, _) = beginning(text, limit + 1);
    let lines: Vec<usize> = front.match_indices('\n').map(|(at, _)| at).filter(|at| *at > 0).collect();
    let count = most(lines.len(), |count| fits(text[..lines[count - 1]].trim_end_matches('\n')));
    if let Some(at) = count.checked_sub(1).map(|last| lines[last])
        && says(&text[..at])
        && says(&text[at..])
    {
        return Some(at);
    }
    if !anywhere {
        return None;
    }
    let places: Vec<usize> = front.grapheme_indices(true).map(|(at, _)| at).skip(1).collect();
    let count = most(places.len(), |count| fits(&text[..places[count - 1]]));
    let at = places.get(count.checked_sub(1)?).copied()?;
    (says(&text[..at]) && says(&text[at..])).then_some(at)
}

/// For plain text that cannot be cut between what people see as characters: its first run, cut between any two. It holds one
/// character at least, whether that fits or not.
pub(super) fn forced(
    runs: &mut VecDeque<Run>,
    limit: usize,
    fits: &dyn Fn(Vec<Block>) -> bool,
) -> Option<Block> {
    trim_front(runs);
    let mut first = runs.pop_front()?;
    let of = |leaf: Leaf| {
        let run = Run { style: first.style, link: None, leaf };
        Block::Paragraph(runs::nest(vec![run]))
    };
    let text = match first.leaf {
        Leaf::Text(text) | Leaf::Code(text) => text,
        Leaf::Mention(mention) => uncontrolled(&mention.name),
        Leaf::Break => return None,
    };
    let (front, _) = beginning(&text, limit + 1);
    let places: Vec<usize> = front.char_indices().map(|(at, _)| at).skip(1).chain([front.len()]).collect();
    let head = |count: usize| of(Leaf::Text(text[..places[count - 1]].to_owned()));
    let count = most(places.len(), |count| fits(vec![head(count)])).max(1);
    let head = head(count);
    let tail = text[places[count - 1]..].trim_start();
    if !tail.is_empty() {
        first.leaf = Leaf::Text(tail.to_owned());
        first.link = None;
        runs.push_front(first);
    }
    Some(head)
}
