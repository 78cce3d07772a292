//! "Chatbot messages": what an app's own identity says to a user, with a token of `client_credentials`.
//!
//! A chatbot has one name, that of its app. It writes to a user by JID; its messages have ids of their own form and are
//! edited and deleted through these calls alone. It writes into a channel by the channel's JID.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::messages::shape::date_time;
use super::world::World;
use super::world::apps::App;
use super::world::chats::{BotPart, Content, Message, New};
use super::{id, input};

#[derive(Debug, Deserialize)]
struct Fields {
    robot_jid: Option<String>,
    to_jid: Option<String>,
    account_id: Option<String>,
    user_jid: Option<String>,
    content: Option<Value>,
    reply_to: Option<String>,
}

/// `POST /im/chat/messages`: "Send Chatbot messages".
pub(super) fn send(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Fields = body(call)?;
    let content = fields.content.filter(Value::is_object).ok_or_else(malformed)?;
    let to = fields.to_jid.ok_or_else(malformed)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let app = robot(world, call, fields.robot_jid.as_deref(), fields.account_id.as_deref())?;
    let robot = app.robot.clone().ok_or_else(malformed)?;
    if call.switches.bot_needs_user_jid && fields.user_jid.is_none() {
        return Err(malformed());
    }
    if !app.installed {
        return Err(Refusal::new(403, 7004, "Not authorized."));
    }
    let nobody = || Refusal::new(403, 7004, "No channel or user can be found with the given to_jid value.");
    // Answers are sent to where a notification came from, which may name the chatbot behind the person.
    let bare = to.split_once("/robot_").map_or(to.as_str(), |(bare, _)| bare);
    let channel = bare.strip_suffix(id::CHANNELS).and_then(|id| world.chats.get(id));
    let channel = channel.filter(|chat| chat.channel.is_some()).map(|chat| Arc::clone(&chat.session));
    let (person, session) = if let Some(channel) = channel {
        (Arc::clone(&channel), channel.to_string())
    } else {
        let person = id::local(bare).and_then(|local| world.people.by_jid(local));
        let person =
            person.filter(|person| person.account == world.account && person.active).ok_or_else(nobody)?;
        let person = Arc::clone(&person.id);
        let session = id::session(&person, &robot);
        (person, session)
    };
    let parent = fields.reply_to.as_deref().and_then(|text| {
        let bare = id::read_message(text).and_then(|uuid| world.chats.message(uuid));
        let found = bare.or_else(|| world.chats.bot_message(text))?;
        (*found.session == *session).then(|| found.parent.unwrap_or(found.uuid))
    });
    let now = date_time(call.now);
    let digits: String = now.chars().filter(char::is_ascii_digit).collect();
    let uuid = world.dice.uuid();
    let name = if call.switches.bot_ids_of_histories {
        call.switches.ids_in_history.write(uuid)
    } else {
        format!("{digits}{:03}_{}_aw1", call.now.rem_euclid(1000), &world.dice.id()[..7])
    };
    let text = text_of(&content);
    let change = json!({
        "kind": "message.created",
        "message": name,
        "session": session,
        "author": &*robot,
        "to": &*person,
        "parent": parent.map(|parent| id::IdForm::Lower.write(parent)),
        "text": text,
    });
    let bot = BotPart { id: name.clone(), content, to: to.clone(), user: fields.user_jid.clone() };
    let new = New {
        author: Arc::clone(&robot),
        content: Content { text, ..Content::default() },
        parent,
        bot: Some(bot),
    };
    world.chats.say(&session, &[person, robot], uuid, new, call.now);
    world.look(&session);
    let message = world.chats.message(uuid).ok_or_else(malformed)?;
    Ok(Answer::made(&shape(call, message)).changed(change))
}

