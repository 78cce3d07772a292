//! Messages that say nothing, from the beginning or from an edit on. Apps ask whether such a message is to be deleted, and vendors
//! refuse a text of white space; but there are characters that are no white space and that nobody sees, and a message may be
//! emptied of its text and keep a file.

use entente_testkit::judge::texts;
use entente_testkit::people::At;
use entente_testkit::{Place, Setup, World};
use serde_json::json;

use super::{SOON, settle};
use crate::files::{Scene, pairs};

/// Texts of which nobody sees anything, and which no vendor takes for white space.
const NOTHING: [&str; 2] = ["\u{200b}", "\u{2060}\n\u{feff}"];

#[tokio::test(start_paused = true)]
async fn an_edit_that_empties_a_message_takes_its_copy_back_and_another_brings_it_again() {
    for (source, target) in pairs() {
        for nothing in NOTHING {
            let scene = Scene::new(203, source, target).await;
            let way = format!("{source:?} to {target:?}, {nothing:?}");
            let stand = || texts(scene.world.ledger(target));
            scene.writer.write(&scene.to, "hello").await;
            let said = scene.writer.write(&scene.to, "the password is swordfish").await;
            scene.settle().await;
            assert_eq!(stand(), ["hello", "the password is swordfish"], "{way}");
            scene.writer.edit(&said, nothing).await;
            scene.settle().await;
            assert_eq!(stand(), ["hello"], "{way}");
            scene.writer.edit(&said, "ask Leo for it").await;
            scene.settle().await;
            assert_eq!(stand(), ["hello", "ask Leo for it"], "{way}");
            scene.writer.edit(&said, "ask Eva for it").await;
            scene.settle().await;
            assert_eq!(stand(), ["hello", "ask Eva for it"], "{way}");
            scene.writer.delete(&said).await;
            scene.settle().await;
            assert_eq!(stand(), ["hello"], "{way}");
            let counts = scene.world.counts().await;
            assert_eq!(
                (counts.dead, counts.aside, counts.dropped.get("no_counterpart")),
                (0, 0, None),
                "{way}"
            );
        }
    }
}

/// On Zoom it is told as a message of a kind that nobody knows, and so a line says that there was one.
#[tokio::test(start_paused = true)]
async fn what_says_nothing_at_first_is_passed_on_when_it_says_something() {
    for (source, target) in pairs().filter(|(source, _)| *source != Place::Zoom) {
        let scene = Scene::new(204, source, target).await;
        let way = format!("{source:?} to {target:?}");
        let said = scene.writer.write(&scene.to, NOTHING[0]).await;
        scene.settle().await;
        let counts = scene.world.counts().await;
        assert_eq!(counts.dropped.get("nothing_to_say"), Some(&1), "{way}: {counts:?}");
        scene.writer.edit(&said, "now it does").await;
        scene.settle().await;
        assert_eq!(texts(scene.world.ledger(target)), ["now it does"], "{way}");
    }
}

/// The app passes it on there, and what it said is taken back by the app.
#[tokio::test(start_paused = true)]
async fn in_channels_it_is_taken_back_by_whoever_said_it() {
    let world = World::synced(Setup::between(205, &Place::ALL)).await;
    let rooms = world.open_channels("launch").await;
    world.link(&rooms).await;
    for room in &rooms {
        let place = room.host.place;
        let stands = |word: &str| {
            let others = Place::ALL.into_iter().filter(|other| *other != place);
            let of =
                |other: Place| texts(world.ledger(other)).iter().filter(|text| text.ends_with(word)).count();
            others.map(of).collect::<Vec<_>>()
        };
        let [before, after] = ["secret", "public"].map(|word| format!("{word}-{place:?}"));
        let said = room.host.tell(&room.id, &before).await;
        settle(&world).await;
        assert_eq!(stands(&before), [1, 1, 1], "{place:?}");
        room.host.edit(&said, NOTHING[0]).await;
        settle(&world).await;
        assert_eq!(stands(&before), [0, 0, 0], "{place:?}");
        room.host.edit(&said, &after).await;
        settle(&world).await;
        assert_eq!((stands(&before), stands(&after)), (vec![0, 0, 0], vec![1, 1, 1]), "{place:?}");
    }
    assert_eq!(world.counts().await.dead, 0);
}

/// Where a file can keep a message that says nothing: on Webex a message with a file cannot be edited, and on Zoom it may have
/// no text to begin with.
#[tokio::test(start_paused = true)]
async fn a_message_that_is_emptied_of_its_text_keeps_its_file() {
    for (source, target) in pairs().filter(|(source, _)| matches!(source, Place::Slack | Place::Teams)) {
        let scene = Scene::new(206, source, target).await;
        let way = format!("{source:?} to {target:?}");
        let sent = scene.attach("the plan", "plan.pdf", 5_000).await;
        scene.settle().await;
        let keys = if source == Place::Teams { ["chatId", "id"] } else { ["channel", "ts"] };
        let [conversation, message] = keys.map(|key| sent[key].as_str().unwrap_or_default().to_owned());
        let at = At { conversation, message };
        let file = (String::new(), 1);
        for (says, stands) in
            [(NOTHING[0], vec![file.clone()]), ("a plan", vec![file.clone(), ("a plan".to_owned(), 0)])]
        {
            match source {
                // An edit without them takes files away: "Update chatMessage".
                Place::Teams => {
                    let shown = scene.writer.sees(&at.conversation).await;
                    let shown =
                        shown.iter().find(|one| one["id"] == at.message.as_str()).expect("it is there");
                    let anchor = format!(
                        "<attachment id=\"{}\"></attachment>",
                        shown["attachments"][0]["id"].as_str().unwrap_or_default()
                    );
                    let body = json!({"contentType": "html", "content": format!("{says}{anchor}")});
                    scene
                        .writer
                        .change(&at, json!({"body": body, "attachments": shown["attachments"]}))
                        .await;
                }
                _ => scene.writer.edit(&at, says).await,
            }
            scene.settle().await;
            let mut arrived: Vec<_> =
                scene.arrived().await.into_iter().map(|(text, files)| (text, files.len())).collect();
            arrived.sort();
            assert_eq!(arrived, stands, "{way}: {says:?}");
        }
    }
}

/// The process dies at every point of it, one after the other; one in so many is tried.
#[tokio::test(start_paused = true)]
async fn no_death_leaves_what_was_taken_back_or_brings_it_twice() {
    let mut scene = Scene::new(207, Place::Teams, Place::Slack).await;
    for point in (1..).step_by(3) {
        assert!(point < 400, "the story never ends before the process dies");
        let said = scene.writer.write(&scene.to, &format!("secret-{point}")).await;
        scene.settle().await;
        scene.world.gate().kill_after(point);
        scene.writer.edit(&said, NOTHING[0]).await;
        scene.writer.edit(&said, &format!("public-{point}")).await;
        let died = scene.world.wait_for_death(SOON / 10).await;
        if died {
            scene.world.start(None, false).await;
        }
        scene.settle().await;
        let stand = texts(scene.world.ledger(Place::Slack));
        let of = |word: &str| stand.iter().filter(|text| **text == format!("{word}-{point}")).count();
        assert_eq!((of("secret"), of("public")), (0, 1), "after a death at point {point}: {stand:?}");
        if !died {
            assert!(point > 10, "the story has more than {point} points");
            break;
        }
    }
}
