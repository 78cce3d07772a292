//! Tokens ("Tokens", "Using token rotation") and the authorization codes they are exchanged for.
//!
//! An access token names an app and a user; what it may do stands in the app's grant, so that scopes added later reach
//! the token that exists. Dead tokens are remembered, because the service tells a token that ended from one that never was.

use std::collections::HashMap;
use std::sync::Arc;

use super::World;
use crate::slack::switches::Switches;

/// What sort of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::slack) enum Kind {
    /// `xoxb-`: an app's bot.
    Bot,
    /// `xoxp-`: a person, through an app.
    User,
    /// `xapp-`: the app itself.
    App,
    /// `xoxc-`: a person in Slack's own client, who may do everything.
    Session,
}

/// What an access token stands for.
#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    user: Arc<str>,
    app: Arc<str>,
    /// Scopes of an app-level token; others have their grant's.
    scopes: Vec<String>,
    /// Milliseconds since the Unix epoch.
    expires: Option<i64>,
    /// What it answers since it ended.
    dead: Option<&'static str>,
}

/// Who calls, by token.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Caller {
    pub(in crate::slack) kind: Kind,
    /// A person or a bot's user; empty for an app-level token.
    pub(in crate::slack) user: Arc<str>,
    /// The app's id; empty for a person's own client.
    pub(in crate::slack) app: Arc<str>,
    pub(in crate::slack) bot_id: Option<Arc<str>>,
    /// `None` is everything.
    pub(in crate::slack) scopes: Option<Vec<String>>,
    /// Milliseconds since the Unix epoch.
    pub(in crate::slack) expires: Option<i64>,
}

impl Caller {
    pub(in crate::slack) fn may(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|granted| granted == scope))
    }

    /// The scopes with commas, as the service writes them.
    pub(in crate::slack) fn granted(&self) -> String {
        self.scopes.as_deref().unwrap_or_default().join(",")
    }

    /// The value of `X-OAuth-Scopes`.
    pub(in crate::slack) fn header(&self) -> Option<String> {
        self.scopes.as_ref().map(|scopes| scopes.join(","))
    }

    /// Whose rate limits the call counts against: all tokens of an app share one budget per workspace ("Rate Limits").
    pub(in crate::slack) fn budget(&self) -> String {
        if self.app.is_empty() { self.user.to_string() } else { self.app.to_string() }
    }
}

/// An authorization code on its way to the exchange.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Code {
    pub(in crate::slack) app: Arc<str>,
    pub(in crate::slack) person: Arc<str>,
    pub(in crate::slack) bot_scopes: Vec<String>,
    pub(in crate::slack) user_scopes: Vec<String>,
    /// Whether it was asked for where people alone are asked; it can be exchanged by the method for those only.
    pub(in crate::slack) for_people: bool,
    /// As it was sent; absent if it was left to the app's settings.
    pub(in crate::slack) redirect_uri: Option<String>,
    /// Of PKCE, `S256` only.
    pub(in crate::slack) challenge: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub(in crate::slack) expires: i64,
}

/// What a refresh token stands for.
#[derive(Debug, Clone)]
struct Refresh {
    app: Arc<str>,
    user: Arc<str>,
    kind: Kind,
    expires: Option<i64>,
    /// When it was used; it works a little longer.
    used: Option<i64>,
}

/// An access token that was just issued.
#[derive(Debug)]
pub(in crate::slack) struct Issued {
    pub(in crate::slack) access_token: String,
    pub(in crate::slack) scope: String,
    /// With rotation: the refresh token and the seconds that the access token lives.
    pub(in crate::slack) rotating: Option<(String, i64)>,
}

/// All of them, by the secret itself.
#[derive(Debug, Default)]
pub(in crate::slack) struct Tokens {
    access: HashMap<String, Token>,
    refresh: HashMap<String, Refresh>,
    codes: HashMap<String, Code>,
    session: HashMap<Arc<str>, String>,
}

