//! White space at the ends of styled text. A mark that has white space inside of it opens and closes nothing, so white space
//! stands outside.

use std::rc::Rc;

use crate::runs::{Leaf, Run, Style};

/// What stays open from one style to the other: they nest, so where an outer one differs the inner ones close too.
fn common(one: Style, other: Style) -> Style {
    let bold = one.bold == other.bold;
    let italic = bold && one.italic == other.italic;
    let strike = italic && one.strike == other.strike;
    Style { bold: bold && one.bold, italic: italic && one.italic, strike: strike && one.strike }
}

/// Moves white space at the ends of runs into runs of their own, which have only the style that both neighbours have.
pub(super) fn out(runs: Vec<Run>) -> Vec<Run> {
    let mut pieces: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        let Leaf::Text(text) = &run.leaf else {
            pieces.push(run);
            continue;
        };
        let (start, trimmed) = (text.len() - text.trim_start().len(), text.trim());
        let end = start + trimmed.len();
        for part in [&text[..start], &text[start..end], &text[end.max(start)..]] {
            if !part.is_empty() {
                pieces.push(Run {
                    leaf: Leaf::Text(part.to_owned()),
                    style: run.style,
                    link: run.link.clone(),
                });
            }
            if trimmed.is_empty() {
                break;
            }
        }
    }
    let blank = |run: &Run| match &run.leaf {
        Leaf::Break => true,
        Leaf::Text(text) => text.trim().is_empty(),
        _ => false,
    };
    let mut before: Option<(Style, Option<Rc<str>>)> = None;
    let mut rest = &mut pieces[..];
    while !rest.is_empty() {
        let end = rest.iter().position(|run| !blank(run)).unwrap_or(rest.len());
        let (blanks, from) = rest.split_at_mut(end);
        let (style, link) = match (&before, from.first()) {
            (Some((style, link)), Some(after)) if *link == after.link => {
                (common(*style, after.style), link.clone())
            }
            _ => (Style::default(), None),
        };
        for blank in blanks {
            (blank.style, blank.link) = (style, link.clone());
        }
        before = from.first().map(|run| (run.style, run.link.clone()));
        rest = from.get_mut(1..).unwrap_or_default();
    }
    let mut out = Vec::with_capacity(pieces.len());
    for run in pieces {
        crate::runs::push(&mut out, run);
    }
    out
}
