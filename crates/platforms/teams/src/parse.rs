//! Graph's reports: the clear envelope to heads, a chat message to a snapshot.

use bytes::Bytes;
use entente_model::{
    AccountRef, Body, Emoji, FileRef, Message, MessageRef, Reaction, Snapshot, Timestamp, WorkspaceRef,
};
use entente_platform::{Head, HeadKind, Item, Lifecycle, LifecycleKind, Place, card_in};

use crate::files;
use crate::hook::login_of;
use crate::id::{self, Resource};
use crate::receiver::TeamsReceiver;
use crate::text_in;
use crate::wire::message::{Attachment, ChatMessage, Reacted};
use crate::wire::notification::{Batch, Notification};

/// The items of a proven batch.
pub(crate) fn heads(receiver: &TeamsReceiver, body: &Bytes) -> Vec<Item> {
    let Ok(batch) = serde_json::from_slice::<Batch<'_>>(body) else {
        return vec![Item::Malformed {
            reason: "not a batch of notifications".to_owned(),
            body: body.clone(),
        }];
    };
    let heads = batch.value.iter().map(|raw| {
        item(receiver, body, raw.get()).unwrap_or_else(|reason| Item::Malformed {
            reason: reason.to_owned(),
            body: body.slice_ref(raw.get().as_bytes()),
        })
    });
    heads.collect()
}

fn item(receiver: &TeamsReceiver, body: &Bytes, raw: &str) -> Result<Item, &'static str> {
    let item: Notification<'_> =
        serde_json::from_str(raw).map_err(|_| "a notification that is not as Microsoft documents it")?;
    let login = item.client_state.as_deref().and_then(login_of).ok_or("no login in clientState")?;
    if let Some(event) = item.lifecycle_event.as_deref() {
        let kind = match event {
            "reauthorizationRequired" => LifecycleKind::Reauthorize,
            "subscriptionRemoved" => LifecycleKind::Removed,
            "missed" => LifecycleKind::Missed,
            other => return Ok(unknown("lifecycle", other)),
        };
        return Ok(Item::Lifecycle(Lifecycle { login, kind }));
    }
    let path = item.resource.as_deref().ok_or("no resource")?;
    let (place, message) = match id::resource(path) {
        Resource::ChatMessage { chat, message } => {
            (Place::Untold, id::message(&receiver.workspace, &chat, &message))
        }
        Resource::ChannelMessage { team, channel, message, root } => {
            let at = id::channel_at(&receiver.workspace, &team, &channel);
            (Place::Channel, id::in_thread(&at, root.as_deref(), &message))
        }
        Resource::Other => {
            let kind = item.resource_data.as_ref().and_then(|data| data.kind.as_deref());
            return Ok(unknown("resource", kind.unwrap_or("unnamed")));
        }
    };
    let kind = match item.change_type.as_deref().ok_or("no changeType")? {
        "created" => HeadKind::Created,
        "updated" => HeadKind::Changed,
        "deleted" => HeadKind::Deleted,
        other => return Ok(unknown("change", other)),
    };
    Ok(Item::Head(Head {
        place,
        message,
        kind,
        watcher: login,
        // The clear envelope does not say who.
        actor: None,
        body: item.encrypted_content.map(|content| body.slice_ref(content.get().as_bytes())),
    }))
}

/// The longest name of an unknown kind; it becomes a label.
const LONGEST_NAME: usize = 64;

/// An item of a kind that is not carried.
pub(crate) fn unknown(what: &str, kind: &str) -> Item {
    let kind: String = kind
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-#".contains(*c))
        .take(LONGEST_NAME)
        .collect();
    Item::Unknown(format!("{what}:{kind}"))
}

