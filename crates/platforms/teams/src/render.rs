//! Operations to what Graph is sent. Pure.

use std::borrow::Cow;

use entente_model::{Body, Loss};
use entente_text::html_out::escape;

use crate::parse::is_quote;
use crate::text_out;
use crate::wire::message::{Attachment, ChatMessage};
use crate::wire::outgoing::{
    MessageReference, MessageSender, NewAttachment, NewBody, NewChat, NewMember, NewMessage, SendingUser,
};

/// A new message.
pub(crate) fn message(body: &Body) -> (NewMessage<'static>, Vec<Loss>) {
    let printed = text_out::graph(body);
    let body = NewBody { content_type: "html", content: printed.text };
    (NewMessage { body, mentions: printed.mentions, attachments: Vec::new() }, printed.losses)
}

/// What a message with these attachments should say from now on. An update that leaves attachments out, or their places
/// in the text, loses them (Graph: "Update chatMessage"): a quote stands before the text, everything else behind it.
pub(crate) fn update<'a>(
    body: &Body,
    attachments: impl IntoIterator<Item = &'a Attachment>,
) -> (NewMessage<'a>, Vec<Loss>) {
    let (mut message, losses) = message(body);
    let mut before = String::new();
    for attachment in attachments {
        let (Some(id), Some(kind)) = (&attachment.id, &attachment.content_type) else { continue };
        let place = if is_quote(attachment) { &mut before } else { &mut message.body.content };
        place.push_str("<attachment id=\"");
        escape(place, id);
        place.push_str("\"></attachment>");
        let text = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        message.attachments.push(NewAttachment {
            id: Cow::Borrowed(id),
            content_type: Cow::Borrowed(kind),
            content_url: text(&attachment.content_url),
            content: text(&attachment.content),
            name: text(&attachment.name),
        });
    }
    if !before.is_empty() {
        message.body.content.insert_str(0, &before);
    }
    (message, losses)
}

/// A message as the attachment of one that answers it. Graph: `chatMessageAttachment`, content type `messageReference`.
pub(crate) fn quotation(quoted: &ChatMessage, preview: &str) -> Attachment {
    let user = quoted.from.as_ref().and_then(|from| from.user.as_ref());
    let user = user.and_then(|user| Some((user.id.as_deref()?, user.display_name.as_deref())));
    let reference = MessageReference {
        id: &quoted.id,
        preview,
        sender: user.map(|(id, display_name)| MessageSender {
            user: SendingUser { user_identity_type: "aadUser", id, display_name },
        }),
    };
    Attachment {
        id: Some(quoted.id.clone()),
        content_type: Some("messageReference".to_owned()),
        content_url: None,
        content: serde_json::to_string(&reference).ok(),
        name: None,
    }
}

/// The direct chat of two people, each given as an address. Graph: "Create chat".
pub(crate) fn direct(one: String, other: String) -> NewChat {
    NewChat { chat_type: "oneOnOne", topic: None, members: vec![member(one), member(other)] }
}

/// A group of these people, each given as an address. Graph: "Create chat".
pub(crate) fn group(topic: String, people: impl Iterator<Item = String>) -> NewChat {
    NewChat { chat_type: "group", topic: Some(topic), members: people.map(member).collect() }
}

/// Somebody by their address. Everybody of the organization is an owner of the chats they are in. Graph: "Create chat". Without
/// `visibleHistoryStartDateTime`, whoever comes later reads from then on. Graph: "Add member to a chat".
pub(crate) fn member(user: String) -> NewMember {
    NewMember { kind: "#microsoft.graph.aadUserConversationMember", roles: ["owner"], user }
}
