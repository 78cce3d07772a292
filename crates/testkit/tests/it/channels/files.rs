//! Files in channels: byte for byte where they can be passed on, and a line where they cannot.

use entente_testkit::people::At;
use entente_testkit::{Place, Setup};
use serde_json::{Value, json};

use super::Channels;

/// A file as it lies in a room: its name, how many bytes it has, and the digest of these.
type Shown = (String, u64, String);

/// The files in a room, oldest first.
pub(super) async fn files(channels: &Channels, room: usize) -> Vec<Shown> {
    let room = &channels.rooms[room];
    let key = if room.host.place == Place::Webex { "room" } else { "channel" };
    let path = format!("/_sim/messages?{key}={}&person={}&max=1000", room.id, room.host.email);
    let seen = channels.world.look(room.host.place, &path).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let messages = seen["items"].as_array().expect("a list").iter();
    let files = messages.flat_map(|message| message["files"].as_array().into_iter().flatten());
    files
        .map(|file| (text(&file["name"]), file["size"].as_u64().unwrap_or_default(), text(&file["sha256"])))
        .collect()
}

/// A file of 5,000 bytes is put into a room by its host.
pub(super) async fn attach(channels: &Channels, room: usize, name: &str) {
    let room = &channels.rooms[room];
    let place = room.host.place;
    let key = match place {
        Place::Webex => "room",
        Place::Slack | Place::Zoom => "channel",
        Place::Teams => {
            // The address of a file in a drive, which nobody here has to read.
            let address = format!("https://acme.sharepoint.example/personal/leo/Documents/{name}");
            let file = json!({"id": "f1", "contentType": "reference", "contentUrl": address, "name": name});
            let body = json!({"contentType": "html", "content": "<attachment id=\"f1\"></attachment>"});
            room.host.tell_with(&room.id, json!({"body": body, "attachments": [file]})).await;
            return;
        }
    };
    let files = json!([{"name": name, "length": 5_000}]);
    let what = json!({"person": room.host.email, key: room.id, "text": "", "files": files});
    channels.world.control(place, "/_sim/files", what).await;
}

#[tokio::test(start_paused = true)]
async fn files_go_along() {
    let channels = Channels::new(Setup::between(9, &[Place::Webex, Place::Slack])).await;
    channels.link().await;
    let [webex, slack] = &channels.rooms[..] else { panic!("two rooms") };
    let attach = json!([{"name": "plan.pdf", "length": 5_000}, {"name": "map.png", "length": 70_000}]);
    let attached = json!({"person": slack.host.email, "channel": slack.id, "text": "see", "files": attach});
    let attached = channels.world.control(Place::Slack, "/_sim/files", attached).await;
    channels.settle().await;
    let read = channels.read(0).await;
    let [(_, text), (_, first), (_, second)] = &read[..] else { panic!("a text and two files: {read:?}") };
    assert_eq!(text, "Ines Fischer: see");
    assert_eq!((first, second), (&"Ines Fischer:".to_owned(), &"Ines Fischer:".to_owned()));
    assert_eq!(files(&channels, 0).await, files(&channels, 1).await, "byte for byte, under their names");
    assert_eq!(files(&channels, 0).await.len(), 2);
    let message = attached["ts"].as_str().expect("a time").to_owned();
    let at = At { conversation: slack.id.clone(), message };
    let counts = channels.world.counts().await;
    assert_eq!((counts.planned, counts.delivered, counts.dead), (3, 3, 0));
    // Back, with nothing else to be said.
    let file = json!([{"name": "back.txt", "length": 9}]);
    let attached = json!({"person": webex.host.email, "room": webex.id, "files": file});
    channels.world.control(Place::Webex, "/_sim/files", attached).await;
    channels.settle().await;
    assert_eq!(files(&channels, 1).await.len(), 3);
    assert_eq!(files(&channels, 1).await, files(&channels, 0).await);
    slack.host.delete(&at).await;
    channels.settle().await;
    assert_eq!(channels.read(0).await.len(), 1, "files go with their message");
}

/// An app on Zoom cannot pass on a file under somebody's name: a line says so.
#[tokio::test(start_paused = true)]
async fn where_an_app_cannot_pass_on_files_a_line_says_so() {
    for place in [Place::Zoom, Place::Teams] {
        let channels = Channels::new(Setup::between(9, &[Place::Slack, place])).await;
        channels.link().await;
        let [slack, _] = &channels.rooms[..] else { panic!("two rooms") };
        let file = json!([{"name": "plan.pdf", "length": 5_000}]);
        let attached = json!({"person": slack.host.email, "channel": slack.id, "text": "", "files": file});
        channels.world.control(Place::Slack, "/_sim/files", attached).await;
        channels.settle().await;
        let read = channels.read(1).await;
        let [(_, line)] = &read[..] else { panic!("{place:?}: one line: {read:?}") };
        assert!(line.contains("plan.pdf") && line.contains("cannot pass files on"), "{place:?}: {line}");
        let counts = channels.world.counts().await;
        assert_eq!((counts.planned, counts.delivered, counts.dead), (1, 1, 0));
        assert!(counts.other.keys().any(|key| key.starts_with("loss_")), "{place:?}: {:?}", counts.other);
    }
}
