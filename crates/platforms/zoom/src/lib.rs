//! The Zoom Team Chat connector: the REST API, webhooks and the WebSocket of the Zoom Developer Platform, as a person by
//! their own OAuth grant, as an administrator for the directory, and as the Entente app, which is a chatbot.
//!
//! What is particular about Zoom Team Chat:
//!
//! - One event subscription of the app reports for everybody who authorized it, to one address, signed with the app's
//!   secret token (`hook`); which of our logins heard it is told by the accounts that the report names (`parse`). The
//!   subscription is made by hand in the App Marketplace, so nobody can look whether it is there. "Using webhooks".
//! - A direct conversation has no id of its own: it is said to a contact. Its two ends by their user ids are its name here,
//!   in one order, so that both ends call it the same (`id`).
//! - Message ids come in three spellings (capital letters, small letters, in braces); one of them is ours. "Team Chat".
//! - History names senders by address and member id and never by user id; in a conversation of two, who is not oneself is
//!   the other (`history`).
//! - History tells *that* a message was edited, not when; reports of edits tell when they were made (`parse`).
//! - Sending is answered with an id and nothing else; the time is that of the answer.
//! - Text is plain, with formats as ranges; an edit can carry no ranges, so it loses all formatting (`text_out`).
//! - Editing and deleting is for the author alone, and threads have one level ([`entente_platform::OneLevel`]).
//! - Refresh tokens are good for one use. "OAuth 2.0".

mod backfill;
mod bot;
mod channels;
mod client;
mod creating;
mod directory;
mod feed;
mod files;
mod groups;
mod history;
mod hook;
mod id;
mod limits;
mod parse;
mod profile;
mod refusal;
mod render;
mod roster;
mod subscribe;
mod talks;
mod text_in;
mod text_out;
mod tongue;
mod wire;

use std::sync::Arc;

use entente_model::{Body, PlatformId};
use entente_platform::{
    AppSecrets, Client, Credentials, Feed, Http, LoginKind, Platform, Profile, Receiver, Site, Tokens,
};

/// Zoom Team Chat.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zoom;

impl Platform for Zoom {
    fn id(&self) -> PlatformId {
        PlatformId::from("zoom")
    }

    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn split(&self, body: Body) -> Vec<Body> {
        text_out::split(body)
    }

    fn receiver(&self, site: &Site, secrets: AppSecrets) -> Result<Arc<dyn Receiver>, String> {
        Ok(Arc::new(hook::ZoomReceiver::new(site, secrets)?))
    }

    fn client(&self, site: &Arc<Site>, http: Http, credentials: Credentials) -> Arc<dyn Client> {
        let app = credentials.kind == LoginKind::App;
        let client = client::ZoomClient::new(site, http.within(site), credentials);
        if app { Arc::new(bot::ZoomBot::new(site, client)) } else { Arc::new(client) }
    }

    fn feed(&self, site: &Site, http: Http, app: Option<Arc<dyn Tokens>>) -> Option<Arc<dyn Feed>> {
        Some(Arc::new(feed::ZoomFeed::new(site, http.within(site), app?)?))
    }
}
