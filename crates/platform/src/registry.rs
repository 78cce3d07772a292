//! The platforms this process knows. The engine and the web see platforms only through here.

use std::collections::BTreeMap;
use std::sync::Arc;

use entente_model::PlatformId;

use crate::Platform;

/// All platforms by id.
#[derive(Clone, Default)]
pub struct Registry {
    platforms: BTreeMap<PlatformId, Arc<dyn Platform>>,
}

impl Registry {
    /// The registry of these platforms.
    pub fn new(platforms: impl IntoIterator<Item = Arc<dyn Platform>>) -> Self {
        Self { platforms: platforms.into_iter().map(|platform| (platform.id(), platform)).collect() }
    }

    /// The platform of this id.
    pub fn get(&self, id: &PlatformId) -> Option<&Arc<dyn Platform>> {
        self.platforms.get(id)
    }

    /// All platforms in order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Platform>> {
        self.platforms.values()
    }
}
