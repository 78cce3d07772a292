//! Objects as the service writes them ("User object", "Conversation object", "Retrieving messages"). What differs by who
//! looks at them is a parameter.

use serde_json::{Value, json};

use super::files::shape as files;
use super::world::World;
use super::world::channels::{Channel, Sort};
use super::world::messages::{Message, Ts};
use super::world::people::Person;
use super::world::tokens::Caller;

/// A user ("User object"). The address is there only for those with `users:read.email`.
pub(super) fn user(world: &World, person: &Person, caller: &Caller) -> Value {
    let mut profile = profile(world, person, caller.may("users:read.email"));
    if let Some(bot) = &person.bot {
        profile["bot_id"] = json!(&*bot.bot_id);
        profile["api_app_id"] = json!(&*bot.app);
        profile["always_active"] = json!(true);
    }
    let team = &*world.team.id;
    let mut user = json!({
        "id": &*person.id,
        "team_id": team,
        "name": person.handle,
        "deleted": person.deleted,
        "profile": profile,
        "is_bot": person.bot.is_some(),
        "is_app_user": world.apps.get(&caller.app).is_some_and(|app| app.grants.contains_key(&person.id)),
        "updated": person.updated,
    });
    if !person.deleted {
        let more = json!({
            "color": color(person),
            "real_name": person.name,
            "tz": "Europe/London",
            "tz_label": "Greenwich Mean Time",
            "tz_offset": 0,
            "is_admin": person.admin,
            "is_owner": person.admin,
            "is_primary_owner": false,
            "is_restricted": person.restricted,
            "is_ultra_restricted": false,
            "is_email_confirmed": person.human(),
            "who_can_share_contact_card": "EVERYONE",
        });
        if let (Value::Object(user), Value::Object(more)) = (&mut user, more) {
            user.extend(more);
        }
    }
    user
}

fn color(person: &Person) -> &'static str {
    ["9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c"][person.position % 8]
}

/// A profile ("User object": `profile`, users.profile.get).
pub(super) fn profile(world: &World, person: &Person, with_email: bool) -> Value {
    let (first, last) = person.name.rsplit_once(' ').unwrap_or((&person.name, ""));
    let mut profile = json!({
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": "g0000000000",
        "first_name": first,
        "last_name": last,
        "team": &*world.team.id,
    });
    if let Some(email) = person.email.as_deref().filter(|_| with_email) {
        profile["email"] = email.into();
    }
    for size in [24, 32, 48, 72, 192, 512] {
        let picture = format!("https://{}.slack.com/avatars/{}-{size}.png", world.team.domain, person.id);
        profile[format!("image_{size}")] = picture.into();
    }
    profile
}

/// A conversation as somebody sees it ("Conversation object").
pub(super) fn channel(world: &World, channel: &Channel, viewer: &str) -> Value {
    if channel.sort != Sort::Im {
        let private = channel.sort != Sort::Public;
        let several = channel.sort == Sort::Mpim;
        let handles = channel.members.iter().filter_map(|member| world.people.get(member));
        let handles: Vec<String> = handles.map(|person| format!("@{}", person.handle)).collect();
        let purpose =
            if several { format!("Group messaging with: {}", handles.join(" ")) } else { String::new() };
        return json!({
            "id": &*channel.id,
            "name": channel.name,
            "name_normalized": channel.name,
            "created": channel.created.div_euclid(1000),
            "updated": channel.created,
            "creator": &*channel.creator,
            "is_im": false,
            "is_mpim": several,
            "is_channel": !private,
            "is_group": private,
            "is_private": private,
            "is_general": false,
            "is_member": channel.has(viewer),
            "is_org_shared": false,
            "is_shared": false,
            "is_ext_shared": false,
            "is_archived": channel.archived,
            "context_team_id": &*world.team.id,
            "previous_names": [],
            "topic": {
                "value": channel.topic.value,
                "creator": channel.topic.creator,
                "last_set": channel.topic.last_set,
            },
            "purpose": {"value": purpose, "creator": if several { &*channel.creator } else { "" }, "last_set": 0},
        });
    }
    let other = channel.other(viewer);
    json!({
        "id": &*channel.id,
        "created": channel.created.div_euclid(1000),
        "updated": channel.created,
        "is_im": true,
        "is_mpim": false,
        "is_channel": false,
        "is_group": false,
        "is_private": true,
        "is_org_shared": false,
        "is_shared": false,
        "is_ext_shared": false,
        "is_archived": false,
        "is_frozen": false,
        "context_team_id": &*world.team.id,
        "user": &**other,
        "is_user_deleted": world.people.get(other).is_some_and(|person| person.deleted),
        "priority": 0,
    })
}

