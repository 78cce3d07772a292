//! The made-up platforms, as a connector would speak to their vendors. No call is a call over the network but the
//! token endpoint's.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use entente_model::{
    Account, Body, CallError, Conversation, ConversationRef, Destination, Draft, MessageRef, PlatformId,
    Receipt, Snapshot, Timestamp,
};
use entente_platform::{
    AppSecrets, BotRefused, Capabilities, CatchUp, Checked, Client, Credentials, Grant, Hook, Http, Item,
    Level, Listen, Listening, MadeBot, Mark, OAuth, Page, Platform, Profile, Receiver, Refused, Rung, Shown,
    Site, Unverified, Verified, WantedBot,
};
use secrecy::{ExposeSecret as _, SecretString};

use super::mortal::Life;
use super::vendor::{Making, Vendor};
use super::{NORTH, SOUTH};

pub(crate) const SECRET: &str = "the app's secret";
pub(crate) const BOT_DOMAIN: &str = "bots.example";

/// How many accounts are on a page of a directory.
const PAGE: usize = 2;

/// A platform as its connector knows it, in one process.
pub(crate) struct Fake {
    vendor: Vendor,
    life: Life,
}

impl Fake {
    pub(crate) fn new(vendor: Vendor, life: Life) -> Self {
        Self { vendor, life }
    }
}

static PROFILES: LazyLock<[Profile; 2]> = LazyLock::new(|| {
    let profile = |name, bot_domain, admin_scopes, app_scope, speaker, pkce| Profile {
        name,
        addresses: &[],
        needs_tenant: false,
        secrets: &[],
        settings: &[],
        capabilities: Capabilities {
            max_file: 0,
            max_edits: None,
            threads: Level::Full,
            max_text: 1_000,
            bot_domain,
            reactions: entente_platform::Reactions::Many,
            mentions: entente_platform::Mentions::Everybodys,
            reactions_are_changes: false,
            channels: None,
            groups: None,
            listed: true,
        },
        oauth: OAuth {
            address: "main",
            authorize_path: "/authorize",
            token_path: "/token",
            account_scopes: &["read", "write"],
            admin_scopes,
            login_hint: pkce,
            pkce,
            app_scope,
            speaker,
            directory: None,
            shown: Shown::InForm,
            verdict: None,
        },
        quiet: Duration::from_secs(10),
    };
    let app = Grant::ClientCredentials { path: "/token", scope: "bot" };
    [
        profile("North", Some(BOT_DOMAIN), &["admin:read", "admin:write"], None, Grant::Bot, false),
        profile("South", None, &[], Some("app"), app, true),
    ]
});

impl Platform for Fake {
    fn id(&self) -> PlatformId {
        self.vendor.workspace().platform
    }

    fn profile(&self) -> &Profile {
        let names = [NORTH, SOUTH];
        let index = names.iter().position(|name| *name == self.vendor.workspace().id.as_str());
        &PROFILES[index.unwrap()]
    }

    fn split(&self, body: Body) -> Vec<Body> {
        vec![body]
    }

    fn receiver(&self, _: &Site, _: AppSecrets) -> Result<Arc<dyn Receiver>, String> {
        Ok(Arc::new(Deaf))
    }

    fn client(&self, _: &Arc<Site>, _: Http, credentials: Credentials) -> Arc<dyn Client> {
        Arc::new(Caller { vendor: self.vendor.clone(), life: self.life.clone(), credentials })
    }
}

/// Nothing is ever reported.
struct Deaf;

impl Receiver for Deaf {
    fn check(&self, _: Hook<Unverified>, _: Timestamp) -> Result<Checked, Refused> {
        Err(Refused::Forged)
    }

    fn heads(&self, _: &Hook<Verified>) -> Vec<Item> {
        Vec::new()
    }

    fn open(&self, _: &MessageRef, _: &[u8]) -> Result<Snapshot, String> {
        Err("nothing is ever reported".to_owned())
    }
}

struct Caller {
    vendor: Vendor,
    life: Life,
    credentials: Credentials,
}

impl Caller {
    /// Whoever the token is of; refused if it is nobody's.
    async fn caller(&self) -> Result<Account, CallError> {
        let token = self.credentials.tokens.access().await?;
        self.vendor.account_of(token.token.expose_secret()).ok_or(CallError::Reauthorize)
    }
}

