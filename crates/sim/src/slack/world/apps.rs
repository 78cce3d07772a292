//! Apps ("App manifest"): what an administrator sets on the app's pages, and what was granted to it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use crate::slack::events::line::Line;

/// An app, installed or not.
#[derive(Debug)]
pub(in crate::slack) struct App {
    /// `A…`.
    pub(in crate::slack) id: Arc<str>,
    /// `"<digits>.<digits>"`.
    pub(in crate::slack) client: Arc<str>,
    pub(in crate::slack) secret: String,
    pub(in crate::slack) signing_secret: Arc<str>,
    /// The deprecated one, which every event carries.
    pub(in crate::slack) verification_token: String,
    pub(in crate::slack) name: String,
    pub(in crate::slack) redirect_uris: Vec<String>,
    /// `bot_events` of the manifest: what the bot's user is party to.
    pub(in crate::slack) bot_events: Vec<String>,
    /// `user_events`: what people who granted it can see.
    pub(in crate::slack) user_events: Vec<String>,
    /// Access tokens end and are refreshed; never switched off again.
    pub(in crate::slack) rotation: bool,
    /// Clients may prove themselves by PKCE instead of the secret.
    pub(in crate::slack) pkce: bool,
    /// Whether people can write to the app; otherwise its direct messages are read-only.
    pub(in crate::slack) messages_tab: bool,
    /// The bot's user and its bot id, from the first installation with bot scopes on.
    pub(in crate::slack) bot: Option<Bot>,
    /// What people granted, by person.
    pub(in crate::slack) grants: BTreeMap<Arc<str>, Grant>,
    /// Where events go, shared with the deliveries under way.
    pub(in crate::slack) line: Arc<Line>,
}

/// An app's bot.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Bot {
    /// `U…`.
    pub(in crate::slack) user: Arc<str>,
    /// `B…`.
    pub(in crate::slack) id: Arc<str>,
    /// What the workspace granted; absent after the installation ended.
    pub(in crate::slack) grant: Option<Grant>,
}

/// Granted scopes, and the access tokens that have them.
#[derive(Debug, Clone, Default)]
pub(in crate::slack) struct Grant {
    /// They only ever grow until everything is revoked.
    pub(in crate::slack) scopes: Vec<String>,
    /// Live access tokens, oldest first; one unless they rotate.
    pub(in crate::slack) access: VecDeque<String>,
}

impl Grant {
    /// Adds scopes.
    pub(in crate::slack) fn add(&mut self, scopes: &[String]) {
        for scope in scopes {
            if !self.scopes.contains(scope) {
                self.scopes.push(scope.clone());
            }
        }
    }

    pub(in crate::slack) fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

impl App {
    /// Whether somebody's or the workspace's grant is alive.
    pub(in crate::slack) fn installed(&self) -> bool {
        !self.grants.is_empty() || self.bot.as_ref().is_some_and(|bot| bot.grant.is_some())
    }

    /// The grant of a person, or of the workspace for the bot's user.
    pub(in crate::slack) fn grant(&self, user: &str) -> Option<&Grant> {
        match &self.bot {
            Some(bot) if *bot.user == *user => bot.grant.as_ref(),
            _ => self.grants.get(user),
        }
    }

    pub(in crate::slack) fn grant_mut(&mut self, user: &str) -> Option<&mut Grant> {
        match &mut self.bot {
            Some(bot) if *bot.user == *user => bot.grant.as_mut(),
            _ => self.grants.get_mut(user),
        }
    }
}

/// All apps.
#[derive(Debug, Default)]
pub(in crate::slack) struct Apps {
    /// By id, which is also the order in which they are asked whether an event is theirs.
    all: BTreeMap<Arc<str>, App>,
    by_client: HashMap<Arc<str>, Arc<str>>,
}

impl Apps {
    pub(in crate::slack) fn insert(&mut self, app: App) {
        self.by_client.insert(Arc::clone(&app.client), Arc::clone(&app.id));
        self.all.insert(Arc::clone(&app.id), app);
    }

    pub(in crate::slack) fn get(&self, id: &str) -> Option<&App> {
        self.all.get(id)
    }

    pub(in crate::slack) fn get_mut(&mut self, id: &str) -> Option<&mut App> {
        self.all.get_mut(id)
    }

    pub(in crate::slack) fn by_client(&self, client: &str) -> Option<&App> {
        self.all.get(self.by_client.get(client)?)
    }

    /// By app id or client id.
    pub(in crate::slack) fn find(&self, text: &str) -> Option<&App> {
        self.get(text).or_else(|| self.by_client(text))
    }

    pub(in crate::slack) fn iter(&self) -> impl Iterator<Item = &App> {
        self.all.values()
    }
}
