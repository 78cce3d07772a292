//! Rooms: whose they are, what they are called, in which region they live.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{ADA, BRUNO, CHIARA, Sim};

#[tokio::test(start_paused = true)]
async fn a_group_room_from_making_to_leaving() {
    let sim = Sim::new().await;
    let untitled = sim.post(ADA, "/v1/rooms", json!({})).await;
    assert_eq!(untitled.refused(400), "Title cannot be empty.");
    let room = sim.post(ADA, "/v1/rooms", json!({"title": "Plans"})).await.body;
    let path = format!("/v1/rooms/{}", room["id"].as_str().unwrap());
    assert_eq!(
        (&room["type"], &room["isLocked"], &room["creatorId"]),
        (&json!("group"), &json!(false), &json!(sim.id(ADA)))
    );
    assert_eq!(sim.get(ADA, &path).await.body, room);
    let foreign = sim.get(BRUNO, &path).await;
    assert_eq!(foreign.refused(404), "The requested resource could not be found.");
    let renamed = sim.put(ADA, &path, json!({"title": "Other", "description": "about"})).await.body;
    assert_eq!((&renamed["title"], &renamed["description"]), (&json!("Other"), &json!("about")));
    let cleared = sim.put(ADA, &path, json!({"title": "Other", "description": " "})).await.body;
    assert!(cleared.get("description").is_none());
    assert_eq!(sim.delete(ADA, &path).await.status, 204);
    sim.get(ADA, &path).await.refused(404);
}

#[tokio::test(start_paused = true)]
async fn a_direct_room_is_one_per_pair_and_named_after_the_other() {
    let sim = Sim::new().await;
    let there = sim.direct(ADA, BRUNO, "hello").await;
    let back = sim.direct(BRUNO, ADA, "hello").await;
    assert_eq!(there["roomId"], back["roomId"]);
    assert_eq!((&there["roomType"], &there["toPersonEmail"]), (&json!("direct"), &json!(BRUNO)));
    let path = format!("/v1/rooms/{}", there["roomId"].as_str().unwrap());
    assert_eq!(sim.get(ADA, &path).await.body["title"], "Bruno Keller");
    assert_eq!(sim.get(BRUNO, &path).await.body["title"], "Ada Okafor");
    sim.get(CHIARA, &path).await.refused(404);
    sim.delete(ADA, &path).await.refused(403);
    sim.put(ADA, &path, json!({"title": "x"})).await.refused(400);
    let other_run = Sim::new().await;
    assert_eq!(other_run.direct(BRUNO, ADA, "x").await["roomId"], there["roomId"], "whoever begins, by seed");
}

#[tokio::test(start_paused = true)]
async fn rooms_are_listed_by_activity_and_in_pages() {
    let sim = Sim::new().await;
    let group = sim.group(&[ADA]).await;
    sim.direct(ADA, BRUNO, "1").await;
    sim.direct(ADA, CHIARA, "2").await;
    tokio::time::advance(std::time::Duration::from_secs(1)).await;
    sim.direct(BRUNO, ADA, "3").await;
    let first = sim.get(ADA, "/v1/rooms?max=2").await;
    assert_eq!(first.items()[0]["title"], "Bruno Keller", "the latest activity first");
    let second = sim.get(ADA, &first.next().unwrap()).await;
    assert_eq!(first.items().len() + second.items().len(), 3);
    assert_eq!(second.next(), None);
    assert_eq!(sim.get(ADA, "/v1/rooms?type=group").await.each("id"), [group]);
    assert_eq!(sim.get(ADA, "/v1/rooms?type=direct&sortBy=created").await.items().len(), 2);
    sim.get(ADA, "/v1/rooms?type=odd").await.refused(400);
    assert_eq!(sim.get(CHIARA, "/v1/rooms").await.each("title"), ["Ada Okafor"]);
}

