//! What came of a feature on its way, by what the addressee sees and nothing else.

use std::collections::BTreeSet;

use entente_testkit::Place;

use super::features::Feature;
use super::seen::{Answers, File, Seen};
use super::way::Way;
use super::wording::SIGNS;

mod long;
mod said;

use long::{is_counted, long_text, often};
use said::{address, custom_emoji, emoji, everybody, exactly, lines, marked, mention};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it was written.
    Full,
    /// Less of it arrives: this.
    Partial(String),
    /// It cannot be said at the source.
    Unsaid,
    /// It was said, and nothing of it arrives. Never right.
    Lost(String),
}

use Verdict::{Full, Lost, Partial, Unsaid};

/// The verdict on a feature.
pub(super) fn of(way: &Way, feature: Feature) -> Verdict {
    let reacts = matches!(
        feature,
        Feature::React | Feature::ReactOwn | Feature::ReactTwice | Feature::Unreact | Feature::ReactCustom
    );
    if reacts {
        return reaction(way, feature);
    }
    if !way.sent.contains_key(&feature) || (feature == Feature::EditMarks && way.source == Place::Zoom) {
        return Unsaid;
    }
    if feature == Feature::EditOften && way.source == Place::Webex {
        return Unsaid;
    }
    let token = way.token(feature);
    let said: Vec<&Seen> = mine(way).filter(|seen| seen.says(&token)).collect();
    match feature {
        Feature::Reply | Feature::ReplyToOther => return reply(way, feature),
        Feature::Delete | Feature::DeleteLong | Feature::Moderated => return deletion(way, feature),
        Feature::Long(_) | Feature::Wide | Feature::EditLong => return long_text(way, feature),
        Feature::EditOften => return often(way),
        _ => {}
    }
    let [message] = said[..] else { return Lost(format!("{} messages of it", said.len())) };
    match feature {
        Feature::Words | Feature::First => exactly(message, &way.plain(feature).unwrap_or_default()),
        Feature::Signs => exactly(message, &format!("{token} {SIGNS}")),
        Feature::Emoji => emoji(message),
        Feature::Lines => lines(message),
        Feature::Address => address(message),
        Feature::CustomEmoji => custom_emoji(message),
        Feature::Mention => mention(message, &way.reader.id, &reader_name(way)),
        Feature::MentionThird => mention(message, &way.third.id, &way.third.name),
        Feature::Everybody => everybody(message),
        Feature::Name => name(way, message),
        Feature::Picture => picture(message),
        Feature::Edit => exactly(message, &format!("{token} after")),
        Feature::File
        | Feature::Image
        | Feature::ImageLarge
        | Feature::Files
        | Feature::FileLarge
        | Feature::FileHuge
        | Feature::FileVast => files(way, feature),
        Feature::Card => card(message),
        _ => marked(message, feature),
    }
}

/// What the writer's stand-in said.
pub(super) fn mine(way: &Way) -> impl Iterator<Item = &Seen> {
    way.seen.iter().filter(|seen| seen.by == way.stand_in.id)
}

fn reader_name(way: &Way) -> String {
    let own = way.seen.iter().find(|seen| seen.by == way.reader.id);
    own.map_or_else(String::new, |seen| seen.name.clone())
}

fn name(way: &Way, message: &Seen) -> Verdict {
    let own = way.at_source.iter().find(|seen| seen.by == way.writer.id).map(|seen| seen.name.as_str());
    match (own == Some(message.name.as_str()), message.bot) {
        (true, false) => Full,
        (true, true) => Partial("the name, marked as a bot's".to_owned()),
        (false, _) => Lost(format!("it is {:?}", message.name)),
    }
}

/// An account of the writer's own has the picture that they chose there.
fn picture(message: &Seen) -> Verdict {
    match (&message.picture, message.bot) {
        (_, false) | (Some(_), true) => Full,
        (None, true) => Partial("no picture".to_owned()),
    }
}

fn reply(way: &Way, feature: Feature) -> Verdict {
    let (answer, original) = match feature {
        Feature::Reply => (format!("answer{}", way.token(feature)), way.token(feature)),
        _ => (format!("answer{}", way.others_token(feature)), way.others_token(feature)),
    };
    let one = |word: &str| way.seen.iter().find(|seen| seen.says(word));
    let (Some(answer), Some(original)) = (one(&answer), one(&original)) else {
        return Lost("it is not there".to_owned());
    };
    match &answer.answers {
        Answers::Below(root) if *root == original.id => Full,
        Answers::Quotes(quoted) if *quoted == original.id && way.source == Place::Teams => Full,
        Answers::Quotes(quoted) if *quoted == original.id => {
            Partial("a quote of it, not a thread".to_owned())
        }
        Answers::Nothing => Partial("a message that answers nothing".to_owned()),
        other => Lost(format!("it answers something else: {other:?}")),
    }
}

