//! Verdicts on what is otherwise in channels: who is seen to speak, and who to react. The rest is as everywhere.

use std::collections::BTreeSet;

use entente_testkit::Place;
use entente_testkit::options::at_home;

use super::moderates;
use crate::matrix::features::Feature;
use crate::matrix::seen::{Answers, Seen};
use crate::matrix::verdict::Verdict::{self, Full, Lost, Partial, Unsaid};
use crate::matrix::verdict::{self as everywhere, mine};
use crate::matrix::way::Way;

/// The verdict on a feature.
pub(super) fn of(way: &Way, feature: Feature) -> Verdict {
    match feature {
        Feature::Moderated if !moderates(way.source, &way.sent[&feature].conversation) => Unsaid,
        Feature::Name => passed_on(way),
        Feature::Present => present(way),
        Feature::Picture => picture(way),
        Feature::React | Feature::ReactTogether | Feature::Unreact => reaction(way, feature),
        other => everywhere::of(way, other),
    }
}

fn said(way: &Way, feature: Feature) -> Option<&Seen> {
    let token = way.token(feature);
    way.seen.iter().find(|seen| seen.says(&token))
}

/// Of what the app passes on.
pub(in crate::matrix) fn passed_on(way: &Way) -> Verdict {
    let Some(message) = said(way, Feature::Name) else { return Lost("it is not there".to_owned()) };
    let name = way.in_front.clone().unwrap_or_default();
    named(way, message, &name)
}

fn named(way: &Way, message: &Seen, name: &str) -> Verdict {
    if message.by != way.stand_in.id || !message.bot {
        return Lost(format!("{:?} speaks, by the name of {:?}", message.by, message.name));
    }
    let own = message.text().starts_with(&way.token(Feature::Name));
    match message.name.strip_prefix(name).and_then(|rest| rest.strip_prefix(" (")) {
        Some(_) => Partial("the name with the platform behind it, marked as an app's".to_owned()),
        None if own && message.name == "Entente" => Partial("the app, with the name in front".to_owned()),
        None => Lost(format!("it is {:?}, and says {:?}", message.name, message.text())),
    }
}

/// Of whoever is in the channel there too.
fn present(way: &Way) -> Verdict {
    let Some(message) = said(way, Feature::Present) else { return Lost("it is not there".to_owned()) };
    let name = at_home(way.source)[1].name.clone();
    match (message.name == name, message.bot) {
        (true, false) => Full,
        (true, true) => Partial("the name, marked as a bot's".to_owned()),
        (false, _) if message.unsigned(&name).is_some() => {
            Partial("the app, with the name in front".to_owned())
        }
        (false, _) => Lost(format!("it is {:?}", message.name)),
    }
}

/// An icon of what the app passes on; elsewhere it has its own.
pub(in crate::matrix) fn picture(way: &Way) -> Verdict {
    match said(way, Feature::Picture) {
        None => Lost("it is not there".to_owned()),
        Some(message) if message.picture.is_some() => Full,
        Some(_) => Partial("the app's".to_owned()),
    }
}

fn reaction(way: &Way, feature: Feature) -> Verdict {
    if way.source == Place::Webex {
        return Unsaid;
    }
    let token = way.others_token(feature);
    let Some(message) = way.seen.iter().find(|seen| seen.says(&token)) else {
        return Lost("the message is not there".to_owned());
    };
    let who: BTreeSet<&str> = message.reactions.iter().map(|(who, _)| who.as_str()).collect();
    if who.iter().any(|who| *who != way.stand_in.id) && feature != Feature::ReactTogether {
        return Lost(format!("somebody else reacts: {who:?}"));
    }
    // Where an app cannot say what it answers, the line has to.
    let below = |seen: &&Seen| match &seen.answers {
        Answers::Below(id) => *id == message.id,
        Answers::Nothing => {
            seen.text().starts_with("reacted:") && seen.text().contains(&format!("“{token}”"))
        }
        Answers::Quotes(_) => false,
    };
    let names: Vec<String> =
        at_home(way.source).into_iter().map(|one| one.name).chain(way.in_front.clone()).collect();
    let plain = |seen: &Seen| {
        let text = seen.text().trim_end().replace(&token, "WORDS");
        names.iter().fold(text, |text, name| text.replace(name, "NAME"))
    };
    let lines: Vec<String> = mine(way).filter(below).map(plain).collect();
    match (feature, who.len(), &lines[..]) {
        (Feature::Unreact, 0, []) => Full,
        (Feature::Unreact, ..) | (_, 0, []) => Lost(format!("{who:?} and {lines:?}")),
        (_, 0, [line]) => {
            let place = if line.contains("WORDS") { "behind" } else { "below" };
            Partial(format!("a line {place} it, `{line}`"))
        }
        (_, 1, []) => Partial("the app's".to_owned()),
        (Feature::ReactTogether, 2, []) => Partial("the app's, and that of whoever is there too".to_owned()),
        _ => Lost(format!("{who:?} and {lines:?}")),
    }
}