#[tokio::test(start_paused = true)]
async fn rooms_live_in_two_regions_and_ids_cannot_be_guessed() {
    let sim = Sim::new().await;
    let mut regions = std::collections::BTreeMap::new();
    for _ in 0..20 {
        let id = sim.group(&[ADA]).await;
        assert!(!id.contains('=') && !id.contains('+') && !id.contains('/'));
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(&id).unwrap()).unwrap();
        let region = decoded.strip_prefix("ciscospark://").unwrap().split('/').next().unwrap().to_owned();
        regions.insert(region, (id, decoded));
    }
    let regions: Vec<_> = regions.into_iter().collect();
    assert_eq!(regions[0].0, "urn:TEAM:eu-central-1_k");
    assert_eq!(regions[1].0, "us");
    let (id, decoded) = &regions[0].1;
    assert_eq!(sim.get(ADA, &format!("/v1/rooms/{id}")).await.status, 200);
    let guessed = URL_SAFE_NO_PAD.encode(decoded.replace("urn:TEAM:eu-central-1_k", "us"));
    sim.get(ADA, &format!("/v1/rooms/{guessed}")).await.refused(404);
    let message = sim.say(ADA, json!({"roomId": id, "text": "x"})).await;
    let message = URL_SAFE_NO_PAD.decode(message["id"].as_str().unwrap()).unwrap();
    assert!(String::from_utf8(message).unwrap().starts_with("ciscospark://urn:TEAM:eu-central-1_k/MESSAGE/"));
    let (us, decoded) = &regions[1].1;
    let padded = base64::engine::general_purpose::STANDARD.encode(decoded);
    assert_eq!(
        sim.get(ADA, &format!("/v1/rooms/{padded}")).await.body["id"],
        **us,
        "padded input is understood"
    );
    let bare = decoded.rsplit('/').next().unwrap();
    assert_eq!(sim.get(ADA, &format!("/v1/rooms/{bare}")).await.body["id"], **us, "and so is a bare UUID");
}

#[tokio::test(start_paused = true)]
async fn moderated_and_announcement_rooms() {
    let sim = Sim::new().await;
    let unlocked = json!({"title": "News", "isAnnouncementOnly": true});
    sim.post(ADA, "/v1/rooms", unlocked).await.refused(400);
    let new = json!({"title": "News", "isAnnouncementOnly": true, "isLocked": true});
    let room = sim.post(ADA, "/v1/rooms", new).await.body["id"].clone();
    let add = json!({"roomId": room, "personEmail": BRUNO});
    assert_eq!(sim.post(ADA, "/v1/memberships", add).await.status, 200);
    sim.post(BRUNO, "/v1/messages", json!({"roomId": room, "text": "x"})).await.refused(403);
    sim.say(ADA, json!({"roomId": room, "text": "x"})).await;
    let path = format!("/v1/rooms/{}", room.as_str().unwrap());
    sim.put(BRUNO, &path, json!({"title": "Mine"})).await.refused(403);
    assert_eq!(sim.delete(BRUNO, &path).await.status, 204, "one who is not a moderator only leaves");
    assert_eq!(sim.get(ADA, &path).await.status, 200);
    assert_eq!(sim.delete(ADA, &path).await.status, 204);
    sim.get(ADA, &path).await.refused(404);
}

#[tokio::test(start_paused = true)]
async fn a_public_space_is_joined_by_whoever_finds_it() {
    let sim = Sim::new().await;
    let undescribed = sim.post(ADA, "/v1/rooms", json!({"title": "Plan", "isPublic": true})).await;
    assert_eq!(undescribed.refused(400), "Description is required for public spaces.");
    let public = json!({"title": "Plan", "isPublic": true, "description": "about"});
    for (room, status) in [(public, 204), (json!({"title": "Plan"}), 404)] {
        let room = sim.post(ADA, "/v1/rooms", room).await.body["id"].clone();
        let joined = sim.post(ADA, "/_sim/join", json!({"room": room, "person": BRUNO})).await;
        assert_eq!(joined.status, status);
        let path = format!("/v1/rooms/{}", room.as_str().unwrap());
        assert_eq!(sim.get(BRUNO, &path).await.status == 200, status == 204);
    }
}
