//! The document: a table for each kind of conversation, and what the cells refer to.

use std::fmt::Write as _;

use entente_testkit::Place;

use super::features::{Feature, Groups};

/// A cell, ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Full,
    /// What is seen instead, and why.
    Partial(String),
    /// Why.
    Impossible(String),
    NotProven,
}

/// A kind of conversation, with its cells by feature and in the order of [`ways`].
pub(super) struct Chapter {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) groups: &'static Groups,
    pub(super) rows: Vec<(Feature, Vec<Cell>)>,
}

/// The columns.
pub(super) fn ways() -> impl Iterator<Item = (Place, Place)> {
    Place::ALL.into_iter().flat_map(|source| {
        Place::ALL.into_iter().filter(move |target| *target != source).map(move |target| (source, target))
    })
}

const HEAD: &str = "\
# What travels, from where to where

What somebody sees in their own app of what somebody else wrote in theirs. Every cell was computed by a run of the whole product
between the simulated platforms, from what the platform of the addressee had stored in the end, read by that vendor's documented
markup and by nothing of the product's own. *Full*: as it was written. *Partial*: the note says what is seen instead, and why.
*Impossible*: it cannot be said there in the first place, or the vendor has no call for it. *Not proven*: no run shows it.

This file is written by the run (`cargo xtask matrix`), and compared with it by every test; it is not edited by hand.
";

const TAIL: &str = "\
## What is not carried

Typing, presence, read receipts and calls stay where they are, in every direction.
";

/// The chapters in order, by their titles.
pub(super) const TITLES: [&str; 4] =
    ["Direct messages", "Relayed direct conversations", "Groups", "Linked channels"];

/// A chapter as it stands in the document.
pub(super) fn text(chapter: &Chapter) -> String {
    let mut out = String::new();
    let mut notes: Vec<String> = Vec::new();
    let _ = write!(out, "\n## {}\n\n{}\n", chapter.title, chapter.about);
    for (group, features) in chapter.groups {
        let _ = write!(out, "\n### {group}\n\n|");
        for (source, target) in ways() {
            let _ = write!(out, " | {source:?} → {target:?}");
        }
        let _ = writeln!(out, " |\n| --- |{}", " --- |".repeat(ways().count()));
        for (feature, cells) in chapter.rows.iter().filter(|(feature, _)| features.contains(feature)) {
            let _ = write!(out, "| {} |", feature.title());
            for cell in cells {
                let _ = match cell {
                    Cell::Full => write!(out, " full |"),
                    Cell::Partial(note) => write!(out, " partial ({}) |", number(&mut notes, note)),
                    Cell::Impossible(note) => write!(out, " impossible ({}) |", number(&mut notes, note)),
                    Cell::NotProven => write!(out, " not proven |"),
                };
            }
            out.push('\n');
        }
    }
    let _ = write!(out, "\n### Notes\n\n");
    for (index, note) in notes.iter().enumerate() {
        let _ = writeln!(out, "{}. {note}", index + 1);
    }
    out
}

/// The chapter of this title in a document.
pub(super) fn written<'a>(document: &'a str, title: &str) -> Option<&'a str> {
    let begin = document.find(&format!("\n## {title}\n"))?;
    let rest = &document[begin + 1..];
    let end = rest.find("\n## ").unwrap_or(rest.len());
    // Chapters are set off by an empty line.
    Some(&document[begin..=begin + end])
}

/// The document with this chapter in its place, all around it as it should be. Every chapter is checked by a run of its own, and what
/// the others are is theirs to say.
pub(super) fn document(before: &str, title: &str, chapter: &str) -> String {
    let mut out = HEAD.to_owned();
    for one in TITLES {
        let text = if one == title { Some(chapter) } else { written(before, one) };
        out.push_str(text.unwrap_or_default().trim_end());
        out.push('\n');
    }
    out.push('\n');
    out.push_str(TAIL);
    out
}

/// The number of a note, which is one for all cells that say the same.
fn number(notes: &mut Vec<String>, note: &str) -> usize {
    let known = notes.iter().position(|known| known == note);
    let at = known.unwrap_or_else(|| {
        notes.push(note.to_owned());
        notes.len() - 1
    });
    at + 1
}
