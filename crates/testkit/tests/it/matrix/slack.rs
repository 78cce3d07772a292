//! Slack: what people write and see, as rich text ("Rich text block"), with `reactions.get`, threads and files as the simulator
//! shows them.

use entente_testkit::{Actor, Place, World};
use serde_json::{Value, json};

use super::features::Feature;
use super::people::{Called, conversation, items, text};
use super::seen::{Answers, Mark, Marks, Seen, Spans};
use super::wording::{CODE, EMOJI, URL, plain};

/// The longest text that Slack's own app sends as a message; more becomes a snippet, which is a file.
pub(super) const LONGEST: usize = 12_000;

/// A message of this feature; `None` where Slack has no such thing, or the simulator cannot make it.
pub(super) fn wording(feature: Feature, token: &str, called: &Called) -> Option<Value> {
    let plain =
        plain(feature, token, LONGEST).filter(|_| feature != Feature::Emoji && feature != Feature::Address);
    let parts = match plain {
        Some(plain) => vec![section(vec![json!({"type": "text", "text": plain})])],
        None => parts(feature, token, called)?,
    };
    let mut blocks = vec![json!({"type": "rich_text", "elements": parts})];
    if feature == Feature::Card {
        let button =
            json!({"type": "button", "action_id": "b", "text": {"type": "plain_text", "text": "Vote"}});
        blocks.push(json!({"type": "actions", "elements": [button]}));
    }
    Some(json!({"text": token, "blocks": blocks}))
}

