//! What the service tells subscribers ("Team Chat events", "User events", "Marketplace events", "Chatbot events").
//!
//! An event about a direct message names its author as `operator` and the other side as `contact`, whoever's
//! subscription fired. Nothing in it says which app sent the message, so an app hears its own. People of other accounts
//! appear by member id alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::messages::shape::{called, date_time, rich};
use super::switches::{Hears, Switches};
use super::world::World;
use super::world::chats::Message;
use super::world::people::Person;
use super::world::subscriptions::Scope;

mod others;

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Sent.
    Posted,
    /// Its text was replaced.
    Updated,
    /// Taken back.
    Deleted,
}

/// Everything an event about a direct message says.
struct Story<'a> {
    message: &'a Message,
    author: &'a Person,
    other: &'a Person,
    /// Whether the author belongs to the account.
    inside: bool,
    what: What,
}

impl World {
    /// Tells of a direct message. The caller holds the lock, so the order of events is the order of changes.
    pub(super) fn tell(&mut self, what: What, message: Uuid, switches: &Switches) {
        let Some(message) = self.chats.message(message) else { return };
        self.subscriptions.control.live.say(&message.session);
        if self.chats.get(&message.session).is_some_and(|chat| chat.channel.is_some()) {
            return self.tell_channel(what, message.uuid, switches);
        }
        let Some((author, other)) = self.sides(message) else { return };
        let story = Story { message, author, other, inside: author.account == self.account, what };
        let now = self.subscriptions.control.clock.millis();
        let reply = message.parent.is_some();
        let (new, old) = match what {
            What::Posted if reply => ("team_chat.dm_message_posted", "chat_message.replied"),
            What::Posted => ("team_chat.dm_message_posted", "chat_message.sent"),
            What::Updated => ("team_chat.dm_message_updated", "chat_message.updated"),
            What::Deleted => ("team_chat.dm_message_deleted", "chat_message.deleted"),
        };
        let mut bodies = vec![(new, self.new_form(&story, switches))];
        if story.inside || switches.old_events_for_outsiders {
            bodies.push((old, self.old_form(&story, switches)));
        }
        let sides = [Arc::clone(&author.id), Arc::clone(&other.id)];
        for (event, payload) in bodies {
            let body = json!({"event": event, "event_ts": now, "payload": payload});
            for id in self.subscriptions.wanting(event) {
                for _ in 0..self.copies(&id, &sides, switches) {
                    self.subscriptions.emit(&id, event, &body);
                }
            }
        }
    }

    /// `team_chat.dm_reaction_added`, `team_chat.dm_reaction_removed`: only where the message was received, whoever reacts.
    /// `team_chat.channel_reaction_added`, `team_chat.channel_reaction_removed`: to all members. The emoji is in lower case
    /// here.
    pub(super) fn tell_reaction(
        &mut self,
        message: Uuid,
        person: &str,
        emoji: &str,
        on: bool,
        switches: &Switches,
    ) {
        let Some(message) = self.chats.message(message) else { return };
        self.subscriptions.control.live.say(&message.session);
        let Some(operator) = self.people.get(person) else { return };
        let inside = operator.account == self.account;
        let now = self.subscriptions.control.clock.millis();
        let what = if on { "added" } else { "removed" };
        let mut object = json!({
            "msg_id": switches.ids_in_events.write(message.uuid),
            "msg_time": date_time(message.timestamp),
            "emoji": emoji.to_lowercase().replace("u+", "U+"),
            "emoji_time": date_time(now),
            "timestamp": message.timestamp,
        });
        let chat = self.chats.get(&message.session).filter(|chat| chat.channel.is_some());
        let (place, side) = if let Some(chat) = chat {
            object["channel_id"] = (*chat.session).into();
            ("channel", None)
        } else {
            let Some((author, receiver)) = self.sides(message) else { return };
            let other = if operator.id == author.id { receiver } else { author };
            let same = other.account == self.account;
            let email = if same || know(operator, other) { other.email.as_str() } else { "" };
            object["contact_email"] = email.into();
            object["contact_id"] = if same { (*other.id).into() } else { "".into() };
            object["contact_member_id"] = (*other.member).into();
            ("dm", Some(Arc::clone(&receiver.id)))
        };
        let event = format!("team_chat.{place}_reaction_{what}");
        let body = json!({"event": event, "event_ts": now, "payload": {
            "account_id": &*self.account,
            "operator": if inside { operator.email.as_str() } else { "" },
            "operator_id": if inside { &*operator.id } else { "" },
            "operator_member_id": &*operator.member,
            "by_external_user": !inside,
            "object": object,
        }});
        let members = chat.map(|chat| chat.members.clone()).unwrap_or_default();
        for id in self.subscriptions.wanting(&event) {
            let copies = match &side {
                Some(side) => self.copies(&id, &[Arc::clone(side), Arc::clone(side)], switches),
                None => usize::from(self.hears_in(&id, &members)),
            };
            for _ in 0..copies {
                self.subscriptions.emit(&id, &event, &body);
            }
        }
    }

