//! Everything the simulated service knows, indexed by key. No endpoint walks all people, rooms or messages.
//!
//! The parts own their own indexes: [`people`], [`rooms`], [`messages`], [`apps`], [`tokens`], [`hooks`]. What touches
//! several of them (opening a direct room, letting somebody in) is here or in [`rooms`].

use std::collections::HashMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use uuid::{Builder, Uuid, Variant, Version};

use super::call::Caller;
use crate::control::Control;
use crate::courier::Courier;
use crate::org;

pub(super) mod apps;
pub(super) mod hooks;
pub(super) mod messages;
pub(super) mod people;
pub(super) mod rooms;
pub(super) mod tokens;

use super::switches::Switches;
use apps::Apps;
use hooks::Hooks;
use messages::Messages;
use people::{People, Person};
use rooms::Rooms;
use tokens::Tokens;

/// The state behind the one lock.
pub(super) struct World {
    pub(super) dice: Dice,
    /// The organization everybody belongs to unless said otherwise.
    pub(super) org: Uuid,
    pub(super) people: People,
    pub(super) rooms: Rooms,
    pub(super) messages: Messages,
    pub(super) apps: Apps,
    pub(super) tokens: Tokens,
    pub(super) hooks: Hooks,
    /// Standing answers of people who are named when consent is asked for.
    pub(super) consents: HashMap<Uuid, bool>,
}

/// Ids and secrets, repeatable by seed.
pub(super) struct Dice(StdRng);

impl Dice {
    /// A random UUID.
    pub(super) fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.0.random()).into_uuid()
    }

    /// A UUID in the form of time-based ones, which messages and group rooms have.
    pub(super) fn time_uuid(&mut self, now: i64) -> Uuid {
        let mut bytes: [u8; 16] = self.0.random();
        bytes[..8].copy_from_slice(&now.to_be_bytes());
        bytes[..8].rotate_left(4);
        Builder::from_bytes(bytes).with_variant(Variant::RFC4122).with_version(Version::Mac).into_uuid()
    }

    /// A secret of 64 hexadecimal digits.
    pub(super) fn secret(&mut self) -> String {
        hex::encode(self.0.random::<[u8; 32]>())
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
        let mut dice = Dice(StdRng::seed_from_u64(seed ^ 0x0057_4542_4558));
        let now = control.clock.millis();
        let org = dice.uuid();
        let mut world = Self {
            dice,
            org,
            people: People::default(),
            rooms: Rooms::default(),
            messages: Messages::default(),
            apps: Apps::default(),
            tokens: Tokens::default(),
            hooks: Hooks::new(control, courier),
            consents: HashMap::new(),
        };
        world.add_person("Iris Admin", "iris.admin@acme.example", org, true, now);
        for somebody in people.iter().filter(|somebody| somebody.on_webex) {
            world.add_person(&somebody.name, &somebody.email, org, false, now);
        }
        world
    }

    /// A person with an account and a session token of their own; the old one if the address is known.
    pub(super) fn add_person(&mut self, name: &str, email: &str, org: Uuid, admin: bool, now: i64) -> Uuid {
        if let Some(known) = self.people.by_email(email) {
            return known.uuid;
        }
        let uuid = self.dice.uuid();
        let person = Person::new(uuid, name, email, org, now);
        self.people.insert(Person { admin, ..person });
        self.issue_session(uuid, Arc::from(""));
        uuid
    }

    /// Who holds `token`, if it is valid now.
    pub(super) fn caller(&self, token: &str, now: i64) -> Option<Caller> {
        let token = self.tokens.get(token, now)?;
        let person = self.people.get(token.person)?;
        Some(Caller {
            person: person.uuid,
            id: Arc::clone(&person.id),
            bot: person.bot,
            admin: person.admin,
            org: person.org,
            app: Arc::clone(&token.app),
            scopes: token.scopes.clone(),
            expires: token.expires,
        })
    }

    /// A client id in the vendor's form: `C` and hexadecimal digits.
    pub(super) fn client_id(&mut self) -> String {
        format!("C{}", self.dice.secret())
    }

    pub(super) fn tracking_id(&mut self) -> String {
        format!("ROUTERGW_{}", self.dice.uuid())
    }
}

/// A name-based UUID in the form that direct rooms have: the same for a pair, whoever wrote first.
pub(super) fn pair_uuid(one: Uuid, other: Uuid) -> Uuid {
    let (low, high) = if one < other { (one, other) } else { (other, one) };
    let name = [low.into_bytes(), high.into_bytes()].concat();
    let bytes = Uuid::new_v5(&Uuid::NAMESPACE_OID, &name).into_bytes();
    Builder::from_bytes(bytes).with_variant(Variant::RFC4122).with_version(Version::Md5).into_uuid()
}
