//! Access tokens, authorization codes and grants ("Integrations & Authorization").
//!
//! Three kinds of access token live here: a person's own session (what the app and the developer portal use), a bot's,
//! which is treated as never expiring, and an integration's, which belongs to a grant of one person to one application.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::World;
use crate::webex::switches::Switches;

/// A hundred years, what "never expires" means for a bot.
const NEVER_MS: i64 = 100 * 365 * 86_400_000;

/// What an access token stands for.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Token {
    pub(in crate::webex) person: Uuid,
    /// Client id; empty for a person's own session.
    pub(in crate::webex) app: Arc<str>,
    pub(in crate::webex) scopes: Option<Arc<[String]>>,
    /// Milliseconds since the Unix epoch.
    pub(in crate::webex) expires: i64,
}

/// What a person granted to an integration.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Grant {
    pub(in crate::webex) person: Uuid,
    pub(in crate::webex) client: Arc<str>,
    pub(in crate::webex) scopes: Arc<[String]>,
    /// Milliseconds since the Unix epoch.
    pub(in crate::webex) expires: i64,
}

/// An authorization code on its way to the exchange.
#[derive(Debug, Clone)]
pub(in crate::webex) struct Code {
    pub(in crate::webex) grant: Grant,
    pub(in crate::webex) redirect_uri: String,
    /// Of PKCE, `S256` only.
    pub(in crate::webex) challenge: Option<String>,
}

/// What the token endpoint answers.
#[derive(Debug)]
pub(in crate::webex) struct Issued {
    pub(in crate::webex) access_token: String,
    pub(in crate::webex) access_seconds: i64,
    pub(in crate::webex) refresh_token: String,
    pub(in crate::webex) refresh_seconds: i64,
    pub(in crate::webex) grant: Grant,
}

/// All of them, by the secret itself.
#[derive(Debug, Default)]
pub(in crate::webex) struct Tokens {
    access: HashMap<String, Token>,
    refresh: HashMap<String, Grant>,
    codes: HashMap<String, Code>,
    /// Integrations' access tokens of a person, oldest first.
    live: HashMap<Uuid, VecDeque<String>>,
    /// The session or bot token of an account.
    session: HashMap<Uuid, String>,
}

impl Tokens {
    pub(in crate::webex) fn get(&self, token: &str, now: i64) -> Option<&Token> {
        self.access.get(token).filter(|found| found.expires > now)
    }

    /// The session token of a person or the token of a bot; `None` once revoked.
    pub(in crate::webex) fn session(&self, person: Uuid) -> Option<&str> {
        self.session.get(&person).map(String::as_str)
    }

    /// Takes a code out: it works once, valid or not.
    pub(in crate::webex) fn take_code(&mut self, code: &str) -> Option<Code> {
        self.codes.remove(code)
    }

    pub(in crate::webex) fn grant(&self, refresh: &str, now: i64) -> Option<&Grant> {
        self.refresh.get(refresh).filter(|grant| grant.expires > now)
    }

    /// Kills one access or refresh token. Answers whose it was, and of which application.
    pub(in crate::webex) fn revoke(&mut self, token: &str) -> Option<(Uuid, Arc<str>)> {
        if let Some(grant) = self.refresh.remove(token) {
            return Some((grant.person, grant.client));
        }
        let found = self.access.remove(token)?;
        self.session.retain(|_, session| session != token);
        if let Some(live) = self.live.get_mut(&found.person) {
            live.retain(|other| other != token);
        }
        Some((found.person, found.app))
    }

    /// Ends the life of an access token. Answers whose it was.
    pub(in crate::webex) fn expire(&mut self, token: &str, now: i64) -> Option<Uuid> {
        let found = self.access.get_mut(token)?;
        found.expires = now;
        Some(found.person)
    }

    /// Kills everything that `person` granted to integrations, or to `client` only. Answers which applications lost
    /// their access.
    pub(in crate::webex) fn revoke_grants(&mut self, person: Uuid, client: Option<&str>) -> Vec<Arc<str>> {
        let hit = |app: &Arc<str>| client.is_none_or(|client| client == &**app);
        let mut apps: Vec<Arc<str>> = Vec::new();
        if let Some(live) = self.live.get_mut(&person) {
            live.retain(|token| match self.access.get(token) {
                Some(found) if hit(&found.app) => {
                    apps.push(Arc::clone(&found.app));
                    self.access.remove(token);
                    false
                }
                found => found.is_some(),
            });
        }
        self.refresh.retain(|_, grant| {
            let stays = grant.person != person || !hit(&grant.client);
            if !stays {
                apps.push(Arc::clone(&grant.client));
            }
            stays
        });
        self.codes.retain(|_, code| code.grant.person != person || !hit(&code.grant.client));
        apps.sort();
        apps.dedup();
        apps
    }
}

impl World {
    /// A new session token (of a person) or bot token; the old one is dead at once.
    pub(in crate::webex) fn issue_session(&mut self, person: Uuid, app: Arc<str>) -> String {
        let secret = self.token_text();
        let expires = self.hooks.control.clock.millis() + NEVER_MS;
        if let Some(old) = self.tokens.session.insert(person, secret.clone()) {
            self.tokens.access.remove(&old);
        }
        self.tokens.access.insert(secret.clone(), Token { person, app, scopes: None, expires });
        secret
    }

    /// A code for what a person has just approved; its life is in the grant.
    pub(in crate::webex) fn issue_code(&mut self, code: Code) -> String {
        let secret = URL_SAFE_NO_PAD.encode(self.dice.secret());
        self.tokens.codes.insert(secret.clone(), code);
        secret
    }

    /// An access token for `grant`, with the refresh token it came with or a new one.
    pub(in crate::webex) fn issue(
        &mut self,
        mut grant: Grant,
        refresh: Option<String>,
        now: i64,
        switches: &Switches,
    ) -> Issued {
        let access_token = self.token_text();
        let renewed = refresh.is_none() || switches.refresh_restarts;
        if renewed {
            grant.expires = now + switches.refresh_token_seconds * 1000;
        }
        let refresh_token = match refresh {
            Some(kept) if !switches.refresh_rotates => kept,
            old => {
                if let Some(old) = old {
                    self.tokens.refresh.remove(&old);
                }
                self.token_text()
            }
        };
        let token = Token {
            person: grant.person,
            app: Arc::clone(&grant.client),
            scopes: Some(Arc::clone(&grant.scopes)),
            expires: now + switches.access_token_seconds * 1000,
        };
        self.tokens.access.insert(access_token.clone(), token);
        let live = self.tokens.live.entry(grant.person).or_default();
        live.push_back(access_token.clone());
        if live.len() > switches.live_tokens_per_account
            && let Some(oldest) = live.pop_front()
        {
            self.tokens.access.remove(&oldest);
        }
        self.tokens.refresh.insert(refresh_token.clone(), grant.clone());
        Issued {
            access_token,
            access_seconds: switches.access_token_seconds,
            refresh_token,
            refresh_seconds: (grant.expires - now) / 1000,
            grant,
        }
    }

    /// The form that the vendor's tokens have: something opaque, a marker, the organization.
    fn token_text(&mut self) -> String {
        let opaque = URL_SAFE_NO_PAD.encode(self.dice.uuid().to_string());
        format!("{opaque}_P0A1_{}", self.org)
    }
}