impl Tokens {
    /// The token of a person's own client.
    pub(in crate::slack) fn session(&self, person: &str) -> Option<&str> {
        self.session.get(person).map(String::as_str)
    }

    /// Takes a code out: it works once, valid or not.
    pub(in crate::slack) fn take_code(&mut self, code: &str) -> Option<Code> {
        self.codes.remove(code)
    }

    /// App and user of a living access token.
    pub(in crate::slack) fn owner(&self, token: &str) -> Option<(Arc<str>, Arc<str>, Kind)> {
        let found = self.access.get(token).filter(|found| found.dead.is_none())?;
        Some((Arc::clone(&found.app), Arc::clone(&found.user), found.kind))
    }

    /// Whether an access token rotates.
    pub(in crate::slack) fn rotates(&self, token: &str) -> bool {
        self.access.get(token).is_some_and(|found| found.expires.is_some())
    }

    /// Ends a token. A bot's answers `account_inactive` from then on, a person's `token_revoked`.
    pub(in crate::slack) fn kill(&mut self, token: &str) {
        if let Some(found) = self.access.get_mut(token) {
            found.dead = Some(if found.kind == Kind::Bot { "account_inactive" } else { "token_revoked" });
        }
    }

    /// Ends the life of a rotating access token. Answers whether there was one.
    pub(in crate::slack) fn expire(&mut self, token: &str, now: i64) -> bool {
        let found = self.access.get_mut(token).filter(|found| found.expires.is_some());
        found.map(|found| found.expires = Some(now)).is_some()
    }

    /// Forgets the refresh tokens of a grant.
    pub(in crate::slack) fn forget_refresh(&mut self, app: &str, user: &str) {
        self.refresh.retain(|_, refresh| *refresh.app != *app || *refresh.user != *user);
    }

    /// Whose refresh token it is, if it can be used by `app`.
    pub(in crate::slack) fn use_refresh(
        &mut self,
        token: &str,
        app: &str,
        now: i64,
        switches: &Switches,
    ) -> Option<(Arc<str>, Kind, Option<i64>)> {
        let found = self.refresh.get_mut(token).filter(|found| *found.app == *app)?;
        let over = found.expires.is_some_and(|expires| expires <= now)
            || found.used.is_some_and(|used| used + switches.refresh_grace_seconds * 1000 <= now);
        if over {
            return None;
        }
        found.used.get_or_insert(now);
        Some((Arc::clone(&found.user), found.kind, found.expires))
    }
}

