//! Reports to heads, messages to snapshots. "Events API"; "message event" and its subtypes.
//!
//! **Who watches.** An event names one of those whose authorization lets the app see it, and not always the same. In a direct
//! conversation everybody who may see a message is one of two people, so whoever of ours is named, or wrote it, may read it;
//! and so it is in a group, where they are of a few.
//! Where the bot is named it is a conversation with the app. Reports that name nobody of ours are of people who have not
//! consented, or no longer.

use bytes::Bytes;
use entente_model::{
    AccountRef, Body, ConversationRef, LoginId, Message, MessageRef, Reaction, Snapshot, Timestamp,
};
use entente_platform::{ChannelHead, Head, HeadKind, Item, Lifecycle, LifecycleKind, Place};

use crate::receiver::SlackReceiver;
use crate::wire::envelope::{Authorization, Envelope, Event, ReactedTo};
use crate::wire::message::{Edited, Message as Wire, Reacted};
use crate::wire::{Text, filled};
use crate::{emoji, id, text_in};

mod rooms;

use rooms::{channel, is_about_the_channel, joined};

/// Who wrote what nobody is named for.
const NOBODY: &str = "nobody";

/// The items of a proven delivery.
pub(crate) fn items(receiver: &SlackReceiver, body: &Bytes) -> Vec<Item> {
    let envelope: Envelope<'_> = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) => return vec![malformed("delivery", &error, body)],
    };
    match &*envelope.kind {
        "event_callback" => event(receiver, &envelope, body),
        // "app_rate_limited": more happened than is delivered, and nobody says to whom.
        "app_rate_limited" => everybody(receiver, LifecycleKind::Missed),
        other => vec![unknown("delivery", other)],
    }
}

fn event(receiver: &SlackReceiver, envelope: &Envelope<'_>, body: &Bytes) -> Vec<Item> {
    if is_foreign(receiver, envelope) {
        return vec![Item::Unknown("event_of_another_workspace".to_owned())];
    }
    let Some(raw) = envelope.event else {
        return vec![Item::Malformed { reason: "no event".to_owned(), body: body.clone() }];
    };
    let event: Event<'_> = match serde_json::from_str(raw.get()) {
        Ok(event) => event,
        Err(error) => return vec![malformed("event", &error, body)],
    };
    match &*event.kind {
        "message" => {
            let raw = body.slice_ref(raw.get().as_bytes());
            let item = message(receiver, envelope, &event, &raw);
            vec![item.unwrap_or_else(|reason| Item::Malformed { reason: reason.to_owned(), body: raw })]
        }
        "reaction_added" | "reaction_removed" => {
            let item = reaction(receiver, envelope, &event);
            vec![
                item.unwrap_or_else(|reason| Item::Malformed {
                    reason: reason.to_owned(),
                    body: body.clone(),
                }),
            ]
        }
        "channel_rename" | "channel_archive" | "channel_unarchive" | "channel_deleted" | "channel_left"
        | "group_rename" | "group_archive" | "group_unarchive" | "group_deleted" | "group_left" => {
            vec![channel(receiver, &event).unwrap_or_else(|| unknown("event", &event.kind))]
        }
        "member_joined_channel" | "member_left_channel" => {
            let item = joined(receiver, envelope, &event);
            vec![
                item.unwrap_or_else(|reason| Item::Malformed {
                    reason: reason.to_owned(),
                    body: body.clone(),
                }),
            ]
        }
        "tokens_revoked" => {
            let revoked = event.tokens.as_ref();
            let ids = revoked.map(|tokens| tokens.oauth.iter().chain(&tokens.bot).flatten());
            let logins = ids.into_iter().flatten().filter_map(|id| login(receiver, id));
            logins.map(|login| Item::Lifecycle(Lifecycle { login, kind: LifecycleKind::Removed })).collect()
        }
        "app_uninstalled" => everybody(receiver, LifecycleKind::Removed),
        other => vec![unknown("event", other)],
    }
}

