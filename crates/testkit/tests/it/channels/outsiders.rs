//! People whom no directory of ours lists: left out, unless the link carries them; then under the name that their platform gives them,
//! and marked.

use entente_testkit::{Actor, Place, Setup};
use serde_json::json;

use super::{Channels, texts};

const NAME: &str = "Zed Quill";
const EMAIL: &str = "zed@elsewhere.example";

impl Channels {
    /// Somebody who came after the directory was read, and in a room; from another organization, where there are such.
    async fn outsider(&self, room: usize) -> Actor {
        let (host, id) = (&self.rooms[room].host, &self.rooms[room].id);
        let mut zed = json!({"name": NAME, "email": EMAIL});
        if matches!(host.place, Place::Webex | Place::Zoom) {
            zed["organization"] = "Elsewhere".into();
        }
        let made = self.world.control(host.place, "/_sim/people", zed).await;
        if host.place == Place::Zoom {
            let known = json!({"person": host.email, "other": EMAIL, "connected": true});
            self.world.control(host.place, "/_sim/contacts", known).await;
        }
        host.let_in(id, made["id"].as_str().expect("an account")).await;
        self.world.at(host.place, EMAIL).await
    }

    async fn carry_outsiders(&self, id: entente_model::LinkId) {
        let chosen = [("outsiders".to_owned(), "allowed".to_owned())];
        self.world.running().choose(id, &chosen).await.expect("it can be chosen");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outsider_is_left_out_or_carried_with_a_mark() {
    for place in [Place::Webex, Place::Slack, Place::Zoom] {
        let other = if place == Place::Slack { Place::Zoom } else { Place::Slack };
        let channels = Channels::new(Setup::between(61, &[place, other])).await;
        let link = channels.link().await;
        let here = channels.rooms.iter().position(|room| room.host.place == place).expect("a room");
        let zed = channels.outsider(here).await;
        let room = channels.rooms[here].id.clone();
        zed.tell(&room, "let me in").await;
        channels.settle().await;
        assert_eq!(channels.read(1 - here).await, [], "{place:?}: by default they are left out");
        let dropped = channels.world.counts().await.dropped;
        assert_eq!(dropped.get("outsider"), Some(&1), "{place:?}: {dropped:?}");

        channels.carry_outsiders(link.id).await;
        let said = zed.tell(&room, "hello all").await;
        let gone = zed.tell(&room, "a mistake").await;
        channels.settle().await;
        let read = channels.read(1 - here).await;
        let marked = |(author, text): &(String, String)| {
            author.starts_with("Zed Quill (outside)") || text.starts_with("Zed Quill (outside):")
        };
        assert!(read.len() == 2 && read.iter().all(marked), "{place:?}: {read:?}");
        zed.edit(&said, "hello everybody").await;
        zed.delete(&gone).await;
        channels.settle().await;
        let read = channels.read(1 - here).await;
        assert_eq!(read.len(), 1, "{place:?}: {read:?}");
        assert!(marked(&read[0]) && texts(&read)[0].ends_with("hello everybody"), "{place:?}: {read:?}");
        assert_eq!(channels.world.counts().await.dead, 0, "{place:?}");
        // A colleague is not marked.
        channels.rooms[here].host.tell(&room, "welcome").await;
        channels.settle().await;
        let read = channels.read(1 - here).await;
        assert!(!marked(read.last().expect("it is read")), "{place:?}: {read:?}");
    }
}
