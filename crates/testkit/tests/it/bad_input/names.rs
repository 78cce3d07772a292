//! Names that hide or turn what stands around them, or are 10,000 marks. Wherever a name stands in words of ours, it is a plain
//! line.

use std::time::Duration;

use entente_testkit::options::at_home;
use entente_testkit::{Place, Setup, World};
use serde_json::Value;

use super::{called, hostile, hostile_title, settle, shows_clean};
use crate::channels::shown_as;
use crate::groups::Group;

/// Longer than it takes until a channel of which nothing is reported is looked at, and once more.
const SEEN: Duration = Duration::from_mins(25);

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";

/// From each platform to one, and to each from one.
const ROUND: [[Place; 2]; 4] = [
    [Place::Webex, Place::Slack],
    [Place::Slack, Place::Teams],
    [Place::Teams, Place::Zoom],
    [Place::Zoom, Place::Webex],
];

#[tokio::test(start_paused = true)]
async fn a_person_is_introduced_by_a_plain_name() {
    let setup = Setup { first_contact: true, ..Setup::small(201) };
    let world = World::synced(called(setup, ADA, &hostile("Ada", "Okafor"))).await;
    let (ada, eva) = (world.at_webex(ADA).await, world.at_teams(EVA).await);
    ada.write(&world.bot_of(EVA).await, "hello").await;
    settle(&world).await;
    let chat = eva.write(ADA, "yes?").await.conversation;
    settle(&world).await;
    let seen = eva.sees(&chat).await;
    let text = |message: &Value| message["body"]["content"].as_str().unwrap_or_default().to_owned();
    let introduced = seen.iter().map(text).find(|text| text.contains("works in"));
    shows_clean(&introduced.expect("Ada is introduced"), "Ada Okafor");
}

#[tokio::test(start_paused = true)]
async fn a_plain_name_stands_in_front_of_what_is_passed_on() {
    for [source, target] in ROUND {
        let somebody = &at_home(source)[0];
        let (first, last) = somebody.name.split_once(' ').expect("two words");
        let setup = called(Setup::between(202, &[source, target]), &somebody.email, &hostile(first, last));
        let world = World::synced(setup).await;
        let rooms = world.open_channels("launch").await;
        world.link(&rooms).await;
        let [from, to] = [source, target].map(|place| rooms.iter().find(|room| room.host.place == place));
        let (from, to) = (from.expect("a room"), to.expect("a room"));
        from.host.tell(&from.id, "who is in?").await;
        settle(&world).await;
        let shown = to.host.sees(&to.id).await;
        let (author, text) = shown_as(target, &shown[0]).expect("it is there");
        shows_clean(if target == Place::Slack { &author } else { &text }, &somebody.name);
    }
}

/// Slack and Teams refuse such names themselves: "conversations.create", `invalid_name_specials`; "Create channel".
#[tokio::test(start_paused = true)]
async fn a_channel_is_called_by_a_plain_name_in_the_others() {
    for place in [Place::Webex, Place::Zoom] {
        for other in Place::ALL.into_iter().filter(|other| *other != place) {
            let world = World::synced(Setup::between(207, &[place, other])).await;
            if [place, other].contains(&Place::Zoom) {
                let any = serde_json::json!({"members_rename": true});
                world.control(Place::Zoom, "/_sim/switches", any).await;
            }
            let rooms = world.open_channels("launch").await;
            let [here, there] =
                [place, other].map(|place| rooms.iter().find(|room| room.host.place == place));
            let (here, there) = (here.expect("a room"), there.expect("a room"));
            here.host.rename(&here.id, &hostile_title(place, "Moon", "Shot")).await;
            let link = world.link(&rooms).await;
            shows_clean(&link.name, "Moon Shot");
            tokio::time::sleep(SEEN).await;
            here.host.rename(&here.id, &hostile_title(place, "Mars", "Landing")).await;
            tokio::time::sleep(SEEN).await;
            let way = format!("{place:?} to {other:?}");
            let (title, _) = there.host.title_and_topic(&there.id).await;
            // Slack lets the app rename only what it made.
            if other != Place::Slack {
                shows_clean(&title, "Mars Landing");
            }
            // A name of nothing that can be seen is followed by nobody, and stands nowhere.
            here.host.rename(&here.id, "\u{200b}\u{202e}").await;
            tokio::time::sleep(SEEN).await;
            assert_eq!(there.host.title_and_topic(&there.id).await.0, title, "{way}");
            world.running().unlink(link.id).await.expect("it can be ended");
            settle(&world).await;
            let shown = there.host.sees(&there.id).await;
            let said = shown.iter().filter_map(|message| shown_as(other, message)).map(|(_, text)| text);
            let said = said.into_iter().find(|text| text.contains("no longer linked"));
            shows_clean(&said.unwrap_or_else(|| panic!("{way}: {shown:?}")), "Mars Landing");
            assert_eq!(world.counts().await.dead, 0, "{way}");
        }
    }
}

/// Groups of Slack have no names.
#[tokio::test(start_paused = true)]
async fn a_group_is_called_by_a_plain_name_in_its_mirror() {
    for place in [Place::Webex, Place::Teams, Place::Zoom] {
        for other in Place::ALL.into_iter().filter(|other| *other != place) {
            let way = format!("{place:?} to {other:?}");
            let group = Group::called(
                Setup::between(208, &[place, other]),
                place,
                other,
                &hostile_title(place, "Moon", "Shot"),
            )
            .await;
            group.host.tell(&group.id, "who is in?").await;
            group.settle().await;
            let link = group.link().await;
            shows_clean(&link.name, "Moon Shot");
            for member in &link.members {
                assert!(
                    member.name.chars().all(|c| entente_model::is_visible(c) || c == ' '),
                    "{way}: {member:?}"
                );
            }
            let mirror =
                link.members.iter().find(|member| member.at.workspace.id.as_str() == other.workspace());
            let mirror = mirror.unwrap_or_else(|| panic!("{way}: no mirror in {link:?}"));
            let said = group.guest.sees(mirror.at.id.as_str()).await;
            let said = said.iter().filter_map(|message| shown_as(other, message)).map(|(_, text)| text);
            let said = said.into_iter().find(|text| text.contains("This shows the group"));
            shows_clean(&said.unwrap_or_else(|| panic!("{way}: nothing is said")), "“Moon Shot");
        }
    }
}