/// Whether it is about a workspace that is not this one. In shared conversations the outer workspace may be another's, and
/// those that are authorized count. "Events API", event envelope.
fn is_foreign(receiver: &SlackReceiver, envelope: &Envelope<'_>) -> bool {
    let Some(team) = receiver.team.as_deref() else { return false };
    let authorized = envelope.authorizations.iter().flatten().filter_map(|one| filled(one.team_id.as_ref()));
    let mut teams = authorized.chain(filled(envelope.team_id.as_ref())).peekable();
    teams.peek().is_some() && !teams.any(|named| named == team)
}

fn everybody(receiver: &SlackReceiver, kind: LifecycleKind) -> Vec<Item> {
    let logins = receiver.logins.values();
    logins.map(|login| Item::Lifecycle(Lifecycle { login: *login, kind })).collect()
}

fn login(receiver: &SlackReceiver, account: &str) -> Option<LoginId> {
    receiver.logins.get(&account.into()).copied()
}

/// A report about a message in a conversation. `raw` is the event.
fn message(
    receiver: &SlackReceiver,
    envelope: &Envelope<'_>,
    event: &Event<'_>,
    raw: &Bytes,
) -> Result<Item, &'static str> {
    let kind = event.channel_type.as_deref().unwrap_or("untyped");
    let place = match kind {
        "im" => Place::Direct,
        // A private channel may have been made in a group's place.
        "mpim" | "group" => Place::Group,
        "channel" => Place::Channel,
        // The app's own page.
        _ => return Ok(unknown("message_in", kind)),
    };
    let channel = event.channel.and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
    let channel = filled(channel.as_ref()).ok_or("a message without channel")?;
    let outer: Wire<'_> = serde_json::from_slice(raw).map_err(|_| "not a message")?;
    if outer.subtype.as_deref().is_some_and(is_about_the_channel) {
        let at = id::conversation(&receiver.workspace, channel);
        let when = outer.ts.as_deref().and_then(id::written);
        return Ok(Item::Channel(ChannelHead { at, when }));
    }
    let inner: Option<Wire<'_>> = event
        .message
        .map(|raw| serde_json::from_str(raw.get()))
        .transpose()
        .map_err(|_| "not a changed message")?;
    let previous: Option<Wire<'_>> =
        event.previous_message.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let (ts, kind, author) = match (filled(outer.subtype.as_ref()), &inner) {
        (Some("message_deleted"), _) => {
            let gone =
                event.deleted_ts.as_ref().or(previous.as_ref().and_then(|message| message.ts.as_ref()));
            (filled(gone), HeadKind::Deleted, None)
        }
        (Some("message_changed"), Some(now)) => {
            let ts = filled(now.ts.as_ref());
            if is_gone(now) {
                (ts, HeadKind::Deleted, None)
            } else if previous.as_ref().is_some_and(|before| !says_otherwise(before, now)) {
                // A link preview, a reply below, a file that was looked through.
                return Ok(Item::Unknown("message_changed_without_edit".to_owned()));
            } else if !is_said(now) {
                return Ok(unknown("message", now.subtype.as_deref().unwrap_or("hidden")));
            } else {
                let editor = now.edited.as_ref().and_then(|edited| filled(edited.user.as_ref()));
                (ts, HeadKind::Changed, editor.or(filled(now.user.as_ref())))
            }
        }
        // "message_replied" comes without its subtype, as its page says.
        (None, Some(_)) => return Ok(Item::Unknown("message:message_replied".to_owned())),
        (_, None) if is_said(&outer) => (filled(outer.ts.as_ref()), HeadKind::Created, author(&outer)),
        (subtype, _) => return Ok(unknown("message", subtype.unwrap_or("hidden"))),
    };
    let ts = ts.filter(|ts| id::written(ts).is_some()).ok_or("a message without ts")?;
    let people =
        [&outer].into_iter().chain(&inner).chain(&previous).filter_map(|message| message.user.as_ref());
    let Some(watcher) = watcher(receiver, envelope.authorizations.as_deref().unwrap_or_default(), people)
    else {
        return Ok(Item::Unknown("message_for_nobody_of_ours".to_owned()));
    };
    Ok(Item::Head(Head {
        place,
        message: id::message(&id::conversation(&receiver.workspace, channel), ts),
        kind,
        watcher,
        actor: author.map(|actor| id::account(&receiver.workspace, actor)),
        body: (kind != HeadKind::Deleted).then(|| raw.clone()),
    }))
}

