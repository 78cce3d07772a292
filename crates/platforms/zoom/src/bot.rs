//! The Entente app speaking for itself, as a chatbot. "Send Chatbot messages", "Edit a Chatbot message", "Delete a Chatbot
//! message", event `bot_notification`.
//!
//! A chatbot writes to an address, which is a user's id in small letters at Zoom's XMPP host; it has no history, so calls
//! that read refuse and say so. What is said to it comes to the app's address without an id of its own, so a message is
//! named by when it was said.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    Account, Block, Body, CallError, Conversation, ConversationKind, ConversationRef, Destination, Draft,
    Inline, Loss, Message, MessageRef, Operation, Receipt, Snapshot, Timestamp, WorkspaceRef,
};
use entente_platform::classify::date;
use entente_platform::{
    Call, CatchUp, Client, Effect, Head, HeadKind, Item, Listen, Listening, Mark, Page, Place, Rung, Site,
};
use http::Method;

use crate::client::ZoomClient;
use crate::hook::ZoomReceiver;
use crate::profile::ROBOT;
use crate::wire::chatbot::{BotMessage, Content, Element, Notification, Sent};
use crate::wire::event::Event;
use crate::{id, parse, refusal, text_out};

/// Somebody wrote to the chatbot.
pub(crate) const NOTIFICATION: &str = "bot_notification";

const MESSAGES: &str = "/im/chat/messages";

/// What the names of the chatbot's conversations begin with; behind it is the user's id.
const PREFIX: &str = "app.";

/// The host of people's addresses. "JIDs".
const HOST: &str = "@xmpp.zoom.us";

/// The host of channels' addresses.
const CHANNELS: &str = "@conference.xmpp.zoom.us";

/// The chatbot of the app.
pub(crate) struct ZoomBot {
    client: ZoomClient,
    robot: Option<String>,
    account_id: String,
}

impl ZoomBot {
    /// Acts as the app.
    pub(crate) fn new(site: &Site, client: ZoomClient) -> Self {
        let robot = site.settings.get(ROBOT).cloned();
        Self { client, robot, account_id: site.tenant.clone().unwrap_or_default() }
    }

    fn robot(&self) -> Result<&str, CallError> {
        let missing =
            || format!("the Entente app can say nothing on Zoom without `settings.{ROBOT}`, its bot JID");
        self.robot.as_deref().ok_or_else(|| CallError::Reject(missing()))
    }

    async fn say(
        &self,
        method: Method,
        path: &str,
        to: Addressee<'_>,
        thread: Option<&MessageRef>,
        body: &Body,
    ) -> Result<(String, Timestamp, Vec<Loss>), CallError> {
        let jid = to.jid();
        let printed = text_out::print_plain(&unmarked(body));
        let message = BotMessage {
            robot_jid: self.robot()?,
            account_id: &self.account_id,
            to_jid: (method == Method::POST).then_some(&jid),
            user_jid: &jid,
            reply_to: thread.map(|thread| thread.id.as_str()),
            content: Content { body: [Element { kind: "message", text: &printed.message }] },
        };
        let limits = self.client.limits.send(&to.place());
        let call = Call { limits, ..Call::new(method, self.client.url(path)?) }.effect(Effect::Once);
        let answer = self.client.send(call.json(&message).visible()).await.map_err(refusal::call)?;
        let sent: Sent = serde_json::from_slice(&answer.body).map_err(|_| CallError::Unknown)?;
        Ok((sent.message_id, date(&answer.headers).unwrap_or_default(), printed.losses))
    }

    async fn take_back(&self, to: Addressee<'_>, message: &MessageRef) -> Result<Timestamp, CallError> {
        let path = [MESSAGES, "/", &id::segment(message.id.as_str())].concat();
        let mut call = Call::new(Method::DELETE, self.client.url(&path)?);
        call.limits = self.client.limits.send(&to.place());
        call.url.query_pairs_mut().extend_pairs([
            ("account_id", self.account_id.as_str()),
            ("robot_jid", self.robot()?),
            ("user_jid", &to.jid()),
        ]);
        let answer = self.client.send(call.visible()).await.map_err(refusal::call)?;
        Ok(date(&answer.headers).unwrap_or_default())
    }
}