#[async_trait]
impl Client for Caller {
    async fn me(&self) -> Result<Account, CallError> {
        self.life.step().await;
        self.caller().await
    }

    async fn directory(&self, page: Option<String>) -> Result<Page<Account>, CallError> {
        self.life.step().await;
        let token = self.credentials.tokens.access().await?;
        // The app's own token is nobody's.
        let caller = self.vendor.account_of(token.token.expose_secret());
        let books = self.vendor.books();
        if caller.is_some_and(|caller| !books.admins.contains(&caller.account.id.to_string())) {
            return Err(CallError::Reject("say whom you look for".to_owned()));
        }
        let from: usize = page.map_or(0, |page| page.parse().unwrap());
        let items = books.listed.iter().skip(from).take(PAGE).cloned().collect();
        let next = (from + PAGE < books.listed.len()).then(|| (from + PAGE).to_string());
        Ok(Page { items, next })
    }

    async fn make_bot(&self, wanted: &WantedBot) -> Result<MadeBot, BotRefused> {
        self.life.step().await;
        self.caller().await?;
        let making = {
            let mut books = self.vendor.books();
            books.asked += 1;
            if !books.dots && wanted.address.split('@').next().is_some_and(|local| local.contains('.')) {
                return Err(BotRefused::AddressUnfit);
            }
            if books.foreign.contains(&wanted.address) || books.bots.contains_key(&wanted.address) {
                return Err(BotRefused::AddressTaken);
            }
            books.making.pop_front().unwrap_or(Making::Well)
        };
        let made = match making {
            Making::Well => {
                let token = self.vendor.make(&wanted.name, &wanted.address);
                let account = self.vendor.books().bots[&wanted.address].account.account.clone();
                Ok(MadeBot { account, address: wanted.address.clone(), token: token.into() })
            }
            Making::Silently => {
                self.vendor.make(&wanted.name, &wanted.address);
                Err(BotRefused::Call(CallError::Unknown))
            }
            Making::Late(looks) => {
                self.vendor.make(&wanted.name, &wanted.address);
                self.vendor.books().bots.get_mut(&wanted.address).unwrap().hidden = looks;
                Err(BotRefused::Call(CallError::Unknown))
            }
            Making::Lost => Err(BotRefused::Call(CallError::Unknown)),
            Making::Fails(error) => Err(BotRefused::Call(error)),
            Making::Refused => Err(BotRefused::NotAllowed("the organization's policy".to_owned())),
        };
        self.life.step().await;
        made
    }

    async fn find_bot(&self, address: &str) -> Result<Option<Account>, CallError> {
        self.life.step().await;
        self.caller().await?;
        let found = match self.vendor.books().bots.get_mut(address) {
            Some(bot) if bot.hidden > 0 => {
                bot.hidden -= 1;
                None
            }
            found => found.map(|bot| bot.account.clone()),
        };
        self.life.step().await;
        Ok(found)
    }

    async fn renew_bot(&self, address: &str) -> Result<SecretString, CallError> {
        self.life.step().await;
        self.caller().await?;
        let renews = self.vendor.books().renews;
        let renewed = renews.then(|| self.vendor.renew(address)).flatten();
        self.life.step().await;
        renewed.map(SecretString::from).ok_or_else(|| CallError::Reject("not offered".to_owned()))
    }

    async fn listen(&self, _: &Listen<'_>) -> Result<Listening, CallError> {
        Ok(Listening { rung: Rung::Own, again: Duration::from_hours(1), resumed: false })
    }

    // Nothing is said here.

    async fn deliver(&self, _: &Draft) -> Result<Receipt, CallError> {
        Err(CallError::Gone)
    }

    async fn sent_since(&self, _: &Destination, _: Timestamp) -> Result<Vec<Snapshot>, CallError> {
        Err(CallError::Gone)
    }

    async fn fetch(&self, _: &MessageRef) -> Result<Option<Snapshot>, CallError> {
        Err(CallError::Gone)
    }

    async fn catch_up(&self, _: &ConversationRef, _: &Mark) -> Result<CatchUp, CallError> {
        Err(CallError::Gone)
    }

    async fn conversation(&self, _: &ConversationRef) -> Result<Option<Conversation>, CallError> {
        Err(CallError::Gone)
    }
}
