//! Activities to heads and snapshots. Bot Framework: "Activity"; Teams: "Conversation events in your Teams bot".

use bytes::Bytes;
use entente_model::{Body, Message, MessageRef, Snapshot};
use entente_platform::{Head, HeadKind, Item, Joined, Place};

use crate::id;
use crate::parse::{instant, unknown};
use crate::receiver::TeamsReceiver;
use crate::text_in::{self, Said};
use crate::wire::activity::{Activity, ActivityAttachment, ChannelAccount};

/// What the Bot Framework tells every bot and what is no message: that it was installed or removed, that somebody joined,
/// types, has read, or reacted. Bot Framework: "Activity", `type`; Teams: "Conversation events in your Teams bot".
const NO_MESSAGES: [&str; 6] = [
    "conversationUpdate",
    "installationUpdate",
    "typing",
    "messageReaction",
    "event",
    "contactRelationUpdate",
];

/// The items of a proven activity.
pub(crate) fn items(receiver: &TeamsReceiver, body: &Bytes) -> Vec<Item> {
    roster(receiver, body).unwrap_or_else(|| head(receiver, body).into_iter().collect())
}

/// Who came into a group that the app is in, or left it; `None` for what tells nothing of that. Graph reports it as a message
/// whose content alone says so. Teams: "Conversation events in your Teams bot", members added and removed.
fn roster(receiver: &TeamsReceiver, body: &Bytes) -> Option<Vec<Item>> {
    let activity: Activity = serde_json::from_slice(body).ok()?;
    let group = activity.conversation.filter(|at| at.conversation_type.as_deref() == Some("groupChat"))?;
    let watcher = receiver.app_login.filter(|_| activity.kind == "conversationUpdate")?;
    let came = activity.members_added.into_iter().flatten().map(|one| (one, true));
    let left = activity.members_removed.into_iter().flatten().map(|one| (one, false));
    let joined = |(one, came): (ChannelAccount, bool)| {
        let account = id::account(&receiver.workspace, author(&one)?);
        let conversation = id::conversation(&receiver.workspace, &group.id);
        Some(Item::Joined(Joined { conversation, account, came, watcher }))
    };
    Some(came.chain(left).filter_map(joined).collect())
}

/// The item of a proven activity. Only what is said in a personal conversation is carried; `None` for what every bot is
/// told and what is no message to it.
fn head(receiver: &TeamsReceiver, body: &Bytes) -> Option<Item> {
    let malformed = |reason: &str| Some(Item::Malformed { reason: reason.to_owned(), body: body.clone() });
    let Ok(activity) = serde_json::from_slice::<Activity>(body) else {
        return malformed("not an activity");
    };
    let kind = match activity.kind.as_str() {
        "message" => HeadKind::Created,
        "messageUpdate" => HeadKind::Changed,
        "messageDelete" => HeadKind::Deleted,
        known if NO_MESSAGES.contains(&known) => return None,
        other => return Some(unknown("activity", other)),
    };
    let Some(conversation) = &activity.conversation else {
        return malformed("an activity without conversation");
    };
    match conversation.conversation_type.as_deref() {
        Some("personal") => {}
        // A bot in a group is told what mentions it, and people are heard by Graph.
        Some("channel" | "groupChat") => return None,
        other => return Some(unknown("conversation", other.unwrap_or("unnamed"))),
    }
    let Some(message) = activity.id.as_deref().filter(|id| !id.is_empty()) else {
        return malformed("a message without id");
    };
    let Some(watcher) = receiver.app_login else {
        return Some(Item::Unknown("activity_without_app_login".to_owned()));
    };
    let author = activity.from.as_ref().and_then(author);
    Some(Item::Head(Head {
        place: Place::Direct,
        message: id::message(&receiver.workspace, &conversation.id, message),
        kind,
        watcher,
        actor: author.map(|author| id::account(&receiver.workspace, author)),
        body: Some(body.clone()),
    }))
}

/// The message of an activity.
pub(crate) fn snapshot_of(at: &MessageRef, json: &[u8]) -> Result<Snapshot, String> {
    let activity: Activity = serde_json::from_slice(json).map_err(|error| {
        format!(
            "not an activity as Microsoft documents it (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    snapshot(at, &activity).map_err(str::to_owned)
}

fn snapshot(at: &MessageRef, activity: &Activity) -> Result<Snapshot, &'static str> {
    if activity.id.as_deref() != Some(at.id.as_str()) {
        return Err("the activity is of another message");
    }
    let workspace = &at.conversation.workspace;
    let author = activity.from.as_ref().and_then(author).ok_or("an activity of nobody")?;
    let happened = instant(activity.timestamp.as_deref())?;
    let created_at = id::written(at.id.as_str()).or(happened).ok_or("no timestamp")?;
    let deleted = activity.kind == "messageDelete";
    let edited_at = if activity.kind == "messageUpdate" { happened } else { None };
    let attachments = activity.attachments.as_deref().unwrap_or_default();
    let markup = attachments.iter().find_map(markup_of).filter(|markup| !markup.is_empty());
    let said = match (markup, &activity.text) {
        _ if deleted => Said::default(),
        (Some(markup), _) => text_in::html(workspace, markup, &[]),
        (None, Some(text)) if activity.text_format.as_deref() == Some("xml") => {
            text_in::html(workspace, text, &[])
        }
        (None, text) => Said { body: Body::text(text.as_deref().unwrap_or_default()), ..Said::default() },
    };
    let mut unsupported: Vec<String> = said.pictures.into_iter().map(|picture| picture.line).collect();
    if !deleted {
        unsupported.extend(attachments.iter().filter(|one| markup_of(one).is_none()).map(line));
    }
    let thread = activity.reply_to_id.as_deref();
    Ok(Snapshot {
        message: Message {
            at: at.clone(),
            thread: thread.map(|id| MessageRef { conversation: at.conversation.clone(), id: id.into() }),
            author: id::account(workspace, author),
            body: said.body,
            files: Vec::new(),
            unsupported,
        },
        created_at,
        edited_at,
        deleted,
        reactions: None,
    })
}

/// A person by the object id that the directory and Graph know them by; by the bot's own name for them if there is
/// none.
fn author(from: &ChannelAccount) -> Option<&str> {
    from.aad_object_id.as_deref().or(from.id.as_deref()).filter(|id| !id.is_empty())
}

/// The text as its author wrote it comes as an attachment beside the plain text.
fn markup_of(attachment: &ActivityAttachment) -> Option<&str> {
    (attachment.content_type.as_deref() == Some("text/html"))
        .then(|| attachment.content.as_ref()?.as_str())
        .flatten()
}

fn line(attachment: &ActivityAttachment) -> String {
    match attachment.name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => format!("file: {name}"),
        None if attachment.content_type.as_deref().is_some_and(|kind| kind.starts_with("image/")) => {
            "image".to_owned()
        }
        None => "attachment".to_owned(),
    }
}