/// The body without the format of the name that stands in front of others' words: it is ours, and nothing of theirs is lost with
/// it.
fn unmarked(body: &Body) -> Body {
    let mut body = body.clone();
    if let Some(Block::Paragraph(content)) = body.0.first_mut()
        && let Some(Inline::Bold(label)) = content.first()
        && let [Inline::Text(name)] = &label[..]
        && name.ends_with(':')
    {
        content[0] = Inline::Text(name.clone());
    }
    body
}

fn jid(person: &str) -> String {
    [&person.to_ascii_lowercase(), HOST].concat()
}

/// The conversation of the chatbot with somebody.
fn conversation(workspace: &WorkspaceRef, person: &str) -> ConversationRef {
    ConversationRef { workspace: workspace.clone(), id: [PREFIX, person].concat().into() }
}

/// Whom the chatbot talks to.
#[derive(Debug, Clone, Copy)]
enum Addressee<'a> {
    Person(&'a str),
    Channel(&'a str),
}

impl<'a> Addressee<'a> {
    fn of(conversation: &'a ConversationRef) -> Result<Self, CallError> {
        match conversation.id.as_str().strip_prefix(PREFIX) {
            Some(person) if id::is_id(person) => Ok(Self::Person(person)),
            Some(_) => Err(CallError::Gone),
            None => id::channel(conversation).map(Self::Channel).ok_or(CallError::Gone),
        }
    }

    fn jid(self) -> String {
        match self {
            Self::Person(person) => jid(person),
            Self::Channel(channel) => [channel, CHANNELS].concat(),
        }
    }

    /// Its name for limits.
    fn place(self) -> String {
        match self {
            Self::Person(person) => [PREFIX, person].concat(),
            Self::Channel(channel) => channel.to_owned(),
        }
    }

    fn conversation(self, workspace: &WorkspaceRef) -> ConversationRef {
        match self {
            Self::Person(person) => conversation(workspace, person),
            Self::Channel(channel) => id::channel_at(workspace, channel),
        }
    }
}

/// What a notification of the chatbot reports.
pub(crate) fn heard(receiver: &ZoomReceiver, event: &Event<'_>, body: &Bytes) -> Item {
    let Some(watcher) = receiver.app_login else { return parse::unknown("bot_without_login") };
    let (notification, at) = match read(event) {
        Ok(read) => read,
        Err(reason) => return Item::Malformed { reason, body: body.clone() },
    };
    if notification.to_jid.is_some_and(|to| to.contains(CHANNELS)) {
        return parse::unknown("bot_in_channel");
    }
    let Some(person) = notification.user_id.filter(|person| id::is_id(person)) else {
        return parse::unknown("bot_outsider");
    };
    Item::Head(Head {
        place: Place::Direct,
        message: id::message(&conversation(&receiver.workspace, &person), &named(at)),
        kind: HeadKind::Created,
        watcher,
        actor: Some(id::account(&receiver.workspace, &person)),
        body: Some(body.clone()),
    })
}

/// What was said to the chatbot.
pub(crate) fn open(at: &MessageRef, event: &Event<'_>) -> Result<Snapshot, String> {
    let (notification, created_at) = read(event)?;
    let person = notification.user_id.ok_or("nobody said it")?;
    let workspace = &at.conversation.workspace;
    if id::message(&conversation(workspace, &person), &named(created_at)) != *at {
        return Err("the event is of another message".to_owned());
    }
    let message = Message {
        at: at.clone(),
        thread: None,
        author: id::account(workspace, &person),
        body: Body::text(&notification.cmd.unwrap_or_default()),
        files: Vec::new(),
        unsupported: Vec::new(),
    };
    Ok(Snapshot { message, created_at, edited_at: None, deleted: false, reactions: None })
}

fn read(event: &Event<'_>) -> Result<(Notification, Timestamp), String> {
    let raw = event.payload.map_or("null", |payload| payload.get());
    let notification: Notification =
        serde_json::from_str(raw).map_err(|error| parse::wrong("notification", &error))?;
    let at = notification.timestamp.or(event.at).ok_or("a notification without a time")?;
    Ok((notification, Timestamp::from_millis(at)))
}

/// The name of a message that has none: when it was said.
fn named(at: Timestamp) -> String {
    at.millis().to_string()
}

fn no_history<T>() -> Result<T, CallError> {
    Err(CallError::Reject("a Zoom chatbot cannot read its conversations".to_owned()))
}

#[async_trait]
impl Client for ZoomBot {
    async fn deliver(&self, draft: &Draft) -> Result<Receipt, CallError> {
        match &draft.operation {
            Operation::Send { to, thread, body } => {
                let to = match to {
                    Destination::Direct(account) => Addressee::Person(account.id.as_str()),
                    Destination::Conversation(conversation) => Addressee::of(conversation)?,
                };
                let answered = thread.as_ref().filter(|_| matches!(to, Addressee::Channel(_)));
                let (sent, at, mut losses) = self.say(Method::POST, MESSAGES, to, answered, body).await?;
                let message = id::message(&to.conversation(&self.client.workspace), &sent);
                losses.extend((thread.is_some() && answered.is_none()).then_some(Loss::Thread));
                Ok(Receipt { message: Some(message), at, losses })
            }
            Operation::Edit { target, body } => {
                let path = [MESSAGES, "/", &id::segment(target.id.as_str())].concat();
                let (_, at, losses) =
                    self.say(Method::PUT, &path, Addressee::of(&target.conversation)?, None, body).await?;
                Ok(Receipt { message: None, at, losses })
            }
            Operation::Delete { target } => {
                let at = self.take_back(Addressee::of(&target.conversation)?, target).await?;
                Ok(Receipt { message: None, at, losses: Vec::new() })
            }
            Operation::React { .. } => Err(CallError::Reject("a Zoom chatbot cannot react".to_owned())),
        }
    }

    /// Refused: nobody can say whether a chatbot's message arrived.
    async fn sent_since(&self, _: &Destination, _: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        no_history()
    }

    /// Refused.
    async fn fetch(&self, _: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        no_history()
    }

    /// Refused.
    async fn catch_up(&self, _: &ConversationRef, _: &Mark) -> Result<CatchUp, CallError> {
        no_history()
    }

    async fn conversation(&self, conversation: &ConversationRef) -> Result<Option<Conversation>, CallError> {
        let person = match Addressee::of(conversation) {
            Ok(Addressee::Person(person)) => person,
            // Whether it may write there is only found out by writing.
            Ok(Addressee::Channel(_)) => {
                let (at, kind) = (conversation.clone(), ConversationKind::Channel);
                return Ok(Some(Conversation { at, kind, name: None, members: Vec::new() }));
            }
            Err(_) => return Ok(None),
        };
        let members = vec![id::account(&self.client.workspace, person), self.me().await?.account];
        Ok(Some(Conversation {
            at: conversation.clone(),
            kind: ConversationKind::Direct,
            name: None,
            members,
        }))
    }

    /// Known without asking: no call tells a chatbot its name.
    async fn me(&self) -> Result<Account, CallError> {
        Ok(Account {
            account: id::account(&self.client.workspace, self.robot()?),
            name: "Entente".to_owned(),
            email: String::new(),
            bot: true,
            active: true,
            picture: None,
            department: None,
        })
    }

    /// Empty: the directory is an administrator's.
    async fn directory(&self, _: Option<String>) -> Result<Page<Account>, CallError> {
        Ok(Page { items: Vec::new(), next: None })
    }

    async fn listen(&self, _: &Listen<'_>) -> Result<Listening, CallError> {
        Ok(Listening { rung: Rung::Own, again: Duration::from_hours(1), resumed: false })
    }
}
