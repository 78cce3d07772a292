//! Who joins one channel of a link comes into the others where the link mirrors membership, and leaves them likewise; what cannot be
//! done is said, and what happened while nothing ran is seen afterwards.

use std::time::Duration;

use entente_model::Link;
use entente_store::Logins as _;
use entente_testkit::{Place, Setup};

use super::{Channels, texts};

/// Longer than it takes until a channel of which nothing is reported is looked at, and once more.
const SEEN: Duration = Duration::from_mins(25);

impl Channels {
    async fn mirrored(seed: u64, places: &[Place], more: &[(&str, &str)]) -> (Self, Link) {
        let channels = Self::new(Setup::between(seed, places)).await;
        let link = channels.link().await;
        let chosen = [&[("membership", "mirrored")], more].concat();
        channels.chosen(&link, &chosen).await;
        channels.seen().await;
        (channels, link)
    }

    async fn chosen(&self, link: &Link, chosen: &[(&str, &str)]) {
        let own = |(option, value): &(&str, &str)| ((*option).to_owned(), (*value).to_owned());
        let chosen: Vec<_> = chosen.iter().map(own).collect();
        self.world.running().choose(link.id, &chosen).await.expect("it can be chosen");
    }

    async fn seen(&self) {
        tokio::time::sleep(SEEN).await;
        self.settle().await;
    }

    /// The account in this room's workspace of one of those who work at `home`.
    async fn account(&self, room: usize, home: Place, which: usize) -> String {
        let place = self.rooms[room].host.place;
        let email = entente_testkit::options::at_home(home)[which].email.clone();
        let bot = place == Place::Webex && home != Place::Webex;
        let address = if bot { self.world.bot_of(&email).await } else { email };
        self.world.at(place, &address).await.id
    }

    /// Whether an account is in a room, as whoever looks there is told.
    async fn is_in(&self, link: &Link, room: usize, account: &str) -> bool {
        let at = &link.members[room].at;
        let logins = self.world.store.logins(Some(&at.workspace)).await.expect("the store works");
        let app = logins.iter().find(|login| login.kind == "app").map(|login| login.id);
        let joins = self.rooms[room].host.place != Place::Zoom;
        let looker = app.filter(|_| joins).or(link.members[room].listener).expect("somebody looks");
        let client = self.world.running().client(looker).await.expect("it is asked").expect("it is there");
        let found = client.channel(at.id.as_str()).await.expect("it answers").expect("it is there");
        found.members.iter().any(|member| member.id.as_str() == account)
    }

    /// What the app said in a room.
    async fn lines(&self, room: usize) -> Vec<String> {
        let read = self.read(room).await;
        texts(&read).into_iter().filter(|text| text.contains("Entente:")).map(str::to_owned).collect()
    }
}

/// From each platform to each other: whoever comes into one is in the others, once and silently, and leaves them again.
#[tokio::test(start_paused = true)]
async fn who_joins_one_is_let_into_the_others_and_leaves_them() {
    let (channels, link) = Channels::mirrored(51, &[Place::Webex, Place::Slack, Place::Zoom], &[]).await;
    for (from, room) in channels.rooms.iter().enumerate() {
        // Somebody who works there, and is in none of the rooms.
        let place = room.host.place;
        let mut accounts = Vec::new();
        for to in 0..channels.rooms.len() {
            let account = channels.account(to, place, 1).await;
            assert!(!channels.is_in(&link, to, &account).await, "nobody was moved before");
            accounts.push(account);
        }
        room.host.let_in(&room.id, &accounts[from]).await;
        channels.seen().await;
        for (to, account) in accounts.iter().enumerate() {
            assert!(channels.is_in(&link, to, account).await, "from {place:?} to {to}");
        }
        let email = entente_testkit::options::at_home(place)[1].email.clone();
        channels.world.at(place, &email).await.leave(&room.id).await;
        channels.seen().await;
        for (to, account) in accounts.iter().enumerate() {
            // On Zoom only the owner takes people out, and it is not the owner who hears there.
            let stays = channels.rooms[to].host.place == Place::Zoom && to != from;
            assert_eq!(channels.is_in(&link, to, account).await, stays, "from {place:?} to {to}");
        }
    }
    for (room, there) in channels.rooms.iter().enumerate() {
        let said = channels.lines(room).await;
        let refused =
            said.iter().filter(|line| line.contains("left elsewhere, and is still here: Zoom lets only"));
        let expected = if there.host.place == Place::Zoom { 2 } else { 0 };
        assert_eq!((said.len(), refused.count()), (expected, expected), "{said:?}");
    }
}

