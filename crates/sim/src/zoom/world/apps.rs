//! Marketplace apps ("App types": General apps, user-managed or admin-managed, and Server-to-Server OAuth apps).

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The kind of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A General app that each user authorizes for themselves.
    User,
    /// A General app that an administrator installs for the account.
    Admin,
    /// A Server-to-Server OAuth app: account-level, without anybody's consent.
    Server,
}

/// An app.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct App {
    pub(in crate::zoom) client: Arc<str>,
    pub(in crate::zoom) secret: String,
    pub(in crate::zoom) name: String,
    pub(in crate::zoom) kind: Kind,
    pub(in crate::zoom) redirect_uris: Vec<String>,
    pub(in crate::zoom) scopes: Arc<[String]>,
    /// The secret token that webhooks are signed with.
    pub(in crate::zoom) secret_token: Arc<str>,
    /// The older verification token, in the `authorization` header of webhooks.
    pub(in crate::zoom) verification: Arc<str>,
    /// Who made it, a user id.
    pub(in crate::zoom) owner: Arc<str>,
    /// Whether somebody authorized it, which installs its chatbot.
    pub(in crate::zoom) installed: bool,
    /// Its chatbot's JID, when Team Chat is among its surfaces.
    pub(in crate::zoom) robot: Option<Arc<str>>,
    /// Where the chatbot's events go.
    pub(in crate::zoom) bot_endpoint: Option<String>,
    /// Where `app_deauthorized` goes.
    pub(in crate::zoom) deauthorization_endpoint: Option<String>,
}

/// All apps, by client id and by chatbot.
#[derive(Debug, Default)]
pub(in crate::zoom) struct Apps {
    all: HashMap<Arc<str>, App>,
    order: Vec<Arc<str>>,
    robots: HashMap<Arc<str>, Arc<str>>,
}

impl Apps {
    pub(in crate::zoom) fn insert(&mut self, app: App) {
        if let Some(robot) = &app.robot {
            self.robots.insert(Arc::clone(robot), Arc::clone(&app.client));
        }
        self.order.push(Arc::clone(&app.client));
        self.all.insert(Arc::clone(&app.client), app);
    }

    pub(in crate::zoom) fn get(&self, client: &str) -> Option<&App> {
        self.all.get(client)
    }

    pub(in crate::zoom) fn get_mut(&mut self, client: &str) -> Option<&mut App> {
        self.all.get_mut(client)
    }

    /// The app behind a chatbot's JID.
    pub(in crate::zoom) fn by_robot(&self, jid: &str) -> Option<&App> {
        self.all.get(self.robots.get(jid)?)
    }

    pub(in crate::zoom) fn list(&self) -> impl Iterator<Item = &App> {
        self.order.iter().filter_map(|client| self.all.get(client))
    }
}

/// The granular scopes an app of this kind gets unless it names its own: all that the simulated calls need.
pub(in crate::zoom) fn all_scopes(kind: Kind, robot: bool) -> Vec<String> {
    const BOTH: [&str; 18] = [
        "team_chat:read:list_user_messages",
        "team_chat:read:user_message",
        "team_chat:read:thread_message",
        "team_chat:read:list_user_sessions",
        "team_chat:read:list_user_channels",
        "team_chat:read:user_channel",
        "team_chat:read:list_members",
        "team_chat:update:user_channel",
        "team_chat:write:user_message",
        "team_chat:update:user_message",
        "team_chat:update:message_emoji",
        "team_chat:read:file",
        "team_chat:write:message_files",
        "team_chat:delete:user_message",
        "team_chat:update:message_status",
        "team_chat:write:contact_information",
        "contact:read:list_contacts",
        "user:read:user",
    ];
    let mut scopes: Vec<String> = match kind {
        Kind::User => BOTH.iter().map(|scope| (*scope).to_owned()).collect(),
        Kind::Admin | Kind::Server => BOTH.iter().map(|scope| format!("{scope}:admin")).collect(),
    };
    match kind {
        Kind::User => {
            scopes.extend(["team_chat:read:list_contacts", "team_chat:read:contact"].map(str::to_owned));
        }
        Kind::Admin | Kind::Server => scopes.push("user:read:list_users:admin".to_owned()),
    }
    if robot {
        scopes.push("imchat:bot".to_owned());
    }
    scopes
}
