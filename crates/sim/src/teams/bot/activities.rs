//! What a bot says. Bot Framework REST API reference: "Send to Conversation", "Reply to Activity", "Update Activity",
//! "Delete Activity"; Microsoft Teams: "Format your bot messages".

use std::fmt::Write as _;
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::{markdown, open};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::apps::App;
use crate::teams::call::Call;
use crate::teams::html;
use crate::teams::message::{Author, Message};
use crate::teams::notify::{self, Change, Event};
use crate::teams::sim::Sim;

/// 100 KB in UTF-16, raised from 40 and 28.
const LIMIT: usize = 100 * 1024;

/// `POST …/activities` and `POST …/activities/{activity}`; in a personal chat a reply is a message like any other.
pub(super) fn send(sim: &Arc<Sim>, call: &Call, bot: &App, id: &str) -> Outcome {
    let activity = super::body(call)?;
    sim.throttle_bot(&bot.client_id, id, true)?;
    say(sim, call, bot, id, &activity)
}

/// Puts an activity into a chat. Typing is accepted and leaves nothing behind.
pub(super) fn say(sim: &Arc<Sim>, call: &Call, bot: &App, id: &str, activity: &Value) -> Outcome {
    match activity["type"].as_str() {
        Some("message") => {}
        Some("typing") => {
            open(&mut sim.chats(), bot, id)?;
            return Ok(Answer::with(StatusCode::CREATED, json!({"id": sim.millis().to_string()})));
        }
        _ => return Err(bad("Unknown activity type.")),
    }
    let (content, attachments) = content(activity)?;
    let mut chats = sim.chats();
    let chat = open(&mut chats, bot, id)?;
    let root = match id.split_once(";messageid=") {
        None => None,
        Some((_, root)) => {
            let root = root.parse::<i64>().ok().filter(|root| chat.messages.contains_key(root));
            let missing =
                || Refusal::new(StatusCode::NOT_FOUND, "ConversationNotFound", "Conversation not found.");
            Some(root.ok_or_else(missing)?)
        }
    };
    let at = chat.tick(sim.millis());
    let message = Message {
        id: at,
        modified: at,
        edited: None,
        deleted: None,
        author: Author::App(Arc::clone(&bot.client_id), bot.name.clone()),
        html: true,
        content,
        attachments,
        mentions: Vec::new(),
        importance: "normal".to_owned(),
        subject: None,
        reactions: Vec::new(),
        quotes: None,
        hosted: Vec::new(),
        root,
        team: chat.team.clone(),
        event: None,
    };
    chat.put(message.clone());
    let event = Event::new(Change::Created, chat, message, call);
    drop(chats);
    let change = event.message.change("message.created", &event.chat);
    let hold = notify::publish(sim, &event);
    Ok(Answer::with(StatusCode::CREATED, json!({"id": at.to_string()})).changed(change).held(hold))
}

/// `PUT …/activities/{activity}` and `DELETE …/activities/{activity}`; the bot's own only.
pub(super) fn change(
    sim: &Arc<Sim>,
    call: &Call,
    bot: &App,
    id: &str,
    activity: &str,
    delete: bool,
) -> Outcome {
    let sent = if delete { None } else { Some(content(&super::body(call)?)?) };
    sim.throttle_bot(&bot.client_id, id, true)?;
    let missing = || {
        Refusal::new(StatusCode::NOT_FOUND, "ActivityNotFoundInConversation", "The activity is not found.")
    };
    let mut chats = sim.chats();
    let chat = open(&mut chats, bot, id)?;
    let key: i64 = activity.parse().map_err(|_| missing())?;
    let found = chat.messages.get(&key).filter(|one| one.deleted.is_none()).ok_or_else(missing)?;
    if !matches!(&found.author, Author::App(author, _) if *author == bot.client_id) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "ForbiddenOperationException",
            "Only the author may change an activity.",
        ));
    }
    let mut message = found.clone();
    let at = chat.tick(sim.millis());
    message.modified = at;
    let (change, kind) = if let Some((content, attachments)) = sent {
        (message.content, message.attachments, message.edited) = (content, attachments, Some(at));
        (Change::Edited, "message.edited")
    } else {
        message.deleted = Some(at);
        (Change::Deleted, "message.deleted")
    };
    chat.put(message.clone());
    let event = Event::new(change, chat, message, call);
    drop(chats);
    let mut change = event.message.change(kind, &event.chat);
    if delete {
        change["text"] = Value::Null;
    }
    let hold = notify::publish(sim, &event);
    Ok(Answer::ok(json!({"id": activity})).changed(change).held(hold))
}

fn bad(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BadSyntax", message)
}

/// The HTML and the cards of a message activity.
fn content(activity: &Value) -> Result<(String, Vec<Value>), Refusal> {
    let text = activity["text"].as_str().unwrap_or_default();
    let cards = activity["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
    if text.trim().is_empty() && cards.is_empty() {
        return Err(bad("A message needs text or attachments."));
    }
    let units = text.encode_utf16().count() + cards.iter().map(|card| card.to_string().len()).sum::<usize>();
    if units * 2 > LIMIT {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "MessageSizeTooBig",
            "Message size too large.",
        ));
    }
    let html = match activity["textFormat"].as_str().unwrap_or("markdown") {
        "markdown" => markdown::html(text),
        "xml" => text.to_owned(),
        "plain" => {
            let mut escaped = String::new();
            html::escape(text, false, &mut escaped);
            escaped.replace('\n', "<br>")
        }
        _ => return Err(bad("Unknown text format.")),
    };
    let mut content = html::normalize(&html, true).html;
    let mut attachments = Vec::with_capacity(cards.len());
    for (n, card) in cards.iter().enumerate() {
        let id = format!("card{n}");
        // Writing to a string cannot fail.
        let _ = write!(content, "<attachment id=\"{id}\"></attachment>");
        attachments.push(json!({
            "id": id,
            "contentType": card["contentType"],
            "contentUrl": card["contentUrl"],
            "content": if card["content"].is_null() { Value::Null } else { json!(card["content"].to_string()) },
            "name": card["name"],
            "thumbnailUrl": null,
            "teamsAppId": null,
        }));
    }
    Ok((content, attachments))
}