/// A message, as history and answers have it.
pub(super) fn message(world: &World, channel: &Channel, message: &Message, with_metadata: bool) -> Value {
    if message.tombstone {
        let mut shape = json!({
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": super::world::people::SLACKBOT,
            "hidden": true,
            "ts": message.ts.to_string(),
        });
        threaded(channel, message, &mut shape);
        return shape;
    }
    let content = &message.content;
    let mut shape = json!({
        "type": "message",
        "text": content.text,
        "ts": message.ts.to_string(),
        "team": &*world.team.id,
    });
    let bot_message = message.custom.is_some() && world.events.control.board.get().customized_is_bot_message;
    if !bot_message {
        shape["user"] = json!(&*message.user);
    }
    if let Some(id) = &message.client_msg_id {
        shape["client_msg_id"] = id.as_str().into();
    }
    if let Some(via) = &message.via {
        shape["app_id"] = json!(&*via.app);
        if let Some(bot_id) = &via.bot_id {
            shape["bot_id"] = json!(&**bot_id);
        }
        if let Some(bot) = bot(world, &via.app) {
            shape["bot_profile"] = bot;
        }
    }
    if let Some(custom) = &message.custom {
        if bot_message {
            shape["subtype"] = "bot_message".into();
        }
        if let Some(username) = &custom.username {
            shape["username"] = username.as_str().into();
        }
        if custom.icons.is_object() {
            shape["icons"] = custom.icons.clone();
        }
    }
    if !content.blocks.is_empty() {
        shape["blocks"] = content.blocks.clone().into();
    }
    if !content.attachments.is_empty() {
        shape["attachments"] = content.attachments.clone().into();
    }
    if !content.files.is_empty() {
        files::attach(world, message, &mut shape);
    }
    if let Some(metadata) = content.metadata.as_ref().filter(|_| with_metadata) {
        shape["metadata"] = metadata.clone();
    }
    if let Some(at) = message.edited {
        shape["edited"] = json!({"user": &*message.user, "ts": at.to_string()});
    }
    if let Some(reactions) = super::reactions::shown(message) {
        shape["reactions"] = reactions;
    }
    threaded(channel, message, &mut shape);
    if message.broadcast {
        shape["subtype"] = "thread_broadcast".into();
        if let Some(root) = message.root.and_then(|root| channel.log.get(&root)) {
            shape["root"] = self::message(world, channel, root, false);
        }
    }
    shape
}

fn threaded(channel: &Channel, message: &Message, shape: &mut Value) {
    if let Some(root) = message.root {
        shape["thread_ts"] = root.to_string().into();
        if let Some(root) = channel.log.get(&root) {
            shape["parent_user_id"] = json!(&*root.user);
        }
    } else if !message.replies.is_empty() {
        shape["thread_ts"] = message.ts.to_string().into();
        let mut users: Vec<&str> = Vec::new();
        for reply in message.replies.iter().filter_map(|reply| channel.log.get(reply)) {
            if !users.contains(&&*reply.user) {
                users.push(&reply.user);
            }
        }
        shape["reply_count"] = message.replies.len().into();
        shape["reply_users_count"] = users.len().into();
        shape["reply_users"] = json!(users);
        shape["latest_reply"] = message.replies.last().map(Ts::to_string).into();
        shape["is_locked"] = false.into();
        shape["subscribed"] = false.into();
    }
}

/// The bot behind a post (`bot_profile`), or nothing for an app without one.
fn bot(world: &World, app: &str) -> Option<Value> {
    let app = world.apps.get(app)?;
    let bot = app.bot.as_ref()?;
    let updated = world.people.get(&bot.user).map_or(0, |person| person.updated);
    Some(json!({
        "id": &*bot.id,
        "deleted": bot.grant.is_none(),
        "name": app.name,
        "updated": updated,
        "app_id": &*app.id,
        "user_id": &*bot.user,
        "icons": icons(world, &app.id),
        "team_id": &*world.team.id,
    }))
}

/// An app's pictures.
pub(super) fn icons(world: &World, app: &str) -> Value {
    let icon = |size: u32| format!("https://{}.slack.com/apps/{app}-{size}.png", world.team.domain);
    json!({"image_36": icon(36), "image_48": icon(48), "image_72": icon(72)})
}

/// The address of a message in the browser (chat.getPermalink).
pub(super) fn permalink(world: &World, channel: &Channel, message: &Message) -> String {
    let at = message.ts.to_string().replace('.', "");
    let link = format!("https://{}.slack.com/archives/{}/p{at}", world.team.domain, channel.id);
    match message.root {
        Some(root) => format!("{link}?thread_ts={root}&cid={}", channel.id),
        None => link,
    }
}
