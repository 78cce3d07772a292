//! Who is told of what ("Events API"): one event per app and occurrence, however many people authorized the app.
//!
//! An app hears of an occurrence through its bot, if the bot is party to it and `bot_events` lists it, or through anybody
//! who granted it the scope and can see it, if `user_events` lists it. A direct message between two people is heard only
//! the second way. `authorizations` names one of those who make it visible; which one is not specified, so the dice decide.
//! Whoever changes the world tells it here while still holding the lock, so order here is the order of changes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::shape;
use super::switches::Switches;
use super::world::World;
use super::world::apps::App;
use super::world::channels::Sort;
use super::world::messages::Ts;
use super::world::tokens::{Caller, Kind};
use crate::control::Control;
use crate::courier::Courier;

mod channels;
pub(super) mod delivery;
pub(super) mod line;

use delivery::{Job, Post};

/// What a delivery needs, and the deliveries that an answer waits for.
pub(super) struct Events {
    pub(super) control: Control<Switches>,
    courier: Courier,
    /// Multiplies the hourly allowance; 0 switches it off.
    pub(super) factor: f64,
    /// While set, deliveries say here when their first attempt is over.
    first: Option<Vec<oneshot::Receiver<()>>>,
}

/// Something that happened.
struct Occurrence<'a> {
    /// The name it is subscribed by, e.g. `message.im`.
    subscription: &'a str,
    /// Without which scope it is not told.
    scope: Option<&'a str>,
    /// The conversation whose members can see it; everybody in the workspace if absent.
    channel: Option<&'a str>,
    inner: Inner<'a>,
    at: Ts,
}

enum Inner<'a> {
    /// The same for everybody.
    Same(Value),
    /// A user as the app may see them, under this type.
    Person(&'a str, &'a str),
}

/// Through whom an app hears.
type Through = (Arc<str>, bool);

impl Events {
    pub(super) fn new(control: Control<Switches>, courier: Courier) -> Self {
        Self { control, courier, factor: 1.0, first: None }
    }

    /// From now on, notes the deliveries that are caused.
    pub(super) fn note_deliveries(&mut self) {
        self.first = Some(Vec::new());
    }

    /// What was caused since.
    pub(super) fn noted(&mut self) -> Vec<oneshot::Receiver<()>> {
        self.first.take().unwrap_or_default()
    }

    /// How deliveries leave.
    pub(super) fn post(&self) -> Post {
        Post { courier: self.courier.clone(), control: self.control.clone() }
    }
}

impl World {
    /// Tells of something in a conversation's stream of messages: `inner` without the fields that every such event has.
    pub(super) fn tell_message(&mut self, channel: &str, mut inner: Value, at: Ts) {
        let Some(found) = self.channels.get(channel) else { return };
        self.events.control.live.say(&found.id);
        let word = found.sort.word();
        inner["channel"] = channel.into();
        inner["channel_type"] = found.sort.kind().into();
        inner["event_ts"] = at.to_string().into();
        let (subscription, scope) = (format!("message.{word}"), format!("{word}:history"));
        self.publish(&Occurrence {
            subscription: &subscription,
            scope: Some(&scope),
            channel: Some(channel),
            inner: Inner::Same(inner),
            at,
        });
    }

    /// Tells of a reaction to a message in a conversation.
    pub(super) fn tell_reaction(&mut self, kind: &'static str, channel: &str, inner: Value, at: Ts) {
        let Some(found) = self.channels.get(channel) else { return };
        self.events.control.live.say(&found.id);
        self.publish(&Occurrence {
            subscription: kind,
            scope: Some("reactions:read"),
            channel: Some(channel),
            inner: Inner::Same(inner),
            at,
        });
    }

    /// Tells of a file to those who see `channel`: `file_created`, `file_shared`, `file_deleted`, without the fields that
    /// every such event has.
    pub(super) fn tell_file(&mut self, kind: &'static str, channel: &str, mut inner: Value, at: Ts) {
        inner["type"] = kind.into();
        inner["event_ts"] = at.to_string().into();
        let (scope, inner) = (Some("files:read"), Inner::Same(inner));
        self.publish(&Occurrence { subscription: kind, scope, channel: Some(channel), inner, at });
    }

