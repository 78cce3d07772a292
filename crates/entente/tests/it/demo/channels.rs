//! What the demo's four apps show of one linked channel, of a reaction and of a file.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ADA, EVA, INES, MARA, escaped, token};
use crate::program::{errors, run};
use crate::world::World;

/// Who is looked at in each app, and what one conversation and its messages are asked for by there.
const APPS: [(&str, &str, &str); 4] =
    [("webex", ADA, "room"), ("teams", EVA, "chat"), ("slack", INES, "channel"), ("zoom", MARA, "session")];

/// A conversation as one of the apps shows it.
struct Shown {
    origin: String,
    id: String,
    /// Where its messages are read.
    messages: String,
    /// Its item in the list of conversations.
    item: Value,
}

/// Waits until an app lists a conversation that is the one.
async fn shown(world: &World, platform: &str, is: impl Fn(&Value) -> bool) -> Shown {
    let (_, person, key) = APPS.into_iter().find(|(name, ..)| *name == platform).unwrap();
    let origin = world.origin(platform);
    let listed = |found: &Value| found["items"].as_array()?.iter().find(|item| is(item)).cloned();
    let item = world.until(&format!("{origin}/_sim/conversations?person={person}"), listed).await;
    let id = item[key].as_str().unwrap().to_owned();
    let messages = format!("{origin}/_sim/messages?person={person}&{key}={}", escaped(&id));
    Shown { origin, id, messages, item }
}

/// A channel of this name. Slack knows small letters only.
async fn channel(world: &World, platform: &str, name: &str) -> Shown {
    let named = |item: &Value| {
        ["title", "channel"]
            .iter()
            .any(|key| item[key].as_str().is_some_and(|title| title.eq_ignore_ascii_case(name)))
    };
    shown(world, platform, named).await
}

/// Waits until a message with this text is shown.
async fn reads(world: &World, at: &Shown, text: &str) -> Value {
    let found = |found: &Value| {
        let mut items = found["items"].as_array()?.iter();
        items.find(|item| item["text"].as_str().is_some_and(|said| said.ends_with(text))).cloned()
    };
    world.until(&at.messages, found).await
}

async fn sent(world: &World, url: &str, body: Value, whose: Option<&str>) -> Value {
    let sent = world.call(Method::POST, url, Some(body), whose).await;
    assert!(matches!(sent.status, StatusCode::OK | StatusCode::CREATED), "{}", sent.text);
    let answer = sent.json();
    assert_ne!(answer["ok"], false, "{answer}");
    answer
}

fn base<'a>(world: &'a World, platform: &str) -> &'a str {
    world.platform(platform)["base"].as_str().unwrap()
}

#[tokio::test]
async fn a_channel_is_the_same_in_four_apps() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;
    let mut launch = Vec::new();
    for (platform, ..) in APPS {
        channel(&world, platform, "incidents").await;
        launch.push(channel(&world, platform, "launch").await);
    }
    let [webex, teams, slack, zoom] = &launch[..] else { panic!("four apps") };

    // Ada, in Webex.
    let ada = token(world.person("webex", ADA));
    let said = json!({"roomId": webex.id, "text": "Version 4 is tagged."});
    sent(&world, &format!("{}/messages", base(&world, "webex")), said, Some(ada)).await;
    let on_teams = reads(&world, teams, "Version 4 is tagged.").await;
    assert_eq!(on_teams["text"], "Ada Okafor: Version 4 is tagged.");
    assert_eq!(
        (&on_teams["author"]["name"], &on_teams["author"]["is_bot"]),
        (&json!("Entente"), &json!(true))
    );
    let on_slack = reads(&world, slack, "Version 4 is tagged.").await;
    let on_zoom = reads(&world, zoom, "Version 4 is tagged.").await;
    for there in [&on_slack, &on_zoom] {
        assert_eq!(there["author"]["email"], ADA, "her own account is in the channel");
    }

    // Eva answers in its thread, in Teams.
    let eva = token(world.person("teams", EVA));
    let team = teams.item["team"]["id"].as_str().unwrap();
    let root = on_teams["id"].as_str().unwrap();
    let url = format!(
        "{}/teams/{team}/channels/{}/messages/{root}/replies",
        base(&world, "teams"),
        escaped(&teams.id)
    );
    sent(
        &world,
        &url,
        json!({"body": {"contentType": "text", "content": "Globex waits for it."}}),
        Some(eva),
    )
    .await;
    let on_webex = reads(&world, webex, "Globex waits for it.").await;
    let first = reads(&world, webex, "Version 4 is tagged.").await;
    assert_eq!(on_webex["parent"], first["id"]);
    assert_eq!(
        (&on_webex["author"]["name"], &on_webex["author"]["is_bot"]),
        (&json!("Eva Lindqvist"), &json!(true))
    );
    let answer = reads(&world, slack, "Globex waits for it.").await;
    assert_eq!((&answer["thread"], &answer["author"]["email"]), (&on_slack["ts"], &json!(EVA)));
    assert_eq!(answer["as"], Value::Null, "she says it, and not the app for her");
    let answer = reads(&world, zoom, "Globex waits for it.").await;
    assert_eq!((&answer["parent"], &answer["author"]["email"]), (&on_zoom["id"], &json!(EVA)));

    // Mara, in Zoom, where nobody of the others is: the app speaks.
    let incidents = channel(&world, "zoom", "incidents").await;
    let mara = token(world.person("zoom", MARA));
    let said = json!({"message": "Login is slow.", "to_channel": incidents.id});
    sent(&world, &format!("{}/chat/users/me/messages", base(&world, "zoom")), said, Some(mara)).await;
    let on_slack = reads(&world, &channel(&world, "slack", "incidents").await, "Login is slow.").await;
    assert_eq!(on_slack["as"], "Mara Kovač (Zoom Team Chat)");
    for platform in ["webex", "teams"] {
        let there = reads(&world, &channel(&world, platform, "incidents").await, "Login is slow.").await;
        assert_eq!(there["text"], "Mara Kovač: Login is slow.", "{platform}");
    }
    assert_eq!(world.process.stop().code, Some(0));
}

