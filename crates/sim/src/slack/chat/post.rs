//! `chat.postMessage`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Wording, of_blocks, of_text, pieces};
use crate::slack::answer::{Answer, Outcome, Refusal};
use crate::slack::call::Call;
use crate::slack::conversations::open::reachable;
use crate::slack::world::World;
use crate::slack::world::channels::Sort;
use crate::slack::world::messages::{Content, Custom, Ts, Via};
use crate::slack::world::tokens::{Caller, Kind};
use crate::slack::world::write::Draft;
use crate::slack::{Slack, shape, text};

/// `chat.postMessage`: into a conversation, or to a user, whose direct messages are opened.
///
/// A post through an app says through which one, whoever's token it was; only what a person's own client posts has a
/// `client_msg_id` and no app.
pub(in crate::slack) fn post(slack: &Slack, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let mut guard = slack.world();
    let world = &mut *guard;
    let wording = Wording::read(world, call, caller)?;
    if wording.is_empty() {
        return Err(Refusal::new("no_text"));
    }
    let target = destination(world, call, caller, call.args.needed("channel")?)?;
    let place = match &target {
        Target::Channel(id) => format!("{}/{id}", caller.budget()),
        Target::Person(id) => match world.channels.direct(&caller.user, id) {
            Some(channel) => format!("{}/{}", caller.budget(), channel.id),
            None => format!("{}/{}/{id}", caller.budget(), caller.user),
        },
    };
    slack.take(&place, call.switches.rates.posts_to_one_channel)?;
    let id = call.args.text("client_msg_id").map(str::to_owned);
    if let (Target::Channel(channel), Some(id)) = (&target, &id)
        && call.switches.client_msg_id_deduplicates
        && let Some(answer) = repeated(world, caller, channel, id)
    {
        return Ok(answer);
    }
    if world.dice.hits(call.switches.events_first_share) {
        world.events.note_deliveries();
    }
    let (channel, opened) = match target {
        Target::Channel(id) => (id, false),
        Target::Person(id) => world.open_direct(&caller.user, &id, call.now),
    };
    let root = match root(world, call, &channel) {
        Ok(root) => root,
        Err(refusal) => {
            drop(world.events.noted());
            return Err(refusal);
        }
    };
    let mut posted = Vec::new();
    let truncated = wording.truncated;
    for content in contents(world, call, caller, wording) {
        let draft = Draft {
            channel: Arc::clone(&channel),
            user: Arc::clone(&caller.user),
            via: via(call, caller),
            client_msg_id: (caller.kind == Kind::Session)
                .then(|| id.clone().unwrap_or_else(|| world.dice.uuid())),
            content,
            custom: custom(call, caller),
            root,
            broadcast: root.is_some() && call.args.flag("reply_broadcast") == Some(true),
        };
        posted.push(world.post(draft, call.now));
    }
    let first = posted[0];
    if let (Some(id), Some(found)) = (id, world.channels.get_mut(&channel)) {
        found.client_ids.insert((id, Arc::clone(&caller.user)), first);
    }
    let noted = world.events.noted();
    for ts in &posted {
        preview(slack, world, call, caller, &channel, *ts);
    }
    let answer = shown(world, &channel, first)?.after(noted);
    let found = world.channels.get(&channel).ok_or_else(|| Refusal::new("channel_not_found"))?;
    let said: Vec<&str> =
        posted.iter().filter_map(|ts| found.log.get(ts)).map(|message| &*message.content.text).collect();
    let change = json!({
        "kind": "message.created",
        "message": first.to_string(),
        "channel": &*channel,
        "author": &*caller.user,
        "app": Some(&*caller.app).filter(|app| !app.is_empty()),
        "parent": root.map(|root| root.to_string()),
        "text": said.concat(),
        "parts": posted.len(),
        "opened": opened,
    });
    let answer = answer.changed(change);
    Ok(if truncated { answer.warned("message_truncated") } else { answer })
}

pub(in crate::slack) enum Target {
    Channel(Arc<str>),
    Person(Arc<str>),
}

/// Where something posted to `id`, a conversation or a user, goes.
pub(in crate::slack) fn destination(
    world: &World,
    call: &Call,
    caller: &Caller,
    id: &str,
) -> Result<Target, Refusal> {
    let missing = || Refusal::new("channel_not_found");
    let (target, other) = if world.people.get(id).is_some() {
        let other = reachable(world, caller, id).map_err(|_| missing())?;
        (Target::Person(Arc::clone(&other)), other)
    } else {
        let channel = world.channels.known_to(id, &caller.user).ok_or_else(missing)?;
        if channel.sort != Sort::Im {
            if channel.archived {
                return Err(Refusal::new("is_archived"));
            }
            // "chat.postMessage": people post where they are members only; the scope is one of bots.
            let public = caller.kind == Kind::Bot && caller.may("chat:write.public");
            if !channel.has(&caller.user) && !public {
                return Err(Refusal::new("not_in_channel"));
            }
            return Ok(Target::Channel(Arc::clone(&channel.id)));
        }
        (Target::Channel(Arc::clone(&channel.id)), Arc::clone(channel.other(&caller.user)))
    };
    let deleted = world.people.get(&other).is_some_and(|person| person.deleted);
    if let Some(error) = call.switches.post_to_deactivated_error.clone().filter(|_| deleted) {
        return Err(Refusal::new(error));
    }
    let closed = |user: &str| {
        let app = world.people.get(user).and_then(|person| person.bot.as_ref()).map(|bot| &bot.app);
        app.and_then(|app| world.apps.get(app)).is_some_and(|app| !app.messages_tab)
    };
    if closed(&other) || closed(&caller.user) {
        return Err(Refusal::new("messages_tab_disabled"));
    }
    Ok(target)
}

