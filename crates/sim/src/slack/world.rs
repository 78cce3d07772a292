//! Everything the simulated workspace knows, indexed by key. No endpoint walks all people, conversations or messages.
//!
//! The parts own their own indexes: [`people`], [`channels`], [`messages`], [`files`], [`apps`], [`tokens`]. What touches several of
//! them and has to be told to somebody is in [`write`]; who is told is in [`events`](super::events).

use std::collections::HashMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::control::Control;
use crate::courier::Courier;
use crate::org;

pub(super) mod apps;
pub(super) mod channels;
pub(super) mod files;
pub(super) mod messages;
pub(super) mod people;
pub(super) mod tokens;
pub(super) mod write;

use super::events::Events;
use super::switches::Switches;
use apps::Apps;
use channels::Channels;
use files::Files;
use people::{People, Person};
use tokens::Tokens;

/// The state behind the one lock.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) team: Team,
    pub(super) people: People,
    pub(super) channels: Channels,
    pub(super) files: Files,
    pub(super) apps: Apps,
    pub(super) tokens: Tokens,
    pub(super) events: Events,
    /// Standing answers of people who are known when consent is asked for.
    pub(super) consents: HashMap<Arc<str>, bool>,
}

/// The workspace.
#[derive(Debug)]
pub(super) struct Team {
    /// `T…`.
    pub(super) id: Arc<str>,
    pub(super) name: String,
    /// What stands before `.slack.com`.
    pub(super) domain: String,
    /// The domain of people's addresses.
    pub(super) email_domain: String,
}

/// Ids and secrets, repeatable by seed.
pub(super) struct Dice(StdRng);

impl Dice {
    /// An id in the vendor's form: a letter or two that say of what, `0`, and capitals and digits.
    pub(super) fn id(&mut self, prefix: &str) -> Arc<str> {
        const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut id = format!("{prefix}0");
        id.extend((0..9).map(|_| char::from(ALPHABET[self.0.random_range(0..ALPHABET.len())])));
        id.into()
    }

    /// A number of `digits` digits that does not begin with 0.
    pub(super) fn digits(&mut self, digits: u32) -> u64 {
        self.0.random_range(10_u64.pow(digits - 1)..10_u64.pow(digits))
    }

    /// `bytes` random bytes in hexadecimal.
    pub(super) fn hex(&mut self, bytes: usize) -> String {
        let bytes: Vec<u8> = (0..bytes).map(|_| self.0.random()).collect();
        hex::encode(bytes)
    }

    /// A UUID in the usual form.
    pub(super) fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.0.random()).into_uuid().to_string()
    }

    /// A whole number below `below`, which is not 0.
    pub(super) fn below(&mut self, below: usize) -> usize {
        self.0.random_range(0..below)
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
        let mut dice = Dice(StdRng::seed_from_u64(seed ^ 0x53_4C41_434B));
        let now = control.clock.millis();
        let team = Team {
            id: dice.id("T"),
            name: "Acme".to_owned(),
            domain: "acme".to_owned(),
            email_domain: "acme.example".to_owned(),
        };
        let mut world = Self {
            dice,
            team,
            people: People::default(),
            channels: Channels::default(),
            files: Files::default(),
            apps: Apps::default(),
            tokens: Tokens::default(),
            events: Events::new(control, courier),
            consents: HashMap::new(),
        };
        world.people.insert(Person::slackbot(now));
        world.add_person("Iris Admin", "iris.admin@acme.example", true, now);
        for somebody in people.iter().filter(|somebody| somebody.on_slack) {
            world.add_person(&somebody.name, &somebody.email, false, now);
        }
        world
    }

    /// A person with an account and a token of their own app; the old one if the address is known.
    pub(super) fn add_person(&mut self, name: &str, email: &str, admin: bool, now: i64) -> Arc<str> {
        if let Some(known) = self.people.by_email(email) {
            return Arc::clone(&known.id);
        }
        let id = self.dice.id("U");
        self.people.insert(Person { admin, ..Person::new(Arc::clone(&id), name, email, now) });
        self.issue_session(&id);
        id
    }
}
