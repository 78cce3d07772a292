//! Groups of people who work on several platforms: what is written in one is read wherever one of them works, with everybody
//! present, in threads, with edits and deletions, once.

use std::time::Duration;

use entente_model::{Link, LinkState};
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{Channels as _, Mirrors as _};
use entente_testkit::people::At;
use entente_testkit::{Actor, Place, Setup, World};

use crate::channels::shown_as;

/// All points take minutes; a prime number reaches each kind of point in time.
const STRIDE: usize = 23;

/// After so long it is looked at anew.
const SEEN: Duration = Duration::from_mins(11);

/// What a group is called.
const NAME: &str = "Launch";

const LONG: Duration = Duration::from_mins(20);

/// A group that somebody made where they work, of a colleague there and of somebody who works elsewhere.
pub(crate) struct Group {
    world: World,
    /// Who made it.
    pub(crate) host: Actor,
    /// Its id there.
    pub(crate) id: String,
    /// The others in it, by their accounts there.
    others: Vec<String>,
    /// Who works elsewhere, at home.
    pub(crate) guest: Actor,
}

impl Group {
    async fn new(setup: Setup, home: Place, away: Place) -> Self {
        Self::called(setup, home, away, NAME).await
    }

    /// One of another name.
    pub(crate) async fn called(setup: Setup, home: Place, away: Place, name: &str) -> Self {
        let world = World::synced(setup).await;
        for place in [home, away].into_iter().filter(|place| *place == Place::Webex) {
            // Nobody lets it in: that is for the product to do.
            world.add_listener(place).await;
        }
        world.listening().await;
        Self::of(world, home, away, name).await
    }

    /// A group in a world where nobody hears on Webex who has no account of their own elsewhere.
    async fn of(world: World, home: Place, away: Place, name: &str) -> Self {
        let people = entente_testkit::options::at_home(home);
        let host = world.at(home, &people[0].email).await;
        let colleague = world.at(home, &people[1].email).await;
        let guest = world.at(away, &world.somebody_of(away)).await;
        let stand_in = world.account_at(home, &guest.email).await;
        let others = vec![colleague.id.clone(), stand_in];
        let id = host.open_group(name, &others).await;
        Self { world, host, id, others, guest }
    }

    pub(crate) async fn settle(&self) {
        if self.world.settle(LONG).await {
            return;
        }
        let mut mirrors = Vec::new();
        for link in self.world.store.unfinished().await.expect("the memory store answers") {
            mirrors.push(self.world.store.mirrors(link).await.expect("the memory store answers"));
        }
        panic!("everything is passed on: {:?}, unfinished: {mirrors:?}", self.world.counts().await);
    }

    async fn links(&self) -> Vec<Link> {
        self.world.store.links().await.expect("the memory store answers")
    }

    /// The group's link.
    pub(crate) async fn link(&self) -> Link {
        let mut links = self.links().await.into_iter();
        links.find(|link| link.members[0].at.id.as_str() == self.id).expect("the group is mirrored")
    }

