//! Files: the three steps of an upload, who may fetch it, what is told of it, what a deleted one leaves.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use entente_sim::slack::Switches;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{ADA, App, BRUNO, CHIARA, Reply, Sim, USER_SCOPES, quiet};

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

impl Sim {
    /// A call at an address that the service told.
    async fn at(
        &self,
        method: &str,
        url: &str,
        token: &str,
        kind: &str,
        body: &[u8],
    ) -> (u16, HeaderMap, Bytes) {
        let path = url.strip_prefix("http://slack.test:7703").unwrap_or(url);
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let answer =
            self.router.clone().oneshot(request.body(Body::from(body.to_vec())).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        (parts.status.as_u16(), parts.headers, body.collect().await.unwrap().to_bytes())
    }

    /// The first two steps of an upload; answers the file's id.
    async fn uploaded(&self, token: &str, name: &str, bytes: &[u8]) -> String {
        let asked = json!({"filename": name, "length": bytes.len()});
        let reply = self.call(token, "files.getUploadURLExternal", asked).await;
        let url = reply.ok()["upload_url"].as_str().unwrap();
        // As the vendor's Python client labels raw bytes.
        let (status, _, said) = self.at("POST", url, "", "application/x-www-form-urlencoded", bytes).await;
        assert_eq!((status, said), (200, Bytes::from(format!("OK - {}", bytes.len()))));
        reply.ok()["file_id"].as_str().unwrap().to_owned()
    }

    async fn complete(&self, token: &str, file: &str, channel: &str) -> Reply {
        let files = json!([{"id": file, "title": "A title"}]);
        let call = json!({"files": files, "channel_id": channel, "initial_comment": "see *this*"});
        self.call(token, "files.completeUploadExternal", call).await
    }

    async fn newest(&self, who: &str, channel: &str) -> Value {
        let reply = self.call(who, "conversations.history", json!({"channel": channel, "limit": 1})).await;
        reply.ok()["messages"][0].clone()
    }
}

/// A workspace in which Ada's and Bruno's tokens may carry files, with their direct messages.
async fn world(switches: Switches) -> (Sim, App, [String; 2], String) {
    let sim = Sim::with(switches).await;
    let events = ["message.im", "file_created", "file_shared", "file_deleted"];
    let app = sim.app(json!({"user_events": events})).await;
    let mut tokens = Vec::new();
    for who in [ADA, BRUNO] {
        let answer = sim.install(&app, who, "", &format!("{USER_SCOPES},files:read,files:write")).await;
        tokens.push(answer["authed_user"]["access_token"].as_str().unwrap().to_owned());
    }
    let channel = sim.direct(ADA, BRUNO).await;
    (sim, app, tokens.try_into().unwrap(), channel)
}

#[tokio::test(start_paused = true)]
async fn an_upload_becomes_a_message_a_little_later() {
    let (sim, app, [ada, bruno], channel) = world(quiet()).await;
    let receiver = sim.receiver(&app).await;
    let bytes = b"\x89PNG\0\xff\r\n";
    let file = sim.uploaded(&ada, "Cat One.png", bytes).await;
    assert_eq!(sim.call(&bruno, "files.info", json!({"file": file})).await.refused(), "file_not_found");
    let answer = sim.complete(&ada, &file, &channel).await;
    let said = &answer.ok()["files"][0];
    assert_eq!(
        (&said["id"], &said["title"], &said["mimetype"]),
        (&json!(file), &json!("A title"), &json!(""))
    );
    assert_eq!((&said["shares"], answer.body.get("ts")), (&json!({}), None));
    let before = sim.call(&ada, "conversations.history", json!({"channel": channel})).await;
    assert!(before.list("messages").is_empty(), "not there yet");

    let events = receiver.events(3).await;
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).unwrap();
    let message = of("message");
    assert_eq!((&message["subtype"], &message["text"]), (&json!("file_share"), &json!("see *this*")));
    assert_eq!((&message["user"], &message["app_id"]), (&json!(sim.id(ADA)), &json!(app.id)));
    assert_eq!(
        (&of("file_shared")["file_id"], &of("file_shared")["channel_id"]),
        (&json!(file), &json!(channel))
    );
    assert_eq!(of("file_created")["user_id"], sim.id(ADA));
    let shape = &message["files"][0];
    assert_eq!((&shape["name"], &shape["mimetype"]), (&json!("Cat One.png"), &json!("image/png")));
    assert_eq!((&shape["size"], &shape["mode"]), (&json!(bytes.len()), &json!("hosted")));
    assert_eq!(sim.newest(&bruno, &channel).await["files"], message["files"]);

    let info = sim.call(&bruno, "files.info", json!({"file": file})).await.ok()["file"].clone();
    assert_eq!(info["shares"]["private"][&channel][0]["ts"], message["ts"]);
    for field in ["url_private", "url_private_download"] {
        let (status, headers, got) = sim.at("GET", info[field].as_str().unwrap(), &bruno, "", b"").await;
        assert_eq!((status, got), (200, Bytes::from_static(bytes)), "{field}");
        assert_eq!(headers["content-type"], "image/png");
    }
    let again = sim.complete(&ada, &file, &channel).await;
    assert_eq!(again.refused(), "file_update_failed");
}

