//! Access tokens, refresh tokens, authorization codes and who authorized what ("OAuth").
//!
//! A refresh token works once: a client that does not hear the answer has lost the grant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Dice;
use crate::zoom::call::Level;
use crate::zoom::switches::Switches;

/// What an access token stands for.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Token {
    pub(in crate::zoom) level: Level,
    pub(in crate::zoom) person: Option<Arc<str>>,
    /// Client id; empty for a person's own session.
    pub(in crate::zoom) app: Arc<str>,
    pub(in crate::zoom) scopes: Option<Arc<[String]>>,
    pub(in crate::zoom) server: bool,
    /// Milliseconds since the Unix epoch.
    pub(in crate::zoom) expires: i64,
}

/// What a person granted to an app.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Grant {
    pub(in crate::zoom) level: Level,
    pub(in crate::zoom) person: Arc<str>,
    pub(in crate::zoom) app: Arc<str>,
    pub(in crate::zoom) scopes: Arc<[String]>,
}

/// A refresh token.
#[derive(Debug, Clone)]
struct Refresh {
    grant: Grant,
    expires: i64,
}

/// An authorization code on its way to the exchange.
#[derive(Debug, Clone)]
pub(in crate::zoom) struct Code {
    pub(in crate::zoom) grant: Grant,
    pub(in crate::zoom) redirect_uri: String,
    /// Of PKCE: the challenge and whether it is hashed.
    pub(in crate::zoom) challenge: Option<(String, bool)>,
    pub(in crate::zoom) expires: i64,
}

/// What the token endpoint hands out for a grant.
#[derive(Debug)]
pub(in crate::zoom) struct Issued {
    pub(in crate::zoom) access: String,
    pub(in crate::zoom) refresh: String,
    pub(in crate::zoom) grant: Grant,
}

/// All of them, by the secret itself.
#[derive(Debug, Default)]
pub(in crate::zoom) struct Tokens {
    access: HashMap<String, Token>,
    refresh: HashMap<String, Refresh>,
    codes: HashMap<String, Code>,
    /// Who authorized an app, by client id.
    authorized: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// The secrets of a person's grant to an app.
    of: HashMap<(Arc<str>, Arc<str>), Vec<String>>,
    made: u64,
}

impl Tokens {
    pub(in crate::zoom) fn get(&self, token: &str) -> Option<&Token> {
        self.access.get(token)
    }

    pub(in crate::zoom) fn put(&mut self, text: String, token: Token) {
        self.access.insert(text, token);
    }

    /// The form that the vendor's tokens have: a header that names a version, and something opaque.
    pub(in crate::zoom) fn text(&mut self, dice: &mut Dice) -> String {
        self.made += 1;
        format!("eyJzdiI6IjAwMDAwMiJ9.{}.{}", dice.long(), self.made)
    }

    /// Whether `person` authorized `app`.
    pub(in crate::zoom) fn authorized(&self, app: &str, person: &str) -> bool {
        self.authorized.get(app).is_some_and(|people| people.contains(person))
    }

    pub(in crate::zoom) fn authorize(&mut self, app: &Arc<str>, person: &Arc<str>) {
        self.authorized.entry(Arc::clone(app)).or_default().insert(Arc::clone(person));
    }

    pub(in crate::zoom) fn put_code(&mut self, text: String, code: Code) {
        self.codes.insert(text, code);
    }

    /// Takes a code out: it works once, valid or not.
    pub(in crate::zoom) fn take_code(&mut self, code: &str) -> Option<Code> {
        self.codes.remove(code)
    }

    /// Uses a refresh token of `app` up.
    pub(in crate::zoom) fn take_refresh(
        &mut self,
        text: &str,
        app: &str,
        now: i64,
        switches: &Switches,
    ) -> Option<Grant> {
        let refresh = self.refresh.get_mut(text)?;
        if *refresh.grant.app != *app || refresh.expires <= now {
            return None;
        }
        let grant = refresh.grant.clone();
        if switches.refresh_grace_seconds > 0 {
            refresh.expires = refresh.expires.min(now + switches.refresh_grace_seconds * 1000);
        } else {
            self.refresh.remove(text);
        }
        if switches.refresh_kills_access {
            self.kill_access(&grant.app, &grant.person);
        }
        Some(grant)
    }

    /// An access token and a refresh token for `grant`.
    pub(in crate::zoom) fn issue(
        &mut self,
        dice: &mut Dice,
        grant: Grant,
        now: i64,
        switches: &Switches,
    ) -> Issued {
        let (access, refresh) = (self.text(dice), self.text(dice));
        let token = Token {
            level: grant.level,
            person: Some(Arc::clone(&grant.person)),
            app: Arc::clone(&grant.app),
            scopes: Some(Arc::clone(&grant.scopes)),
            server: false,
            expires: now + switches.access_token_seconds * 1000,
        };
        let expires = now + switches.refresh_token_seconds * 1000;
        self.access.insert(access.clone(), token);
        self.refresh.insert(refresh.clone(), Refresh { grant: grant.clone(), expires });
        let of = self.of.entry((Arc::clone(&grant.app), Arc::clone(&grant.person))).or_default();
        of.retain(|text| self.access.contains_key(text) || self.refresh.contains_key(text));
        of.extend([access.clone(), refresh.clone()]);
        Issued { access, refresh, grant }
    }

    /// Ends everything that `person` granted to `app`. Answers whether there was anything.
    pub(in crate::zoom) fn revoke_grant(&mut self, app: &Arc<str>, person: &Arc<str>) -> bool {
        let authorized = self.authorized.get_mut(app).is_some_and(|people| people.remove(person));
        let secrets = self.of.remove(&(Arc::clone(app), Arc::clone(person))).unwrap_or_default();
        let any = !secrets.is_empty();
        for text in secrets {
            self.access.remove(&text);
            self.refresh.remove(&text);
        }
        self.codes.retain(|_, code| code.grant.app != *app || code.grant.person != *person);
        any || authorized
    }

    /// The apps that `person` authorized.
    pub(in crate::zoom) fn apps_of(&self, person: &str) -> Vec<Arc<str>> {
        let apps = self.authorized.iter().filter(|(_, people)| people.contains(person));
        apps.map(|(app, _)| Arc::clone(app)).collect()
    }

    /// Kills one access or refresh token of `app`, or of any app if it is empty. Answers whether it was known.
    pub(in crate::zoom) fn revoke(&mut self, text: &str, app: &str) -> bool {
        let own = |of: &str| app.is_empty() || of == app;
        if self.refresh.get(text).is_some_and(|refresh| own(&refresh.grant.app)) {
            return self.refresh.remove(text).is_some();
        }
        self.access.get(text).is_some_and(|token| own(&token.app)) && self.access.remove(text).is_some()
    }

    /// Ends the life of an access token now. Answers whether it was known.
    pub(in crate::zoom) fn expire(&mut self, text: &str, now: i64) -> bool {
        self.access.get_mut(text).map(|token| token.expires = now).is_some()
    }

    /// Ends the lives of all access tokens that apps hold, of one person or of everybody. Answers how many.
    pub(in crate::zoom) fn expire_all(&mut self, person: Option<&str>, now: i64) -> usize {
        let tokens = self.access.values_mut().filter(|token| {
            !token.app.is_empty() && person.is_none_or(|person| token.person.as_deref() == Some(person))
        });
        tokens.map(|token| token.expires = now).count()
    }

    fn kill_access(&mut self, app: &Arc<str>, person: &Arc<str>) {
        for text in self.of.get(&(Arc::clone(app), Arc::clone(person))).into_iter().flatten() {
            self.access.remove(text);
        }
    }
}
