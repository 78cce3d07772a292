//! Channels of a world: one on each platform, with whoever has to be in it so that they can be linked.

use entente_engine::{Asked, Wanted};
use entente_model::{Link, LinkOptions};

use crate::options::at_home;
use crate::people::Actor;
use crate::place::Place;
use crate::world::World;

/// A channel of a world.
pub struct Room {
    /// Who made it: the first of those who work there.
    pub host: Actor,
    /// Its id on its platform.
    pub id: String,
}

impl World {
    /// Makes a channel of this name on each platform, with the Entente app in it, and where that is not told what is written
    /// there, an account that belongs to nobody.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn open_channels(&self, name: &str) -> Vec<Room> {
        let mut rooms = Vec::new();
        for place in self.setup.places.clone() {
            let host = self.at(place, &at_home(place)[0].email).await;
            let id = host.open_channel(name).await;
            // On Teams apps are installed with the team.
            let app = self.app_at(place).await.filter(|_| place != Place::Teams);
            if let Some(app) = app {
                host.let_in(&id, &app).await;
            }
            if matches!(place, Place::Webex | Place::Zoom) {
                let listener = self.add_listener(place).await;
                host.let_in(&id, &listener).await;
            }
            rooms.push(Room { host, id });
        }
        self.listening().await;
        rooms
    }

    /// Whom a platform's ledger names as the author of what the app says in channels there.
    pub async fn app_as_author(&self, place: Place) -> String {
        let site = self.sites.iter().find(|site| site.workspace.id.as_str() == place.workspace());
        match (place, site) {
            (Place::Teams, Some(site)) => format!("app:{}", site.client_id),
            (Place::Zoom, Some(site)) => site.settings.get("bot_jid").cloned().unwrap_or_default(),
            _ => self.app_at(place).await.unwrap_or_default(),
        }
    }

    /// Links channels, each with all others.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn link(&self, rooms: &[Room]) -> Link {
        self.running().link(wanted(rooms)).await.expect("the channels can be linked")
    }
}

/// The link of these channels.
pub fn wanted(rooms: &[Room]) -> Wanted {
    let asked = |room: &Room| Asked {
        workspace: room.host.place.workspace().into(),
        channel: room.id.clone(),
        new: false,
    };
    Wanted {
        name: None,
        channels: rooms.iter().map(asked).collect(),
        one_way: false,
        options: LinkOptions::default(),
    }
}
