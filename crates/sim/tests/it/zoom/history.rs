//! Reading back: histories by date, pages, searches, sessions.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADA, BRUNO, EVA, Sim, each};

const LIST: &str = "/v2/chat/users/me/messages";

#[tokio::test(start_paused = true)]
async fn the_days_messages_unless_another_time_is_asked_for() {
    let sim = Sim::new().await;
    sim.direct(ADA, BRUNO, "first").await;
    tokio::time::advance(Duration::from_hours(24)).await;
    sim.direct(ADA, BRUNO, "second").await;
    let texts = async |query: &str| {
        let reply = sim.get(ADA, &format!("{LIST}?to_contact={BRUNO}{query}")).await;
        reply.each("messages", "message").join(" ")
    };
    assert_eq!(texts("").await, "second", "today");
    assert_eq!(texts("&date=2026-01-02").await, "first");
    assert_eq!(texts("&from=2026-01-02T00:00:00Z").await, "second first");
    assert_eq!(texts("&from=2026-01-02T03:04:05Z&to=2026-01-02T03:04:05Z").await, "first", "whole seconds");
    assert_eq!(texts("&from=2026-01-02T03:04:06Z&to=2026-01-03T00:00:00Z").await, "");
    assert_eq!(texts("&from=2026-01-02T00:00:00Z&date=2026-01-03").await, "second", "the date wins");
    sim.switch(json!({"newest_first": false})).await;
    assert_eq!(texts("&from=2026-01-02T00:00:00Z").await, "first second");
    let reply = sim.get(ADA, &format!("{LIST}?to_contact={BRUNO}&from=2026-01-02T00:00:00Z")).await;
    assert_eq!((&reply.body["from"], reply.body.get("date")), (&json!("2026-01-02T00:00:00Z"), None));
    for wrong in
        ["from=2026-01-02", "from=2026-01-02T00:00:00.000Z", "date=02/01/2026", "page_size=51", "page_size=0"]
    {
        sim.get(ADA, &format!("{LIST}?to_contact={BRUNO}&{wrong}")).await.refused(400, 300);
    }
    let old = sim.get(ADA, &format!("{LIST}?to_contact={BRUNO}&from=2025-06-01T00:00:00Z")).await;
    assert_eq!(old.refused(400, 300), "Only provide past chat messages in recent 6 months.");
    sim.get(ADA, LIST).await.refused(400, 300);
    sim.get(ADA, &format!("{LIST}?to_channel=c")).await.refused(404, 4130);
}

#[tokio::test(start_paused = true)]
async fn edited_and_deleted_messages_are_shown_on_request() {
    let sim = Sim::new().await;
    let normal = sim.direct(ADA, BRUNO, "normal").await;
    let edited = sim.direct(ADA, BRUNO, "x").await;
    let deleted = sim.direct(ADA, BRUNO, "gone").await;
    sim.put(ADA, &format!("{LIST}/{edited}"), json!({"to_contact": BRUNO, "message": "edited"})).await;
    sim.delete(ADA, &format!("{LIST}/{deleted}?to_contact={BRUNO}")).await;
    let plain = sim.history(BRUNO, ADA).await;
    assert_eq!(each(&plain, "id"), [normal.to_uppercase()]);
    assert!(plain[0].get("status").is_none());
    sim.switch(json!({"edited_only_on_request": false})).await;
    assert_eq!(each(&sim.history(BRUNO, ADA).await, "message"), ["edited", "normal"]);
    let path = format!("{LIST}?to_contact={ADA}&include_deleted_and_edited_message=true");
    let all = sim.get(BRUNO, &path).await;
    assert_eq!(all.each("messages", "status"), ["Deleted", "Edited", "Normal"]);
    assert_eq!(all.each("messages", "message"), ["", "edited", "normal"], "what was deleted is not told");
}