/// `PUT /im/chat/messages/{message_id}`: "Edit a Chatbot message".
pub(super) fn edit(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Fields = body(call)?;
    let content = fields.content.filter(Value::is_object).ok_or_else(malformed)?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let app = robot(world, call, fields.robot_jid.as_deref(), fields.account_id.as_deref())?;
    let found = own(world, call, &app)?;
    let (uuid, session) = (found.uuid, Arc::clone(&found.session));
    let text = text_of(&content);
    let change = json!({
        "kind": "message.edited",
        "message": call.segment(4),
        "session": &*session,
        "author": app.robot.as_deref(),
        "text": text,
    });
    world.chats.edit(uuid, Content { text, ..Content::default() }, Some(content));
    world.look(&session);
    let message = world.chats.message(uuid).ok_or_else(malformed)?;
    Ok(Answer::json(&shape(call, message)).changed(change))
}

/// `DELETE /im/chat/messages/{message_id}`: "Delete a Chatbot message".
pub(super) fn delete(zoom: &Zoom, call: &Call) -> Outcome {
    let mut guard = zoom.world();
    let world = &mut *guard;
    let app = robot(world, call, call.query("robot_jid"), call.query("account_id"))?;
    let found = own(world, call, &app)?;
    let (uuid, session) = (found.uuid, Arc::clone(&found.session));
    let shape = shape(call, found);
    let change = json!({
        "kind": "message.deleted",
        "message": call.segment(4),
        "session": &*session,
        "author": app.robot.as_deref(),
    });
    world.chats.delete(uuid);
    world.look(&session);
    Ok(Answer::json(&shape).changed(change))
}

/// The app whose chatbot is named, which has to be the caller.
fn robot(world: &World, call: &Call, jid: Option<&str>, account: Option<&str>) -> Result<App, Refusal> {
    let jid = jid.ok_or_else(malformed)?;
    if account != Some(&*world.account) {
        return Err(if account.is_none() { malformed() } else { Refusal::new(403, 7004, "Not authorized.") });
    }
    if id::local(jid).is_none() {
        return Err(Refusal::new(404, 7002, "Invalid robot_jid value specified in the Request Body."));
    }
    let unknown = || Refusal::new(403, 7003, "No Chatbot can be found with the given robot_jid value.");
    let app = world.apps.by_robot(jid).ok_or_else(unknown)?;
    if app.client == call.caller()?.app { Ok(app.clone()) } else { Err(unknown()) }
}

/// A message that the path names and this chatbot sent.
fn own<'a>(world: &'a World, call: &Call, app: &App) -> Result<&'a Message, Refusal> {
    let found = world.chats.bot_message(call.segment(4));
    let found = found.filter(|message| !message.deleted && app.robot.as_ref() == Some(&message.author));
    found.ok_or_else(|| Refusal::new(404, 8001, "Invalid message_id value."))
}

fn body(call: &Call) -> Result<Fields, Refusal> {
    input::json(call).map_err(|_| malformed())
}

fn malformed() -> Refusal {
    Refusal::new(400, 7001, "Invalid Request Body format.")
}

fn shape(call: &Call, message: &Message) -> Value {
    let Some(bot) = &message.bot else { return Value::Null };
    let sent = date_time(call.now).replace('T', " ");
    let mut shape = json!({
        "message_id": bot.id,
        "robot_jid": &*message.author,
        "to_jid": bot.to,
        "sent_time": sent.trim_end_matches('Z'),
    });
    if let Some(user) = &bot.user {
        shape["user_jid"] = user.as_str().into();
    }
    shape
}

/// What a reader sees of a chatbot's content: its head, and the texts of its body.
fn text_of(content: &Value) -> String {
    let mut lines: Vec<&str> = Vec::new();
    lines.extend(content["head"]["text"].as_str());
    lines.extend(content["head"]["sub_head"]["text"].as_str());
    for part in content["body"].as_array().into_iter().flatten() {
        lines.extend(part["text"].as_str());
    }
    lines.join("\n")
}
