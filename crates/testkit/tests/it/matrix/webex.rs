//! Webex: what people write ("Formatting Messages", Markdown), and what they see (`html` of "Get Message Details", files and
//! threads as the simulator shows them).

use entente_testkit::{Actor, Place, World};
use serde_json::{Value, json};

use super::features::Feature;
use super::html::{self, Means};
use super::people::{Called, conversation, items, query, text};
use super::seen::{Answers, Mark, Marks, Seen, Spans};
use super::wording::{CODE, URL, plain};

/// "Create a Message": 7,439 bytes.
pub(super) const LONGEST: usize = 7_439;

/// A message of this feature; `None` where Webex has no such thing, or the simulator cannot make it.
pub(super) fn wording(feature: Feature, token: &str, called: &Called) -> Option<Value> {
    if let Some(plain) = plain(feature, token, LONGEST) {
        return Some(json!({"text": plain}));
    }
    let marked = match feature {
        Feature::Bold => "**marked words** behind".to_owned(),
        Feature::Italic => "*marked words* behind".to_owned(),
        Feature::BoldItalic => "***marked words*** behind".to_owned(),
        Feature::Code => "`marked words` behind".to_owned(),
        Feature::CodeBlock => format!("plain\n\n```\n{CODE}\n```\n\nbehind"),
        Feature::Quote => "plain\n\n> marked words\n\nbehind".to_owned(),
        Feature::Bullets => "plain\n\n- marked\n- words\n\nbehind".to_owned(),
        Feature::Numbers => "plain\n\n1. marked\n2. words\n\nbehind".to_owned(),
        Feature::Nested => "plain\n\n- marked\n    - words\n\nbehind".to_owned(),
        Feature::Heading => "plain\n\n## marked words\n\nbehind".to_owned(),
        Feature::Link => format!("[marked words]({URL}) behind"),
        Feature::Mention => format!("<@personEmail:{}> behind", called.reader.email),
        Feature::MentionThird => format!("<@personEmail:{}> behind", called.third.email),
        Feature::Everybody => "<@all> behind".to_owned(),
        Feature::Card => {
            let card = json!({"type": "AdaptiveCard", "version": "1.3", "body": [{"type": "TextBlock", "text": "poll"}]});
            let card = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": card});
            return Some(json!({"markdown": format!("{token} some words"), "attachments": [card]}));
        }
        _ => return None,
    };
    Some(json!({"markdown": format!("{token} {marked}")}))
}

/// What somebody sees in their direct room with an account, oldest first.
pub(super) async fn look(world: &World, person: &Actor, other: &str) -> Vec<Seen> {
    let Some(room) = conversation(world, Place::Webex, &person.email, other).await else { return Vec::new() };
    let picture = picture(person, other).await;
    let mut all = in_channel(world, person, &text(&room, "room")).await;
    for seen in &mut all {
        seen.picture.clone_from(&picture);
    }
    all
}

/// The picture of an account.
pub(super) async fn picture(person: &Actor, account: &str) -> Option<String> {
    person.read(&format!("/v1/people/{}", query(account))).await["avatar"].as_str().map(str::to_owned)
}

/// What somebody sees in a room, oldest first.
pub(super) async fn in_channel(world: &World, person: &Actor, room: &str) -> Vec<Seen> {
    let path = format!("/_sim/messages?room={}&person={}&max=1000", query(room), query(&person.email));
    let shown = world.look(Place::Webex, &path).await;
    items(&shown).iter().map(seen).collect()
}

fn seen(message: &Value) -> Seen {
    let spans = match message["html"].as_str() {
        Some(html) => html::read(html, &own),
        None => Spans(vec![(text(message, "text"), Marks::new())]),
    };
    let parent = message["parent"].as_str().map(str::to_owned);
    Seen { spans, answers: parent.map_or(Answers::Nothing, Answers::Below), ..Seen::of(message) }
}

/// `<spark-mention>`.
fn own(tag: &html::Tag<'_>) -> Means {
    match (tag.name, tag.attribute("data-object-type").as_deref()) {
        ("spark-mention", Some("person")) => {
            Means::Mark(Mark::Person(tag.attribute("data-object-id").unwrap_or_default()))
        }
        ("spark-mention", _) => Means::Mark(Mark::Everybody),
        _ => Means::Nothing,
    }
}