#[tokio::test]
async fn a_reaction_and_a_file_arrive() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;
    let account = |platform: &str, person: &str| {
        let mut stand_ins = world.platform(platform)["stand_ins"].as_array().unwrap().iter();
        stand_ins.find(|one| one["person"] == person).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let slack = base(&world, "slack");
    let ines = token(world.person("slack", INES));
    let open = json!({"users": account("slack", MARA)});
    let opened = sent(&world, &format!("{slack}/conversations.open"), open, Some(ines)).await;
    let said = json!({"channel": opened["channel"]["id"], "text": "Is the backup done?"});
    sent(&world, &format!("{slack}/chat.postMessage"), said, Some(ines)).await;
    let there = shown(&world, "slack", |item| item["channel"] == opened["channel"]["id"]).await;
    let here = shown(&world, "zoom", |item| item["with"]["email"] == INES).await;

    // Mara has consented to nothing at Zoom, which is her own app.
    let asked = reads(&world, &here, "Is the backup done?").await;
    let zoom = base(&world, "zoom");
    let url = format!("{zoom}/chat/users/me/messages/{}/emoji_reactions", asked["id"].as_str().unwrap());
    let mara = token(world.person("zoom", MARA));
    let reaction = json!({"action": "add", "emoji": "U+1F389", "to_contact": account("zoom", INES)});
    let reacted = world.call(Method::PATCH, &url, Some(reaction), Some(mara)).await;
    assert!(reacted.status.is_success(), "{}", reacted.text);
    let feels = |found: &Value| {
        let reaction = &found["items"].as_array()?.first()?["reactions"][0];
        (reaction["name"] == "tada").then(|| reaction["users"].clone())
    };
    assert_eq!(world.until(&there.messages, feels).await, json!([account("slack", MARA)]));

    let file = json!({"name": "backup-log.txt", "type": "text/plain", "base64": "MDQ6MTIgZG9uZQ=="});
    let attached = json!({"person": MARA, "to": INES, "text": "The log:", "files": [file]});
    sent(&world, &format!("{}/_sim/files", here.origin), attached, None).await;
    let arrived = |found: &Value| {
        found["items"].as_array()?.iter().find_map(|item| item["files"].as_array()?.first().cloned())
    };
    let file = world.until(&there.messages, arrived).await;
    assert_eq!((&file["name"], &file["size"]), (&json!("backup-log.txt"), &json!(10)));
    let url = format!("{}{}", there.origin, file["url"].as_str().unwrap());
    let bytes = world.call(Method::GET, &url, None, None).await;
    assert_eq!((bytes.status, bytes.text.as_str()), (StatusCode::OK, "04:12 done"));
    assert_eq!(world.process.stop().code, Some(0));
}

/// Four channels that are made, by the operator's command. Asked once more, it says what is there.
#[tokio::test]
async fn a_command_makes_channels_and_links_them() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;
    let data = folder.path().to_str().unwrap();
    let links = |arguments: &[&str]| run(&[&["links"], arguments, &["--data", data]].concat());
    let listed = links(&["list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let named = |platform: &str| {
        let channels =
            listed["links"].as_array().unwrap().iter().flat_map(|link| link["channels"].as_array().unwrap());
        let mut channels = channels.filter(|channel| channel["platform"] == platform);
        let channel = channels.next().unwrap();
        (channel["workspace"].as_str().unwrap().to_owned(), channel["channel"].as_str().unwrap().to_owned())
    };
    let (teams, in_team) = named("Microsoft Teams");
    let new = [
        format!("{}:Retreat plan", named("Webex").0),
        format!("{}:Retreat plan", named("Slack").0),
        format!("{teams}:{}/Retreat plan", in_team.split_once('/').unwrap().0),
        format!("{}:Retreat plan", named("Zoom Team Chat").0),
    ];
    let mut create = vec!["create", "--name", "retreat", "--json"];
    create.extend(new.iter().flat_map(|channel| ["--new", channel.as_str()]));
    let made = links(&create);
    assert!(made.status.success(), "{}", errors(&made));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!(made["channels"].as_array().unwrap().len(), 4, "{made}");

    // Ines finds the one on Slack and writes there; somebody on Zoom, who found theirs, reads it.
    let ines = token(world.person("slack", INES));
    let slack = base(&world, "slack");
    let of = |platform: &str| {
        let mut channels = made["channels"].as_array().unwrap().iter();
        channels.find(|channel| channel["platform"] == platform).unwrap()["id"].as_str().unwrap().to_owned()
    };
    sent(&world, &format!("{slack}/conversations.join"), json!({"channel": of("Slack")}), Some(ines)).await;
    let mara = token(world.person("zoom", MARA));
    let join = format!("{}/chat/channels/{}/members/me", base(&world, "zoom"), of("Zoom Team Chat"));
    sent(&world, &join, json!({}), Some(mara)).await;
    let said = json!({"channel": of("Slack"), "text": "Who brings the tent?"});
    sent(&world, &format!("{slack}/chat.postMessage"), said, Some(ines)).await;
    reads(&world, &channel(&world, "zoom", "Retreat plan").await, "Who brings the tent?").await;

    let again = links(&create);
    assert!(!again.status.success() && errors(&again).contains("already"), "{}", errors(&again));
    let none = links(&["create"]);
    assert!(errors(&none).contains("two channels or more"), "{}", errors(&none));
    assert_eq!(world.process.stop().code, Some(0));
}
