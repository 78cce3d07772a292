//! A message as it is kept, and as Graph shows it ("chatMessage resource type").

use std::sync::Arc;

use serde_json::{Value, json};

use super::clockwork::zulu_millis;
use super::people::Person;
use super::switches::Switches;
use crate::files::File;

/// Who said it.
#[derive(Debug, Clone)]
pub(crate) enum Author {
    /// A person.
    Person(Arc<Person>),
    /// A bot: client id and name.
    App(Arc<str>, String),
    /// Nobody: something happened to the chat.
    System,
}

impl Author {
    /// For the ledger: object id, or `app:<client id>`.
    pub(crate) fn ledger(&self) -> String {
        match self {
            Self::Person(person) => person.id.to_string(),
            Self::App(id, _) => format!("app:{id}"),
            Self::System => String::new(),
        }
    }
}

/// One reaction of one person.
#[derive(Debug, Clone)]
pub(crate) struct Reaction {
    /// An emoji.
    pub(crate) kind: String,
    /// Who.
    pub(crate) person: Arc<str>,
    /// When, in milliseconds.
    pub(crate) at: i64,
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Milliseconds since the epoch; the time of creation too.
    pub(crate) id: i64,
    /// The last change of any kind; also the etag.
    pub(crate) modified: i64,
    /// The last change of the content.
    pub(crate) edited: Option<i64>,
    /// Soft deletion.
    pub(crate) deleted: Option<i64>,
    /// Who said it.
    pub(crate) author: Author,
    /// Whether the content is HTML.
    pub(crate) html: bool,
    /// The content as saved.
    pub(crate) content: String,
    /// As Graph shows them.
    pub(crate) attachments: Vec<Value>,
    /// As Graph shows them.
    pub(crate) mentions: Vec<Value>,
    /// `normal`, `high` or `urgent`.
    pub(crate) importance: String,
    /// Seldom used in chats.
    pub(crate) subject: Option<String>,
    /// At most one a person.
    pub(crate) reactions: Vec<Reaction>,
    /// The message this one quotes.
    pub(crate) quotes: Option<i64>,
    /// Images in the content, by id.
    pub(crate) hosted: Vec<(String, File)>,
    /// The message of a channel that this one hangs below.
    pub(crate) root: Option<i64>,
    /// The team, of a message in a channel.
    pub(crate) team: Option<Arc<str>>,
    /// What happened, in a system message. Graph: "eventMessageDetail resource type".
    pub(crate) event: Option<Value>,
}

/// How a message is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The chat's id.
    pub(crate) chat: &'a str,
    /// The tenant's id.
    pub(crate) tenant: &'a str,
    /// The switches in force.
    pub(crate) switches: &'a Switches,
    /// Whether enumeration members newer than the first release are named (`Prefer: include-unknown-enum-members`) or
    /// come as `unknownFutureValue`.
    pub(crate) all_members: bool,
}

impl View<'_> {
    fn kind(&self, message: &Message) -> &'static str {
        match (&message.event, self.all_members) {
            (None, _) => "message",
            (Some(_), true) => "systemEventMessage",
            (Some(_), false) => "unknownFutureValue",
        }
    }
}

impl Message {
    /// What a person reads.
    pub(crate) fn text(&self) -> String {
        if self.html { super::html::plain(&self.content) } else { self.content.clone() }
    }

    fn content_shown(&self, switches: &Switches) -> Value {
        match self.deleted {
            Some(_) if switches.deleted_content_null => Value::Null,
            Some(_) => json!(""),
            None => json!(self.content),
        }
    }

    /// The full shape, without `@odata.context`.
    pub(crate) fn json(&self, view: View<'_>) -> Value {
        let empty = self.deleted.is_some();
        let shown = |list: &Vec<Value>| if empty { json!([]) } else { json!(list) };
        json!({
            "id": self.id.to_string(),
            "replyToId": self.root.map(|root| root.to_string()),
            "etag": self.modified.to_string(),
            "messageType": view.kind(self),
            "createdDateTime": zulu_millis(self.id),
            "lastModifiedDateTime": zulu_millis(self.modified),
            "lastEditedDateTime": self.edited.map(zulu_millis),
            "deletedDateTime": self.deleted.map(zulu_millis),
            "subject": self.subject,
            "summary": null,
            "chatId": self.team.is_none().then_some(view.chat),
            "importance": self.importance,
            "locale": "en-us",
            "webUrl": null,
            "channelIdentity": self.team.as_ref().map(|team| json!({"teamId": &**team, "channelId": view.chat})),
            "policyViolation": null,
            "eventDetail": self.event,
            "from": self.from(view.tenant),
            "body": {
                "contentType": if self.html { "html" } else { "text" },
                "content": self.content_shown(view.switches),
            },
            "attachments": shown(&self.attachments),
            "mentions": shown(&self.mentions),
            "reactions": self.reactions.iter().map(reaction).collect::<Vec<_>>(),
            "messageHistory": [],
        })
    }

    /// The short form that chat lists carry. Graph: "chatMessageInfo resource type".
    pub(crate) fn preview(&self, view: View<'_>) -> Value {
        json!({
            "id": self.id.to_string(),
            "createdDateTime": zulu_millis(self.id),
            "isDeleted": self.deleted.is_some(),
            "messageType": view.kind(self),
            "eventDetail": self.event,
            "body": {
                "contentType": if self.html { "html" } else { "text" },
                "content": self.content_shown(view.switches),
            },
            "from": self.from(view.tenant),
        })
    }

    fn from(&self, tenant: &str) -> Value {
        match &self.author {
            Author::Person(person) => json!({
                "application": null,
                "device": null,
                "user": {
                    "@odata.type": "#microsoft.graph.teamworkUserIdentity",
                    "id": &*person.id,
                    "displayName": person.name,
                    "userIdentityType": "aadUser",
                    "tenantId": tenant,
                },
            }),
            Author::App(id, name) => json!({
                "user": null,
                "device": null,
                "application": {
                    "@odata.type": "#microsoft.graph.teamworkApplicationIdentity",
                    "id": &**id,
                    "displayName": name,
                    "applicationIdentityType": "bot",
                },
            }),
            Author::System => Value::Null,
        }
    }

    /// What the ledger keeps of a change to this message.
    pub(crate) fn change(&self, kind: &str, chat: &str) -> Value {
        json!({
            "kind": kind,
            "message": self.id.to_string(),
            "chat": chat,
            "author": self.author.ledger(),
            "quotes": self.quotes.or(self.root).map(|id| id.to_string()),
            "text": self.text(),
        })
    }
}

/// Displays of reactors are usually null in life.
fn reaction(reaction: &Reaction) -> Value {
    json!({
        "reactionType": reaction.kind,
        "displayName": null,
        "reactionContentUrl": null,
        "createdDateTime": zulu_millis(reaction.at),
        "user": {
            "application": null,
            "device": null,
            "user": {
                "@odata.type": "#microsoft.graph.teamworkUserIdentity",
                "id": &*reaction.person,
                "displayName": null,
                "userIdentityType": "aadUser",
            },
        },
    })
}
