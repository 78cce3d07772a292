//! Everything the simulated account knows, indexed by key. No endpoint walks all people, chats or messages.
//!
//! The parts own their own indexes: [`people`], [`chats`], [`files`], [`apps`], [`tokens`], [`subscriptions`]. What touches several
//! of them is here.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::{Builder, Uuid};

use super::answer::Refusal;
use super::call::{Caller, Level};
use super::switches::Switches;
use crate::control::Control;
use crate::courier::Courier;
use crate::org;

pub(super) mod apps;
pub(super) mod chats;
pub(super) mod files;
pub(super) mod people;
pub(super) mod subscriptions;
pub(super) mod tokens;

use apps::Apps;
use chats::Chats;
use files::Files;
use people::{People, Person};
use subscriptions::Subscriptions;
use tokens::{Token, Tokens};

/// The state behind the one lock.
pub(super) struct World {
    pub(super) dice: Dice,
    /// The id of the account that is simulated; people of other accounts are outsiders.
    pub(super) account: Arc<str>,
    pub(super) people: People,
    pub(super) chats: Chats,
    pub(super) files: Files,
    pub(super) apps: Apps,
    pub(super) tokens: Tokens,
    pub(super) subscriptions: Subscriptions,
    /// Standing answers of people who are named when consent is asked for.
    pub(super) consents: HashMap<Arc<str>, bool>,
}

/// Ids and secrets, repeatable by seed.
pub(super) struct Dice(StdRng);

impl Dice {
    /// A random UUID.
    pub(super) fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.0.random()).into_uuid()
    }

    /// 22 characters, the form of user ids, account ids and client ids.
    pub(super) fn id(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.random::<[u8; 16]>())
    }

    /// 64 characters, the form of member ids and of secrets.
    pub(super) fn long(&mut self) -> String {
        URL_SAFE_NO_PAD
            .encode([self.0.random::<[u8; 32]>().as_slice(), &self.0.random::<[u8; 16]>()].concat())
    }

    /// 24 characters, the form of a webhook's verification token.
    pub(super) fn short(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.random::<[u8; 18]>())
    }

    /// Whether something of probability `share` happens.
    pub(super) fn hits(&mut self, share: f64) -> bool {
        share > 0.0 && self.0.random::<f64>() < share
    }
}

impl World {
    pub(super) fn new(
        seed: u64,
        people: &[org::Somebody],
        control: Control<Switches>,
        courier: Courier,
    ) -> Self {
        let mut dice = Dice(StdRng::seed_from_u64(seed ^ 0x5A_4F_4F_4D));
        let now = control.clock.millis();
        let account: Arc<str> = dice.id().into();
        let mut world = Self {
            dice,
            account: Arc::clone(&account),
            people: People::default(),
            chats: Chats::default(),
            files: Files::default(),
            apps: Apps::default(),
            tokens: Tokens::default(),
            subscriptions: Subscriptions::new(control, courier),
            consents: HashMap::new(),
        };
        let domain =
            people.first().and_then(|one| one.email.split_once('@')).map_or("acme.example", |at| at.1);
        world.add_person("Olga Owner", &format!("olga.owner@{domain}"), "it", &account, true, now);
        for somebody in people.iter().filter(|somebody| somebody.on_zoom) {
            world.add_person(&somebody.name, &somebody.email, somebody.department, &account, false, now);
        }
        world
    }

    /// A user with a session token of their own; the old one if the address is known.
    pub(super) fn add_person(
        &mut self,
        name: &str,
        email: &str,
        department: &str,
        account: &Arc<str>,
        admin: bool,
        now: i64,
    ) -> Arc<str> {
        if let Some(known) = self.people.find(email) {
            return Arc::clone(&known.id);
        }
        let id: Arc<str> = self.dice.id().into();
        let session = self.tokens.text(&mut self.dice);
        let token = Token {
            level: Level::User,
            person: Some(Arc::clone(&id)),
            app: Arc::from(""),
            scopes: None,
            server: false,
            expires: i64::MAX,
        };
        self.tokens.put(session.clone(), token);
        let member = self.dice.long().into();
        let person = Person {
            admin,
            department: department.to_owned(),
            ..Person::new(&id, member, name, email, account, &session, now)
        };
        self.people.insert(person);
        id
    }

    /// Who holds `token`.
    ///
    /// # Errors
    /// 401 with code 124 when it is unknown, expired or belongs to somebody who was deactivated.
    pub(super) fn caller(&self, token: &str, now: i64) -> Result<Caller, Refusal> {
        let token = self.tokens.get(token).ok_or_else(Refusal::token)?;
        if token.expires <= now {
            return Err(Refusal::new(401, 124, "Access token is expired."));
        }
        if let Some(person) = &token.person {
            self.people.get(person).filter(|person| person.active).ok_or_else(Refusal::token)?;
        }
        Ok(Caller {
            level: token.level,
            person: token.person.clone(),
            app: Arc::clone(&token.app),
            scopes: token.scopes.clone(),
            server: token.server,
        })
    }

    pub(super) fn tracking_id(&mut self) -> String {
        format!("v=2.0;clid=aw1;rid=WEB_{}", self.dice.uuid().simple())
    }

    /// Tells the pages that show somebody's app that a conversation changed.
    pub(super) fn look(&self, session: &str) {
        if let Some(chat) = self.chats.get(session) {
            self.subscriptions.control.live.say(&chat.session);
        }
    }

    /// The person who owns the account, and with it the apps.
    pub(super) fn owner(&self) -> Arc<str> {
        self.people.first().map_or_else(|| Arc::from(""), |person| Arc::clone(&person.id))
    }
}
