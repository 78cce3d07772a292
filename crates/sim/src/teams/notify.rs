//! Telling the world that a message changed. Graph: "Change notifications for Teams resources using Microsoft Graph".
//!
//! A change goes to every subscription it concerns, the author's own included; to the bot of a personal chat; and to
//! the pages that listen to `/_sim/live`. Whether the notification or the answer to the causing call arrives first is
//! not defined in life, and decided by a switch here.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::bot::inbound;
use super::call::Call;
use super::chats::Chat;
use super::message::{Message, View};
use super::sim::Sim;
use super::switches::Echo;
use crate::control::Hold;

pub(crate) mod outbox;
pub(crate) mod policy;
pub(crate) mod seal;
pub(crate) mod send;

/// What happened to a message. Subscribers cannot tell the kinds of update apart; bots can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is new.
    Created,
    /// Its content was replaced.
    Edited,
    /// It was soft-deleted and is back.
    Restored,
    /// Somebody reacted, or took it back.
    Reacted,
    /// Nothing but the time of the last change.
    Touched,
    /// It was soft-deleted.
    Deleted,
}

impl Change {
    /// Graph's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Edited | Self::Restored | Self::Reacted | Self::Touched => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// One change, with the message as it was at that moment.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) change: Change,
    /// Where.
    pub(crate) chat: Arc<str>,
    /// To what.
    pub(crate) message: Message,
    /// Who was a member then.
    pub(crate) members: Vec<Arc<str>>,
    /// The bot of a personal chat.
    pub(crate) bot: Option<Arc<str>>,
    /// How the causing call reached us; what a bot gets as its way back.
    pub(crate) base: String,
}

impl Event {
    /// What just happened in `chat`, which is still locked.
    pub(crate) fn new(change: Change, chat: &Chat, message: Message, call: &Call) -> Self {
        Self {
            change,
            chat: Arc::clone(&chat.id),
            message,
            members: chat.member_ids(),
            bot: chat.bot.clone(),
            base: call.base.clone(),
        }
    }
}

/// One notification on its way.
pub(crate) struct Item {
    /// For whom.
    pub(crate) subscription: Arc<super::subscriptions::table::Subscription>,
    /// What happened.
    pub(crate) change: Change,
    /// Where.
    pub(crate) chat: Arc<str>,
    /// To which message.
    pub(crate) message: i64,
    /// The message of a channel that it hangs below.
    pub(crate) root: Option<i64>,
    /// The team, of a message in a channel.
    pub(crate) team: Option<Arc<str>>,
    /// The message as JSON, for rich notifications that carry it.
    pub(crate) payload: Option<Arc<str>>,
    /// Told when this item was answered or given up.
    pub(crate) done: Option<oneshot::Sender<()>>,
}

/// Sends a change on its ways. The answer to the causing call waits for the returned hold, if any.
pub(crate) fn publish(sim: &Arc<Sim>, event: &Event) -> Option<Hold> {
    sim.control.live.say(&event.chat);
    let switches = sim.switches();
    if event.change == Change::Created
        && let Some(millis) = switches.update_after_post_millis
    {
        touch_later(sim, event, millis);
    }
    let channel = event.message.team.is_some();
    let concerned =
        sim.subscriptions().concerned(&event.chat, &event.members, channel, event.change, sim.now());
    let first = match switches.echo {
        Echo::Before => true,
        Echo::After => false,
        Echo::Random => !concerned.is_empty() && sim.dice.below(2) == 0,
    };
    let mut payloads: [Option<Arc<str>>; 2] = [None, None];
    let mut waiting = Vec::new();
    for subscription in concerned {
        let carries =
            subscription.recipient.is_some() && (event.change != Change::Deleted || switches.deleted_payload);
        let payload = carries.then(|| {
            let slot = &mut payloads[usize::from(subscription.all_members)];
            let payload = slot.get_or_insert_with(|| payload(sim, event, subscription.all_members));
            Arc::clone(payload)
        });
        let (done, answered) = oneshot::channel();
        let item = Item {
            subscription,
            change: event.change,
            chat: Arc::clone(&event.chat),
            message: event.message.id,
            root: event.message.root,
            team: event.message.team.clone(),
            payload,
            done: first.then_some(done),
        };
        if first {
            waiting.push(answered);
        }
        outbox::enqueue(sim, item);
    }
    inbound::tell(sim, event);
    (!waiting.is_empty()).then(|| {
        Hold::until(async move {
            // A listener that does not answer holds nobody up for longer than one attempt takes.
            let all = futures_util::future::join_all(waiting);
            drop(tokio::time::timeout(Duration::from_secs(3), all).await);
        })
    })
}

/// The message as a rich notification carries it: like a `GET`, with two empty lists more.
fn payload(sim: &Sim, event: &Event, all_members: bool) -> Arc<str> {
    let switches = sim.switches();
    let view = View { chat: &event.chat, tenant: &sim.tenant, switches: &switches, all_members };
    let mut body = event.message.json(view);
    body["@odata.context"] = "https://graph.microsoft.com/$metadata#chats/messages/$entity".into();
    body["replies"] = serde_json::json!([]);
    body["hostedContents"] = serde_json::json!([]);
    body.to_string().into()
}

/// The update that link previews cause: a later time of change and nothing else.
fn touch_later(sim: &Arc<Sim>, event: &Event, millis: u64) {
    let (weak, mut event) = (Arc::downgrade(sim), event.clone());
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        let Some(sim) = weak.upgrade() else { return };
        let mut chats = sim.chats();
        let Some(chat) = chats.get_mut(&event.chat) else { return };
        let at = chat.tick(sim.millis());
        let Some(message) = chat.messages.get(&event.message.id) else { return };
        let mut message = message.clone();
        if message.deleted.is_some() {
            return;
        }
        message.modified = at;
        chat.put(message.clone());
        drop(chats);
        event.message = message;
        event.change = Change::Touched;
        drop(publish(&sim, &event));
    });
}
