//! The Webex connector: the REST API of Webex for Developers, as a person, as a bot, and as an administrator.
//!
//! What is particular about Webex:
//!
//! - A webhook never says what was said. It points, and the message is read with the token of the login whose webhook it
//!   was; so reports are pointers, and a conversation is listed since its mark (`history`). "Webhooks" guide.
//! - A webhook belongs to a person and an application and sees what they see. Each login has its own, told apart by the
//!   last part of their address, which is the login's id; their secret is derived from it (`hook`).
//! - Webhooks die silently and what they missed is never sent again; `subscribe` revives them and says so.
//! - A person can be represented by a bot made by program (`bots`). A bot hears everything in a direct room and, in a
//!   group room, only what mentions it. "Bots" guide.
//! - Posting is not idempotent; after an unknown outcome the room has to be read. "Create a Message".
//! - A message can be edited ten times, by its author, and not if it has files. "Edit a Message".
//! - Text is counted in bytes, 7439 of them. "Create a Message".
//! - Groups are rooms (`groups`), which have titles, and whose members anybody in them changes.
//! - Ids are opaque: the region of a room is inside them, so none is ever built from another.

mod backfill;
mod bots;
mod channels;
mod client;
mod directory;
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
mod subscribe;
mod talks;
mod text_in;
mod text_out;
mod tongue;
mod wire;

use std::sync::Arc;

use entente_model::{Body, PlatformId};
use entente_platform::{AppSecrets, Client, Credentials, Http, Platform, Profile, Receiver, Site};

/// Webex.
#[derive(Debug, Clone, Copy, Default)]
pub struct Webex;

impl Platform for Webex {
    fn id(&self) -> PlatformId {
        PlatformId::from("webex")
    }

    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn split(&self, body: Body) -> Vec<Body> {
        text_out::split(body)
    }

    fn receiver(&self, site: &Site, secrets: AppSecrets) -> Result<Arc<dyn Receiver>, String> {
        Ok(Arc::new(hook::WebexReceiver::new(site.workspace.clone(), secrets.hook_key)))
    }

    fn client(&self, site: &Arc<Site>, http: Http, credentials: Credentials) -> Arc<dyn Client> {
        Arc::new(client::WebexClient::new(site, http.within(site), credentials))
    }
}