impl World {
    /// Who holds `token`.
    ///
    /// # Errors
    /// The code that the service answers for it.
    pub(in crate::slack) fn caller(&self, token: &str, now: i64) -> Result<Caller, &'static str> {
        let found = self.tokens.access.get(token).ok_or("invalid_auth")?;
        if let Some(error) = found.dead {
            return Err(error);
        }
        if found.expires.is_some_and(|expires| expires <= now) {
            return Err("token_expired");
        }
        if self.people.get(&found.user).is_some_and(|person| person.deleted) {
            let inactive = self.events.control.board.get().deactivated_token_error != "token_revoked";
            return Err(if inactive { "account_inactive" } else { "token_revoked" });
        }
        let app = self.apps.get(&found.app);
        let scopes = match found.kind {
            Kind::Session => None,
            Kind::App => Some(found.scopes.clone()),
            Kind::Bot | Kind::User => {
                let grant = app.and_then(|app| app.grant(&found.user)).ok_or("token_revoked")?;
                Some(grant.scopes.clone())
            }
        };
        Ok(Caller {
            kind: found.kind,
            user: Arc::clone(&found.user),
            app: Arc::clone(&found.app),
            bot_id: app.and_then(|app| app.bot.as_ref()).map(|bot| Arc::clone(&bot.id)),
            scopes,
            expires: found.expires,
        })
    }

    /// A new token of a person's own client; the old one is dead at once.
    pub(in crate::slack) fn issue_session(&mut self, person: &Arc<str>) -> String {
        let secret = format!("xoxc-{}-{}-{}", self.dice.digits(12), self.dice.digits(12), self.dice.hex(16));
        if let Some(old) = self.tokens.session.insert(Arc::clone(person), secret.clone()) {
            self.tokens.kill(&old);
        }
        self.keep(secret.clone(), Kind::Session, person, &Arc::from(""), Vec::new(), None);
        secret
    }

    /// An app-level token with `scopes`.
    pub(in crate::slack) fn issue_app_token(&mut self, app: &Arc<str>, scopes: Vec<String>) -> String {
        let secret = format!("xapp-1-{app}-{}-{}", self.dice.digits(13), self.dice.hex(32));
        self.keep(secret.clone(), Kind::App, &Arc::from(""), app, scopes, None);
        secret
    }

    /// A code for what a person has just approved.
    pub(in crate::slack) fn issue_code(&mut self, code: Code) -> String {
        let secret = format!("{}.{}.{}", self.dice.digits(12), self.dice.digits(13), self.dice.hex(32));
        self.tokens.codes.insert(secret.clone(), code);
        secret
    }

    /// An access token for a grant that exists. Without rotation it is always the same one until it is revoked.
    pub(in crate::slack) fn issue(
        &mut self,
        app: &Arc<str>,
        user: &Arc<str>,
        kind: Kind,
        refresh_expires: Option<i64>,
        now: i64,
        switches: &Switches,
    ) -> Option<Issued> {
        let found = self.apps.get(app)?;
        let (rotation, grant) = (found.rotation, found.grant(user)?);
        let scope = grant.scopes.join(",");
        if !rotation && let Some(known) = grant.access.back() {
            return Some(Issued { access_token: known.clone(), scope, rotating: None });
        }
        let inner = if kind == Kind::Bot { "xoxb" } else { "xoxp" };
        let middle = if rotation { "1".to_owned() } else { self.dice.digits(12).to_string() };
        let prefix = if rotation { "xoxe." } else { "" };
        let access_token = format!("{prefix}{inner}-{middle}-{}-{}", self.dice.digits(13), self.dice.hex(24));
        let expires = rotation.then(|| now + switches.access_token_seconds * 1000);
        self.keep(access_token.clone(), kind, user, app, Vec::new(), expires);
        let live = &mut self.apps.get_mut(app)?.grant_mut(user)?.access;
        live.push_back(access_token.clone());
        if rotation
            && live.len() > switches.live_access_tokens
            && let Some(oldest) = live.pop_front()
        {
            self.tokens.kill(&oldest);
        }
        let rotating = rotation.then(|| {
            let secret = format!("xoxe-1-{}", self.dice.hex(40));
            let (app, user) = (Arc::clone(app), Arc::clone(user));
            let refresh = Refresh { app, user, kind, expires: refresh_expires, used: None };
            self.tokens.refresh.insert(secret.clone(), refresh);
            (secret, switches.access_token_seconds)
        });
        Some(Issued { access_token, scope, rotating })
    }

    fn keep(
        &mut self,
        secret: String,
        kind: Kind,
        user: &Arc<str>,
        app: &Arc<str>,
        scopes: Vec<String>,
        expires: Option<i64>,
    ) {
        let (user, app) = (Arc::clone(user), Arc::clone(app));
        self.tokens.access.insert(secret, Token { kind, user, app, scopes, expires, dead: None });
    }

    /// Ends what somebody, or the workspace for the bot's user, granted to an app: its tokens die. Answers whether there
    /// was anything.
    pub(in crate::slack) fn end_grant(&mut self, app: &str, user: &str) -> bool {
        let Some(found) = self.apps.get_mut(app) else { return false };
        let grant = match &mut found.bot {
            Some(bot) if *bot.user == *user => bot.grant.take(),
            _ => found.grants.remove(user),
        };
        let Some(grant) = grant else { return false };
        for token in grant.access {
            self.tokens.kill(&token);
        }
        self.tokens.forget_refresh(app, user);
        true
    }
}
