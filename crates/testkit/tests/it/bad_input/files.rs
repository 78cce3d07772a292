//! Files that are not what they are said to be, that no platform would have, or whose names are traps. Each ends as the file or
//! as one line in its place, and holds up nothing behind it.

use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::Place;
use serde_json::{Value, json};

use super::shows_clean;
use crate::files::{Scene, Shown, pairs};

/// Texts, each with how many files come with it.
async fn texts(scene: &Scene) -> Vec<(String, usize)> {
    scene.arrived().await.into_iter().map(|(text, files)| (text, files.len())).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_is_a_line_that_says_so() {
    let scene = Scene::new(2, Place::Slack, Place::Webex).await;
    scene.attach("all of it", "everything.zip", 100_000_001).await;
    scene.settle().await;
    let line = "[everything.zip (100 MB) was not passed on: Webex takes files of up to 100 MB]";
    assert_eq!(texts(&scene).await, [("all of it".to_owned(), 0), (line.to_owned(), 0)]);
}

#[tokio::test(start_paused = true)]
async fn an_infected_file_is_not_passed_on() {
    let scene = Scene::new(3, Place::Webex, Place::Slack).await;
    for scan in ["infected", "unscannable"] {
        let files = json!([{"name": format!("{scan}.doc"), "length": 5_000, "scan": scan}]);
        scene.attach_more(json!({"text": scan, "files": files})).await;
    }
    scene.settle().await;
    let expected = [
        "infected",
        "[file was not passed on: it is not there any more]",
        "unscannable",
        "[file was not passed on: it could not be read]",
    ];
    assert_eq!(texts(&scene).await, expected.map(|text| (text.to_owned(), 0)));
}

/// A file that is spoilt once arrives all the same, and one that always is becomes a line.
async fn is_tried_again_and_given_up_in_the_end(how: Value) {
    for (source, target) in pairs() {
        let scene = Scene::new(4, source, target).await;
        scene.spoil(&how, Some(1));
        scene.attach("once", "once.bin", 200_000).await;
        scene.settle().await;
        assert_eq!(scene.world.faults(source).rules()[0].1, 1, "{source:?} {how}: it was spoilt");
        // Where a file has to say how long it is with its bytes, one that does not is not read at all.
        let told = source == Place::Teams || says_a_length(&how);
        let files: Vec<Shown> = scene.arrived().await.into_iter().flat_map(|(_, files)| files).collect();
        assert_eq!(files, if told { scene.sent().await } else { Vec::new() }, "{source:?} {how}");
        scene.spoil(&how, None);
        scene.attach("never", "never.bin", 200_001).await;
        scene.writer.write(&scene.to, "and so on").await;
        scene.settle().await;
        let texts: Vec<_> = scene.arrived().await.into_iter().map(|(text, _)| text).collect();
        let unread = |text: &str, name: &str| {
            let begins = text.starts_with(&format!("[{name} (")) || (!told && text.starts_with("[file was"));
            begins && text.ends_with(" was not passed on: it could not be read]")
        };
        let [once, first, never, second, after] = &texts[..] else {
            panic!("{source:?} to {target:?} {how}: {texts:?}")
        };
        let said = [once, never, after];
        assert_eq!(said, ["once", "never", "and so on"], "{source:?} to {target:?} {how}: {texts:?}");
        assert!(
            if told { first.is_empty() } else { unread(first, "once.bin") },
            "{source:?} {how}: {texts:?}"
        );
        assert!(unread(second, "never.bin"), "{source:?} {how}: {texts:?}");
        assert_eq!(scene.world.counts().await.dead, 0, "{source:?} {how}");
    }
}

/// Whether an answer that is spoilt so still says how long its body is.
fn says_a_length(how: &Value) -> bool {
    *how != json!("endless") && how["cut"]["clean"] != true
}

#[tokio::test(start_paused = true)]
async fn a_file_that_breaks_off_is_tried_again_and_given_up_in_the_end() {
    is_tried_again_and_given_up_in_the_end(json!({"cut": {"after": 90_000}})).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_ends_early_as_if_that_were_all_is_tried_again_and_given_up_in_the_end() {
    is_tried_again_and_given_up_in_the_end(json!({"cut": {"after": 90_000, "clean": true}})).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_stops_on_the_way_is_tried_again_and_given_up_in_the_end() {
    is_tried_again_and_given_up_in_the_end(json!({"stall": {"after": 90_000}})).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_never_ends_is_tried_again_and_given_up_in_the_end() {
    is_tried_again_and_given_up_in_the_end(json!("endless")).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_says_more_than_there_is_is_tried_again_and_given_up_in_the_end() {
    is_tried_again_and_given_up_in_the_end(json!({"length": {"says": 300_000}})).await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_says_less_than_there_is_is_tried_again_and_given_up_in_the_end() {
    is_tried_again_and_given_up_in_the_end(json!({"length": {"says": 150_000}})).await;
}

/// What a platform says of a file that it, or its administrator, does not want.
fn refusing(target: Place) -> Vec<(&'static str, Fault)> {
    let status = |code| Fault::Status { code, retry_after: None };
    let says = |error: &str| Fault::Says { body: json!({"ok": false, "error": error}) };
    match target {
        // "Create a Message": what is said of a kind of file that an organization blocks is not documented.
        Place::Webex => vec![("/v1/messages", status(400)), ("/v1/messages", status(415))],
        // "Upload or replace the contents of a driveItem": what SharePoint's administrators block.
        Place::Teams => vec![("*/content", status(400))],
        // "files.getUploadURLExternal".
        Place::Slack => vec![
            ("*/files.getUploadURLExternal", says("file_type_not_allowed")),
            ("*/files.getUploadURLExternal", says("file_uploads_except_images_disabled")),
            ("*/files.getUploadURLExternal", says("file_uploads_disabled")),
        ],
        // "Send a chat file": the account forbids files, or there is something wrong with this one.
        Place::Zoom => vec![("*/messages/files", status(400)), ("*/messages/files", status(403))],
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_a_platform_does_not_want_is_a_line() {
    for target in Place::ALL {
        for (path, fault) in refusing(target) {
            let source = if target == Place::Slack { Place::Teams } else { Place::Slack };
            let scene = Scene::new(5, source, target).await;
            scene.attach("first", "first.pdf", 5_000).await;
            scene.settle().await;
            let (name, times) = ("unwanted".to_owned(), Some(1));
            let method = if target == Place::Teams { "PUT" } else { "POST" };
            let (method, path, when) = (method.to_owned(), path.to_owned(), When::Before);
            let said = format!("{target:?} {path} {fault:?}");
            scene.world.faults(target).set(vec![Rule { name, method, path, fault, when, share: 1.0, times }]);
            scene.attach("", "setup.exe", 5_001).await;
            scene.writer.write(&scene.to, "third").await;
            scene.settle().await;
            assert_eq!(scene.world.faults(target).rules()[0].1, 1, "{said}: it was refused");
            let platform = ["Webex", "Microsoft Teams", "Slack", "Zoom Team Chat"][target as usize];
            let line = format!("[setup.exe (6 kB) was not passed on: {platform} did not take it]");
            let expected = [("first", 0), ("", 1), (line.as_str(), 0), ("third", 0)];
            let expected = expected.map(|(text, files)| (text.to_owned(), files));
            assert_eq!(texts(&scene).await, expected, "{said}");
            assert_eq!(scene.world.counts().await.dead, 0, "{said}");
        }
    }
}

/// By its name a file can neither pass for another kind, nor turn what stands around it, nor leave its folder.
#[tokio::test(start_paused = true)]
async fn the_name_of_a_file_is_shown_for_what_it_is() {
    let name = format!("\u{202e}in{}voice\u{2066}\u{7}fdp.exe", "\u{301}".repeat(1_000));
    for (source, target) in pairs() {
        let scene = Scene::new(11, source, target).await;
        scene.attach("look", &name, 4_000).await;
        scene.settle().await;
        let way = format!("{source:?} to {target:?}");
        let arrived = scene.arrived().await;
        let files: Vec<Shown> = arrived.iter().flat_map(|(_, files)| files.clone()).collect();
        let sent = scene.sent().await;
        let bytes = |files: &[Shown]| -> Vec<(u64, String)> {
            files.iter().map(|file| (file.1, file.2.clone())).collect()
        };
        assert_eq!(bytes(&files), bytes(&sent), "{way}: {arrived:?}");
        let shown = &files[0].0;
        shows_clean(shown, "voicefdp.exe");
        assert!(!shown.contains('/') && shown.starts_with("in"), "{way}: {shown:?}");
    }
}