    /// How many conversations of this name the guest has at home.
    async fn conversations(&self, name: &str) -> usize {
        let path = format!("/_sim/conversations?person={}", self.guest.id);
        let all = self.world.look(self.guest.place, &path).await;
        let items = all["items"].as_array().unwrap_or_else(|| panic!("no items in {all}"));
        items.iter().filter(|item| item.to_string().contains(&format!("\"{name}\""))).count()
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
    // What the app says of the mirror, and what the platform itself says of who comes and goes.
    all.filter(|(_, text)| !text.contains("Entente:") && !text.is_empty()).collect()
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
    let mut read = group.mirrored().await;
    // Teams lists first what was changed last.
    read.sort_by_key(|(_, text)| text.len());
    assert_eq!(texts(&read), ["me", "who is coming?"], "{home:?} to {away:?}");
    assert_eq!(group.links().await.len(), 1, "a mirror is no group of its own");
}

#[tokio::test(start_paused = true)]
async fn a_group_of_webex_is_read_on_teams() {
    a_group_is_read_elsewhere(Place::Webex, Place::Teams).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_teams_is_read_on_webex() {
    a_group_is_read_elsewhere(Place::Teams, Place::Webex).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_teams_is_read_on_zoom() {
    a_group_is_read_elsewhere(Place::Teams, Place::Zoom).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_zoom_is_read_on_teams() {
    a_group_is_read_elsewhere(Place::Zoom, Place::Teams).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_slack_is_read_on_webex() {
    a_group_is_read_elsewhere(Place::Slack, Place::Webex).await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_zoom_is_read_on_slack() {
    a_group_is_read_elsewhere(Place::Zoom, Place::Slack).await;
}

/// A group is mirrored once, whenever the process dies.
#[tokio::test(start_paused = true)]
async fn no_death_makes_two_mirrors() {
    let setup = Setup { limits: 0.0, ..Setup::small(5) };
    let mut group = Group::new(setup, Place::Teams, Place::Webex).await;
    for point in (1..).step_by(STRIDE) {
        assert!(point < 2_000, "the story never ends before the process dies");
        let name = format!("Group {point}");
        group.id = group.host.open_group(&name, &group.others).await;
        group.world.gate().kill_after(point);
        group.host.tell(&group.id, "one").await;
        let died = group.world.wait_for_death(Duration::from_mins(1)).await;
        if died {
            group.world.start(None, false).await;
        } else {
            group.world.gate().forgive();
        }
        group.host.tell(&group.id, "two").await;
        group.settle().await;
        assert_eq!(texts(&group.mirrored().await), ["one", "two"], "after a death at point {point}");
        assert_eq!(group.conversations(&name).await, 1, "after a death at point {point}");
        if !died {
            assert!(point > 40, "the story has more than {point} points");
            return;
        }
    }
}

/// Nothing that is said in a mirror overtakes what the mirror was made for, however long that takes.
#[tokio::test(start_paused = true)]
async fn what_a_mirror_was_made_for_comes_first() {
    let setup = Setup::between(10, &[Place::Webex, Place::Teams, Place::Slack]);
    let mut group = Group::new(setup, Place::Webex, Place::Teams).await;
    let third = group.world.at(Place::Slack, &group.world.somebody_of(Place::Slack)).await;
    group.others.push(group.world.account_at(Place::Webex, &third.email).await);
    group.id = group.host.open_group("Launch", &group.others).await;
    // Whatever is read there takes so long that somebody may answer in a mirror before anything is read.
    group.world.faults(Place::Webex).set(vec![Rule {
        name: "slow".to_owned(),
        method: "GET".to_owned(),
        path: "/v1/messages".to_owned(),
        fault: Fault::Slow { millis: 5_000 },
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    group.host.tell(&group.id, "who is in?").await;
    let all_stand = async {
        while group.links().await.first().is_none_or(|link| link.members.len() < 3) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(LONG, all_stand).await.expect("its mirrors are made");
    let link = group.link().await;
    let mirror = |place: Place| {
        let there = link.members.iter().find(|one| one.at.workspace.id.as_str() == place.workspace());
        there.expect("a mirror").at.id.as_str().to_owned()
    };
    group.guest.tell(&mirror(Place::Teams), "me").await;
    group.settle().await;
    let read = read(&third, &mirror(Place::Slack)).await;
    assert_eq!(texts(&read), ["who is in?", "me"]);
}

/// The same people have one group on Slack; what stands for their other one is a private channel, and says so on both sides.
#[tokio::test(start_paused = true)]
async fn a_second_group_of_the_same_people_is_a_private_channel() {
    let setup = Setup::between(12, &[Place::Teams, Place::Slack]);
    let mut group = Group::new(setup, Place::Teams, Place::Slack).await;
    // Two of them have an account there, which is enough for a group.
    let guests = entente_testkit::options::at_home(Place::Slack);
    let second = guests.iter().find(|one| one.email != group.guest.email).expect("somebody else works there");
    group.others.push(group.world.account_at(Place::Teams, &second.email).await);
    for (name, is_channel) in [("Launch", false), ("Landing", true)] {
        group.id = group.host.open_group(name, &group.others).await;
        group.host.tell(&group.id, "who is in?").await;
        group.settle().await;
        let mirror = group.link().await.members[1].at.id.as_str().to_owned();
        for (who, at, place) in [(&group.host, &group.id, "there"), (&group.guest, &mirror, "here")] {
            let words = format!("It is a private channel {place}");
            let said = who.sees(at).await.iter().any(|message| message.to_string().contains(&words));
            assert_eq!(said, is_channel, "{name}, {place}");
        }
        assert_eq!(texts(&group.mirrored().await), ["who is in?"], "{name}");
    }
}

/// What somebody calls a group, it is called everywhere, whichever of its conversations they see.
#[tokio::test(start_paused = true)]
async fn a_group_has_one_name() {
    for (home, away) in [(Place::Webex, Place::Teams), (Place::Teams, Place::Webex)] {
        let group = Group::new(Setup::between(11, &[home, away]), home, away).await;
        group.host.tell(&group.id, "who is in?").await;
        group.settle().await;
        let mirror = group.link().await.members[1].at.id.as_str().to_owned();
        for (who, at, name) in [(&group.host, &group.id, "Landing"), (&group.guest, &mirror, "Parachute")] {
            who.rename_group(at, name).await;
            // Where nothing tells of it, it is seen when somebody says something again.
            tokio::time::sleep(SEEN).await;
            who.tell(at, "now").await;
            group.settle().await;
            let names: Vec<_> = group.link().await.members.into_iter().map(|member| member.name).collect();
            assert_eq!(names, [name, name], "{home:?} to {away:?}");
            assert_eq!(group.conversations(name).await, 1, "{home:?} to {away:?}");
        }
    }
}

/// Whoever is let into a group comes into its mirror, and whoever leaves one leaves the other.
#[tokio::test(start_paused = true)]
async fn who_comes_and_goes_does_so_everywhere() {
    let group = Group::new(Setup::small(6), Place::Webex, Place::Teams).await;
    group.host.tell(&group.id, "who is in?").await;
    group.settle().await;
    let mirror = group.link().await.members[1].at.id.as_str().to_owned();
    let late = &entente_testkit::options::at_home(Place::Teams)[1];
    let stand_in = group.world.account_at(Place::Webex, &late.email).await;
    group.host.let_in(&group.id, &stand_in).await;
    group.settle().await;
    let late = group.world.at(Place::Teams, &late.email).await;
    late.tell(&mirror, "here I am").await;
    group.settle().await;
    assert_eq!(texts(&group.read().await), ["who is in?", "here I am"]);
    let author = &group.read().await[1].0;
    assert_eq!(*author, group.world.bot_of(&late.email).await, "they speak as what stands in for them");
}

/// A look at a mirror that answers late does not know of whoever was let in meanwhile, who has not left for that.
#[tokio::test(start_paused = true)]
async fn a_look_that_answers_late_takes_nobody_out() {
    let group = Group::new(Setup::small(13), Place::Webex, Place::Teams).await;
    group.host.tell(&group.id, "who is in?").await;
    group.settle().await;
    let mirror = group.link().await.members[1].at.id.as_str().to_owned();
    let late = &entente_testkit::options::at_home(Place::Teams)[1];
    let stand_in = group.world.account_at(Place::Webex, &late.email).await;
    let faults = group.world.faults(Place::Teams);
    faults.set(vec![Rule {
        name: "late".to_owned(),
        method: "GET".to_owned(),
        path: format!("/v1.0/chats/{mirror}/members"),
        fault: Fault::Slow { millis: 8_000 },
        when: When::After,
        share: 1.0,
        times: Some(1),
    }]);
    // Long enough that it is looked at again when somebody says something.
    tokio::time::sleep(SEEN).await;
    group.guest.tell(&mirror, "and who else?").await;
    let looked = async {
        while faults.rules()[0].1 == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(LONG, looked).await.expect("it is looked at");
    group.host.let_in(&group.id, &stand_in).await;
    group.settle().await;
    let late = group.world.at(Place::Teams, &late.email).await;
    late.tell(&mirror, "here I am").await;
    group.settle().await;
    assert_eq!(texts(&group.read().await), ["who is in?", "and who else?", "here I am"]);
    for (who, at) in [(&group.host, &group.id), (&group.guest, &mirror)] {
        let said = who.sees(at).await;
        assert!(said.iter().all(|message| !message.to_string().contains(" left")), "{said:?}");
    }
}

/// Where nobody hears, that is said, and the group goes on as soon as somebody does.
#[tokio::test(start_paused = true)]
async fn a_group_that_nobody_hears_waits_for_somebody_who_does() {
    let world = World::synced(Setup::small(7)).await;
    let group = Group::of(world, Place::Webex, Place::Teams, NAME).await;
    let call = |text: &str| {
        let bot = &group.others[1];
        serde_json::json!({"markdown": format!("<@personId:{bot}|Eva> {text}")})
    };
    // A bot is told what mentions it, so that the group is known, but not heard.
    group.host.tell_with(&group.id, call("hello?")).await;
    group.settle().await;
    let link = group.link().await;
    assert!(matches!(&link.state, LinkState::Paused(why) if why.contains("consent")), "{link:?}");
    assert_eq!(link.members.len(), 1, "nothing pretends to work");
    group.world.add_listener(Place::Webex).await;
    group.world.listening().await;
    group.host.tell_with(&group.id, call("is anybody there?")).await;
    group.settle().await;
    group.host.tell(&group.id, "good").await;
    group.settle().await;
    assert_eq!(group.link().await.state, LinkState::Active);
    let read = group.mirrored().await;
    assert!(texts(&read).contains(&"good"), "{read:?}");
    assert!(texts(&read).iter().any(|text| text.ends_with("is anybody there?")), "{read:?}");
}

/// Operators say how large a group may be, and that none is shown elsewhere.
#[tokio::test(start_paused = true)]
async fn a_group_that_is_too_large_is_left_alone() {
    let setup = Setup { largest_group: 2, ..Setup::small(8) };
    let group = Group::new(setup, Place::Teams, Place::Webex).await;
    group.host.tell(&group.id, "who is in?").await;
    group.settle().await;
    assert_eq!(group.links().await, []);
}

/// What travels in linked channels travels in groups.
#[tokio::test(start_paused = true)]
async fn answers_and_reactions_travel_in_groups() {
    let group =
        Group::new(Setup::between(9, &[Place::Teams, Place::Slack]), Place::Teams, Place::Slack).await;
    group.host.tell(&group.id, "who is in?").await;
    group.settle().await;
    let mirror = group.link().await.members[1].at.id.as_str().to_owned();
    let shown = group.guest.sees(&mirror).await;
    let asked = shown.iter().find(|message| message["text"] == "who is in?").expect("it is there");
    let asked = At { conversation: mirror, message: asked["ts"].as_str().expect("a time").to_owned() };
    group.guest.react(&asked, "tada", true).await;
    group.guest.reply(&asked, "me").await;
    group.settle().await;
    let read = group.read().await;
    assert!(texts(&read).iter().any(|text| text.ends_with("me")), "{read:?}");
    let line = texts(&read).into_iter().find(|text| text.contains("reacted:"));
    let line = line.unwrap_or_else(|| panic!("no reaction in {read:?}"));
    assert!(line.contains('🎉') && line.contains("Ines Fischer"), "{line}");
    // An app cannot say what it answers in a chat, so the words do.
    assert!(line.ends_with("to “who is in?”"), "{line}");
}