    /// Tells that a direct message was opened (`im_created`).
    pub(super) fn tell_opened(&mut self, channel: &str, by: &str) {
        let Some(found) = self.channels.get(channel) else { return };
        self.events.control.live.say(&found.id);
        let at = Ts(found.created * 1000);
        let inner = json!({"type": "im_created", "user": by, "channel": shape::channel(self, found, by)});
        let scope = Some("im:read");
        let inner = Inner::Same(inner);
        self.publish(&Occurrence { subscription: "im_created", scope, channel: Some(channel), inner, at });
    }

    /// Tells of somebody who came into a conversation or left it: `member_joined_channel`, `member_left_channel`. Its
    /// `channel_type` is a letter, and the same for private channels and direct messages of several.
    pub(super) fn tell_member(
        &mut self,
        kind: &'static str,
        channel: &str,
        user: &str,
        inviter: Option<&str>,
    ) {
        let Some(found) = self.channels.get(channel) else { return };
        self.events.control.live.say(&found.id);
        let at = Ts(self.events.control.clock.millis() * 1000);
        let letter = if found.sort == Sort::Public { "C" } else { "G" };
        let mut inner = json!({"type": kind, "user": user, "channel": channel, "channel_type": letter,
                               "team": &*self.team.id, "event_ts": at.to_string()});
        if let Some(inviter) = inviter {
            inner["inviter"] = inviter.into();
        }
        let scope = format!("{}:read", found.sort.word());
        self.publish(&Occurrence {
            subscription: kind,
            scope: Some(&scope),
            channel: Some(channel),
            inner: Inner::Same(inner),
            at,
        });
    }

    /// Tells of a person who came (`team_join`) or changed (`user_change`), deactivation included.
    pub(super) fn tell_person(&mut self, kind: &'static str, person: &str) {
        let at = Ts(self.events.control.clock.millis() * 1000);
        let inner = Inner::Person(kind, person);
        self.publish(&Occurrence { subscription: kind, scope: Some("users:read"), channel: None, inner, at });
    }

    /// Tells an app what it lost: `tokens_revoked` with ids of users, not tokens, and, once nothing is left,
    /// `app_uninstalled`, in either order.
    pub(super) fn tell_end(&mut self, app: &str, people: &[Arc<str>], bots: &[Arc<str>]) {
        let Some(found) = self.apps.get(app) else { return };
        let ids = |ids: &[Arc<str>]| ids.iter().map(ToString::to_string).collect::<Vec<String>>();
        let at = Ts(self.events.control.clock.millis() * 1000);
        let mut inners = Vec::new();
        if !people.is_empty() || !bots.is_empty() {
            inners
                .push(json!({"type": "tokens_revoked", "tokens": {"oauth": ids(people), "bot": ids(bots)}}));
        }
        if !found.installed() {
            inners.push(json!({"type": "app_uninstalled"}));
        }
        if self.dice.hits(0.5) {
            inners.reverse();
        }
        for mut inner in inners {
            let Some(found) = self.apps.get(app) else { return };
            let kind = inner["type"].as_str().unwrap_or("").to_owned();
            let wanted = found.bot_events.contains(&kind) || found.user_events.contains(&kind);
            if wanted {
                inner["event_ts"] = at.to_string().into();
                self.send(&Arc::from(app), None, &kind, None, &inner, at);
            }
        }
    }

    /// Everybody through whom an app sees `channel` with `scope`, bot first.
    pub(super) fn through(
        &self,
        app: &App,
        subscription: &str,
        scope: Option<&str>,
        channel: Option<&str>,
    ) -> Vec<Through> {
        let members = channel.map(|channel| match self.channels.get(channel) {
            Some(found) => found.members.as_slice(),
            None => &[],
        });
        let sees = |user: &str| members.is_none_or(|members| members.iter().any(|member| **member == *user));
        let subscribed =
            |list: &[String]| subscription.is_empty() || list.iter().any(|name| name == subscription);
        let mut found = Vec::new();
        if let Some(bot) = app.bot.as_ref().filter(|bot| subscribed(&app.bot_events) && sees(&bot.user))
            && let Some(grant) = &bot.grant
            && scope.is_none_or(|scope| grant.may(scope))
        {
            found.push((Arc::clone(&bot.user), true));
        }
        if subscribed(&app.user_events) {
            let granted = |user: &Arc<str>| {
                app.grants.get(user).is_some_and(|grant| scope.is_none_or(|scope| grant.may(scope)))
            };
            match members {
                Some(members) => {
                    found.extend(
                        members.iter().filter(|user| granted(user)).map(|user| (Arc::clone(user), false)),
                    );
                }
                None => found.extend(
                    app.grants.keys().filter(|user| granted(user)).map(|user| (Arc::clone(user), false)),
                ),
            }
        }
        found
    }

