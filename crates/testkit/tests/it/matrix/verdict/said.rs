//! Verdicts on what one message says, and how.

use std::collections::BTreeSet;

use super::Verdict::{self, Full, Lost, Partial};
use crate::matrix::features::Feature;
use crate::matrix::seen::{Mark, Marks, Seen, told};
use crate::matrix::wording::{BEHIND, CODE, EMOJI, LINES, MARKED, URL};

pub(super) fn exactly(message: &Seen, text: &str) -> Verdict {
    let marks: Marks = message.words().into_iter().flat_map(|(_, marks)| marks).collect();
    match (message.text().trim_end() == text, marks.is_empty()) {
        (true, true) => Full,
        (true, false) => Partial(format!("as {}", told(&marks))),
        (false, _) => Lost(format!("it says {:?}", message.text())),
    }
}

pub(super) fn lines(message: &Seen) -> Verdict {
    let text = message.text();
    let shown: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let first = shown.first().is_some_and(|line| line.ends_with(LINES[0]));
    if first && shown[1..] == LINES[1..] { Full } else { Lost(format!("it says {text:?}")) }
}

pub(super) fn emoji(message: &Seen) -> Verdict {
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    let text = message.text();
    let shown: Vec<String> = text.split_whitespace().skip(1).map(bare).collect();
    if shown == EMOJI.map(bare) { Full } else { Lost(format!("it says {text:?}")) }
}

pub(super) fn address(message: &Seen) -> Verdict {
    let words = message.words();
    let Some((_, marks)) = words.iter().find(|(word, _)| word == URL) else {
        return Lost(format!("it says {:?}", message.text()));
    };
    // Every app makes a link of an address that stands in plain text.
    if marks.is_empty() || *marks == Marks::from([Mark::Link(URL.to_owned())]) {
        Full
    } else {
        Partial(told(marks))
    }
}

pub(super) fn custom_emoji(message: &Seen) -> Verdict {
    let text = message.text();
    if text.contains(" a picture of party-parrot") {
        Full
    } else if text.contains(" :party-parrot: behind") {
        Partial("its name, `:party-parrot:`".to_owned())
    } else {
        Lost(format!("it says {text:?}"))
    }
}

/// The marks that a formatting feature has on the words in question.
fn expected(feature: Feature) -> [Marks; 2] {
    let one = |mark: Mark| [Marks::from([mark.clone()]), Marks::from([mark])];
    match feature {
        Feature::Bold | Feature::EditMarks => one(Mark::Bold),
        Feature::Italic => one(Mark::Italic),
        Feature::Strike => one(Mark::Strike),
        Feature::BoldItalic => {
            let both = Marks::from([Mark::Bold, Mark::Italic]);
            [both.clone(), both]
        }
        Feature::Code => one(Mark::Code),
        Feature::CodeBlock => one(Mark::CodeBlock),
        Feature::Quote => one(Mark::Quote),
        Feature::Bullets => one(Mark::Bullets(1)),
        Feature::Numbers => one(Mark::Numbers(1)),
        Feature::Nested => [Marks::from([Mark::Bullets(1)]), Marks::from([Mark::Bullets(2)])],
        Feature::Heading => one(Mark::Heading),
        Feature::Link => one(Mark::Link(URL.to_owned())),
        other => panic!("{other:?} has no marks"),
    }
}

pub(super) fn marked(message: &Seen, feature: Feature) -> Verdict {
    let words = message.words();
    let find = |word: &str| {
        let is = |one: &&(String, Marks)| {
            if feature == Feature::CodeBlock { one.0.contains(word) } else { one.0 == word }
        };
        words.iter().find(is).map(|(_, marks)| marks.clone())
    };
    let [Some(first), Some(second), Some(behind)] = [find(MARKED[0]), find(MARKED[1]), find(BEHIND)] else {
        return Lost(format!("it says {:?}", message.text()));
    };
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    if feature == Feature::CodeBlock && !lines(&message.text()).join("\n").contains(&lines(CODE).join("\n")) {
        return Lost(format!("it says {:?}", message.text()));
    }
    let begins = words.first().map(|(_, marks)| marks.clone()).unwrap_or_default();
    if !behind.is_empty() || !begins.is_empty() {
        return Partial(format!("as {}, and so is what stands around", told(&first)));
    }
    if [first.clone(), second.clone()] == expected(feature) {
        return Full;
    }
    if first == second {
        return Partial(format!("as {}", told(&first)));
    }
    Partial(format!("as {}, then {}", told(&first), told(&second)))
}

pub(super) fn mention(message: &Seen, account: &str, name: &str) -> Verdict {
    let words = message.words();
    let called: BTreeSet<&Mark> = words
        .iter()
        .flat_map(|(_, marks)| marks)
        .filter(|mark| matches!(mark, Mark::Person(_) | Mark::Everybody))
        .collect();
    let person = Mark::Person(account.to_owned());
    if called.iter().any(|mark| **mark != person) {
        return Lost("somebody else is called".to_owned());
    }
    let text = message.text();
    let named = text.contains(name) || text.contains("@somebody");
    match (called.contains(&person), named) {
        (true, true) => Full,
        (true, false) => {
            let shown =
                words.iter().filter(|(_, marks)| marks.contains(&person)).map(|(word, _)| word.as_str());
            Partial(format!("a mention, written {:?}", shown.collect::<Vec<_>>().join(" ")))
        }
        (false, true) => Partial("the name, which calls nobody".to_owned()),
        (false, false) => Lost(format!("it says {text:?}")),
    }
}

pub(super) fn everybody(message: &Seen) -> Verdict {
    let words = message.words();
    if words.iter().any(|(_, marks)| marks.contains(&Mark::Everybody)) {
        return Full;
    }
    let text = message.text();
    if text.to_lowercase().contains("all") || text.contains("channel") {
        Partial("a word, which calls nobody".to_owned())
    } else {
        Lost(format!("it says {text:?}"))
    }
}
