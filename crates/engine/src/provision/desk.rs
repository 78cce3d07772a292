//! What one pass needs to know about one workspace, and whether it should stop there.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entente_model::{AccountRef, Person, WorkspaceRef};
use entente_platform::{Client, WantedBot};

use super::address;
use crate::sites::Workspace;
use crate::{Engine, EngineError};

/// A workspace where bots are made.
pub(super) struct Desk {
    pub(super) workspace: WorkspaceRef,
    /// Acts as the administrator.
    pub(super) client: Arc<dyn Client>,
    /// What the addresses of bots end with here.
    domain: &'static str,
    suffix: String,
    organization: String,
    /// What people call the platforms that others work in.
    platforms: HashMap<WorkspaceRef, &'static str>,
    pictures: HashMap<AccountRef, String>,
    /// An address was refused that had a dot.
    no_dots: AtomicBool,
    stopped: Mutex<Option<Stopped>>,
}

/// Why nothing more is tried in this pass.
#[derive(Debug, Clone)]
pub(super) struct Stopped {
    /// When the platform wants to be asked again, if it said so.
    pub(super) after: Option<Duration>,
    /// What somebody must do something about, if anything.
    pub(super) reason: Option<String>,
}

impl Desk {
    pub(super) async fn open(engine: &Engine, workspace: &Workspace) -> Result<Self, EngineError> {
        let Some(domain) = workspace.profile().capabilities.bot_domain else {
            return Err(EngineError::Refused("the platform has no bots that could stand in".to_owned()));
        };
        let client = engine.admin(workspace).await?;
        let mut platforms = HashMap::new();
        let mut pictures = HashMap::new();
        for other in engine.sites.iter() {
            platforms.insert(other.at().clone(), other.profile().name);
            for account in engine.store.accounts(other.at()).await? {
                if let Some(picture) = account.picture {
                    pictures.insert(account.account, picture);
                }
            }
        }
        Ok(Self {
            workspace: workspace.at().clone(),
            client,
            domain,
            suffix: engine.tuning.bot_suffix.clone(),
            organization: engine.tuning.organization.clone(),
            platforms,
            pictures,
            no_dots: AtomicBool::new(false),
            stopped: Mutex::new(None),
        })
    }

    /// Where a person's bot may be found, in the order of trying; `planned` comes first.
    pub(super) fn addresses(&self, person: &Person, planned: Option<&str>) -> Vec<String> {
        let mut all = address::of_person(person, &self.suffix, self.domain);
        if let Some(planned) = planned.filter(|planned| !all.iter().any(|address| address == planned)) {
            all.insert(0, planned.to_owned());
        }
        all
    }

    pub(super) fn wanted(&self, person: &Person, address: &str) -> WantedBot {
        let primary = person.primary.as_ref().map(|primary| &primary.account);
        let works = primary.and_then(|account| self.platforms.get(&account.workspace)).copied();
        WantedBot {
            name: person.name.clone(),
            address: address.to_owned(),
            picture: primary.and_then(|account| self.pictures.get(account)).cloned(),
            description: format!(
                "Passes messages on to {}, who works in {}. Run by {}.",
                person.name,
                works.unwrap_or("another app"),
                self.organization
            ),
        }
    }

    /// The platform refused an address for its dots, as it seems.
    pub(super) fn no_dots(&self) {
        self.no_dots.store(true, Ordering::Relaxed);
    }

    /// Whether an address with dots is not worth trying in this pass.
    pub(super) fn takes_no_dots(&self) -> bool {
        self.no_dots.load(Ordering::Relaxed)
    }

    /// Nothing more is tried here in this pass.
    pub(super) fn stop(&self, stopped: Stopped) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stopped);
    }

    pub(super) fn stopped(&self) -> Option<Stopped> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
