//! Groups of people who work on several platforms: what is written in one is read wherever one of them works, with everybody
//! present, in threads, with edits and deletions, once.

use std::time::Duration;

use entente_model::Link;
use entente_store::Channels as _;
use entente_testkit::{Actor, Place, Setup, World};

use crate::channels::shown_as;

const LONG: Duration = Duration::from_mins(20);

/// A group that somebody made where they work, of a colleague there and of somebody who works elsewhere.
struct Group {
    world: World,
    /// Who made it.
    host: Actor,
    /// Its id there.
    id: String,
    /// Who works elsewhere, at home.
    guest: Actor,
}

impl Group {
    async fn new(setup: Setup, home: Place, away: Place) -> Self {
        let world = World::synced(setup).await;
        for place in [home, away].into_iter().filter(|place| *place == Place::Webex) {
            // Nobody lets it in: that is for the product to do.
            world.add_listener(place).await;
        }
        world.listening().await;
        let people = entente_testkit::options::at_home(home);
        let host = world.at(home, &people[0].email).await;
        let colleague = world.at(home, &people[1].email).await;
        let guest = world.at(away, &world.somebody_of(away)).await;
        let stand_in = world.account_at(home, &guest.email).await;
        let id = host.open_group("Launch", &[colleague.id.clone(), stand_in]).await;
        Self { world, host, id, guest }
    }

    async fn settle(&self) {
        assert!(self.world.settle(LONG).await, "everything is passed on: {:?}", self.world.counts().await);
    }

    /// The group's link.
    async fn link(&self) -> Link {
        let links = self.world.store.links().await.expect("the memory store answers");
        links.into_iter().next().expect("the group is mirrored")
    }

    /// What the guest reads in the mirror, oldest first, without what the app says of the mirror.
    async fn mirrored(&self) -> Vec<(String, String)> {
        let link = self.link().await;
        let mirror = link
            .members
            .iter()
            .find(|member| member.at.workspace.id.as_str() == self.guest.place.workspace());
        let mirror = mirror.unwrap_or_else(|| panic!("no mirror in {link:?}"));
        read(&self.guest, mirror.at.id.as_str()).await
    }

    async fn read(&self) -> Vec<(String, String)> {
        read(&self.host, &self.id).await
    }
}

async fn read(who: &Actor, conversation: &str) -> Vec<(String, String)> {
    let mut shown = who.sees(conversation).await;
    shown.reverse();
    let all = shown.iter().filter_map(|message| shown_as(who.place, message));
    all.filter(|(_, text)| !text.contains("Entente:")).collect()
}

fn texts(read: &[(String, String)]) -> Vec<&str> {
    read.iter().map(|(_, text)| text.as_str()).collect()
}

async fn a_group_is_read_elsewhere(home: Place, away: Place) {
    let group = Group::new(Setup::between(1, &[home, away]), home, away).await;
    let asked = group.host.tell(&group.id, "who is in?").await;
    group.settle().await;
    assert_eq!(texts(&group.mirrored().await), ["who is in?"], "{home:?} to {away:?}");
    let link = group.link().await;
    let mirror = link.members[1].at.id.as_str().to_owned();
    group.guest.tell(&mirror, "me").await;
    group.settle().await;
    assert_eq!(texts(&group.read().await), ["who is in?", "me"], "{home:?} to {away:?}");
    group.host.edit(&asked, "who is coming?").await;
    let gone = group.host.tell(&group.id, "never mind").await;
    group.settle().await;
    group.host.delete(&gone).await;
    group.settle().await;
    assert_eq!(texts(&group.mirrored().await), ["who is coming?", "me"], "{home:?} to {away:?}");
    assert_eq!(group.world.store.links().await.unwrap().len(), 1, "a mirror is no group of its own");
}

#[tokio::test(start_paused = true)]
async fn a_group_of_webex_is_read_on_teams() {
    a_group_is_read_elsewhere(Place::Webex, Place::Teams).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_teams_is_read_on_webex() {
    a_group_is_read_elsewhere(Place::Teams, Place::Webex).await;
}
