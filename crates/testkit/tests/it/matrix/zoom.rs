//! Zoom: what people write and see, plain text with `rich_text` and `at_items` as ranges of it ("Send a chat message").

use entente_testkit::{Actor, Place, World};
use serde_json::{Value, json};

use super::features::Feature;
use super::people::{Called, conversation, items, query, text};
use super::seen::{Answers, Mark, Marks, Seen, Spans};
use super::wording::{URL, plain};

/// "Send a chat message", `message`: 1,024 characters.
pub(super) const LONGEST: usize = 1_024;

/// A message of this feature; `None` where Zoom has no such thing, or the simulator cannot make it.
pub(super) fn wording(feature: Feature, token: &str, called: &Called) -> Option<Value> {
    if let Some(plain) = plain(feature, token, LONGEST) {
        return Some(json!({"message": plain}));
    }
    let inline = format!("{token} marked words behind");
    let lines = format!("{token} plain\nmarked words\nbehind");
    let items = format!("{token} plain\nmarked\nwords\nbehind");
    let format = |kind: &str, text: &str, attribute: Option<&str>| {
        let (start, end) = (units_before(text, "marked"), units_before(text, "words") + "words".len());
        let mut range = json!({"format_type": kind, "start_position": start, "end_position": end});
        if let Some(attribute) = attribute {
            range["format_attr"] = attribute.into();
        }
        range
    };
    let with = |text: &str, ranges: Vec<Value>| Some(json!({"message": text, "rich_text": ranges}));
    let calls = |name: &str, email: Option<&str>| {
        let text = format!("{token} @{name} behind");
        let start = units_before(&text, "@");
        let mut item =
            json!({"at_type": 2, "start_position": start, "end_position": units_before(&text, " behind")});
        if let Some(email) = email {
            item["at_type"] = 1.into();
            item["at_contact"] = email.into();
        }
        Some(json!({"message": text, "at_items": [item]}))
    };
    match feature {
        Feature::Bold => with(&inline, vec![format("Bold", &inline, None)]),
        Feature::Italic => with(&inline, vec![format("Italic", &inline, None)]),
        Feature::Strike => with(&inline, vec![format("Strikethrough", &inline, None)]),
        Feature::BoldItalic => {
            with(&inline, vec![format("Bold", &inline, None), format("Italic", &inline, None)])
        }
        Feature::Quote => with(&lines, vec![format("Quote", &lines, None)]),
        Feature::Bullets => with(&items, vec![format("BulletedList", &items, None)]),
        Feature::Numbers => with(&items, vec![format("NumberedList", &items, None)]),
        Feature::Heading => with(&lines, vec![format("Paragraph", &lines, Some("h2"))]),
        Feature::Link => with(&inline, vec![format("AddLink", &inline, Some(URL))]),
        Feature::Mention => calls(&called.reader.name, Some(&called.reader.email)),
        Feature::MentionThird => calls(&called.third.name, Some(&called.third.email)),
        Feature::Everybody => calls("all", None),
        _ => None,
    }
}

/// Where a text begins in another, in UTF-16 units.
fn units_before(text: &str, part: &str) -> usize {
    text.split(part).next().unwrap_or_default().encode_utf16().count()
}

/// What somebody sees in their conversation with an account, oldest first.
pub(super) async fn look(world: &World, person: &Actor, other: &str) -> Vec<Seen> {
    let Some(session) = conversation(world, Place::Zoom, &person.id, other).await else { return Vec::new() };
    in_channel(world, person, &text(&session, "session")).await
}

/// What somebody sees in a channel, oldest first.
pub(super) async fn in_channel(world: &World, person: &Actor, session: &str) -> Vec<Seen> {
    let path = format!("/_sim/messages?session={}&person={}&max=1000", query(session), query(&person.id));
    let shown = world.look(Place::Zoom, &path).await;
    items(&shown).iter().map(seen).collect()
}

fn seen(message: &Value) -> Seen {
    let parent = message["parent"].as_str().map(str::to_owned);
    let reactions = message["reactions"].as_array().into_iter().flatten();
    let reactions = reactions.flat_map(|one| {
        let people = one["people"].as_array().into_iter().flatten();
        people.map(|person| (person.as_str().unwrap_or_default().to_owned(), sign(&text(one, "emoji"))))
    });
    Seen {
        spans: spans(message),
        answers: parent.map_or(Answers::Nothing, Answers::Below),
        reactions: reactions.collect(),
        ..Seen::of(message)
    }
}

/// "React to a chat message": `U+1F44D`.
fn sign(emoji: &str) -> String {
    let points = emoji.split('-').map(|point| u32::from_str_radix(point.strip_prefix("U+")?, 16).ok());
    let signs = points.map(|point| point.and_then(char::from_u32)).collect::<Option<String>>();
    signs.unwrap_or_else(|| emoji.to_owned()).replace('\u{fe0f}', "")
}

fn spans(message: &Value) -> Spans {
    let mut ranges: Vec<(u64, u64, Mark)> = Vec::new();
    let position = |range: &Value, name: &str| range[name].as_u64().unwrap_or_default();
    for range in message["rich_text"].as_array().into_iter().flatten() {
        let mark = match range["format_type"].as_str() {
            Some("Bold") => Mark::Bold,
            Some("Italic") => Mark::Italic,
            Some("Strikethrough") => Mark::Strike,
            Some("Quote") => Mark::Quote,
            Some("BulletedList") => Mark::Bullets(1),
            Some("NumberedList") => Mark::Numbers(1),
            Some("Paragraph") => Mark::Heading,
            Some("AddLink") => Mark::Link(text(range, "format_attr")),
            _ => continue,
        };
        ranges.push((position(range, "start_position"), position(range, "end_position"), mark));
    }
    for item in message["at_items"].as_array().into_iter().flatten() {
        let mark = item["person"].as_str().map_or(Mark::Everybody, |id| Mark::Person(id.to_owned()));
        ranges.push((position(item, "start"), position(item, "end"), mark));
    }
    let mut spans = Spans::default();
    // What a chatbot says is in blocks of its own ("Send Chatbot messages"), which are shown in place of the text.
    if let Some(blocks) = message["bot"]["body"].as_array() {
        for block in blocks {
            let styles = [("bold", Mark::Bold), ("italic", Mark::Italic)];
            let marks = styles.into_iter().filter(|(name, _)| block["style"][*name] == true);
            spans.line();
            spans.push(&text(block, "text"), &marks.map(|(_, mark)| mark).collect());
        }
        return spans;
    }
    let mut at = 0;
    for sign in text(message, "text").chars() {
        let holds = ranges.iter().filter(|(start, end, _)| (*start..*end).contains(&at));
        let marks: Marks = holds.map(|(_, _, mark)| mark.clone()).collect();
        match spans.0.last_mut() {
            Some((before, held)) if *held == marks => before.push(sign),
            _ => spans.push(sign.encode_utf8(&mut [0; 4]), &marks),
        }
        at += u64::try_from(sign.len_utf16()).unwrap_or(1);
    }
    spans
}
