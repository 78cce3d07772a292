//! Verdicts on what becomes several messages: long texts, and edits beyond what a platform takes.

use super::Verdict::{self, Full, Lost, Partial};
use super::mine;
use crate::matrix::features::{Feature, OFTEN, WIDE};
use crate::matrix::seen::{Answers, Seen};
use crate::matrix::way::Way;
use crate::matrix::wording::{long, long_after, narrow};

/// The messages that hold a long text: the one that begins it, and those behind it that only go on with it.
pub(super) fn pieces<'a>(way: &'a Way, token: &str) -> Vec<&'a Seen> {
    let all: Vec<&Seen> = mine(way).collect();
    let Some(at) = all.iter().position(|seen| seen.says(token)) else { return Vec::new() };
    let goes_on = |seen: &&&Seen| {
        let text = narrow(&seen.text());
        let mut words = text.split_whitespace();
        words.next().is_some_and(|first| first.starts_with('('))
            && words.all(|word| is_counted(word, &['w', 'v']))
    };
    let more = all[at + 1..].iter().take_while(goes_on).copied();
    std::iter::once(all[at]).chain(more).collect()
}

pub(super) fn is_counted(word: &str, letters: &[char]) -> bool {
    word.len() == 5 && word.starts_with(letters) && word[1..].bytes().all(|digit| digit.is_ascii_digit())
}

pub(super) fn long_text(way: &Way, feature: Feature) -> Verdict {
    let token = way.token(feature);
    let wanted = match feature {
        Feature::Long(length) => long(length - token.len() - 1),
        Feature::Wide => long(WIDE - token.len() - 1),
        _ => long_after(way.longest() - token.len() - 1),
    };
    let pieces = pieces(way, &token);
    let texts: Vec<String> = pieces.iter().map(|seen| narrow(&seen.text())).collect();
    let shown: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.split_whitespace())
        .filter(|word| is_counted(word, &['w', 'v']))
        .collect();
    if shown != wanted {
        return Lost(format!("{} of {} words arrive", shown.len(), wanted.len()));
    }
    match texts.len() {
        1 => Full,
        count => {
            let longest =
                texts.iter().map(|text| text.trim_end().encode_utf16().count()).max().unwrap_or_default();
            Partial(format!("{count} messages, the longest of {longest} characters"))
        }
    }
}

pub(super) fn often(way: &Way) -> Verdict {
    let token = way.token(Feature::EditOften);
    let messages: Vec<&Seen> = mine(way).filter(|seen| seen.says(&token)).collect();
    let says = |seen: &Seen, n: usize| seen.says(&format!("edit{n}"));
    match messages[..] {
        [only] if says(only, OFTEN) => Full,
        [first, answer] if says(answer, OFTEN) && answer.answers == Answers::Below(first.id.clone()) => {
            let stands = (1..OFTEN).rev().find(|n| says(first, *n)).unwrap_or_default();
            Partial(format!("edit {stands} in its place, and the last as an answer to it"))
        }
        _ => Lost(format!("{:?}", messages.iter().map(|seen| seen.text()).collect::<Vec<_>>())),
    }
}
