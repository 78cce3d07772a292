//! The demo, from its first line to its last: messages cross both ways, an outage loses nothing, it goes as it came.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Running, command, run};
use crate::world::World;

mod channels;

const ADA: &str = "ada.okafor@acme.example";
const EVA: &str = "eva.lindqvist@acme.example";
const INES: &str = "ines.fischer@acme.example";
const MARA: &str = "mara.kovac@acme.example";

fn token(person: &Value) -> &str {
    person["token"].as_str().unwrap()
}

fn texts(messages: &Value) -> Vec<(&str, &str)> {
    let items = messages["items"].as_array().unwrap();
    let text = |item: &'_ Value| item["text"].as_str().map(str::len).is_some();
    items
        .iter()
        .filter(|item| text(item))
        .map(|item| (item["author"]["name"].as_str().unwrap_or_default(), item["text"].as_str().unwrap()))
        .collect()
}

/// Ada writes to Eva's bot on Webex; answers the room.
async fn ada_writes(world: &World, text: &str) -> String {
    let ada = world.person("webex", ADA);
    let stand_ins = world.platform("webex")["stand_ins"].as_array().unwrap();
    let bot = stand_ins.iter().find(|one| one["person"] == EVA).unwrap();
    assert_eq!(bot["mode"], "bot");
    // An account for administration alone is no person to write to.
    assert!(
        stand_ins.iter().all(|one| !one["person"].as_str().unwrap().starts_with("admin@")),
        "{stand_ins:?}"
    );
    let url = format!("{}/messages", world.platform("webex")["base"].as_str().unwrap());
    let body = json!({"toPersonEmail": bot["email"], "text": text});
    let sent = world.call(Method::POST, &url, Some(body), Some(token(ada))).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    sent.json()["roomId"].as_str().unwrap().to_owned()
}

/// Waits until Eva reads this on Teams, from Ada's own account; answers the chat.
async fn eva_reads(world: &World, text: &str) -> String {
    let origin = world.origin("teams");
    let chat = world
        .until(&format!("{origin}/_sim/conversations?person={EVA}"), |found| {
            let items = found["items"].as_array().unwrap().iter();
            let with = |item: &&Value| {
                let members = item["members"].as_array().unwrap();
                item["type"] == "oneOnOne" && members.iter().any(|one| one["email"] == ADA)
            };
            items.clone().find(with).and_then(|item| item["chat"].as_str()).map(str::to_owned)
        })
        .await;
    let url = format!("{origin}/_sim/messages?person={EVA}&chat={}", escaped(&chat));
    let read = |found: &Value| texts(found).contains(&("Ada Okafor", text)).then_some(());
    world.until(&url, read).await;
    chat
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn messages_cross_both_ways_and_an_outage_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;

    let room = ada_writes(&world, "Good morning, Eva.").await;
    let chat = eva_reads(&world, "Good morning, Eva.").await;

    let eva = world.person("teams", EVA);
    let url = format!("{}/chats/{chat}/messages", world.platform("teams")["base"].as_str().unwrap());
    let body = json!({"body": {"contentType": "text", "content": "Good morning, Ada."}});
    let sent = world.call(Method::POST, &url, Some(body), Some(token(eva))).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let messages = format!("{}/_sim/messages?person={ADA}&room={room}", world.origin("webex"));
    let read = |found: &Value| texts(found).contains(&("Eva Lindqvist", "Good morning, Ada.")).then_some(());
    world.until(&messages, read).await;

    world.plug("teams", false).await;
    for text in ["one", "two", "three"] {
        ada_writes(&world, text).await;
    }
    let status = format!("{}/api/v1/status", world.console);
    let operator = std::fs::read_to_string(folder.path().join("operator.token")).unwrap();
    let waiting = world.call(Method::GET, &status, None, Some(operator.trim())).await.json();
    assert_eq!(waiting["counts"]["dead"], 0, "{waiting}");
    world.plug("teams", true).await;
    eva_reads(&world, "three").await;
    let url = format!("{}/_sim/messages?person={EVA}&chat={}", world.origin("teams"), escaped(&chat));
    let all = world.call(Method::GET, &url, None, None).await.json();
    let texts: Vec<&str> = texts(&all).into_iter().map(|(_, text)| text).collect();
    let said = texts.iter().position(|text| *text == "one").unwrap();
    assert_eq!(texts[said..], ["one", "two", "three"], "in order, once each");

    let ended = world.process.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(folder.path().join("entente.db").exists(), "--data keeps the data");
}

