//! Inlines as a flat list of runs, each with its own style. Parsers write runs, printers and cutters read them: a style
//! that is a property of a run needs no closing, can be cut anywhere, and nests in one order only.

use std::rc::Rc;

use entente_model::{Inline, Mention};

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Strong.
    pub bold: bool,
    /// Emphasised.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
}

/// A piece of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// How it looks.
    pub style: Style,
    /// The address it leads to; neighbours with the same address are one link.
    pub link: Option<Rc<str>>,
    /// What it shows.
    pub leaf: Leaf,
}

/// What a run shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// Text on one line.
    Text(String),
    /// Verbatim text on one line.
    Code(String),
    /// Somebody called by name.
    Mention(Mention),
    /// A line end.
    Break,
}

/// Adds a run, merged with its neighbour where both are of one kind. One without text is none.
pub fn push(runs: &mut Vec<Run>, run: Run) {
    if matches!(&run.leaf, Leaf::Text(text) | Leaf::Code(text) if text.is_empty()) {
        return;
    }
    if let Some(last) = runs.last_mut()
        && last.style == run.style
        && last.link == run.link
    {
        match (&mut last.leaf, &run.leaf) {
            (Leaf::Text(text), Leaf::Text(more)) | (Leaf::Code(text), Leaf::Code(more)) => {
                text.push_str(more);
                return;
            }
            _ => {}
        }
    }
    runs.push(run);
}

/// The runs of a tree. Line ends inside texts become breaks, controls vanish.
pub fn flatten(inlines: &[Inline]) -> Vec<Run> {
    let mut runs = Vec::with_capacity(inlines.len());
    walk(inlines, Style::default(), None, &mut runs);
    runs
}

fn walk(inlines: &[Inline], style: Style, link: Option<&Rc<str>>, out: &mut Vec<Run>) {
    for inline in inlines {
        let mut leaf = |leaf| push(out, Run { style, link: link.cloned(), leaf });
        match inline {
            Inline::Text(text) => {
                for (index, line) in text.split('\n').enumerate() {
                    if index > 0 {
                        leaf(Leaf::Break);
                    }
                    leaf(Leaf::Text(uncontrolled(line)));
                }
            }
            Inline::Code(text) => leaf(Leaf::Code(uncontrolled(text))),
            Inline::Mention(mention) => leaf(Leaf::Mention(mention.clone())),
            Inline::Break => leaf(Leaf::Break),
            Inline::Bold(inner) => walk(inner, Style { bold: true, ..style }, link, out),
            Inline::Italic(inner) => walk(inner, Style { italic: true, ..style }, link, out),
            Inline::Strike(inner) => walk(inner, Style { strike: true, ..style }, link, out),
            Inline::Link { url, label } => match link {
                None => walk(label, style, crate::clean_url(url).map(Rc::from).as_ref(), out),
                Some(_) => walk(label, style, link, out),
            },
        }
    }
}

/// The text on one line and without control characters, which mean nothing to people and much to some parsers.
pub fn uncontrolled(text: &str) -> String {
    text.chars()
        .filter_map(|c| if matches!(c, '\n' | '\t') { Some(' ') } else { (!c.is_control()).then_some(c) })
        .collect()
}

/// Takes breaks and white space off both ends. White space alone is not code, which Markdown could not write.
pub fn trim(runs: &mut Vec<Run>) {
    for run in runs.iter_mut() {
        if matches!(&run.leaf, Leaf::Code(text) if text.trim().is_empty()) {
            run.leaf = Leaf::Text(" ".to_owned());
        }
    }
    while let Some(last) = runs.last_mut() {
        match &mut last.leaf {
            Leaf::Break => {}
            Leaf::Text(text) => {
                text.truncate(text.trim_end().len());
                if !text.is_empty() {
                    break;
                }
            }
            _ => break,
        }
        runs.pop();
    }
    let mut empty = 0;
    for run in runs.iter_mut() {
        match &mut run.leaf {
            Leaf::Break => {}
            Leaf::Text(text) => {
                let white = text.len() - text.trim_start().len();
                text.drain(..white);
                if !text.is_empty() {
                    break;
                }
            }
            _ => break,
        }
        empty += 1;
    }
    runs.drain(..empty);
}

/// The tree of some runs, nested link, bold, italic, strike.
pub fn nest(runs: Vec<Run>) -> Vec<Inline> {
    level(runs, 0)
}

fn level(runs: Vec<Run>, depth: u8) -> Vec<Inline> {
    if depth == 4 {
        return runs.into_iter().map(|run| leaf(run.leaf)).collect();
    }
    let mut out = Vec::with_capacity(runs.len());
    let mut runs = runs.into_iter().peekable();
    while let Some(first) = runs.next() {
        let same = |run: &Run| match depth {
            0 => run.link == first.link,
            1 => run.style.bold == first.style.bold,
            2 => run.style.italic == first.style.italic,
            _ => run.style.strike == first.style.strike,
        };
        let mut group = Vec::new();
        while let Some(next) = runs.next_if(same) {
            group.push(next);
        }
        let (link, style) = (first.link.clone(), first.style);
        group.insert(0, first);
        let inner = level(group, depth + 1);
        match depth {
            0 if let Some(url) = link => {
                out.push(Inline::Link { url: url.as_ref().to_owned(), label: inner });
            }
            1 if style.bold => out.push(Inline::Bold(inner)),
            2 if style.italic => out.push(Inline::Italic(inner)),
            3 if style.strike => out.push(Inline::Strike(inner)),
            _ => out.extend(inner),
        }
    }
    out
}

fn leaf(leaf: Leaf) -> Inline {
    match leaf {
        Leaf::Text(text) => Inline::Text(text),
        Leaf::Code(text) => Inline::Code(text),
        Leaf::Mention(mention) => Inline::Mention(mention),
        Leaf::Break => Inline::Break,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn styles_nest_in_one_order_and_neighbours_merge() {
        let one = vec![
            Inline::Italic(vec![Inline::Bold(vec![text("a")])]),
            Inline::Bold(vec![text("b"), text("c")]),
        ];
        let two = vec![Inline::Bold(vec![Inline::Italic(vec![text("a")]), text("bc")])];
        assert_eq!(nest(flatten(&one)), two);
        assert_eq!(nest(flatten(&two)), two);
    }

    #[test]
    fn white_space_at_the_ends_goes() {
        let mut runs = flatten(&[Inline::Break, text(" \u{a0}"), text("x \n"), Inline::Break]);
        trim(&mut runs);
        assert_eq!(nest(runs), vec![text("x")]);
    }
}
