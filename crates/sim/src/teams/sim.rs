//! The parts of one simulator and how long each may be locked.
//!
//! Every table has its own lock, held only while the table itself is read or changed: never across a call out,
//! never while encrypting, never two at once. Order within a chat comes from the lock of the chats alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::apps::Apps;
use super::chats::Chats;
use super::drives::Drives;
use super::ids::{self, Dice};
use super::notify::outbox::Outbox;
use super::people::People;
use super::signin::consent::Consents;
use super::subscriptions::table::Subscriptions;
use super::switches::Switches;
use super::tokens::{Audience, Grant, Tokens};
use super::{Options, apps};
use crate::control::Control;
use crate::courier::Courier;
use crate::limits::Limits;

/// Everything a handler can reach.
pub(crate) struct Sim {
    /// Clock, ledger, faults, switches, live pages.
    pub(crate) control: Control<Switches>,
    /// The way out.
    pub(crate) courier: Courier,
    /// Rate limits.
    pub(crate) limits: Limits,
    /// Ids and chance.
    pub(crate) dice: Dice,
    /// The seed, for ids that belong to something.
    pub(crate) seed: u64,
    /// Scheme and authority for links, when fixed.
    pub(crate) public_base: Option<String>,
    /// Tenant id, a GUID.
    pub(crate) tenant: Arc<str>,
    /// Client id of the vendor's own app, which people's tokens under `/_sim/people` belong to.
    pub(crate) own_app: Arc<str>,
    /// The directory.
    pub(crate) people: People,
    /// Notifications on their way.
    pub(crate) outbox: Outbox,
    apps: Mutex<Apps>,
    tokens: Mutex<Tokens>,
    chats: Mutex<Chats>,
    drives: Mutex<Drives>,
    subscriptions: Mutex<Subscriptions>,
    consents: Mutex<Consents>,
}

fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sim {
    /// An empty tenant.
    pub(crate) fn new(options: Options) -> Self {
        let Options { clock, courier, seed, limits_factor, switches, public_base, people } = options;
        Self {
            control: Control::new(clock, seed, switches),
            courier,
            limits: Limits::new(limits_factor),
            dice: Dice::new(seed),
            seed,
            public_base: public_base.map(|base| base.trim_end_matches('/').to_owned()),
            tenant: ids::guid(seed, "tenant").into(),
            own_app: ids::guid(seed, "the vendor's own app").into(),
            people: People::new(seed, &people),
            outbox: Outbox::default(),
            apps: Mutex::default(),
            tokens: Mutex::default(),
            chats: Mutex::default(),
            drives: Mutex::default(),
            subscriptions: Mutex::default(),
            consents: Mutex::default(),
        }
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.control.clock.now()
    }

    /// The present instant in milliseconds since the epoch.
    pub(crate) fn millis(&self) -> i64 {
        self.control.clock.millis()
    }

    /// The switches as they stand.
    pub(crate) fn switches(&self) -> Arc<Switches> {
        self.control.board.get()
    }

    /// App registrations.
    pub(crate) fn apps(&self) -> MutexGuard<'_, Apps> {
        lock(&self.apps)
    }

    /// Codes and tokens.
    pub(crate) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.tokens)
    }

    /// Chats and messages.
    pub(crate) fn chats(&self) -> MutexGuard<'_, Chats> {
        lock(&self.chats)
    }

    /// People's drives.
    pub(crate) fn drives(&self) -> MutexGuard<'_, Drives> {
        lock(&self.drives)
    }

    /// Subscriptions.
    pub(crate) fn subscriptions(&self) -> MutexGuard<'_, Subscriptions> {
        lock(&self.subscriptions)
    }

    /// What the people answer on the consent page.
    pub(crate) fn consents(&self) -> MutexGuard<'_, Consents> {
        lock(&self.consents)
    }

    /// A person's own token, as the vendor's app holds it: every scope, no end, the same until revoked.
    pub(crate) fn own_token(&self, person: &Arc<super::people::Person>) -> Arc<str> {
        let mut tokens = self.tokens();
        if let Some(token) = tokens.own.get(&person.id) {
            return Arc::clone(token);
        }
        let grant = Grant {
            app: Arc::clone(&self.own_app),
            person: Some(Arc::clone(person)),
            audience: Audience::Graph,
            scopes: apps::SCOPES.iter().map(|(scope, _)| (*scope).to_owned()).collect(),
            expires: None,
        };
        let token = tokens.issue(&self.dice, &self.tenant, grant);
        tokens.own.insert(Arc::clone(&person.id), Arc::clone(&token));
        token
    }
}
