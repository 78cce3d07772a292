//! Reading what was said.

use serde_json::{Value, json};

use super::{ADA, BRUNO, Sim};

async fn five() -> (Sim, String, Vec<String>) {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let mut said = Vec::new();
    for n in 0..5 {
        said.push(sim.say(ADA, &channel, &n.to_string()).await["ts"].as_str().unwrap().to_owned());
    }
    (sim, channel, said)
}

#[tokio::test(start_paused = true)]
async fn newest_first_page_by_page() {
    let (sim, channel, said) = five().await;
    let page = sim.call(BRUNO, "conversations.history", json!({"channel": channel, "limit": 2})).await;
    assert_eq!((page.each("messages", "text"), &page.body["has_more"]), (vec!["4", "3"], &json!(true)));
    assert_eq!((&page.body["pin_count"], &page.body["channel_actions_ts"]), (&json!(0), &Value::Null));
    // What is said in between does not move the pages.
    sim.say(BRUNO, &channel, "5").await;
    let next = json!({"channel": channel, "limit": 2, "cursor": page.next()});
    let page = sim.json(BRUNO, "conversations.history", next).await;
    assert_eq!(page.each("messages", "text"), ["2", "1"]);
    let next = json!({"channel": channel, "limit": 2, "cursor": page.next()});
    let page = sim.json(BRUNO, "conversations.history", next).await;
    assert_eq!((page.each("messages", "text"), page.next()), (vec!["0"], ""));
    assert_eq!(page.body["has_more"], false);
    let wrong = json!({"channel": channel, "cursor": "eA=="});
    assert_eq!(sim.json(BRUNO, "conversations.history", wrong).await.refused(), "invalid_cursor");
    let one = json!({"channel": channel, "latest": said[2], "inclusive": true, "limit": 1});
    assert_eq!(sim.call(BRUNO, "conversations.history", one).await.each("messages", "text"), ["2"]);
}

#[tokio::test(start_paused = true)]
async fn bounds_are_outside_unless_inclusive() {
    let (sim, channel, said) = five().await;
    let texts = async |oldest: &str, latest: &str, inclusive: bool| {
        let mut arguments = json!({"channel": channel, "inclusive": inclusive});
        if !oldest.is_empty() {
            arguments["oldest"] = oldest.into();
        }
        if !latest.is_empty() {
            arguments["latest"] = latest.into();
        }
        sim.call(ADA, "conversations.history", arguments).await.each("messages", "text").join("")
    };
    assert_eq!(texts(&said[1], &said[3], false).await, "2");
    assert_eq!(texts(&said[1], &said[3], true).await, "321");
    assert_eq!(texts(&said[3], "", false).await, "4");
    assert_eq!(texts("0", "", false).await, "43210");
    assert_eq!(texts("", &said[0], true).await, "0");
    assert_eq!(texts(&said[3], &said[1], true).await, "", "the wrong way round");
    for (name, error) in [("oldest", "invalid_ts_oldest"), ("latest", "invalid_ts_latest")] {
        let wrong = json!({"channel": channel, name: "yesterday"});
        assert_eq!(sim.call(ADA, "conversations.history", wrong).await.refused(), error);
    }
}

#[tokio::test(start_paused = true)]
async fn metadata_is_told_only_when_asked_for() {
    let sim = Sim::new().await;
    let app = sim.app(json!({})).await;
    let ada = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    let metadata = json!({"event_type": "origin", "event_payload": {"id": 7}});
    let said = sim.post(&ada, json!({"channel": channel, "text": "x", "metadata": metadata})).await;
    assert_eq!(said["metadata"], metadata);
    let typed = json!({"channel": channel, "text": "x", "metadata": metadata});
    assert_eq!(sim.json(ADA, "chat.postMessage", typed).await.refused(), "metadata_must_be_sent_from_app");
    let plain = sim.call(&ada, "conversations.history", json!({"channel": channel})).await;
    assert!(plain.list("messages")[0].get("metadata").is_none());
    let all = json!({"channel": channel, "include_all_metadata": true});
    let all = sim.json(&ada, "conversations.history", all).await;
    assert_eq!(all.list("messages")[0]["metadata"], metadata);
}

#[tokio::test(start_paused = true)]
async fn commercial_apps_read_little_and_seldom() {
    let mut switches = super::quiet();
    switches.commercial_history = true;
    let sim = Sim::limited(switches, 1.0).await;
    let app = sim.app(json!({})).await;
    let ada = sim.linked(&app, ADA).await;
    let channel = sim.direct(ADA, BRUNO).await;
    for n in 0..3 {
        sim.say(ADA, &channel, &n.to_string()).await;
    }
    let arguments = json!({"channel": channel, "limit": 100});
    assert_eq!(sim.call(&ada, "conversations.history", arguments.clone()).await.list("messages").len(), 3);
    let refused = sim.call(&ada, "conversations.history", arguments).await;
    assert_eq!((refused.status, &refused.headers["retry-after"]), (429, &"60".parse().unwrap()));
}