fn parts(feature: Feature, token: &str, called: &Called) -> Option<Vec<Value>> {
    let begin = json!({"type": "text", "text": format!("{token} ")});
    let styled = |style: Value| {
        let marked = json!({"type": "text", "text": "marked words", "style": style});
        Some(vec![section(vec![begin.clone(), marked, json!({"type": "text", "text": " behind"})])])
    };
    let around = |middle: Vec<Value>| {
        let mut parts = vec![section(vec![json!({"type": "text", "text": format!("{token} plain")})])];
        parts.extend(middle);
        parts.push(section(vec![json!({"type": "text", "text": "behind"})]));
        Some(parts)
    };
    let inline = |pieces: Vec<Value>| {
        let mut all = vec![begin.clone()];
        all.extend(pieces);
        all.push(json!({"type": "text", "text": " behind"}));
        Some(vec![section(all)])
    };
    let item = |word: &str| section(vec![json!({"type": "text", "text": word})]);
    let list = |style: &str, indent: u32, items: Vec<Value>| json!({"type": "rich_text_list", "style": style, "indent": indent, "elements": items});
    match feature {
        Feature::Bold => styled(json!({"bold": true})),
        Feature::Italic => styled(json!({"italic": true})),
        Feature::Strike => styled(json!({"strike": true})),
        Feature::BoldItalic => styled(json!({"bold": true, "italic": true})),
        Feature::Code => styled(json!({"code": true})),
        Feature::CodeBlock => around(vec![
            json!({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": CODE}]}),
        ]),
        Feature::Quote => around(vec![
            json!({"type": "rich_text_quote", "elements": [{"type": "text", "text": "marked words"}]}),
        ]),
        Feature::Bullets => around(vec![list("bullet", 0, vec![item("marked"), item("words")])]),
        Feature::Numbers => around(vec![list("ordered", 0, vec![item("marked"), item("words")])]),
        Feature::Nested => {
            around(vec![list("bullet", 0, vec![item("marked")]), list("bullet", 1, vec![item("words")])])
        }
        Feature::Link => inline(vec![json!({"type": "link", "url": URL, "text": "marked words"})]),
        Feature::Address => Some(vec![section(vec![
            json!({"type": "text", "text": format!("{token} see ")}),
            json!({"type": "link", "url": URL}),
            json!({"type": "text", "text": " there"}),
        ])]),
        Feature::Emoji => {
            let mut all = vec![begin];
            for (at, emoji) in EMOJI.into_iter().enumerate() {
                if at > 0 {
                    all.push(json!({"type": "text", "text": " "}));
                }
                let points: Vec<String> = emoji.chars().map(|c| format!("{:x}", u32::from(c))).collect();
                all.push(json!({"type": "emoji", "name": format!("e{at}"), "unicode": points.join("-")}));
            }
            Some(vec![section(all)])
        }
        Feature::CustomEmoji => inline(vec![json!({"type": "emoji", "name": "party-parrot"})]),
        Feature::Mention => inline(vec![json!({"type": "user", "user_id": called.reader.id})]),
        Feature::MentionThird => inline(vec![json!({"type": "user", "user_id": called.third.id})]),
        Feature::Everybody => inline(vec![json!({"type": "broadcast", "range": "channel"})]),
        Feature::Card => {
            Some(vec![section(vec![json!({"type": "text", "text": format!("{token} some words")})])])
        }
        _ => None,
    }
}

fn section(elements: Vec<Value>) -> Value {
    json!({"type": "rich_text_section", "elements": Value::Array(elements)})
}

/// What somebody sees in their conversation with an account, oldest first.
pub(super) async fn look(world: &World, person: &Actor, other: &str) -> Vec<Seen> {
    let Some(channel) = conversation(world, Place::Slack, &person.id, other).await else { return Vec::new() };
    in_channel(world, person, &text(&channel, "channel")).await
}

/// What somebody sees in a channel, oldest first.
pub(super) async fn in_channel(world: &World, person: &Actor, channel: &str) -> Vec<Seen> {
    let path = format!("/_sim/messages?channel={channel}&person={}&max=1000", person.id);
    let shown = world.look(Place::Slack, &path).await;
    items(&shown).iter().filter(|message| message["tombstone"] != true).map(seen).collect()
}

fn seen(message: &Value) -> Seen {
    let mut spans = Spans::default();
    let blocks = message["blocks"].as_array().into_iter().flatten();
    let parts = blocks.filter(|block| block["type"] == "rich_text");
    for part in parts.flat_map(|block| block["elements"].as_array().into_iter().flatten()) {
        self::part(part, &mut spans);
    }
    let thread = message["thread"].as_str().map(str::to_owned);
    let reactions = message["reactions"].as_array().into_iter().flatten();
    let plain = Seen::of(message);
    let reactions = reactions.flat_map(|one| {
        let users = one["users"].as_array().into_iter().flatten();
        users.map(|user| (user.as_str().unwrap_or_default().to_owned(), sign(&text(one, "name"))))
    });
    Seen {
        id: text(message, "ts"),
        name: message["as"].as_str().map_or(plain.name, str::to_owned),
        picture: message["icon"].as_str().map(str::to_owned),
        spans,
        answers: thread.map_or(Answers::Nothing, Answers::Below),
        reactions: reactions.collect(),
        ..plain
    }
}

/// The emoji behind the short names that the matrix meets.
fn sign(name: &str) -> String {
    match name {
        "+1" => "👍".to_owned(),
        "heart" => "\u{2764}".to_owned(),
        other => format!(":{other}:"),
    }
}

fn part(part: &Value, spans: &mut Spans) {
    let mut marks = Marks::new();
    if part["border"].as_u64().is_some_and(|border| border > 0) {
        marks.insert(Mark::Quote);
    }
    let elements = part["elements"].as_array().into_iter().flatten();
    spans.line();
    match part["type"].as_str() {
        Some("rich_text_list") => {
            let depth = 1 + usize::try_from(part["indent"].as_u64().unwrap_or_default()).unwrap_or_default();
            let ordered = part["style"] == "ordered";
            marks.insert(if ordered { Mark::Numbers(depth) } else { Mark::Bullets(depth) });
            for item in elements {
                spans.line();
                pieces(item["elements"].as_array().into_iter().flatten(), &marks, spans);
            }
        }
        Some("rich_text_preformatted") => {
            marks.insert(Mark::CodeBlock);
            pieces(elements, &marks, spans);
        }
        Some("rich_text_quote") => {
            marks.insert(Mark::Quote);
            pieces(elements, &marks, spans);
        }
        _ => pieces(elements, &marks, spans),
    }
    spans.line();
}

fn pieces<'a>(pieces: impl Iterator<Item = &'a Value>, within: &Marks, spans: &mut Spans) {
    for piece in pieces {
        let mut marks = within.clone();
        let styles =
            [("bold", Mark::Bold), ("italic", Mark::Italic), ("strike", Mark::Strike), ("code", Mark::Code)];
        marks.extend(
            styles.into_iter().filter(|(name, _)| piece["style"][*name] == true).map(|(_, mark)| mark),
        );
        let mut shown = text(piece, "text");
        match piece["type"].as_str() {
            Some("link") => {
                marks.insert(Mark::Link(text(piece, "url")));
                if shown.is_empty() {
                    shown = text(piece, "url");
                }
            }
            Some("user") => {
                marks.insert(Mark::Person(text(piece, "user_id")));
                // The app writes the name there.
                "@somebody".clone_into(&mut shown);
            }
            Some("broadcast" | "usergroup") => {
                marks.insert(Mark::Everybody);
                shown = format!("@{}", text(piece, "range"));
            }
            Some("emoji") => {
                let points = text(piece, "unicode");
                let points = points
                    .split('-')
                    .map(|point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32));
                shown = points
                    .collect::<Option<String>>()
                    .unwrap_or_else(|| format!(":{}:", text(piece, "name")));
            }
            _ => {}
        }
        spans.push(&shown, &marks);
    }
}
