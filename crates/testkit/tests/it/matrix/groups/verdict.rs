//! Verdicts on what is particular about groups: what they are called, and who is in them. The rest is as between two people.

use std::collections::{BTreeMap, BTreeSet};

use entente_testkit::Place;
use entente_testkit::options::at_home;

use super::{NAMES, Sights};
use crate::matrix::channels::moderates;
use crate::matrix::features::Feature;
use crate::matrix::seen::{Answers, Seen};
use crate::matrix::verdict as everywhere;
use crate::matrix::verdict::Verdict::{self, Full, Lost, Partial, Unsaid};
use crate::matrix::way::Way;

/// The verdict on a feature.
pub(super) fn of(
    way: &Way,
    feature: Feature,
    sights: &Sights,
    people: &BTreeMap<(Place, Place), [(String, String); 2]>,
) -> Verdict {
    let [at_first, in_the_end] = &sights.0[&(way.source, way.target)];
    let [comes, leaves] = &people[&(way.source, way.target)];
    let said = |of: &str, words: &str| -> Option<String> {
        let texts: Vec<String> = in_the_end.messages.iter().map(Seen::text).collect();
        let mut lines = texts.iter().flat_map(|text| text.split(". "));
        let line = lines.find(|line| line.contains(of) && line.contains(words))?;
        let line = line.trim_start_matches("Entente: ").trim_end().trim_end_matches('.');
        Some(line.replace(of, "NAME"))
    };
    let told = |present: bool, wanted: bool, name: &str, word: &str| {
        if present == wanted {
            return Full;
        }
        match said(name, word) {
            Some(line) => Partial(format!("the line `{line}`")),
            None => Lost(format!("{name} is {}", if present { "there" } else { "not there" })),
        }
    };
    match feature {
        Feature::Title => title(at_first.title.as_deref(), NAMES[0], sights, way),
        Feature::Renamed | Feature::Comes | Feature::Leaves if way.source == Place::Slack => Unsaid,
        Feature::Renamed => title(in_the_end.title.as_deref(), NAMES[1], sights, way),
        Feature::Comes => told(in_the_end.members.contains(&comes.1), true, &comes.0, "came"),
        Feature::Leaves => told(in_the_end.members.contains(&leaves.1), false, &leaves.0, "left"),
        Feature::Moderated if !moderates(way.source, &way.sent[&feature].conversation) => Unsaid,
        Feature::React | Feature::Unreact | Feature::ReactTogether => reaction(way, feature, &leaves.1),
        other => everywhere::of(way, other),
    }
}

fn title(shown: Option<&str>, wanted: &str, sights: &Sights, way: &Way) -> Verdict {
    if sights.0[&(way.source, way.source)][0].title.is_none() {
        return Unsaid;
    }
    match shown {
        None => Partial("no name".to_owned()),
        Some(shown) if shown == wanted => Full,
        Some(shown) if shown.starts_with(&format!("{wanted} ")) => {
            Partial("the name, with a sign behind it".to_owned())
        }
        Some(shown) if shown.starts_with(NAMES[0]) => Partial("the name that it had".to_owned()),
        Some(shown) => Lost(format!("it is called {shown:?}")),
    }
}

/// A reaction of whoever made the group, or of their colleague as well.
fn reaction(way: &Way, feature: Feature, colleague: &str) -> Verdict {
    if way.source == Place::Webex {
        return Unsaid;
    }
    let token = way.others_token(feature);
    let Some(message) = way.seen.iter().find(|seen| seen.says(&token)) else {
        return Lost("the message is not there".to_owned());
    };
    let who: BTreeSet<&str> = message.reactions.iter().map(|(who, _)| who.as_str()).collect();
    let wanted = match feature {
        Feature::Unreact => BTreeSet::new(),
        Feature::ReactTogether => BTreeSet::from([way.stand_in.id.as_str(), colleague]),
        _ => BTreeSet::from([way.stand_in.id.as_str()]),
    };
    // Where an app cannot say what it answers, the line has to.
    let below = |seen: &&Seen| match &seen.answers {
        Answers::Below(id) => *id == message.id,
        Answers::Nothing => {
            seen.text().starts_with("reacted:") && seen.text().contains(&format!("“{token}”"))
        }
        Answers::Quotes(_) => false,
    };
    let plain = |seen: &Seen| {
        let names = at_home(way.source).into_iter().map(|one| one.name);
        let text = seen.text().trim_end().replace(&token, "WORDS");
        names.fold(text, |text, name| text.replace(&name, "NAME"))
    };
    let lines: Vec<String> = way.seen.iter().filter(below).map(plain).collect();
    match &lines[..] {
        [] if who == wanted => Full,
        [line] if who.is_empty() && !wanted.is_empty() => {
            let place = if line.contains("WORDS") { "behind" } else { "below" };
            Partial(format!("a line {place} it, `{line}`"))
        }
        _ => Lost(format!("{who:?} and {lines:?}")),
    }
}
