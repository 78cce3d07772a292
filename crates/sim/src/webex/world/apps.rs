//! Applications: integrations and bots ("Applications" of the government cloud's guide, the developer portal's forms).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

/// An application.
#[derive(Debug, Clone)]
pub(in crate::webex) struct App {
    /// The OAuth client id, which the REST id is made of.
    pub(in crate::webex) client: Arc<str>,
    pub(in crate::webex) name: String,
    pub(in crate::webex) friendly: String,
    pub(in crate::webex) description: Option<String>,
    pub(in crate::webex) tagline: Option<String>,
    pub(in crate::webex) logo: Option<String>,
    pub(in crate::webex) creator: Option<Uuid>,
    pub(in crate::webex) org: Uuid,
    pub(in crate::webex) created: i64,
    pub(in crate::webex) kind: Kind,
}

/// What only one sort of application has.
#[derive(Debug, Clone)]
pub(in crate::webex) enum Kind {
    /// Speaks as itself.
    Bot {
        /// The bot's account.
        person: Uuid,
        /// Its address, never changed.
        email: String,
    },
    /// Speaks as the people who granted it something.
    Integration {
        /// The client secret.
        secret: String,
        /// Where codes may be sent; compared exactly.
        redirect_uris: Vec<String>,
    },
}

/// All applications.
#[derive(Debug, Default)]
pub(in crate::webex) struct Apps {
    by_client: HashMap<Arc<str>, App>,
    /// Oldest first.
    order: Vec<Arc<str>>,
    by_creator: HashMap<Uuid, Vec<Arc<str>>>,
    by_bot_email: HashMap<String, Arc<str>>,
    /// Addresses that were ever taken.
    spent: HashSet<String>,
}

impl Apps {
    pub(in crate::webex) fn insert(&mut self, app: App) {
        let client = Arc::clone(&app.client);
        if let Kind::Bot { email, .. } = &app.kind {
            self.by_bot_email.insert(email.clone(), Arc::clone(&client));
            self.spent.insert(email.clone());
        }
        if let Some(creator) = app.creator {
            self.by_creator.entry(creator).or_default().push(Arc::clone(&client));
        }
        self.order.push(Arc::clone(&client));
        self.by_client.insert(client, app);
    }

    pub(in crate::webex) fn get(&self, client: &str) -> Option<&App> {
        self.by_client.get(client)
    }

    pub(in crate::webex) fn get_mut(&mut self, client: &str) -> Option<&mut App> {
        self.by_client.get_mut(client)
    }

    pub(in crate::webex) fn remove(&mut self, client: &str) -> Option<App> {
        let app = self.by_client.remove(client)?;
        if let Kind::Bot { email, .. } = &app.kind {
            self.by_bot_email.remove(email);
        }
        Some(app)
    }

    pub(in crate::webex) fn by_bot_email(&self, email: &str) -> Option<&App> {
        self.by_client.get(self.by_bot_email.get(email)?)
    }

    /// Whether a bot has or had this address.
    pub(in crate::webex) fn spent(&self, email: &str) -> bool {
        self.spent.contains(email)
    }

    /// Applications of one creator, or all, oldest first, from position `from`; with their positions, which deletions
    /// do not move.
    pub(in crate::webex) fn list(
        &self,
        creator: Option<Uuid>,
        from: usize,
    ) -> impl Iterator<Item = (usize, &App)> {
        let order: &[Arc<str>] = match creator {
            None => &self.order,
            Some(creator) => self.by_creator.get(&creator).map_or(&[], Vec::as_slice),
        };
        order
            .iter()
            .enumerate()
            .skip(from)
            .filter_map(|(position, client)| Some((position, self.by_client.get(client)?)))
    }

    /// How many bots somebody has created and not deleted.
    pub(in crate::webex) fn bots_of(&self, creator: Uuid) -> usize {
        self.list(Some(creator), 0).filter(|(_, app)| matches!(app.kind, Kind::Bot { .. })).count()
    }
}
