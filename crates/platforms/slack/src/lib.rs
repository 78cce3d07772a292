//! The Slack connector: the Web API as a person (user token) and as the Entente app (bot token), the Events API by webhook
//! or by Socket Mode.
//!
//! What is particular about Slack:
//!
//! - Direct messages between people are seen and written through user tokens only; a bot token meets `channel_not_found`.
//!   So stand-ins are people's own accounts, and the bot is the Entente app. "Token types".
//! - There is one stream of reports for the whole app, not one a login: an event is delivered once, naming just one of those
//!   whose authorization lets the app see it. In a direct conversation that, and who wrote, suffices to find a login of ours
//!   that may read it (`parse`). "Events API", authorizations. What is subscribed to is a setting of the app that no token
//!   can look at, so `subscribe` can only see that a login still works.
//! - Reports carry the message in clear, proven by a signature over the whole request (`hook`), or by the connection that we
//!   opened (`feed`).
//! - A message's id is its time, `ts`, and unique in its conversation only (`id`).
//! - `message_changed` is most often no edit: link previews, file processing, replies below. Only a difference in what is said
//!   counts. "Event: `message_changed`".
//! - Errors come with status 200; their code says what happened (`refusal`), and two of them say that something may have.
//! - Text is sent as a `rich_text` block, in which nothing is markup, so that nothing anybody types can call somebody. An
//!   edit by blocks is not shown as an edit, so an edit that is plain goes as text (`text_out`). "chat.update".
//! - The history does not list replies; threads are read one by one (`history`). "conversations.history".
//! - Limits are per method, workspace and app, shared by all people; posting is limited by conversation (`limits`).

mod backfill;
mod channels;
mod client;
mod creating;
mod directory;
mod emoji;
mod feed;
mod files;
mod groups;
mod history;
mod hook;
mod id;
mod limits;
mod naming;
mod parse;
mod profile;
mod receiver;
mod refusal;
mod render;
mod subscribe;
mod talks;
mod text_in;
mod text_out;
mod tongue;
mod wire;

use std::sync::Arc;

use entente_model::{Body, Emoji, PlatformId};
use entente_platform::{
    AppSecrets, Client, Credentials, Feed, Http, Platform, Profile, Receiver, Site, Tokens,
};

/// Slack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slack;

impl Platform for Slack {
    fn id(&self) -> PlatformId {
        PlatformId::from(id::PLATFORM)
    }

    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn split(&self, body: Body) -> Vec<Body> {
        text_out::split(body)
    }

    /// "reactions.add": whatever has a short name.
    fn reacts_with(&self, emoji: &Emoji) -> bool {
        emoji.name().is_none() && emoji::name(emoji).is_some()
    }

    fn receiver(&self, site: &Site, secrets: AppSecrets) -> Result<Arc<dyn Receiver>, String> {
        Ok(Arc::new(receiver::SlackReceiver::new(site, secrets)?))
    }

    fn client(&self, site: &Arc<Site>, http: Http, credentials: Credentials) -> Arc<dyn Client> {
        Arc::new(client::SlackClient::new(site, http.within(site), credentials))
    }

    fn feed(&self, site: &Site, http: Http, _app: Option<Arc<dyn Tokens>>) -> Option<Arc<dyn Feed>> {
        Some(Arc::new(feed::SocketMode::new(site, http.within(site))?))
    }
}
