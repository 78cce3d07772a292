//! What came of a feature on its way, by what the addressee sees and nothing else.

use std::collections::BTreeSet;

use entente_testkit::Place;

use super::features::{Feature, OFTEN};
use super::seen::{Answers, Mark, Marks, Seen, told};
use super::way::Way;
use super::wording::{BEHIND, CODE, EMOJI, LINES, MARKED, SIGNS, URL, long, long_after};

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
        Feature::Delete | Feature::DeleteLong => return deletion(way, feature),
        Feature::Long(_) | Feature::EditLong => return long_text(way, feature),
        Feature::EditOften => return often(way),
        _ => {}
    }
    let [message] = said[..] else { return Lost(format!("{} messages of it", said.len())) };
    match feature {
        Feature::Words => exactly(message, &way.plain(feature).unwrap_or_default()),
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
        | Feature::FileHuge => files(way, feature),
        Feature::Card => card(message),
        _ => marked(message, feature),
    }
}

/// What the writer's stand-in said.
fn mine(way: &Way) -> impl Iterator<Item = &Seen> {
    way.seen.iter().filter(|seen| seen.by == way.stand_in.id)
}

fn reader_name(way: &Way) -> String {
    let own = way.seen.iter().find(|seen| seen.by == way.reader.id);
    own.map_or_else(String::new, |seen| seen.name.clone())
}

fn exactly(message: &Seen, text: &str) -> Verdict {
    let marks: Marks = message.words().into_iter().flat_map(|(_, marks)| marks).collect();
    match (message.text().trim_end() == text, marks.is_empty()) {
        (true, true) => Full,
        (true, false) => Partial(format!("as {}", told(&marks))),
        (false, _) => Lost(format!("it says {:?}", message.text())),
    }
}

fn lines(message: &Seen) -> Verdict {
    let text = message.text();
    let shown: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let first = shown.first().is_some_and(|line| line.ends_with(LINES[0]));
    if first && shown[1..] == LINES[1..] { Full } else { Lost(format!("it says {text:?}")) }
}

fn emoji(message: &Seen) -> Verdict {
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    let text = message.text();
    let shown: Vec<String> = text.split_whitespace().skip(1).map(bare).collect();
    if shown == EMOJI.map(bare) { Full } else { Lost(format!("it says {text:?}")) }
}

fn address(message: &Seen) -> Verdict {
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

fn custom_emoji(message: &Seen) -> Verdict {
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

fn marked(message: &Seen, feature: Feature) -> Verdict {
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

fn mention(message: &Seen, account: &str, name: &str) -> Verdict {
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

fn everybody(message: &Seen) -> Verdict {
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
        _ => (format!("answer{}", way.token(feature)), way.others_token(feature)),
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

/// The messages that hold a long text: the one that begins it, and those behind it that only go on with it.
fn pieces<'a>(way: &'a Way, token: &str) -> Vec<&'a Seen> {
    let all: Vec<&Seen> = mine(way).collect();
    let Some(at) = all.iter().position(|seen| seen.says(token)) else { return Vec::new() };
    let goes_on = |seen: &&&Seen| {
        let text = seen.text();
        let mut words = text.split_whitespace();
        words.next().is_some_and(|first| first.starts_with('('))
            && words.all(|word| is_counted(word, &['w', 'v']))
    };
    let more = all[at + 1..].iter().take_while(goes_on).copied();
    std::iter::once(all[at]).chain(more).collect()
}

fn is_counted(word: &str, letters: &[char]) -> bool {
    word.len() == 5 && word.starts_with(letters) && word[1..].bytes().all(|digit| digit.is_ascii_digit())
}

fn long_text(way: &Way, feature: Feature) -> Verdict {
    let token = way.token(feature);
    let wanted = match feature {
        Feature::Long(length) => long(length - token.len() - 1),
        _ => long_after(way.longest() - token.len() - 1),
    };
    let pieces = pieces(way, &token);
    let texts: Vec<String> = pieces.iter().map(|seen| seen.text()).collect();
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

fn often(way: &Way) -> Verdict {
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
    let mut lines = Vec::new();
    for file in &sent {
        if arrived.iter().any(|(there, _)| *there == file) {
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
