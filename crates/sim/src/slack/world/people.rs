//! People, bots' users and Slackbot ("User object"), by id, by address, and in the order in which they came.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Slackbot, which is not a bot by its flag ("User object").
pub(in crate::slack) const SLACKBOT: &str = "USLACKBOT";

/// A person, a bot's user, or Slackbot.
#[derive(Debug, Clone)]
pub(in crate::slack) struct Person {
    pub(in crate::slack) id: Arc<str>,
    /// The old short name, not unique.
    pub(in crate::slack) handle: String,
    pub(in crate::slack) name: String,
    pub(in crate::slack) display_name: String,
    /// In lower case; bots have none.
    pub(in crate::slack) email: Option<String>,
    /// Whose bot it is, if it is one.
    pub(in crate::slack) bot: Option<BotOf>,
    pub(in crate::slack) admin: bool,
    pub(in crate::slack) deleted: bool,
    /// A guest of several channels.
    pub(in crate::slack) restricted: bool,
    /// Seconds since the Unix epoch.
    pub(in crate::slack) updated: i64,
    /// The conversations they are in.
    pub(in crate::slack) channels: BTreeSet<Arc<str>>,
    /// Where they stand in the order.
    pub(in crate::slack) position: usize,
}

/// The app behind a bot's user.
#[derive(Debug, Clone)]
pub(in crate::slack) struct BotOf {
    /// `B…`.
    pub(in crate::slack) bot_id: Arc<str>,
    /// `A…`.
    pub(in crate::slack) app: Arc<str>,
}

impl Person {
    pub(in crate::slack) fn new(id: Arc<str>, name: &str, email: &str, now: i64) -> Self {
        let email = email.to_lowercase();
        let handle = email.split('@').next().unwrap_or("").to_owned();
        Self {
            id,
            display_name: handle.split('.').next().unwrap_or("").to_owned(),
            handle,
            name: name.to_owned(),
            email: Some(email).filter(|email| !email.is_empty()),
            bot: None,
            admin: false,
            deleted: false,
            restricted: false,
            updated: now.div_euclid(1000),
            channels: BTreeSet::new(),
            position: 0,
        }
    }

    pub(super) fn slackbot(now: i64) -> Self {
        Self {
            handle: "slackbot".to_owned(),
            display_name: "Slackbot".to_owned(),
            ..Self::new(SLACKBOT.into(), "Slackbot", "", now)
        }
    }

    /// Somebody with an account of their own, as opposed to a bot or Slackbot.
    pub(in crate::slack) fn human(&self) -> bool {
        self.bot.is_none() && &*self.id != SLACKBOT
    }
}

/// The directory.
#[derive(Debug, Default)]
pub(in crate::slack) struct People {
    all: HashMap<Arc<str>, Person>,
    addresses: HashMap<String, Arc<str>>,
    order: Vec<Arc<str>>,
    /// Bots' users by bot id.
    bots: HashMap<Arc<str>, Arc<str>>,
}

impl People {
    pub(in crate::slack) fn insert(&mut self, mut person: Person) {
        person.position = self.order.len();
        self.order.push(Arc::clone(&person.id));
        if let Some(email) = &person.email {
            self.addresses.insert(email.clone(), Arc::clone(&person.id));
        }
        if let Some(bot) = &person.bot {
            self.bots.insert(Arc::clone(&bot.bot_id), Arc::clone(&person.id));
        }
        self.all.insert(Arc::clone(&person.id), person);
    }

    /// Anybody there is or was.
    pub(in crate::slack) fn get(&self, id: &str) -> Option<&Person> {
        self.all.get(id)
    }

    pub(in crate::slack) fn get_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.all.get_mut(id)
    }

    pub(in crate::slack) fn by_email(&self, email: &str) -> Option<&Person> {
        self.all.get(self.addresses.get(&email.trim().to_lowercase())?)
    }

    /// A person, not a bot, by address or id.
    pub(in crate::slack) fn human(&self, text: &str) -> Option<&Person> {
        self.by_email(text).or_else(|| self.get(text)).filter(|person| person.human())
    }

    pub(in crate::slack) fn by_bot_id(&self, bot_id: &str) -> Option<&Person> {
        self.all.get(self.bots.get(bot_id)?)
    }

    pub(in crate::slack) fn len(&self) -> usize {
        self.order.len()
    }

    /// Everybody from position `from`, in the order in which they came.
    pub(in crate::slack) fn from(&self, from: usize) -> impl Iterator<Item = &Person> {
        self.order.iter().skip(from).filter_map(|id| self.all.get(id))
    }
}