    /// Tells of a message in a channel: to whoever is a member and authorized the app. What a chatbot says is told to nobody.
    fn tell_channel(&mut self, what: What, message: Uuid, switches: &Switches) {
        let Some(message) = self.chats.message(message) else { return };
        let Some(chat) = self.chats.get(&message.session) else { return };
        let (Some(channel), Some(author)) = (&chat.channel, self.people.get(&message.author)) else { return };
        let now = self.subscriptions.control.clock.millis();
        let (new, old) = match what {
            What::Posted if message.parent.is_some() => {
                ("team_chat.channel_message_posted", "chat_message.replied")
            }
            What::Posted => ("team_chat.channel_message_posted", "chat_message.sent"),
            What::Updated => ("team_chat.channel_message_updated", "chat_message.updated"),
            What::Deleted => ("team_chat.channel_message_deleted", "chat_message.deleted"),
        };
        let inside = author.account == self.account;
        let operator = json!({
            "account_id": &*self.account,
            "operator": if inside { author.email.as_str() } else { "" },
            "operator_id": if inside { &*author.id } else { "" },
            "operator_member_id": &*author.member,
            "by_external_user": !inside,
        });
        let mut object = json!({
            "message_id": switches.ids_in_events.write(message.uuid),
            "session_id": &*chat.session,
            "channel_id": &*chat.session,
            "channel_name": channel.name,
            "channel_owner_account_id": &*self.account,
            "date_time": date_time(message.timestamp),
            "timestamp": message.timestamp,
        });
        if let Some(parent) = message.parent {
            object["reply_main_message_id"] = switches.ids_in_events.write(parent).into();
        }
        let mut older = json!({
            "id": switches.ids_in_events.write(message.uuid),
            "type": "to_channel",
            "date_time": date_time(message.timestamp),
            "timestamp": message.timestamp,
            "session_id": &*chat.session,
            "channel_id": &*chat.session,
            "channel_name": channel.name,
            "parent_msg_id": switches.ids_in_events.write(message.parent.unwrap_or(message.uuid)),
        });
        if what != What::Deleted {
            if !message.content.text.is_empty() || message.content.files.is_empty() {
                object["message"] = message.content.text.as_str().into();
            }
            older["message"] = message.content.text.as_str().into();
            if !message.content.files.is_empty() {
                object["files"] = super::files::shape::told(self, message).into();
            }
            if !message.content.mentions.is_empty() {
                object["at_items"] = called(self, &message.content);
            }
            if !message.content.rich.is_empty() {
                object["rich_text"] = rich(&message.content);
            }
        }
        let with = |object: Value| {
            let mut payload = operator.clone();
            payload["object"] = object;
            payload
        };
        let bodies = [(new, with(object)), (old, with(older))];
        let members = chat.members.clone();
        for (event, payload) in bodies {
            let body = json!({"event": event, "event_ts": now, "payload": payload});
            for id in self.subscriptions.wanting(event) {
                if self.hears_in(&id, &members) {
                    self.subscriptions.emit(&id, event, &body);
                }
            }
        }
    }

    /// `chat_channel.created`, `.updated`, `.member_invited`, `.member_removed`, `.member_left`: who did it, what the channel is,
    /// and, of the first and those with members, who they are. To those who are or were in it.
    pub(super) fn tell_of_channel(
        &mut self,
        what: &str,
        session: &Arc<str>,
        operator: &str,
        concerned: Option<&[Arc<str>]>,
        hearing: &[Arc<str>],
    ) {
        let chat = self.chats.get(session).and_then(|chat| chat.channel.as_ref());
        let (Some(channel), Some(operator)) = (chat, self.people.get(operator)) else { return };
        self.subscriptions.control.live.say(session);
        let now = self.subscriptions.control.clock.millis();
        let mut object = json!({
            "id": &**session,
            "name": channel.name,
            "type": channel.kind,
            "date_time": date_time(now),
            "timestamp": now,
        });
        if let Some(concerned) = concerned {
            let member = |id: &Arc<str>| {
                self.people.get(id).map(|person| json!({"id": &*person.id, "display_name": person.name}))
            };
            object["members"] = concerned.iter().filter_map(member).collect();
        }
        let event = format!("chat_channel.{what}");
        let body = json!({"event": event, "event_ts": now, "payload": {
            "account_id": &*self.account,
            "operator": operator.email,
            "operator_id": &*operator.id,
            "object": object,
        }});
        for id in self.subscriptions.wanting(&event) {
            if self.hears_in(&id, hearing) {
                self.subscriptions.emit(&id, &event, &body);
            }
        }
    }

