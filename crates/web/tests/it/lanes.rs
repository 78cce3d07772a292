//! A conversation that stands: in the API, on the console, and let go on from either.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use entente_model::{ConversationRef, Timestamp, WorkspaceRef};
use entente_store::{Console as _, LaneKey, Lanes as _, Memory, Outbox as _, Plan, Side, Work};
use http::{Request, StatusCode};
use serde_json::Value;

use crate::{TOKEN, ask, form, form_with_token, surfaces_on};

fn lane(name: &str) -> LaneKey {
    let workspace = WorkspaceRef { platform: "webex".into(), id: "acme-webex".into() };
    LaneKey::Conversation(ConversationRef { workspace, id: name.into() })
}

/// A store in which two conversations stand and one waits.
async fn store() -> Memory {
    let store = Memory::new();
    let now = Timestamp::parse("2026-01-05T10:00:00Z").unwrap();
    for name in ["one", "two", "three"] {
        let plan = Plan {
            lane: lane(name),
            work: Work::Notice,
            source: None,
            part: 0,
            thread: None,
            payload: Bytes::new(),
            accepted_at: now,
        };
        store.plan(vec![plan], now).await.unwrap();
    }
    for claim in store.claim(Side::Outbound, 3, Duration::from_mins(1), now).await.unwrap() {
        if claim.key == lane("three") {
            store.release(claim, None).await.unwrap();
        } else {
            store.wedge(claim, "an <internal> error").await.unwrap();
        }
    }
    store
}

#[tokio::test]
async fn what_stands_is_listed_and_let_go_on() {
    let store = store().await;
    let surfaces = surfaces_on("http://127.0.0.1:7700", Arc::new(store.clone())).await;
    let bearer = format!("Bearer {TOKEN}");
    let get = |path: &str| Request::get(path).header("authorization", bearer.as_str());
    let listed: Value = serde_json::from_str(&ask(&surfaces, get("/api/v1/lanes"), "").await.text).unwrap();
    let states: Vec<&str> =
        listed["lanes"].as_array().unwrap().iter().map(|lane| lane["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["stands", "stands", "overdue"], "{listed}");
    let first = &listed["lanes"][0];
    assert_eq!((first["direction"].as_str(), first["workspace"].as_str()), (Some("to"), Some("acme-webex")));
    assert_eq!(first["since"], "2026-01-05T10:00:00.000Z");

    // From the API.
    let release = |id: &Value| format!("/lanes/{id}/release");
    let path = format!("/api/v1{}", release(&first["id"]));
    let post = |path: &str| Request::post(path).header("authorization", bearer.as_str());
    assert_eq!(ask(&surfaces, post(&path), "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&surfaces, post(&path), "").await.status, StatusCode::NOT_FOUND, "it went on");
    assert_eq!(store.counts().await.unwrap().wedged, 1);

    // From the console, by its button.
    let page = ask(&surfaces, get("/"), "").await.text;
    let path = release(&listed["lanes"][1]["id"]);
    assert!(page.contains(&format!("action=\"{path}\"")), "{page}");
    assert!(page.contains("an &#60;internal&#62; error"), "{page}");
    assert_eq!(ask(&surfaces, form(&path), "").await.status, StatusCode::UNAUTHORIZED);
    let signed_in = ask(&surfaces, form("/sign-in"), &form_with_token()).await;
    let cookie = signed_in.cookies()["entente-session"].split(';').next().unwrap().to_owned();
    let foreign = form(&path).header("cookie", &cookie).header("sec-fetch-site", "cross-site");
    assert_eq!(ask(&surfaces, foreign, "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(store.counts().await.unwrap().wedged, 1);
    let pressed = ask(&surfaces, form(&path).header("cookie", &cookie), "").await;
    assert_eq!(
        (pressed.status, &pressed.headers["location"]),
        (StatusCode::SEE_OTHER, &"/".parse().unwrap())
    );
    assert_eq!(store.counts().await.unwrap().wedged, 0);
}
