//! "React to a chat message". Anybody in the conversation may; what adding twice or taking away what is absent answers is
//! not documented, so a switch decides. The events reach only subscriptions on the side that received the message.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::send::given;
use super::{message, session};
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::{Zoom, id, input};

#[derive(Debug, Deserialize)]
struct Fields {
    action: Option<String>,
    emoji: Option<String>,
    to_contact: Option<String>,
    to_channel: Option<String>,
}

/// `PATCH /chat/users/{userId}/messages/{messageId}/emoji_reactions`. Custom emoji are not simulated.
pub(in crate::zoom) fn react(zoom: &Zoom, call: &Call) -> Outcome {
    let fields: Fields = input::json(call)?;
    let on = match fields.action.as_deref() {
        Some("add") => true,
        Some("remove") => false,
        _ => return Err(Refusal::field("action", "Invalid field.")),
    };
    let emoji = fields.emoji.filter(|emoji| is_emoji(emoji));
    let emoji = emoji.ok_or_else(|| Refusal::field("emoji", "Invalid field."))?;
    let mut guard = zoom.world();
    let world = &mut *guard;
    let me = call.acting(world, call.segment(3))?;
    let (contact, channel) = (given(fields.to_contact.as_ref()), given(fields.to_channel.as_ref()));
    let (session, _) = session(world, me, contact, channel, &call.switches)?;
    let uuid = message(world, &session, call.segment(5))?.uuid;
    let me = Arc::clone(&me.id);
    let change = json!({
        "kind": if on { "reaction.set" } else { "reaction.unset" },
        "message": id::IdForm::Lower.write(uuid),
        "session": session,
        "author": &*me,
        "reaction": emoji,
    });
    if world.dice.hits(call.switches.event_first_share) {
        world.subscriptions.note_deliveries();
    }
    if !world.chats.react(uuid, &me, &emoji, on) {
        return if call.switches.same_reaction_refused {
            Err(Refusal::bad("The reaction is so already."))
        } else {
            Ok(Answer::nothing())
        };
    }
    world.tell_reaction(uuid, &me, &emoji, on, &call.switches);
    let first = world.subscriptions.noted();
    Ok(Answer::nothing().changed(change).after(first))
}

/// `U+1F44D`, several for an emoji of several code points.
fn is_emoji(text: &str) -> bool {
    let point = |part: &str| {
        part.strip_prefix("U+")
            .is_some_and(|hex| u32::from_str_radix(hex, 16).is_ok_and(|point| point > 0x7f))
    };
    !text.is_empty() && text.split('-').all(point)
}