/// A message that is said to be `at`, from the JSON of a chat message.
pub(crate) fn snapshot_of(at: &MessageRef, json: &[u8]) -> Result<Snapshot, String> {
    let message: ChatMessage = serde_json::from_slice(json).map_err(|error| {
        format!(
            "not a chat message as Microsoft documents it (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    // The envelope is proven by itself, so content of another message can only be a mistake or a trick.
    if message.id != id::parts(at.id.as_str()).1 {
        return Err("the content is of another message".to_owned());
    }
    if message.chat_id.as_deref().is_some_and(|chat| chat != at.conversation.id.as_str()) {
        return Err("the content is of another chat".to_owned());
    }
    snapshot(at.clone(), &message).map_err(str::to_owned)
}

/// A chat message as the model has it. A message of the system says nothing and is by [`id::SYSTEM`].
pub(crate) fn snapshot(at: MessageRef, message: &ChatMessage) -> Result<Snapshot, &'static str> {
    let deleted = message.deleted_date_time.is_some();
    let by_somebody = message.message_type.as_deref().is_none_or(|kind| kind == "message");
    let author = author(message).filter(|_| by_somebody);
    let workspace = &at.conversation.workspace;
    let created_at = instant(message.created_date_time.as_deref())?
        .or_else(|| id::written(&message.id))
        .ok_or("no createdDateTime")?;
    // Reactions, pins and previews move `lastModifiedDateTime`, an edit moves this too.
    let edited_at = instant(message.last_edited_date_time.as_deref())?;
    let says_nothing = deleted || author.is_none();
    let author = id::account(workspace, author.unwrap_or(id::SYSTEM));
    let reactions = if says_nothing { None } else { reactions(workspace, message) };
    let message = if says_nothing {
        Message {
            at,
            thread: None,
            author,
            body: Body::default(),
            files: Vec::new(),
            unsupported: Vec::new(),
        }
    } else {
        content(at, author, message)
    };
    Ok(Snapshot { message, created_at, edited_at, deleted, reactions })
}

/// Who reacted and how. Lists do not always say who; then nothing is told.
fn reactions(workspace: &WorkspaceRef, message: &ChatMessage) -> Option<Vec<Reaction>> {
    let told = message.reactions.iter().flatten();
    let of = |one: &Reacted| {
        let who = one.user.as_ref()?;
        let who =
            who.user.as_ref().or(who.application.as_ref())?.id.as_deref().filter(|id| !id.is_empty())?;
        Some(Reaction { by: id::account(workspace, who), emoji: sign(one)? })
    };
    told.map(of).collect()
}

/// Graph: `chatMessageReaction`, `reactionType`: an emoji; of older clients a name; `custom`, named by `displayName`.
fn sign(reaction: &Reacted) -> Option<Emoji> {
    let kind = reaction.reaction_type.as_deref().filter(|kind| !kind.is_empty())?;
    let known = match kind {
        "like" => "👍",
        "heart" => "❤️",
        "laugh" => "😆",
        "surprised" => "😮",
        "sad" => "😢",
        "angry" => "😡",
        "custom" => {
            let name = reaction.display_name.as_deref().unwrap_or(kind).trim_matches(':');
            return Some(Emoji::named(name));
        }
        name if name.is_ascii() => return Some(Emoji::named(name)),
        emoji => return Some(Emoji::unicode(entente_text::emoji(emoji))),
    };
    Some(Emoji::unicode(known))
}

/// The object id of the person or the id of the app that wrote it.
pub(crate) fn author(message: &ChatMessage) -> Option<&str> {
    let from = message.from.as_ref()?;
    let identity = from.user.as_ref().or(from.application.as_ref())?;
    identity.id.as_deref().filter(|id| !id.is_empty())
}

/// A time, if there is one.
pub(crate) fn instant(text: Option<&str>) -> Result<Option<Timestamp>, &'static str> {
    text.map(|text| Timestamp::parse(text).ok_or("a time that is none")).transpose()
}

fn content(at: MessageRef, author: AccountRef, message: &ChatMessage) -> Message {
    let workspace = &at.conversation.workspace;
    let attachments = message.attachments.as_deref().unwrap_or_default();
    let quoted = attachments.iter().find(|one| is_quote(one)).and_then(|one| one.id.as_deref());
    // In a chat an answer quotes, in a channel it hangs below its root.
    let answered = message.reply_to_id.as_deref().filter(|root| !root.is_empty()).or(quoted);
    let thread = answered.map(|id| MessageRef { conversation: at.conversation.clone(), id: id.into() });
    let mentions = message.mentions.as_deref().unwrap_or_default();
    let said = message.body.as_ref().map(|body| text_in::body(workspace, body, mentions)).unwrap_or_default();
    let (mut files, mut unsupported) = (Vec::new(), said.unsupported);
    let mut tell = |file: Option<FileRef>, line: &dyn Fn() -> String| match file {
        Some(file) => files.push(file),
        None => unsupported.push(line()),
    };
    for one in attachments.iter().filter(|one| !is_quote(one)) {
        tell(files::attached(one, author.id.as_str()), &|| line(one));
    }
    for picture in said.pictures {
        tell(files::pasted(&picture.src, &at), &|| picture.line.clone());
    }
    Message { at, thread, author, body: said.body, files, unsupported }
}

/// Whether an attachment is the message that this one answers. Graph: `chatMessageAttachment`.
pub(crate) fn is_quote(attachment: &Attachment) -> bool {
    attachment.content_type.as_deref() == Some("messageReference")
}

/// An attachment as a line for people.
fn line(attachment: &Attachment) -> String {
    let name = attachment.name.as_deref().filter(|name| !name.is_empty());
    match attachment.content_type.as_deref().unwrap_or_default() {
        "reference" => format!("file: {}", name.unwrap_or("without a name")),
        "forwardedMessageReference" => "forwarded message".to_owned(),
        "meetingReference" => "meeting".to_owned(),
        kind if kind.starts_with("image/") => format!("image: {}", name.unwrap_or("without a name")),
        "tabReference" => "tab".to_owned(),
        kind if kind.ends_with("codesnippet") => "code snippet".to_owned(),
        kind if kind.ends_with("fluidEmbedCard") => "Loop component".to_owned(),
        kind if kind.starts_with("application/vnd.microsoft.card") => card_in(attachment.content.as_deref()),
        _ => format!("attachment: {}", name.unwrap_or("without a name")),
    }
}