/// Where both are chosen, each other channel is told once, and what we did ourselves is nobody's doing.
#[tokio::test(start_paused = true)]
async fn what_we_do_is_not_told_as_somebodys_doing() {
    let (channels, link) = Channels::mirrored(52, &[Place::Webex, Place::Slack], &[("notices", "on")]).await;
    let [webex, slack] = &channels.rooms[..] else { panic!("two rooms") };
    let name = |place: Place| entente_testkit::options::at_home(place)[1].name.clone();
    webex.host.let_in(&webex.id, &channels.account(0, Place::Webex, 1).await).await;
    slack.host.let_in(&slack.id, &channels.account(1, Place::Slack, 1).await).await;
    channels.seen().await;
    for (room, other) in [(0, Place::Slack), (1, Place::Webex)] {
        let told = channels.lines(room).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(&format!("{} joined “launch” on", name(other))), "{told:?}");
        assert!(channels.is_in(&link, room, &channels.account(room, other, 1).await).await);
    }
    channels.seen().await;
    assert_eq!((channels.lines(0).await.len(), channels.lines(1).await.len()), (1, 1), "once");
}

/// A platform that does not let them in is quoted where they are missing.
#[tokio::test(start_paused = true)]
async fn what_a_platform_refuses_is_said() {
    let (channels, link) = Channels::mirrored(53, &[Place::Slack, Place::Teams], &[]).await;
    let [slack, _] = &channels.rooms[..] else { panic!("two rooms") };
    let name = entente_testkit::options::at_home(Place::Slack)[1].name.clone();
    let there = channels.account(1, Place::Slack, 1).await;
    slack.host.let_in(&slack.id, &channels.account(0, Place::Slack, 1).await).await;
    for _ in 0..2 {
        channels.seen().await;
        assert!(!channels.is_in(&link, 1, &there).await);
        let said = channels.lines(1).await;
        assert_eq!(said.len(), 1, "once: {said:?}");
        assert!(said[0].contains(&format!("{name} could not be let in here: who is in a team")), "{said:?}");
    }
}

/// Who came while nothing ran is told, and followed, when it runs again; what nobody follows is never told.
#[tokio::test(start_paused = true)]
async fn what_happened_while_nothing_ran_is_seen_afterwards() {
    let (mut channels, link) =
        Channels::mirrored(54, &[Place::Webex, Place::Slack], &[("notices", "on")]).await;
    let name = entente_testkit::options::at_home(Place::Slack)[1].name.clone();
    let account = channels.account(1, Place::Slack, 1).await;
    let bot = channels.account(0, Place::Slack, 1).await;
    channels.world.stop().await;
    channels.rooms[1].host.let_in(&channels.rooms[1].id, &account).await;
    tokio::time::sleep(SEEN).await;
    channels.world.start(None, false).await;
    channels.world.listening().await;
    channels.seen().await;
    let told = channels.lines(0).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&format!("{name} joined “launch” on Slack.")), "{told:?}");
    assert!(channels.is_in(&link, 0, &bot).await);
    channels.chosen(&link, &[("membership", "apart"), ("notices", "off")]).await;
    let email = entente_testkit::options::at_home(Place::Slack)[1].email.clone();
    channels.world.at(Place::Slack, &email).await.leave(&channels.rooms[1].id).await;
    channels.seen().await;
    channels.chosen(&link, &[("notices", "on")]).await;
    channels.seen().await;
    assert_eq!(channels.lines(0).await.len(), 1);
    assert!(channels.is_in(&link, 0, &bot).await, "nobody is moved for what was before");
}