fn deletion(way: &Way, feature: Feature) -> Verdict {
    let token = way.token(feature);
    let of_it = |seen: &&Seen| {
        let text = seen.text();
        let mut words = text.split_whitespace();
        words.any(|word| word == token || (feature == Feature::DeleteLong && is_counted(word, &['d'])))
    };
    match mine(way).filter(of_it).count() {
        0 => Full,
        left => Lost(format!("{left} messages are left of it")),
    }
}

fn reaction(way: &Way, feature: Feature) -> Verdict {
    let impossible = match feature {
        Feature::ReactCustom => way.source != Place::Slack,
        Feature::ReactTwice => matches!(way.source, Place::Webex | Place::Teams),
        _ => way.source == Place::Webex,
    };
    if impossible {
        return Unsaid;
    }
    let token = if feature == Feature::ReactOwn { way.token(feature) } else { way.others_token(feature) };
    let Some(message) = way.seen.iter().find(|seen| seen.says(&token)) else {
        return Lost("the message is not there".to_owned());
    };
    let wanted: Vec<&str> = match feature {
        Feature::Unreact => Vec::new(),
        Feature::ReactTwice => vec!["\u{2764}", "👍"],
        Feature::ReactCustom => vec![":party-parrot:"],
        _ => vec!["👍"],
    };
    let shown: BTreeSet<&str> = message
        .reactions
        .iter()
        .filter(|(who, _)| *who == way.stand_in.id)
        .map(|(_, what)| what.as_str())
        .collect();
    if message.reactions.iter().any(|(who, _)| *who != way.stand_in.id) {
        return Lost("somebody else reacts".to_owned());
    }
    let below =
        |seen: &&Seen| matches!(&seen.answers, Answers::Below(id) | Answers::Quotes(id) if *id == message.id);
    let lines: Vec<String> = mine(way).filter(below).map(|seen| seen.text().trim_end().to_owned()).collect();
    match (shown == wanted.iter().copied().collect(), &lines[..]) {
        (true, []) => Full,
        (false, [line]) if shown.is_empty() => Partial(format!("a line below it, `{line}`")),
        (false, []) if !shown.is_empty() => {
            Partial(format!("only {} of them", shown.into_iter().collect::<Vec<_>>().join(" ")))
        }
        _ => Lost(format!("{shown:?} and {lines:?}")),
    }
}

fn files(way: &Way, feature: Feature) -> Verdict {
    let token = way.token(feature);
    let sent = way
        .at_source
        .iter()
        .find(|seen| seen.says(&token))
        .map(|seen| seen.files.clone())
        .unwrap_or_default();
    let arrived: Vec<_> =
        mine(way).flat_map(|seen| seen.files.iter().map(move |file| (file, seen))).collect();
    // A picture that was pasted in Teams has no name there. Graph: `chatMessageHostedContent`.
    let nameless = feature == Feature::Image && way.source == Place::Teams;
    let same = |there: &File, file: &File| {
        *there == File { name: if nameless { there.name.clone() } else { file.name.clone() }, ..file.clone() }
    };
    let mut lines = Vec::new();
    for file in &sent {
        if arrived.iter().any(|(there, _)| same(there, file)) {
            continue;
        }
        let Some(line) = line_of(way, &token, &file.name) else {
            return Lost(format!("{} is not there", file.name));
        };
        lines.push(format!("the line `{line}`"));
    }
    lines.dedup();
    match (sent.is_empty(), lines.len()) {
        (true, _) => Lost("there was none".to_owned()),
        (false, 0) => Full,
        (false, _) => Partial(lines.join(" and ")),
    }
}

/// The line in a file's place, in the message that it came with or right behind it; not every platform tells the name.
fn line_of(way: &Way, token: &str, name: &str) -> Option<String> {
    let all: Vec<&Seen> = mine(way).collect();
    let at = all.iter().position(|seen| seen.says(token))?;
    let texts = all[at..].iter().take(3).map(|seen| seen.text()).collect::<Vec<_>>();
    let lines: Vec<&str> =
        texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with('[')).collect();
    let named = lines.iter().find(|line| line.contains(name));
    named.or(lines.first()).map(|line| line.trim_end().replace(name, "NAME"))
}

fn card(message: &Seen) -> Verdict {
    let text = message.text();
    let line = text.lines().find(|line| line.starts_with('['));
    match line {
        Some(line) if text.contains("some words") => Partial(format!("the words, and the line `{line}`")),
        _ => Lost(format!("it says {text:?}")),
    }
}