/// Ines, of support, on Slack; Mara, of operations, on Zoom. Each has an account where the other one works.
#[tokio::test]
async fn somebody_on_slack_and_somebody_on_zoom_talk() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;
    let stands = |platform: &str, person: &str| {
        let stand_ins = world.platform(platform)["stand_ins"].as_array().unwrap();
        let found = stand_ins.iter().find(|one| one["person"] == person).unwrap();
        assert_eq!(found["mode"], "account");
        found["id"].as_str().unwrap().to_owned()
    };
    let ines = token(world.person("slack", INES));
    let slack = world.platform("slack")["base"].as_str().unwrap();
    let open = json!({"users": stands("slack", MARA)});
    let opened =
        world.call(Method::POST, &format!("{slack}/conversations.open"), Some(open), Some(ines)).await;
    let channel = opened.json()["channel"]["id"].as_str().unwrap().to_owned();
    let said = json!({"channel": channel, "text": "Is the backup done?"});
    let said = world.call(Method::POST, &format!("{slack}/chat.postMessage"), Some(said), Some(ines)).await;
    assert_eq!(said.json()["ok"], true, "{}", said.text);

    let origin = world.origin("zoom");
    let session = world
        .until(&format!("{origin}/_sim/conversations?person={MARA}"), |found| {
            let with = |item: &&Value| item["with"]["email"] == INES;
            found["items"].as_array()?.iter().find(with)?["session"].as_str().map(str::to_owned)
        })
        .await;
    let url = format!("{origin}/_sim/messages?person={MARA}&session={}", escaped(&session));
    let read = |found: &Value| texts(found).contains(&("Ines Fischer", "Is the backup done?")).then_some(());
    world.until(&url, read).await;

    let mara = token(world.person("zoom", MARA));
    let url = format!("{}/chat/users/me/messages", world.platform("zoom")["base"].as_str().unwrap());
    let answer = json!({"message": "Since 04:12.", "to_contact": stands("zoom", INES)});
    let sent = world.call(Method::POST, &url, Some(answer), Some(mara)).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let url = format!("{}/_sim/messages?person={INES}&channel={channel}", world.origin("slack"));
    let read = |found: &Value| texts(found).contains(&("Mara Kovač", "Since 04:12.")).then_some(());
    world.until(&url, read).await;
    assert_eq!(world.process.stop().code, Some(0));
}

#[tokio::test]
async fn people_are_known_while_their_platform_is_unplugged() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;
    let url = format!("{}/directory.json", world.console);
    for platform in ["teams", "webex", "slack", "zoom"] {
        let before = world.call(Method::GET, &url, None, None).await.json();
        assert!(!before["platforms"][platform]["people"].as_array().unwrap().is_empty());
        world.plug(platform, false).await;
        let during = world.call(Method::GET, &url, None, None).await.json();
        assert_eq!(during["platforms"], before["platforms"], "{platform} is remembered, tokens and all");
        world.plug(platform, true).await;
    }
    assert_eq!(world.process.stop().code, Some(0));
}