/// A report that somebody reacted, or does not any more. "`reaction_added`", "`reaction_removed`".
fn reaction(
    receiver: &SlackReceiver,
    envelope: &Envelope<'_>,
    event: &Event<'_>,
) -> Result<Item, &'static str> {
    let item = event.item.ok_or("a reaction to nothing")?;
    let item: ReactedTo<'_> =
        serde_json::from_str(item.get()).map_err(|_| "a reaction to what is unknown")?;
    if &*item.kind != "message" {
        return Ok(unknown("reaction_to", &item.kind));
    }
    let channel = filled(item.channel.as_ref()).ok_or("a reaction without channel")?;
    let ts =
        filled(item.ts.as_ref()).filter(|ts| id::written(ts).is_some()).ok_or("a reaction without ts")?;
    let user = event.user.and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
    let authorized = envelope.authorizations.as_deref().unwrap_or_default();
    let Some(watcher) = watcher(receiver, authorized, user.iter()) else {
        return Ok(Item::Unknown("reaction_for_nobody_of_ours".to_owned()));
    };
    Ok(Item::Head(Head {
        // The report does not say what kind of conversation it is.
        place: Place::Untold,
        message: id::message(&id::conversation(&receiver.workspace, channel), ts),
        kind: HeadKind::Reacted,
        watcher,
        actor: filled(user.as_ref()).map(|user| id::account(&receiver.workspace, user)),
        body: None,
    }))
}

fn watcher<'a>(
    receiver: &SlackReceiver,
    authorizations: &[Authorization<'_>],
    people: impl Iterator<Item = &'a Text<'a>>,
) -> Option<LoginId> {
    let of_bot = |one: &&Authorization<'_>| one.is_bot == Some(true);
    let known = |one: &Authorization<'_>| login(receiver, filled(one.user_id.as_ref())?);
    if let Some(bot) = authorizations.iter().find(of_bot) {
        return known(bot).or(receiver.app_login);
    }
    let named = authorizations.iter().find_map(known);
    named.or_else(|| people.into_iter().find_map(|person| login(receiver, person)))
}

/// Whether two versions of a message differ in what they say.
fn says_otherwise(before: &Wire<'_>, now: &Wire<'_>) -> bool {
    let blocks = |message: &Wire<'_>| -> Vec<String> {
        message.blocks.iter().flatten().map(|block| block.get().to_owned()).collect()
    };
    before.text != now.text || blocks(before) != blocks(now) || edited(before) != edited(now)
}

/// Whether it is what remains of a message that was taken back and has replies: "This message was deleted."
pub(crate) fn is_gone(message: &Wire<'_>) -> bool {
    message.subtype.as_deref() == Some("tombstone")
}

/// Whether somebody said it. What is hidden, and what the service notes by itself, is no message to carry.
pub(crate) fn is_said(message: &Wire<'_>) -> bool {
    if message.hidden == Some(true) {
        return false;
    }
    let Some(subtype) = filled(message.subtype.as_ref()) else { return true };
    let of_the_service = subtype.starts_with("channel_")
        || subtype.starts_with("group_")
        || matches!(
            subtype,
            "message_changed"
                | "message_deleted"
                | "message_replied"
                | "pinned_item"
                | "unpinned_item"
                | "reminder_add"
                | "bot_add"
                | "bot_remove"
                | "huddle_thread"
                | "document_mention"
                | "assistant_app_thread"
                | "file_comment"
                | "file_mention"
                | "ekm_access_denied"
                | "tombstone"
        );
    !of_the_service
}

/// Who wrote it: a user, or where only an app is named (webhooks, names made up by an app), its bot.
fn author<'m>(message: &'m Wire<'_>) -> Option<&'m str> {
    filled(message.user.as_ref()).or(filled(message.bot_id.as_ref()))
}

fn edited(message: &Wire<'_>) -> Option<Timestamp> {
    when(message.edited.as_ref())
}

/// When an edit was made.
pub(crate) fn when(edited: Option<&Edited<'_>>) -> Option<Timestamp> {
    id::written(edited?.ts.as_ref()?)
}