/// The root of the thread that the post answers; the root of a reply stands for it.
pub(in crate::slack) fn root(world: &World, call: &Call, channel: &str) -> Result<Option<Ts>, Refusal> {
    let Some(named) = call.args.text("thread_ts") else { return Ok(None) };
    let log = world.channels.get(channel).map(|channel| &channel.log);
    let found = Ts::read(named).and_then(|ts| log?.get(&ts));
    match found {
        Some(message) => Ok(Some(message.root.unwrap_or(message.ts))),
        None if call.switches.orphan_reply_lands_in_channel => Ok(None),
        None => Err(Refusal::new("cannot_reply_to_message")),
    }
}

/// One content, or several where the text alone is too long for one message.
fn contents(world: &mut World, call: &Call, caller: &Caller, wording: Wording) -> Vec<Content> {
    let blocks = wording.blocks.filter(|blocks| !blocks.is_empty());
    let mut contents = match (blocks, wording.text) {
        (Some(blocks), text) => vec![of_blocks(world, call, caller, blocks, text.as_deref())],
        (None, Some(text)) => {
            let parts = split(&text, call.switches.text_split_at);
            parts.into_iter().map(|part| of_text(world, call, caller, part)).collect()
        }
        (None, None) => vec![Content::default()],
    };
    if let Some(last) = contents.last_mut() {
        last.attachments = wording.attachments.unwrap_or_default();
    }
    for content in &mut contents {
        content.metadata.clone_from(&wording.metadata);
    }
    contents
}

/// Cuts at the last line break or space before every `most` characters.
fn split(text: &str, most: Option<usize>) -> Vec<&str> {
    let Some(most) = most.filter(|most| *most > 0) else { return vec![text] };
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(most) {
        let at = rest[..end].rfind(['\n', ' ']).filter(|at| *at > 0).unwrap_or(end);
        parts.push(&rest[..at]);
        rest = rest[at..].trim_start_matches(['\n', ' ']);
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(rest);
    }
    parts
}

/// Through which app the caller posts.
pub(in crate::slack) fn via(call: &Call, caller: &Caller) -> Option<Via> {
    let as_bot = caller.kind == Kind::Bot;
    let bot_id = caller.bot_id.clone().filter(|_| as_bot || call.switches.user_posts_carry_bot_id);
    (caller.kind != Kind::Session).then(|| Via { app: Arc::clone(&caller.app), bot_id, as_bot })
}

/// Another name and icon, for bots with `chat:write.customize`; others' are passed over.
pub(in crate::slack) fn custom(call: &Call, caller: &Caller) -> Option<Custom> {
    if caller.kind != Kind::Bot || !caller.may("chat:write.customize") {
        return None;
    }
    let (username, url, emoji) =
        (call.args.text("username"), call.args.text("icon_url"), call.args.text("icon_emoji"));
    let icons = match (emoji, url) {
        (Some(emoji), _) => json!({"emoji": emoji}),
        (None, Some(url)) => json!({"image_36": url, "image_48": url, "image_72": url}),
        (None, None) => Value::Null,
    };
    let any = username.is_some() || !icons.is_null();
    any.then(|| Custom { username: username.map(str::to_owned), icons })
}

/// What a second post with the same `client_msg_id` answers.
fn repeated(world: &World, caller: &Caller, channel: &str, id: &str) -> Option<Answer> {
    let known = world.channels.get(channel)?.client_ids.get(&(id.to_owned(), Arc::clone(&caller.user)))?;
    let found = world.channels.get(channel)?;
    let message = shape::message(world, found, found.log.get(known)?, true);
    let body = json!({"channel": channel, "ts": known.to_string(), "message": message, "is_duplicate": true});
    Some(Answer::ok(body))
}

fn shown(world: &World, channel: &str, ts: Ts) -> Result<Answer, Refusal> {
    let missing = || Refusal::new("message_not_found");
    let found = world.channels.get(channel).ok_or_else(missing)?;
    let message = shape::message(world, found, found.log.get(&ts).ok_or_else(missing)?, true);
    Ok(Answer::ok(json!({"channel": channel, "ts": ts.to_string(), "message": message})))
}

/// Attaches a preview of the first link a little later ("Unfurling links in messages").
fn preview(slack: &Slack, world: &World, call: &Call, caller: &Caller, channel: &Arc<str>, ts: Ts) {
    let Some(after) = call.switches.unfurl_ms else { return };
    let wanted = call
        .args
        .flag("unfurl_links")
        .unwrap_or(call.switches.unfurl_by_default || caller.kind == Kind::Session);
    let message = world.channels.get(channel).and_then(|channel| channel.log.get(&ts));
    let Some(message) = message.filter(|_| wanted) else { return };
    let pieces = pieces(world, call, caller, &message.content.text);
    let Some(link) = text::first_link(&pieces).map(str::to_owned) else { return };
    let host =
        url::Url::parse(&link).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let preview = json!({
        "id": 1,
        "from_url": link,
        "original_url": link,
        "service_name": host,
        "title": format!("A page at {host}"),
        "title_link": link,
        "text": "What the page says of itself.",
        "fallback": format!("A page at {host}"),
    });
    let (slack, channel) = (slack.clone(), Arc::clone(channel));
    tokio::spawn(async move {
        let clock = slack.inner.control.clock;
        clock.sleep(Duration::from_millis(after)).await;
        slack.world().unfurl(&channel, ts, preview, clock.millis());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_words() {
        assert_eq!(split("one two three", Some(8)), ["one two", "three"]);
        assert_eq!(split("äöüäöüäöü", Some(4)), ["äöüä", "öüäö", "ü"]);
        assert_eq!(split("short", Some(5)), ["short"]);
        assert_eq!(split("one two", None), ["one two"]);
    }
}
