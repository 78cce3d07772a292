//! "Retrieve a thread": the replies to a main message, and the message itself. Its fields have other names than those of
//! a history, and it has no page token: one goes on by moving `from` and `to`.

use serde_json::{Value, json};

use super::shape::{Wants, threaded};
use super::{message, session};
use crate::zoom::Zoom;
use crate::zoom::answer::{Answer, Outcome, Refusal};
use crate::zoom::call::Call;
use crate::zoom::input;
use crate::zoom::world::chats::Message;

/// `GET /chat/users/{userId}/messages/{messageId}/thread`.
pub(in crate::zoom) fn get(zoom: &Zoom, call: &Call) -> Outcome {
    let limit = match call.query("limit").map(str::parse::<usize>) {
        None => 10,
        Some(Ok(limit @ 1..=100)) => limit,
        Some(_) => return Err(Refusal::new(400, 4231, "The 'limit' cannot exceed 100.")),
    };
    let newest_first = match call.query("sort") {
        None | Some("desc") => true,
        Some("asc") => false,
        Some(_) => return Err(Refusal::new(400, 4232, "The `sort` can only be passed `asc` or `desc`.")),
    };
    let from = call.query("from").ok_or_else(|| Refusal::new(400, 4233, "The `from` cannot be blank."))?;
    let from = input::time("from", from)?;
    let to = call.query("to").map_or(Ok(call.now), |to| input::time("to", to))?;
    let wants = Wants {
        rich: input::flag(call, "need_rich_text", false)?,
        mentions: input::flag(call, "need_at_items", false)?,
        reactions: input::flag(call, "need_emoji", false)?,
        files: input::flag(call, "need_attachment", false)?,
    };
    let (contact, channel) = (call.query("to_contact"), call.query("to_channel"));
    if contact.is_none() && channel.is_none() {
        return Err(Refusal::new(400, 4234, "The `to_channel` cannot be blank."));
    }
    let world = zoom.world();
    let me = call.acting(&world, call.segment(3))?;
    let (session, _) = session(&world, me, contact, channel, &call.switches)?;
    let unknown = || Refusal::new(404, 4131, format!("Message does not exist: {}.", call.segment(5)));
    let main = message(&world, &session, call.segment(5)).map_err(|_| unknown())?;
    if main.parent.is_some() {
        return Err(unknown());
    }
    let all = main.replies.iter().filter_map(|reply| world.chats.message(*reply));
    let mut replies: Vec<&Message> = all
        .filter(|reply| !reply.deleted)
        .filter(|reply| {
            (from.div_euclid(1000)..=to.div_euclid(1000)).contains(&reply.timestamp.div_euclid(1000))
        })
        .collect();
    let total = replies.len();
    if newest_first {
        replies.reverse();
    }
    let main = Some(main).filter(|_| input::flag(call, "need_main_message", true).unwrap_or(true));
    let shown = main.into_iter().chain(replies.into_iter().take(limit));
    let messages: Vec<Value> = shown.map(|message| threaded(&world, me, message, wants, call)).collect();
    Ok(Answer::json(&json!({"total": total, "messages": messages})))
}