/// The message that came with a head.
pub(crate) fn opened(at: &MessageRef, body: &[u8]) -> Result<Snapshot, String> {
    let not_a_message =
        |error: serde_json::Error| format!("not a message: line {} column {}", error.line(), error.column());
    let event: Event<'_> = serde_json::from_slice(body).map_err(not_a_message)?;
    let Some(changed) = event.message else {
        let message: Wire<'_> = serde_json::from_slice(body).map_err(not_a_message)?;
        return snapshot_of(at, &message).map(|snapshot| Snapshot { reactions: None, ..snapshot });
    };
    let message: Wire<'_> = serde_json::from_str(changed.get()).map_err(not_a_message)?;
    let mut snapshot = snapshot_of(at, &message)?;
    // A report may come late, and reactions have reports of their own.
    snapshot.reactions = None;
    let before = event.previous_message.and_then(|raw| serde_json::from_str::<Wire<'_>>(raw.get()).ok());
    // "chat.update": what is changed by blocks is not marked as edited, so only the report tells when. The mark counts whole
    // seconds, so of several edits within one, and of one within that of the message, only the report tells as well.
    let marked = edited(&message);
    let in_its_second = marked.is_some_and(|at| at <= snapshot.created_at);
    if in_its_second || before.is_none_or(|before| edited(&before) >= marked) {
        let reported = event.reported_ts.as_ref().and_then(|ts| id::written(ts));
        snapshot.edited_at = snapshot.edited_at.max(reported);
    }
    Ok(snapshot)
}

fn snapshot_of(at: &MessageRef, message: &Wire<'_>) -> Result<Snapshot, String> {
    if message.ts.as_deref() != Some(at.id.as_str()) {
        return Err("the content is of another message".to_owned());
    }
    snapshot(&at.conversation, message).ok_or_else(|| "a message without time".to_owned())
}

/// A message as it is now. `None` for what is none.
pub(crate) fn snapshot(conversation: &ConversationRef, message: &Wire<'_>) -> Option<Snapshot> {
    let ts = message.ts.as_deref()?;
    let created_at = id::written(ts)?;
    let deleted = is_gone(message);
    let said =
        if deleted { text_in::Said::default() } else { text_in::said(&conversation.workspace, message) };
    let thread = filled(message.thread_ts.as_ref()).filter(|root| *root != ts);
    Some(Snapshot {
        message: Message {
            at: id::message(conversation, ts),
            thread: thread.map(|root| id::message(conversation, root)),
            author: account(conversation, author(message).unwrap_or(NOBODY)),
            body: if deleted { Body::default() } else { said.body },
            files: said.files,
            unsupported: said.unsupported,
        },
        created_at,
        // In whole seconds, which may have begun before the message; an edit is later than what it changes.
        edited_at: edited(message).map(|at| at.max(Timestamp(created_at.0.saturating_add(1)))),
        deleted,
        reactions: (!deleted).then(|| reactions(conversation, message)),
    })
}

fn reactions(conversation: &ConversationRef, message: &Wire<'_>) -> Vec<Reaction> {
    let of = |one: &Reacted<'_>| -> Vec<Reaction> {
        let by =
            |user: &Text<'_>| Reaction { by: account(conversation, user), emoji: emoji::read(&one.name) };
        one.users.iter().flatten().map(by).collect()
    };
    message.reactions.iter().flatten().flat_map(of).collect()
}

fn account(conversation: &ConversationRef, id: &str) -> AccountRef {
    id::account(&conversation.workspace, id)
}

/// The longest name of an unknown kind; it becomes a label.
const LONGEST_NAME: usize = 64;

fn unknown(what: &str, kind: &str) -> Item {
    let kind: String =
        kind.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(LONGEST_NAME).collect();
    Item::Unknown(format!("{what}:{kind}"))
}

/// The reason names a place and a kind, never a value.
fn malformed(what: &str, error: &serde_json::Error, body: &Bytes) -> Item {
    let reason = format!("{what}: {:?} at line {} column {}", error.classify(), error.line(), error.column());
    Item::Malformed { reason, body: body.clone() }
}

#[cfg(test)]
mod tests;
