//! Teams: what people write (Graph: `itemBody` of content type `html`, "chatMessage resource type"), and what they see.

use std::collections::BTreeMap;

use entente_testkit::{Actor, Place, World};
use serde_json::{Value, json};

use super::features::Feature;
use super::html::{self, Means};
use super::people::{Account, Called, conversation, items, query, text};
use super::seen::{Answers, Mark, Marks, Seen, Spans};
use super::wording::{URL, plain};

/// "Limits and specifications for Microsoft Teams": about 28 KB, text, mentions and links counted.
pub(super) const LONGEST: usize = 27_000;

/// A message of this feature; `None` where Teams has no such thing, or the simulator cannot make it.
pub(super) fn wording(feature: Feature, token: &str, called: &Called) -> Option<Value> {
    if let Some(plain) = plain(feature, token, LONGEST) {
        return Some(json!({"body": {"contentType": "text", "content": plain}}));
    }
    let mut mentions = Vec::new();
    let mut attachments = Vec::new();
    let marked = match feature {
        Feature::Bold => "<strong>marked words</strong> behind</p>".to_owned(),
        Feature::Italic => "<em>marked words</em> behind</p>".to_owned(),
        Feature::Strike => "<s>marked words</s> behind</p>".to_owned(),
        Feature::BoldItalic => "<strong><em>marked words</em></strong> behind</p>".to_owned(),
        Feature::Code => "<code>marked words</code> behind</p>".to_owned(),
        Feature::CodeBlock => {
            "plain</p><codeblock class=\"Rust\"><code>if marked &lt; 2 &amp;&amp; *p {<br>    words(\"&lt;b&gt;\", '_x_');\
             <br>}</code></codeblock><p>behind</p>"
                .to_owned()
        }
        Feature::Quote => "plain</p><blockquote><p>marked words</p></blockquote><p>behind</p>".to_owned(),
        Feature::Bullets => "plain</p><ul><li>marked</li><li>words</li></ul><p>behind</p>".to_owned(),
        Feature::Numbers => "plain</p><ol><li>marked</li><li>words</li></ol><p>behind</p>".to_owned(),
        Feature::Nested => "plain</p><ul><li>marked<ul><li>words</li></ul></li></ul><p>behind</p>".to_owned(),
        Feature::Heading => "plain</p><h2>marked words</h2><p>behind</p>".to_owned(),
        Feature::Link => format!("<a href=\"{}\">marked words</a> behind</p>", URL.replace('&', "&amp;")),
        Feature::CustomEmoji => {
            "<customemoji id=\"1\" alt=\"party-parrot\" source=\"https://t.example/1\"></customemoji> behind</p>".to_owned()
        }
        Feature::Mention => mention(&mut mentions, &called.reader),
        Feature::MentionThird => mention(&mut mentions, &called.third),
        Feature::Everybody => {
            let whole = called.all.as_ref()?;
            let (kind, id) = whole.split_once('/').map_or(("chat", whole.as_str()), |(_, id)| ("channel", id));
            let whole = json!({"id": id, "displayName": "all", "conversationIdentityType": kind});
            mentions.push(json!({"id": 0, "mentionText": "all", "mentioned": {"conversation": whole}}));
            "<at id=\"0\">all</at> behind</p>".to_owned()
        }
        Feature::Card => {
            let card = json!({"type": "AdaptiveCard", "version": "1.3", "body": [{"type": "TextBlock", "text": "poll"}]});
            let kind = "application/vnd.microsoft.card.adaptive";
            attachments.push(json!({"id": "c1", "contentType": kind, "content": card.to_string()}));
            "some words</p><attachment id=\"c1\"></attachment>".to_owned()
        }
        _ => return None,
    };
    let body = json!({"contentType": "html", "content": format!("<p>{token} {marked}")});
    Some(json!({"body": body, "mentions": mentions, "attachments": attachments}))
}

