//! Operations to requests. "Create a Message", "Edit a Message", "Delete a Message".

use entente_model::{CallError, Destination, Loss, MessageRef, Operation};
use entente_platform::{Call, Effect};
use http::Method;

use crate::client::WebexClient;
use crate::profile::NO_REACTIONS;
use crate::text_out;
use crate::wire::outgoing::{Edit, NewMessage};
use crate::{id, limits::Limits};

/// A request, what it does, and what is lost by it.
pub(crate) struct Request {
    pub(crate) call: Call,
    pub(crate) losses: Vec<Loss>,
}

/// What a message with a file says beside it.
pub(crate) struct Fields {
    /// By the vendor's names.
    pub(crate) named: Vec<(&'static str, String)>,
    /// The room or person that it goes to.
    pub(crate) place: String,
    pub(crate) losses: Vec<Loss>,
}

/// The fields of a message with a file. "Create a Message": the text may be left out then.
pub(crate) fn fields(operation: &Operation) -> Result<Fields, CallError> {
    let Operation::Send { to, thread, body } = operation else {
        return Err(CallError::Reject("only something new can have a file".to_owned()));
    };
    let (field, place) = match to {
        Destination::Conversation(conversation) => ("roomId", conversation.id.to_string()),
        Destination::Direct(account) => ("toPersonId", account.id.to_string()),
    };
    let mut fields = vec![(field, place.clone())];
    fields.extend(thread.as_ref().map(|thread| ("parentId", thread.id.to_string())));
    let printed = text_out::print(body);
    if !printed.text.trim().is_empty() {
        fields.push(("markdown", printed.text));
    }
    Ok(Fields { named: fields, place, losses: printed.losses })
}

/// The one visible call of an operation.
pub(crate) fn request(client: &WebexClient, operation: &Operation) -> Result<Request, CallError> {
    let limits: &Limits = &client.limits;
    let request = match operation {
        Operation::Send { to, thread, body } => {
            let printed = text_out::print(body);
            said(&printed.text)?;
            let (room_id, to_person_id) = match to {
                Destination::Conversation(conversation) => (Some(conversation.id.as_str()), None),
                Destination::Direct(account) => (None, Some(account.id.as_str())),
            };
            let message = NewMessage {
                room_id,
                to_person_id,
                parent_id: thread.as_ref().map(|thread| thread.id.as_str()),
                markdown: &printed.text,
            };
            let place = room_id.or(to_person_id).unwrap_or_default();
            let call =
                Call { limits: limits.post(place), ..Call::new(Method::POST, client.url("/messages")?) };
            Request { call: call.json(&message), losses: printed.losses }
        }
        Operation::Edit { target, body } => {
            let printed = text_out::print(body);
            said(&printed.text)?;
            let edit = Edit { room_id: target.conversation.id.as_str(), markdown: &printed.text };
            let call = Call { limits: limits.change(), ..Call::new(Method::PUT, one(client, target)?) };
            Request { call: call.effect(Effect::Once).json(&edit), losses: printed.losses }
        }
        Operation::Delete { target } => {
            let call = Call { limits: limits.change(), ..Call::new(Method::DELETE, one(client, target)?) };
            Request { call, losses: Vec::new() }
        }
        Operation::React { .. } => return Err(CallError::Reject(NO_REACTIONS.to_owned())),
    };
    Ok(Request { call: request.call.visible(), ..request })
}

/// The address of a message.
pub(crate) fn one(client: &WebexClient, message: &MessageRef) -> Result<url::Url, CallError> {
    client.url(&["/messages/", &id::segment(message.id.as_str())].concat())
}

fn said(text: &str) -> Result<(), CallError> {
    // "Create a Message": empty texts are refused.
    if text.trim().is_empty() { Err(CallError::Reject("there is nothing to say".to_owned())) } else { Ok(()) }
}
