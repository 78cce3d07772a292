//! Everything Entra ID hands out: codes, access tokens, refresh tokens, consents.
//!
//! Access tokens are keys into a table. They look like the JSON Web Tokens they are in life, and can be read like them
//! for curiosity, but their signature is noise: Graph's tokens are not for clients to verify, so nothing here
//! rewards a client that tries.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

use super::ids::Dice;
use super::keys::segment;
use super::people::Person;

/// Whom a token is for; one request for a token names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// `https://graph.microsoft.com`.
    Graph,
    /// `https://api.botframework.com`.
    BotFramework,
}

/// What an access token stands for.
#[derive(Debug)]
pub(crate) struct Grant {
    /// The client id.
    pub(crate) app: Arc<str>,
    /// The person behind a delegated token; `None` for an app-only one.
    pub(crate) person: Option<Arc<Person>>,
    /// Whom it is for.
    pub(crate) audience: Audience,
    /// Scopes (`scp`) of a delegated token, application permissions (`roles`) of an app-only one.
    pub(crate) scopes: Vec<String>,
    /// When it ends; the tokens listed under `/_sim/people` do not.
    pub(crate) expires: Option<Timestamp>,
}

/// An authorization code that was not redeemed yet, or was.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    /// The client it was made for.
    pub(crate) app: Arc<str>,
    /// Who signed in.
    pub(crate) person: Arc<Person>,
    /// What was granted, `OpenID` scopes included.
    pub(crate) scopes: BTreeSet<String>,
    /// Must be repeated byte for byte.
    pub(crate) redirect: String,
    /// The PKCE challenge and its method.
    pub(crate) challenge: Option<(String, String)>,
    /// Goes into the id token.
    pub(crate) nonce: Option<String>,
    /// Ten minutes after it was made.
    pub(crate) expires: Timestamp,
    /// Whether it was redeemed.
    pub(crate) used: bool,
}

/// What a refresh token stands for.
#[derive(Debug, Clone)]
pub(crate) struct Refresh {
    /// The client.
    pub(crate) app: Arc<str>,
    /// The person.
    pub(crate) person: Arc<Person>,
    /// What may be asked for.
    pub(crate) scopes: BTreeSet<String>,
    /// Dies after 90 days without use.
    pub(crate) expires: Timestamp,
    /// Whether it was revoked.
    pub(crate) revoked: bool,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    access: HashMap<Arc<str>, Arc<Grant>>,
    issued: u64,
    /// By code.
    pub(crate) codes: HashMap<String, Code>,
    /// By token.
    pub(crate) refresh: HashMap<String, Refresh>,
    /// The token of the vendor's own app, by object id.
    pub(crate) own: HashMap<Arc<str>, Arc<str>>,
    /// Scopes a person consented to, by client and object id.
    pub(crate) consents: HashMap<(Arc<str>, Arc<str>), BTreeSet<String>>,
}

impl Tokens {
    /// What an access token stands for, whether or not it ended.
    pub(crate) fn access(&self, token: &str) -> Option<Arc<Grant>> {
        self.access.get(token).cloned()
    }

    /// Makes an access token.
    pub(crate) fn issue(&mut self, dice: &Dice, tenant: &str, grant: Grant) -> Arc<str> {
        let audience = match grant.audience {
            Audience::Graph => "https://graph.microsoft.com",
            Audience::BotFramework => "https://api.botframework.com",
        };
        let header =
            json!({"typ": "JWT", "nonce": URL_SAFE_NO_PAD.encode(dice.bytes::<12>()), "alg": "RS256"});
        let mut claims = json!({
            "aud": audience,
            "iss": format!("https://sts.windows.net/{tenant}/"),
            "appid": &*grant.app,
            "tid": tenant,
            "exp": grant.expires.map_or(4_102_444_800, Timestamp::as_second),
            "ver": "1.0",
        });
        match &grant.person {
            Some(person) => {
                claims["oid"] = json!(&*person.id);
                claims["upn"] = json!(person.mail);
                claims["scp"] = json!(grant.scopes.join(" "));
            }
            None => claims["roles"] = json!(grant.scopes),
        }
        let noise = URL_SAFE_NO_PAD.encode(dice.bytes::<24>());
        let token: Arc<str> = format!("{}.{}.{noise}", segment(&header), segment(&claims)).into();
        self.access.insert(Arc::clone(&token), Arc::new(grant));
        token
    }

    /// Kills every token that `app` holds for `person`; without `app`, every app's that has an end. Refresh tokens stay
    /// known as revoked, because their error differs from that of an unknown one.
    pub(crate) fn revoke(&mut self, person: &str, app: Option<&str>) {
        let hit = |held: &str| app.is_none_or(|app| app == held);
        for refresh in self.refresh.values_mut() {
            refresh.revoked |= &*refresh.person.id == person && hit(&refresh.app);
        }
        self.access.retain(|_, grant| {
            let own = grant.person.as_ref().is_some_and(|one| &*one.id == person);
            !(own && grant.expires.is_some() && hit(&grant.app))
        });
        self.consents.retain(|(held, whose), _| !(&**whose == person && hit(held)));
        self.codes.retain(|_, code| !(&*code.person.id == person && hit(&code.app)));
    }

    /// Ends every access token now, so that clients have to refresh.
    pub(crate) fn expire_access(&mut self, person: Option<&str>) {
        self.access.retain(|_, grant| {
            let own = person.is_none_or(|id| grant.person.as_ref().is_some_and(|one| &*one.id == id));
            grant.expires.is_none() || !own
        });
    }

    /// Now and then drops what can never be used again. A used code stays until it would have ended, because its second
    /// use has an error of its own.
    pub(crate) fn sweep_sometimes(&mut self, now: Timestamp) {
        self.issued += 1;
        if self.issued.is_multiple_of(1_024) {
            self.codes.retain(|_, code| code.expires > now);
            self.access.retain(|_, grant| grant.expires.is_none_or(|expires| expires > now));
        }
    }
}