#[tokio::test(start_paused = true)]
async fn a_share_may_overtake_its_answer_or_never_come() {
    let (sim, app, [ada, bruno], channel) = world(Switches { events_first_share: 1.0, ..quiet() }).await;
    let receiver = sim.receiver(&app).await;
    let file = sim.uploaded(&ada, "a.txt", b"hello").await;
    sim.complete(&ada, &file, &channel).await.ok();
    assert_eq!(receiver.count(), 3, "all was told before the answer");
    sim.switch(json!({"events_first_share": 0.0, "file_share_lost": 1.0})).await;
    let lost = sim.uploaded(&ada, "b.txt", b"hello").await;
    sim.complete(&ada, &lost, &channel).await.ok();
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(sim.newest(&bruno, &channel).await["files"][0]["id"], json!(file));
}

#[tokio::test(start_paused = true)]
async fn what_an_upload_is_refused_for() {
    let (sim, _, [ada, bruno], channel) = world(Switches { file_most_bytes: 8, ..quiet() }).await;
    let ask =
        async |arguments| sim.call(&ada, "files.getUploadURLExternal", arguments).await.refused().to_owned();
    assert_eq!(ask(json!({"filename": "a.txt", "length": 0})).await, "missing_argument");
    assert_eq!(ask(json!({"length": 1})).await, "missing_argument");
    assert_eq!(ask(json!({"filename": "a.txt", "length": 9})).await, "file_upload_size_restricted");
    sim.switch(json!({"file_upload_error": "file_uploads_disabled"})).await;
    assert_eq!(ask(json!({"filename": "a.txt", "length": 1})).await, "file_uploads_disabled");
    sim.switch(json!({"file_upload_error": null})).await;

    let reply = sim.call(&ada, "files.getUploadURLExternal", json!({"filename": "a.txt", "length": 5})).await;
    let (url, id) = (reply.ok()["upload_url"].as_str().unwrap(), reply.body["file_id"].as_str().unwrap());
    assert_eq!(sim.at("POST", url, "", "", b"hello, world").await.0, 400);
    assert_eq!(sim.complete(&ada, id, &channel).await.refused(), "file_not_found", "nothing was uploaded");
    // As the vendor's JavaScript client posts it.
    let form = b"--X\r\nContent-Disposition: form-data; name=\"body\"; filename=\"Untitled\"\r\n\r\nhello\r\n--X--\r\n";
    assert_eq!(sim.at("POST", url, &ada, "multipart/form-data; boundary=X", form).await.0, 200);
    assert_eq!(sim.complete(&bruno, id, &channel).await.refused(), "access_denied");
    assert_eq!(sim.complete(&ada, id, "D0NOWHERE").await.refused(), "channel_not_found");
    let none = sim.call(&ada, "files.completeUploadExternal", json!({"files": "[]"})).await;
    assert_eq!(none.refused(), "invalid_arguments");
    sim.complete(&ada, id, &channel).await.ok();
    assert_eq!(sim.at("POST", url, "", "", b"hello").await.0, 404, "the address is spent");
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_fetch_is_shown_where_to_sign_in() {
    let (sim, app, [ada, bruno], _) = world(quiet()).await;
    let body = json!({"person": ADA, "to": BRUNO, "files": [{"name": "b.bin", "length": 100_000}]});
    let posted = sim.by_hand("/_sim/files", body).await;
    let url = posted["message"]["files"][0]["url_private_download"].as_str().unwrap().to_owned();
    assert_eq!(sim.at("GET", &url, &bruno, "", b"").await.2.len(), 100_000);
    let scopeless = sim.app(json!({"name": "Other"})).await;
    let scopeless = sim.linked(&scopeless, BRUNO).await;
    let stranger = sim.install(&app, CHIARA, "", &format!("{USER_SCOPES},files:read")).await;
    let stranger = stranger["authed_user"]["access_token"].as_str().unwrap();
    for token in ["", "nonsense", scopeless.as_str(), stranger] {
        let (status, headers, page) = sim.at("GET", &url, token, "", b"").await;
        assert_eq!((status, &headers["content-type"]), (200, &"text/html; charset=utf-8".parse().unwrap()));
        assert!(page.starts_with(b"<!DOCTYPE html>"), "{token}");
    }
    sim.switch(json!({"file_sign_in_redirects": true})).await;
    let (status, headers, _) = sim.at("GET", &url, "", "", b"").await;
    assert_eq!((status, headers.contains_key("location")), (302, true));
    sim.switch(json!({"file_sign_in_redirects": false, "file_fresh_ms": 1000})).await;
    assert!(sim.at("GET", &url, &ada, "", b"").await.2.starts_with(b"<!DOCTYPE html>"), "too fresh");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(sim.at("GET", &url, &ada, "", b"").await.2.len(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_file_leaves_a_stone() {
    let (sim, app, [ada, bruno], channel) = world(Switches { file_share_ms: 0, ..quiet() }).await;
    let file = sim.uploaded(&ada, "a.txt", b"hello").await;
    sim.complete(&ada, &file, &channel).await.ok();
    let shown = sim.newest(&ada, &channel).await;
    let url = shown["files"][0]["url_private"].as_str().unwrap();
    let receiver = sim.receiver(&app).await;
    let id = json!({"file": file});
    assert_eq!(sim.json(&bruno, "files.delete", id.clone()).await.refused(), "cant_delete_file");
    sim.json(&ada, "files.delete", id.clone()).await.ok();
    let events = receiver.events(2).await;
    let changed = events.iter().find(|event| event["subtype"] == "message_changed").unwrap();
    assert_eq!(changed["message"]["ts"], shown["ts"]);
    assert_eq!(changed["message"]["files"], json!([{"id": file, "mode": "tombstone"}]));
    assert_eq!(changed["previous_message"]["files"][0]["mode"], "hosted");
    let deleted = events.iter().find(|event| event["type"] == "file_deleted").unwrap();
    assert_eq!(deleted["channel_ids"], json!([channel]));
    assert_eq!(sim.json(&ada, "files.delete", id.clone()).await.refused(), "file_deleted");
    assert_eq!(sim.call(&bruno, "files.info", id).await.refused(), "file_deleted");
    assert_eq!(sim.at("GET", url, &bruno, "", b"").await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_message_shows_its_file_to_nobody_else() {
    let (sim, _, [ada, bruno], channel) = world(Switches { file_share_ms: 0, ..quiet() }).await;
    let file = sim.uploaded(&ada, "a.txt", b"hello").await;
    sim.complete(&ada, &file, &channel).await.ok();
    let message = sim.newest(&ada, &channel).await;
    let edit = json!({"channel": channel, "ts": message["ts"], "text": "another"});
    let edited = sim.json(&ada, "chat.update", edit).await;
    assert_eq!(edited.ok()["message"]["files"], message["files"], "an edit keeps files");
    sim.json(&ada, "chat.delete", json!({"channel": channel, "ts": message["ts"]})).await.ok();
    assert_eq!(sim.call(&bruno, "files.info", json!({"file": file})).await.refused(), "file_not_found");
    sim.call(&ada, "files.info", json!({"file": file})).await.ok();
}

#[tokio::test(start_paused = true)]
async fn what_events_and_history_may_leave_out() {
    let switches = Switches { file_processing_ms: 2000, file_share_in_history: false, ..quiet() };
    let (sim, app, [_, bruno], channel) = world(switches).await;
    let receiver = sim.receiver(&app).await;
    let body = json!({"person": ADA, "channel": channel, "text": "two", "files": [
        {"name": "a.txt", "base64": "aGVsbG8="}, {"name": "b.bin", "length": 9}]});
    sim.by_hand("/_sim/files", body.clone()).await;
    let events = receiver.events(5).await;
    let message = events.iter().find(|event| event["type"] == "message").unwrap();
    assert_eq!((&message["files"][0]["size"], message["files"][0].get("url_private")), (&json!(0), None));
    tokio::time::advance(Duration::from_secs(2)).await;
    let read = sim.newest(&bruno, &channel).await;
    assert_eq!((read.get("subtype"), &read["files"][0]["size"]), (None, &json!(5)));
    assert!(read["client_msg_id"].is_string() && read.get("app_id").is_none(), "composed by a person");

    receiver.forget();
    sim.switch(json!({"file_events_are_bare": true, "file_processing_ms": 0})).await;
    sim.by_hand("/_sim/files", body).await;
    let events = receiver.events(5).await;
    let message = events.iter().find(|event| event["type"] == "message").unwrap();
    assert_eq!(message["files"][1]["file_access"], "check_file_info");
    assert_eq!(sim.newest(&bruno, &channel).await["files"][1]["file_access"], "visible");
}

#[tokio::test(start_paused = true)]
async fn a_page_sees_files_with_their_digests() {
    let (sim, _, [ada, _], channel) =
        world(Switches { file_share_ms: 0, files_kept: false, ..quiet() }).await;
    let file = sim.uploaded(&ada, "a.txt", b"hello").await;
    sim.complete(&ada, &file, &channel).await.ok();
    let page = sim.control("GET", &format!("/_sim/messages?channel={channel}&person={BRUNO}"), None).await;
    let shown = &page.body["items"][0]["files"][0];
    assert_eq!(
        (&shown["name"], &shown["size"], &shown["sha256"]),
        (&json!("a.txt"), &json!(5), &json!(HELLO))
    );
    assert_eq!((&shown["id"], &shown["type"]), (&json!(file), &json!("text/plain")));
    let (status, headers, served) = sim.at("GET", shown["url"].as_str().unwrap(), "", "", b"").await;
    assert_eq!((status, served.len()), (200, 5));
    assert_eq!(headers["content-disposition"], "attachment; filename=\"a.txt\"");
    let entries = sim.slack.ledger().read(0, 1000);
    let created = entries.iter().find(|entry| entry.change["kind"] == "message.created").unwrap();
    assert_eq!(created.change["files"][0]["sha256"], HELLO);
    assert_eq!(created.change["author"], sim.id(ADA));
}
