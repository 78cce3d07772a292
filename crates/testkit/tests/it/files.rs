//! Files cross byte for byte, after the text that they came with, once, whatever dies on the way; and what cannot cross is
//! a line that says why.

use std::time::Duration;

use entente_testkit::{Actor, Place, Setup, World};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_mins(10);

/// Two people who work in different places.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) source: Place,
    pub(crate) target: Place,
    pub(crate) writer: Actor,
    reader: Actor,
    /// Where the writer finds the reader.
    pub(crate) to: String,
    writers_stand_in: String,
}

/// A file as a person sees it: its name, how many bytes it has, and their digest.
pub(crate) type Shown = (String, u64, String);

impl Scene {
    pub(crate) async fn new(seed: u64, source: Place, target: Place) -> Self {
        let mut setup = Setup::between(seed, &[source, target]);
        setup.limits = 0.0;
        let world = World::synced(setup).await;
        let (one, other) = (world.somebody_of(source), world.somebody_of(target));
        let (writer, reader) = (world.at(source, &one).await, world.at(target, &other).await);
        let to = world.address_at(source, &other).await;
        let writers_stand_in = world.at(target, &world.address_at(target, &one).await).await.id;
        Self { world, source, target, writer, reader, to, writers_stand_in }
    }

    /// The writer attaches a file of so many bytes to a message.
    pub(crate) async fn attach(&self, text: &str, name: &str, length: u64) -> Value {
        self.attach_more(json!({"text": text, "files": [{"name": name, "length": length}]})).await
    }

    pub(crate) async fn attach_more(&self, mut what: Value) -> Value {
        what["person"] = json!(self.writer.email);
        what["to"] = json!(self.to);
        self.world.control(self.source, "/_sim/files", what).await
    }

    pub(crate) async fn settle(&self) {
        let (from, to) = (self.source, self.target);
        assert!(self.world.settle(SOON).await, "{from:?} {to:?} never calm: {:?}", self.world.counts().await);
    }

    /// What somebody sees of everything that this account wrote: texts, and files.
    async fn shown(&self, place: Place, person: &Actor, author: &str) -> Vec<(String, Vec<Shown>)> {
        let path = format!("/_sim/conversations?person={}", person.email);
        let conversations = self.world.look(place, &path).await;
        let mut shown = Vec::new();
        for conversation in conversations["items"].as_array().expect("a list") {
            let key = match place {
                Place::Webex => "room",
                Place::Teams => "chat",
                Place::Slack => "channel",
                Place::Zoom => "session",
            };
            let id = conversation[key].as_str().unwrap_or_else(|| panic!("no {key} in {conversation}"));
            let path = format!("/_sim/messages?{key}={id}&person={}&max=1000", person.email);
            let messages = self.world.look(place, &path).await;
            for message in messages["items"].as_array().expect("a list") {
                if message["author"]["id"] != author || message["deleted"] == true {
                    continue;
                }
                let files = message["files"].as_array().into_iter().flatten().map(|file| {
                    let text = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
                    (text("name"), file["size"].as_u64().unwrap_or_default(), text("sha256"))
                });
                shown.push((message["text"].as_str().unwrap_or_default().to_owned(), files.collect()));
            }
        }
        shown
    }

    /// What the reader sees of the writer.
    pub(crate) async fn arrived(&self) -> Vec<(String, Vec<Shown>)> {
        let shown = self.shown(self.target, &self.reader, &self.writers_stand_in).await;
        shown.into_iter().filter(|(text, _)| !text.contains("passed on by Entente")).collect()
    }

    /// The files that the writer sees of their own.
    pub(crate) async fn sent(&self) -> Vec<Shown> {
        let shown = self.shown(self.source, &self.writer, &self.writer.id).await;
        shown.into_iter().flat_map(|(_, files)| files).collect()
    }

    /// Makes calls to a platform go wrong.
    pub(crate) fn break_calls(&self, at: Place, method: &str, path: &str, how: &Value, times: Option<u64>) {
        let mut rule = json!({"name": "broken", "method": method, "path": path, "times": times});
        for (key, value) in how.as_object().expect("a part of a rule") {
            rule[key] = value.clone();
        }
        self.world.faults(at).set(vec![serde_json::from_value(rule).expect("a rule")]);
    }

    /// Makes downloads go wrong.
    pub(crate) fn spoil(&self, how: &Value, times: Option<u64>) {
        let path = match self.source {
            Place::Webex => "/v1/contents/",
            Place::Teams => "/personal/",
            Place::Slack => "/files-pri/",
            Place::Zoom => "/file/storage/",
        };
        self.break_calls(self.source, "GET", path, &json!({"fault": {"body": how}}), times);
    }
}

/// Every ordered pair.
pub(crate) fn pairs() -> impl Iterator<Item = (Place, Place)> {
    Place::PAIRS.into_iter().flat_map(|[one, other]| [(one, other), (other, one)])
}