    fn publish(&mut self, what: &Occurrence<'_>) {
        let hearing: Vec<(Arc<str>, Vec<Through>)> = self
            .apps
            .iter()
            .map(|app| (Arc::clone(&app.id), self.through(app, what.subscription, what.scope, what.channel)))
            .filter(|(_, through)| !through.is_empty())
            .collect();
        for (app, mut through) in hearing {
            let one = through.swap_remove(self.dice.below(through.len()));
            let inner = match &what.inner {
                Inner::Same(inner) => inner.clone(),
                Inner::Person(kind, person) => {
                    let grant = self.apps.get(&app).and_then(|found| found.grant(&one.0));
                    let caller = Caller {
                        kind: if one.1 { Kind::Bot } else { Kind::User },
                        user: Arc::clone(&one.0),
                        app: Arc::clone(&app),
                        bot_id: None,
                        scopes: grant.map(|grant| grant.scopes.clone()),
                        expires: None,
                    };
                    let Some(person) = self.people.get(person) else { continue };
                    let (user, at) = (shape::user(self, person, &caller), what.at);
                    json!({"type": kind, "user": user, "cache_ts": at.0 / 1_000_000, "event_ts": at.to_string()})
                }
            };
            let kind = inner["type"].as_str().unwrap_or("").to_owned();
            self.send(&app, Some(&one), &kind, what.channel, &inner, what.at);
        }
    }

    /// Hands one event to an app's line.
    fn send(
        &mut self,
        app: &Arc<str>,
        through: Option<&Through>,
        kind: &str,
        channel: Option<&str>,
        inner: &Value,
        at: Ts,
    ) {
        let event_id = self.dice.id("Ev");
        let Some(found) = self.apps.get(app) else { return };
        let team = &*self.team.id;
        let authorizations: Vec<Value> =
            through.into_iter().map(|(user, is_bot)| authorization(team, user, *is_bot)).collect();
        let context = json!({"et": kind, "tid": team, "aid": &**app, "cid": channel});
        let body = json!({
            "token": found.verification_token,
            "type": "event_callback",
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": null,
            "api_app_id": &**app,
            "event_id": &*event_id,
            "event_time": at.0.div_euclid(1_000_000),
            "event_context": format!("4-{}", STANDARD.encode(context.to_string())),
            "is_ext_shared_channel": false,
            "authorizations": authorizations,
            "event": inner,
        });
        let done = self.events.first.as_mut().map(|first| {
            let (done, heard) = oneshot::channel();
            first.push(heard);
            done
        });
        // Fault rules can tell changes from what is new.
        let subtype = inner["subtype"].as_str().filter(|subtype| subtype.starts_with("message_"));
        let path = format!("/events/{}", subtype.unwrap_or(kind)).into();
        let job = Job { body: Bytes::from(body.to_string()), path, done };
        let order = channel.map_or_else(|| Arc::from(""), Arc::from);
        let limited = json!({
            "token": found.verification_token,
            "type": "app_rate_limited",
            "team_id": team,
            "api_app_id": &**app,
        });
        found.line.offer(job, order, limited, self.events.factor, self.events.post());
    }
}

/// An entry of `authorizations`.
pub(super) fn authorization(team: &str, user: &str, is_bot: bool) -> Value {
    json!({
        "enterprise_id": null,
        "team_id": team,
        "user_id": user,
        "is_bot": is_bot,
        "is_enterprise_install": false,
    })
}

/// What an `event_context` stands for: the app and the conversation.
pub(super) fn read_context(text: &str) -> Option<(String, Option<String>)> {
    let decoded = STANDARD.decode(text.strip_prefix("4-")?).ok()?;
    let context: Value = serde_json::from_slice(&decoded).ok()?;
    Some((context["aid"].as_str()?.to_owned(), context["cid"].as_str().map(str::to_owned)))
}
