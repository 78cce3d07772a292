//! The Teams connector: Microsoft Graph as a person, the Bot Framework as the Entente app.
//!
//! What is particular about Teams:
//!
//! - An app may read almost everything but say nothing in a chat. People's messages are sent with their own delegated
//!   token, the app's own words through the Bot Framework (`bot`).
//! - Message ids are unique inside one chat only. A chat's id is never derived; `POST /chats` finds or makes it.
//! - Reports carry the message, encrypted to a certificate of ours: one RSA operation each, done only for conversations
//!   of interest. An `updated` report is most often a reaction; only `lastEditedDateTime` tells an edit.
//! - Who may subscribe to all chats of a person is disputed between Microsoft's own pages, so subscribing is a ladder
//!   (`subscribe`) and the rung in use is reported.
//! - A subscription ends after three days at most, an answer to a report has three seconds, and reports may be repeated,
//!   shuffled or missing.
//! - Posting is neither idempotent nor tagged: after an unknown outcome the chat has to be read.
//! - Chats have no threads; an answer quotes.
//! - A message holds a file's address, not the file. That is in the drive of whoever attached it, and shared with the others.

mod backfill;
mod bot;
mod channels;
mod client;
mod creating;
mod crypto;
mod directory;
mod drive;
mod files;
mod groups;
mod history;
mod hook;
mod id;
mod installing;
mod jwt;
mod limits;
mod parse;
mod profile;
mod receiver;
mod refusal;
mod render;
mod subscribe;
mod text_in;
mod text_out;
mod tongue;
mod wire;

use std::sync::Arc;

use entente_model::{Body, ConversationId, PlatformId};
use entente_platform::{AppSecrets, Client, Credentials, Http, LoginKind, Platform, Profile, Receiver, Site};

/// Microsoft Teams.
#[derive(Debug, Clone, Copy, Default)]
pub struct Teams;

impl Platform for Teams {
    fn id(&self) -> PlatformId {
        PlatformId::from("teams")
    }

    fn profile(&self) -> &Profile {
        &profile::PROFILE
    }

    fn split(&self, body: Body) -> Vec<Body> {
        text_out::split(body)
    }

    /// "Send and receive messages" of the Bot Framework: a bot answers in the threads of channels; in a chat `replyToId` changes
    /// nothing, and only people's own call quotes ("chatMessage: replyWithQuote").
    fn app_answers(&self, conversation: &ConversationId) -> bool {
        id::channel(conversation).is_some()
    }

    fn receiver(&self, site: &Site, secrets: AppSecrets) -> Result<Arc<dyn Receiver>, String> {
        Ok(Arc::new(receiver::TeamsReceiver::new(site, &secrets)?))
    }

    fn client(&self, site: &Arc<Site>, http: Http, credentials: Credentials) -> Arc<dyn Client> {
        let http = http.within(site);
        if credentials.kind == LoginKind::App {
            Arc::new(bot::client::BotClient::new(Arc::clone(site), http, credentials))
        } else {
            Arc::new(client::GraphClient::new(Arc::clone(site), http, credentials))
        }
    }
}
