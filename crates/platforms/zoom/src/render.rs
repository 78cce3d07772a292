//! Operations to requests. "Send a chat message", "Update a message", "Delete a message", "React to a chat message".

use entente_model::{CallError, Destination, Loss, MessageRef, Operation};
use entente_platform::{Call, Effect};
use http::Method;
use url::Url;

use crate::client::{MESSAGES, ZoomClient};
use crate::id::Place;
use crate::wire::outgoing::{Edit, NewMessage, React};
use crate::{id, parse, text_out};

/// A request, and what is lost by it.
pub(crate) struct Request {
    pub(crate) call: Call,
    pub(crate) losses: Vec<Loss>,
}

/// The one visible call of an operation, by the account `own`.
pub(crate) fn request(client: &ZoomClient, own: &str, operation: &Operation) -> Result<Request, CallError> {
    let request = match operation {
        Operation::Send { to, thread, body } => {
            let at = whereto(to, own)?;
            let printed = text_out::print(body);
            said(&printed.message)?;
            let message = NewMessage {
                message: &printed.message,
                to_contact: at.contact(),
                to_channel: at.channel(),
                reply_main_message_id: thread.as_ref().map(|thread| thread.id.as_str()),
                rich_text: &printed.ranges,
                at_items: &printed.calls,
            };
            let limits = client.limits.send(&place(own, at));
            let call = Call { limits, ..Call::new(Method::POST, client.url(MESSAGES)?) };
            Request { call: call.json(&message), losses: printed.losses }
        }
        Operation::Edit { target, body } => {
            let at = Place::of(&target.conversation, own).ok_or(CallError::Gone)?;
            let printed = text_out::print_plain(body);
            said(&printed.message)?;
            let edit = Edit { message: &printed.message, to_contact: at.contact(), to_channel: at.channel() };
            let limits = client.limits.change(&place(own, at));
            let call = Call { limits, ..Call::new(Method::PUT, client.url(&path(target))?) };
            Request { call: call.effect(Effect::Once).json(&edit), losses: printed.losses }
        }
        Operation::React { target, emoji, on } => {
            let at = Place::of(&target.conversation, own).ok_or(CallError::Gone)?;
            let emoji = parse::written(emoji);
            let react = React {
                action: if *on { "add" } else { "remove" },
                emoji: &emoji,
                to_contact: at.contact(),
                to_channel: at.channel(),
            };
            let url = client.url(&[&path(target), "/emoji_reactions"].concat())?;
            let limits = client.limits.change(&place(own, at));
            let call = Call { limits, ..Call::new(Method::PATCH, url) };
            Request { call: call.effect(Effect::Once).json(&react), losses: Vec::new() }
        }
        Operation::Delete { target } => {
            let at = Place::of(&target.conversation, own).ok_or(CallError::Gone)?;
            let limits = client.limits.change(&place(own, at));
            let call = Call { limits, ..Call::new(Method::DELETE, one(client, target, at)?) };
            Request { call, losses: Vec::new() }
        }
    };
    Ok(Request { call: request.call.visible(), ..request })
}

/// Where it is said.
pub(crate) fn whereto<'a>(to: &'a Destination, own: &str) -> Result<Place<'a>, CallError> {
    match to {
        Destination::Direct(account) => Ok(Place::Contact(account.id.as_str())),
        Destination::Conversation(conversation) => Place::of(conversation, own).ok_or(CallError::Gone),
    }
}

/// The name of a conversation for limits: both ways are one channel to the vendor.
pub(crate) fn place(own: &str, at: Place<'_>) -> String {
    match at {
        Place::Contact(contact) if own <= contact => format!("{own}:{contact}"),
        Place::Contact(contact) => format!("{contact}:{own}"),
        Place::Channel(channel) => channel.to_owned(),
    }
}

/// The address of a message in a conversation.
pub(crate) fn one(client: &ZoomClient, message: &MessageRef, at: Place<'_>) -> Result<Url, CallError> {
    let mut url = client.url(&path(message))?;
    let (name, value) = at.parameter();
    url.query_pairs_mut().append_pair(name, value);
    Ok(url)
}

fn path(message: &MessageRef) -> String {
    [MESSAGES, "/", &id::segment(message.id.as_str())].concat()
}

fn said(text: &str) -> Result<(), CallError> {
    if text.trim().is_empty() { Err(CallError::Reject("there is nothing to say".to_owned())) } else { Ok(()) }
}