#[tokio::test]
async fn a_plug_that_was_pulled_before_anybody_looked_finds_the_people_known() {
    let folder = TempDir::new().unwrap();
    let mut demo =
        Running::start(command(&["demo", "--port", "0", "--data", folder.path().to_str().unwrap()]));
    demo.line("is ready");
    let console = crate::program::address(folder.path()).unwrap();
    let plug = format!("{console}/demo/plugs/teams");
    assert_eq!(pulled(&plug).await, StatusCode::NO_CONTENT);
    let directory: Value =
        serde_json::from_str(&reqwest_get(&format!("{console}/directory.json")).await).unwrap();
    let people = directory["platforms"]["teams"]["people"].as_array().unwrap();
    assert!(people.iter().any(|person| person["email"] == EVA && !token(person).is_empty()));
    assert_eq!(demo.stop().code, Some(0));
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_in_one_line() {
    let folder = TempDir::new().unwrap();
    // Whoever may write anywhere cannot write a file where a folder stands.
    std::fs::create_dir(folder.path().join(".writable")).unwrap();
    let refused = run(&["demo", "--port", "0", "--data", folder.path().to_str().unwrap()]);
    let said = crate::program::errors(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("cannot be written") && said.contains("--data DIR"), "{said}");
}

#[tokio::test]
async fn a_kept_folder_serves_the_next_demo_and_keeps_the_last_ones_database() {
    let folder = TempDir::new().unwrap();
    for round in 0..2 {
        let world = World::start(folder.path()).await;
        ada_writes(&world, "Hello.").await;
        eva_reads(&world, "Hello.").await;
        assert_eq!(folder.path().join("before-1/entente.db").exists(), round == 1);
        let other = run(&["demo", "--port", "0", "--data", folder.path().to_str().unwrap()]);
        assert_eq!(other.status.code(), Some(2), "a second demo on the same folder is refused");
        assert_eq!(world.process.stop().code, Some(0));
    }
}

#[tokio::test]
async fn without_a_folder_nothing_is_left_behind() {
    let mut demo = Running::start(command(&["demo", "--port", "0"]));
    let line = demo.line("data is in");
    let folder = line.split_whitespace().find(|word| word.starts_with('/')).unwrap().to_owned();
    assert!(std::path::Path::new(&folder).join("entente.db").exists());
    assert_eq!(demo.stop().code, Some(0));
    assert!(!std::path::Path::new(&folder).exists());
}

#[tokio::test]
async fn a_sandbox_has_a_directory_and_no_server() {
    let mut sandbox = Running::start(command(&["sandbox", "--port", "0"]));
    let line = sandbox.line("/directory.json");
    let url = line.split_whitespace().next().unwrap();
    let directory: Value = serde_json::from_str(&reqwest_get(url).await).unwrap();
    let webex = &directory["platforms"]["webex"];
    assert_eq!(webex["stand_ins"], json!([]));
    assert!(!webex["app"]["client_secret"].as_str().unwrap().is_empty());
    let people = webex["people"].as_array().unwrap();
    let ada = people.iter().find(|person| person["email"] == ADA).unwrap();
    assert_eq!(ada["primary"], true);
    for (platform, count) in [("webex", 4), ("teams", 4), ("slack", 3), ("zoom", 3)] {
        let part = &directory["platforms"][platform];
        let at_home = |one: &&Value| one["primary"] == true;
        assert_eq!(part["people"].as_array().unwrap().iter().filter(at_home).count(), count, "{platform}");
        assert!(part["base"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{platform}");
    }
    // What only some vendors have.
    for (platform, secret) in [("slack", "signing_secret"), ("slack", "app_token"), ("zoom", "secret_token")]
    {
        let known = &directory["platforms"][platform]["app"][secret];
        assert!(!known.as_str().unwrap().is_empty(), "{platform}: {secret}");
    }
    let reading = &directory["platforms"]["zoom"]["directory_app"]["client_secret"];
    assert!(!reading.as_str().unwrap().is_empty());
    let root = url.strip_suffix("directory.json").unwrap();
    for path in ["", "demo"] {
        let said = reqwest_get(&format!("{root}{path}")).await;
        assert!(said.contains("/directory.json") && said.contains("entente demo"), "{path}: {said}");
    }
    assert_eq!(sandbox.stop().code, Some(0));
}

#[expect(clippy::disallowed_methods, reason = "a test stands outside of the product")]
async fn reqwest_get(url: &str) -> String {
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a test stands outside of the product")]
async fn pulled(plug: &str) -> StatusCode {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = http.post(plug).header("content-type", "application/json").body(r#"{"open": false}"#);
    asked.send().await.unwrap().status()
}