    /// Whether a subscription hears what happens in a channel of these members.
    fn hears_in(&self, id: &str, members: &[Arc<str>]) -> bool {
        let Some(subscription) = self.subscriptions.by_id.get(id) else { return false };
        subscription.scope == Scope::Account
            || members.iter().any(|person| {
                let named = subscription.users.as_ref().is_none_or(|users| users.contains(person));
                named && self.tokens.authorized(&subscription.app, person)
            })
    }

    /// How often a subscription hears of something between these two: not at all, once, or once for each.
    fn copies(&self, id: &str, sides: &[Arc<str>; 2], switches: &Switches) -> usize {
        let Some(subscription) = self.subscriptions.by_id.get(id) else { return 0 };
        let concerned: &[Arc<str>] = match switches.hears {
            Hears::Both => sides,
            Hears::Author => &sides[..1],
            Hears::Other => &sides[1..],
        };
        let hearing = match subscription.scope {
            Scope::Account => return 1,
            Scope::User => concerned.iter().collect::<BTreeSet<_>>().into_iter().filter(|person| {
                let named = subscription.users.as_ref().is_none_or(|users| users.contains(*person));
                named && self.tokens.authorized(&subscription.app, person)
            }),
        };
        let count = hearing.count();
        if switches.once_per_user { count } else { count.min(1) }
    }

    /// Author and other side of a direct message between people; `None` where a chatbot is one of them.
    pub(super) fn sides(&self, message: &Message) -> Option<(&Person, &Person)> {
        let chat = self.chats.get(&message.session)?;
        let author = self.people.get(&message.author)?;
        let other = chat.members.iter().find(|member| **member != author.id).unwrap_or(&author.id);
        Some((author, self.people.get(other)?))
    }

    /// `team_chat.dm_message_posted`, `_updated`, `_deleted`.
    fn new_form(&self, story: &Story<'_>, switches: &Switches) -> Value {
        let Story { message, author, other, inside, what } = story;
        let same = other.account == self.account;
        let mut object = json!({
            "message_id": switches.ids_in_events.write(message.uuid),
            "date_time": date_time(message.timestamp),
            "timestamp": message.timestamp,
            "contact_email": if same || know(author, other) { other.email.as_str() } else { "" },
            "contact_id": if same { &*other.id } else { "" },
            "contact_member_id": &*other.member,
            "contact_account_id": &*other.account,
        });
        if let Some(parent) = message.parent {
            object["reply_main_message_id"] = switches.ids_in_events.write(parent).into();
        }
        if *what != What::Deleted {
            object["session_id"] = (*message.session).into();
            if !message.content.text.is_empty() || message.content.files.is_empty() {
                object["message"] = message.content.text.as_str().into();
            }
            if !message.content.files.is_empty() {
                object["files"] = super::files::shape::told(self, message).into();
            }
            if !message.content.rich.is_empty() {
                object["rich_text"] = rich(&message.content);
            }
        }
        json!({
            "account_id": &*self.account,
            "operator": if *inside { author.email.as_str() } else { "" },
            "operator_id": if *inside { &*author.id } else { "" },
            "operator_member_id": &*author.member,
            "by_external_user": !*inside,
            "object": object,
        })
    }

    /// `chat_message.sent`, `.replied`, `.updated`, `.deleted`.
    fn old_form(&self, story: &Story<'_>, switches: &Switches) -> Value {
        let Story { message, author, other, inside, .. } = story;
        let same = other.account == self.account;
        let mut object = json!({
            "id": switches.ids_in_events.write(message.uuid),
            "type": "to_contact",
            "date_time": date_time(message.timestamp),
            "timestamp": message.timestamp,
            "session_id": &*message.session,
            "contact_email": if same || know(author, other) { other.email.as_str() } else { "" },
            "contact_id": if same { &*other.id } else { "" },
            "message": message.content.text,
        });
        // Top-level messages name themselves.
        let parent = message.parent.unwrap_or(message.uuid);
        object["parent_msg_id"] = switches.ids_in_events.write(parent).into();
        json!({
            "account_id": &*self.account,
            "operator": if *inside { author.email.as_str() } else { "" },
            "operator_id": if *inside { &*author.id } else { "" },
            "object": object,
        })
    }
}

/// Whether either has the other as a contact, and so may see the address.
fn know(one: &Person, other: &Person) -> bool {
    one.contacts.contains(&other.id) || other.contacts.contains(&one.id)
}