#[tokio::test(start_paused = true)]
async fn pages_follow_each_other_for_fifteen_minutes() {
    let sim = Sim::new().await;
    for number in 0..5 {
        sim.direct(ADA, BRUNO, &number.to_string()).await;
    }
    let path =
        format!("{LIST}?to_contact={BRUNO}&page_size=2&from=2026-01-02T00:00:00Z&to=2026-01-02T23:00:00Z");
    let mut seen: Vec<String> = Vec::new();
    let mut token = String::new();
    loop {
        let query = if token.is_empty() { String::new() } else { format!("&next_page_token={token}") };
        let page = sim.get(ADA, &format!("{path}{query}")).await;
        assert_eq!(page.body["page_size"], 2);
        seen.extend(page.each("messages", "message").into_iter().map(str::to_owned));
        token = page.body["next_page_token"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    let token = sim.get(ADA, &path).await.body["next_page_token"].as_str().unwrap().to_owned();
    let other = format!("{LIST}?to_contact={BRUNO}&page_size=3&next_page_token={token}");
    let message = "The next page token is invalid or expired.";
    assert_eq!(sim.get(ADA, &other).await.refused(400, 300), message, "made for another query");
    tokio::time::advance(Duration::from_secs(15 * 60 + 1)).await;
    assert_eq!(sim.get(ADA, &format!("{path}&next_page_token={token}")).await.refused(400, 300), message);
    assert_eq!(sim.get(ADA, &format!("{path}&next_page_token=x")).await.refused(400, 300), message);
}

#[tokio::test(start_paused = true)]
async fn a_search_needs_no_conversation() {
    let sim = Sim::new().await;
    sim.direct(ADA, BRUNO, "the quarterly Report").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    sim.direct(EVA, ADA, "a report too").await;
    sim.direct(EVA, BRUNO, "not hers: report").await;
    let found = sim.get(ADA, &format!("{LIST}?search_type=message&search_key=report")).await;
    assert_eq!(found.each("messages", "message"), ["a report too", "the quarterly Report"]);
    let found = sim.get(ADA, &format!("{LIST}?search_type=message&search_key=report&to_contact={EVA}")).await;
    assert_eq!(found.items("messages").len(), 1);
    let files = sim.get(ADA, &format!("{LIST}?search_type=file&search_key=report")).await;
    assert!(files.items("messages").is_empty());
    sim.get(ADA, &format!("{LIST}?search_key=report")).await.refused(400, 300);
    sim.get(ADA, &format!("{LIST}?search_type=message&search_key={}", "x".repeat(257)))
        .await
        .refused(400, 300);
}

#[tokio::test(start_paused = true)]
async fn a_message_may_be_invisible_for_a_moment() {
    let sim = Sim::new().await;
    sim.switch(json!({"visibility_delay_ms": 500})).await;
    let id = sim.direct(ADA, BRUNO, "soon").await;
    let path = format!("{LIST}/{id}?to_contact={BRUNO}");
    sim.get(ADA, &path).await.refused(400, 300);
    assert!(sim.history(ADA, BRUNO).await.is_empty());
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(sim.get(ADA, &path).await.status, 200);
    assert_eq!(sim.history(ADA, BRUNO).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn sessions_are_the_way_to_find_out_who_wrote() {
    let sim = Sim::new().await;
    sim.direct(ADA, BRUNO, "x").await;
    tokio::time::advance(Duration::from_secs(10)).await;
    sim.direct(EVA, ADA, "x").await;
    let path = "/v2/chat/users/me/sessions";
    let reply = sim.get(ADA, path).await;
    let session = |email: &str, time: &str| -> Value {
        json!({"type": "1:1", "name": email, "peer_contact_email": email, "peer_contact_user_id": sim.id(email),
            "peer_contact_member_id": sim.member(email), "last_message_sent_time": time})
    };
    let expected = [session(EVA, "2026-01-02T03:04:15Z"), session(BRUNO, "2026-01-02T03:04:05Z")];
    assert_eq!(reply.items("sessions"), expected);
    assert_eq!(
        (&reply.body["from"], &reply.body["to"]),
        (&json!("2026-01-02T00:00:00Z"), &json!("2026-01-02T23:59:59Z"))
    );
    let since = sim.get(ADA, &format!("{path}?type=1:1&from=2026-01-02T03:04:10Z")).await;
    assert_eq!(since.each("sessions", "name"), [EVA]);
    assert!(sim.get(ADA, &format!("{path}?type=groupchat")).await.items("sessions").is_empty());
    sim.get(ADA, &format!("{path}?type=2:2")).await.refused(404, 1001);
    tokio::time::advance(Duration::from_hours(24)).await;
    assert!(sim.get(ADA, path).await.items("sessions").is_empty(), "today is over");
}