#[tokio::test(start_paused = true)]
async fn a_file_arrives_byte_for_byte_after_its_text() {
    for (source, target) in pairs() {
        let scene = Scene::new(1, source, target).await;
        scene.attach("have a look", "Plan für März.pdf", 400_000).await;
        scene.attach("", "no text.png", 70_000).await;
        scene.settle().await;
        let sent = scene.sent().await;
        let arrived = scene.arrived().await;
        let texts: Vec<_> = arrived.iter().map(|(text, files)| (text.as_str(), files.len())).collect();
        assert_eq!(texts, [("have a look", 0), ("", 1), ("", 1)], "{source:?} {target:?}");
        let files: Vec<Shown> = arrived.into_iter().flat_map(|(_, files)| files).collect();
        assert_eq!(files, sent, "{source:?} {target:?}");
        assert_eq!(sent.iter().map(|file| file.1).collect::<Vec<_>>(), [400_000, 70_000]);
        // Nothing comes back.
        assert_eq!(scene.sent().await.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_with_a_file_is_edited_and_taken_back_as_a_whole() {
    let routes = [(Place::Slack, Place::Webex), (Place::Slack, Place::Teams), (Place::Teams, Place::Slack)];
    for (source, target) in routes {
        let scene = Scene::new(5, source, target).await;
        let sent = scene.attach("a plann", "plan.pdf", 5_000).await;
        scene.settle().await;
        let keys = if source == Place::Teams { ["chatId", "id"] } else { ["channel", "ts"] };
        let [conversation, message] = keys.map(|key| sent[key].as_str().unwrap().to_owned());
        let at = entente_testkit::people::At { conversation, message };
        scene.writer.edit(&at, "a plan").await;
        scene.settle().await;
        let shown = |arrived: Vec<(String, Vec<Shown>)>| -> Vec<(String, usize)> {
            arrived.into_iter().map(|(text, files)| (text, files.len())).collect()
        };
        let whole = [("a plan".to_owned(), 0), (String::new(), 1)];
        assert_eq!(shown(scene.arrived().await), whole, "{source:?} {target:?}");
        scene.writer.delete(&at).await;
        scene.settle().await;
        assert_eq!(shown(scene.arrived().await), [], "{source:?} {target:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_in_several_requests_arrives_whole_however_it_breaks() {
    for how in [
        None,
        Some(json!({"cut": {"after": 11_000_000}})),
        Some(json!({"stall": {"after": 11_000_000}})),
        Some(json!({"length": {"says": 13_000_000}})),
    ] {
        let scene = Scene::new(7, Place::Slack, Place::Teams).await;
        if let Some(how) = &how {
            scene.spoil(how, Some(1));
        }
        scene.attach("a film", "film.mp4", 12_000_000).await;
        scene.settle().await;
        let files: Vec<Shown> = scene.arrived().await.into_iter().flat_map(|(_, files)| files).collect();
        assert_eq!(files, scene.sent().await, "{how:?}");
    }
    let scene = Scene::new(7, Place::Teams, Place::Slack).await;
    scene.attach("a film", "film.mp4", 12_000_000).await;
    scene.settle().await;
    let files: Vec<Shown> = scene.arrived().await.into_iter().flat_map(|(_, files)| files).collect();
    assert_eq!(files, scene.sent().await);
}

/// Whatever one call on a file's way to Teams is answered, the file is there once and under its name.
#[tokio::test(start_paused = true)]
async fn a_call_to_teams_that_fails_once_costs_nothing() {
    let whole = [
        ("GET", "/v1.0/me/drive/root:"),
        ("POST", "/v1.0/me/drive/root/children"),
        ("PUT", "*/content"),
        ("GET", "/v1.0/drives/"),
        ("POST", "*/invite"),
        ("POST", "*/messages"),
    ];
    let pieces = [("POST", "*/createUploadSession"), ("PUT", "/personal/")];
    let calls = whole.map(|call| (call, 30_000)).into_iter().chain(pieces.map(|call| (call, 12_000_000)));
    for ((method, path), length) in calls {
        for how in [
            json!({"fault": {"timeout": {"millis": 90_000}}}),
            json!({"fault": {"timeout": {"millis": 90_000}}, "when": "after"}),
            json!({"fault": {"status": {"code": 503}}, "when": {"late": {"millis": 40_000}}}),
            json!({"fault": "reset", "when": "after"}),
            json!({"fault": {"status": {"code": 429, "retry_after": "3"}}}),
            json!({"fault": {"status": {"code": 503}}}),
        ] {
            let scene = Scene::new(8, Place::Slack, Place::Teams).await;
            scene.writer.write(&scene.to, "look").await;
            scene.settle().await;
            scene.break_calls(Place::Teams, method, path, &how, Some(1));
            scene.attach("", "plan.pdf", length).await;
            scene.settle().await;
            assert_eq!(scene.world.faults(Place::Teams).rules()[0].1, 1, "{method} {path} {how}");
            let files: Vec<Shown> = scene.arrived().await.into_iter().flat_map(|(_, files)| files).collect();
            assert_eq!(files, scene.sent().await, "{method} {path} {how}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_teams_does_not_take_or_give_is_a_line_and_holds_up_nothing() {
    // What a consent from before files were passed on is answered.
    let lacks = "Entente has no permission for files; an administrator can give it";
    let (drive, shares) = ("/v1.0/me/drive", "/v1.0/shares/");
    let cases: [(Place, &[&str], u16, &str); 7] = [
        (Place::Webex, &[drive], 403, lacks),
        (Place::Webex, &[drive], 404, "Microsoft Teams did not take it"),
        (Place::Webex, &["*/content"], 507, "Microsoft Teams did not take it"),
        (Place::Webex, &["*/invite"], 403, "Microsoft Teams did not take it"),
        (Place::Teams, &[shares, drive], 403, lacks),
        (Place::Teams, &[shares], 403, "it could not be read"),
        (Place::Teams, &[shares], 404, "it is not there any more"),
    ];
    for (source, paths, status, why) in cases {
        let target = if source == Place::Teams { Place::Webex } else { Place::Teams };
        let scene = Scene::new(9, source, target).await;
        scene.attach("first", "first.pdf", 5_000).await;
        scene.settle().await;
        let rule = |path: &&str| json!({"name": "no", "path": path, "fault": {"status": {"code": status}}});
        let rules = paths.iter().map(|path| serde_json::from_value(rule(path)).expect("a rule"));
        scene.world.faults(Place::Teams).set(rules.collect());
        scene.attach("second", "second.pdf", 5_001).await;
        scene.writer.write(&scene.to, "third").await;
        scene.settle().await;
        let texts: Vec<_> = scene.arrived().await.into_iter().map(|(text, _)| text).collect();
        let line = texts.get(3).cloned().unwrap_or_default();
        assert!(
            line.starts_with("[second.pdf") && line.ends_with(&format!(" was not passed on: {why}]")),
            "{texts:?}"
        );
        assert_eq!(texts, ["first", "", "second", &line, "third"], "{paths:?} {status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_picture_pasted_in_teams_arrives_after_its_text() {
    for target in [Place::Webex, Place::Slack, Place::Zoom] {
        let scene = Scene::new(10, Place::Teams, target).await;
        let picture = json!({"name": "b.png", "base64": "iVBORw0KGgpo", "type": "image/png", "inline": true});
        scene.attach_more(json!({"text": "see", "files": [picture, {"name": "a.txt", "length": 70}]})).await;
        scene.settle().await;
        let arrived = scene.arrived().await;
        let names: Vec<(&str, Vec<&str>)> = arrived
            .iter()
            .map(|(text, files)| (text.as_str(), files.iter().map(|file| file.0.as_str()).collect()))
            .collect();
        assert_eq!(names, [("see", vec![]), ("", vec!["a.txt"]), ("", vec!["image.png"])], "{target:?}");
        let digests = |files: Vec<Shown>| files.into_iter().map(|file| (file.1, file.2)).collect::<Vec<_>>();
        let files = arrived.into_iter().flat_map(|(_, files)| files).collect();
        assert_eq!(digests(files), digests(scene.sent().await), "{target:?}");
    }
}

/// The process dies at every point of a file's way, one after the other.
async fn whatever_dies_from(source: Place) {
    for (_, target) in pairs().filter(|(from, _)| *from == source) {
        let mut scene = Scene::new(6, source, target).await;
        scene.attach("", "0.bin", 30_000).await;
        scene.settle().await;
        let mut deaths = 0;
        loop {
            let point = deaths + 1;
            assert!(point < 400, "the story never ends before the process dies");
            let delivered_before = scene.world.counts().await.delivered;
            scene.world.gate().kill_after(point);
            scene.attach("", &format!("{point}.bin"), 30_000 + point).await;
            let (mut died, mut over) = (false, false);
            // It is over when it has been so for a while: what its echo causes belongs to it.
            for _ in 0..600 {
                died = scene.world.wait_for_death(Duration::from_millis(100)).await;
                if died || over {
                    break;
                }
                let counts = scene.world.counts().await;
                over =
                    counts.waiting == 0 && counts.unrouted == 0 && counts.delivered == delivered_before + 1;
            }
            if died {
                scene.world.start(None, false).await;
            }
            scene.settle().await;
            let files: Vec<Shown> = scene.arrived().await.into_iter().flat_map(|(_, files)| files).collect();
            assert_eq!(files, scene.sent().await, "{source:?} {target:?} after a death at point {point}");
            if !died {
                break;
            }
            deaths = point;
        }
        assert!(deaths > 20, "{source:?} {target:?}: {deaths}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_dies_on_the_way_from_webex_a_file_arrives_once() {
    whatever_dies_from(Place::Webex).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_dies_on_the_way_from_teams_a_file_arrives_once() {
    whatever_dies_from(Place::Teams).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_dies_on_the_way_from_slack_a_file_arrives_once() {
    whatever_dies_from(Place::Slack).await;
}

#[tokio::test(start_paused = true)]
async fn whatever_dies_on_the_way_from_zoom_a_file_arrives_once() {
    whatever_dies_from(Place::Zoom).await;
}