fn mention(mentions: &mut Vec<Value>, who: &Account) -> String {
    let user = json!({"id": who.id, "displayName": who.name, "userIdentityType": "aadUser"});
    mentions.push(json!({"id": 0, "mentionText": who.name, "mentioned": {"user": user}}));
    let name = who.name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<at id=\"0\">{name}</at> behind</p>")
}

/// What somebody sees in their chat with an account, oldest first.
pub(super) async fn look(world: &World, person: &Actor, other: &str) -> Vec<Seen> {
    let Some(chat) = conversation(world, Place::Teams, &person.email, other).await else { return Vec::new() };
    in_chat(world, person, &text(&chat, "chat")).await
}

/// What somebody sees in a chat, oldest first.
pub(super) async fn in_chat(world: &World, person: &Actor, chat: &str) -> Vec<Seen> {
    let chat = query(chat);
    let path = format!("/_sim/messages?chat={chat}&person={}&max=1000", query(&person.email));
    let shown = world.look(Place::Teams, &path).await;
    let mut all = Vec::new();
    for shown in
        items(&shown).iter().filter(|message| message["deleted"] != true && !message["author"].is_null())
    {
        let message = person.read(&format!("/v1.0/chats/{chat}/messages/{}", text(shown, "id"))).await;
        all.push(seen(shown, &message));
    }
    all
}

/// What somebody sees in a channel of a team (`team/channel`), oldest first.
pub(super) async fn in_channel(world: &World, person: &Actor, place: &str) -> Vec<Seen> {
    let (team, channel) = place.split_once('/').unwrap_or((place, ""));
    let path = format!("/_sim/messages?chat={}&person={}&max=1000", query(channel), query(&person.email));
    let shown = world.look(Place::Teams, &path).await;
    let mut all = Vec::new();
    for shown in
        items(&shown).iter().filter(|message| message["deleted"] != true && !message["author"].is_null())
    {
        let (id, root) = (text(shown, "id"), shown["root"].as_str());
        let below = root.map_or_else(|| id.clone(), |root| format!("{root}/replies/{id}"));
        let path = format!("/v1.0/teams/{team}/channels/{}/messages/{below}", query(channel));
        let seen = seen(shown, &person.read(&path).await);
        all.push(match root {
            Some(root) => Seen { answers: Answers::Below(root.to_owned()), ..seen },
            None => seen,
        });
    }
    all
}

fn seen(shown: &Value, message: &Value) -> Seen {
    let mentions = message["mentions"].as_array().into_iter().flatten();
    let called = |one: &Value| match one["mentioned"]["user"]["id"].as_str() {
        Some(id) => Mark::Person(id.to_owned()),
        None => Mark::Everybody,
    };
    let mentions: BTreeMap<String, Mark> = mentions.map(|one| (one["id"].to_string(), called(one))).collect();
    let content = text(&message["body"], "content");
    let spans = match message["body"]["contentType"].as_str() {
        Some("html") => html::read(&content, &|tag| own(tag, &mentions)),
        _ => Spans(vec![(content, Marks::new())]),
    };
    let quoted = shown["parent"].as_str().map(str::to_owned);
    let reactions = message["reactions"].as_array().into_iter().flatten();
    let reaction =
        |one: &Value| (text(&one["user"]["user"], "id"), text(one, "reactionType").replace('\u{fe0f}', ""));
    Seen {
        spans,
        answers: quoted.map_or(Answers::Nothing, Answers::Quotes),
        reactions: reactions.map(reaction).collect(),
        ..Seen::of(shown)
    }
}

/// `<at>`, `<emoji>` and `<customemoji>`.
fn own(tag: &html::Tag<'_>, mentions: &BTreeMap<String, Mark>) -> Means {
    match tag.name {
        "at" => match mentions.get(&tag.attribute("id").unwrap_or_default()) {
            Some(mark) => Means::Mark(mark.clone()),
            None => Means::Nothing,
        },
        "emoji" => Means::Text(tag.attribute("alt").unwrap_or_default()),
        "customemoji" => Means::Text(format!("a picture of {}", tag.attribute("alt").unwrap_or_default())),
        _ => Means::Nothing,
    }
}
