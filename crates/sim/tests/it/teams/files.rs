//! Files: the drive, uploads whole and in pieces, sharing, attachments, inline images, what is attached by hand.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entente_sim::teams::{Echo, Switches};
use serde_json::{Value, json};

use super::world::{BASE, Reply, Who, World};

const FOLDER: &str = "/v1.0/me/drive/root:/Microsoft%20Teams%20Chat%20Files";
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const STEP: usize = 320 * 1024;

impl World {
    /// A call with bytes, at a path or an address that was told.
    async fn bytes(&self, method: &str, url: &str, token: &str, range: &str, body: Vec<u8>) -> Reply {
        let path = url.strip_prefix(BASE).unwrap_or(url);
        let mut request = http::Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !range.is_empty() {
            request = request.header("content-range", range);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// The folder for files in chats, made as a client has to.
    async fn folder(&self, who: &Who) -> Value {
        let found = self.get(FOLDER, &who.token).await;
        if found.status == 200 {
            return found.json;
        }
        assert_eq!((found.status, found.code()), (404, "itemNotFound"));
        let new = json!({"name": "Microsoft Teams Chat Files", "folder": {}});
        self.post("/v1.0/me/drive/root/children", &who.token, new).await.expect(201).json
    }

    /// A small file of somebody's.
    async fn upload(&self, who: &Who, name: &str, bytes: &[u8]) -> Value {
        let path = format!("{}/{name}:/content", place(&self.folder(who).await));
        let item = self.bytes("PUT", &path, &who.token, "", bytes.to_vec()).await.expect(201).json;
        assert!(item["webDavUrl"].is_null(), "it is told to whoever asks");
        let path = format!("{}?$select=*,webDavUrl", place(&item).trim_end_matches(':'));
        self.get(&path, &who.token).await.expect(200).json
    }

    async fn session(&self, who: &Who, name: &str, behavior: &str) -> Reply {
        let path = format!("{}/{name}:/createUploadSession", place(&self.folder(who).await));
        let body = json!({"item": {"@microsoft.graph.conflictBehavior": behavior, "name": name}});
        self.post(&path, &who.token, body).await
    }
}

/// An item's path, ready for a name below it.
fn place(item: &Value) -> String {
    let drive = item["parentReference"]["driveId"].as_str().unwrap();
    format!("/v1.0/drives/{drive}/items/{}:", item["id"].as_str().unwrap())
}

fn shares(url: &str) -> String {
    format!("/v1.0/shares/u!{}/driveItem", URL_SAFE_NO_PAD.encode(url))
}

/// What names an item in a message.
fn attachment(item: &Value) -> Value {
    let guid = item["eTag"].as_str().unwrap()[2..38].to_owned();
    json!({"id": guid, "contentType": "reference", "contentUrl": item["webDavUrl"], "name": item["name"]})
}

fn message(attachment: &Value) -> Value {
    let content =
        format!("<p>see</p><attachment id=\"{}\"></attachment>", attachment["id"].as_str().unwrap());
    json!({"body": {"contentType": "html", "content": content}, "attachments": [attachment]})
}

async fn setting() -> (World, Who, Who, String) {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let chat = world.pair(&ada, &eva).await;
    (world, ada, eva, chat)
}

#[tokio::test(start_paused = true)]
async fn a_small_file_is_uploaded_shared_sent_and_fetched() {
    let (world, ada, eva, chat) = setting().await;
    let item = world.upload(&ada, "plan%20v2.txt", b"hello").await;
    assert_eq!((&item["name"], &item["size"]), (&json!("plan v2.txt"), &json!(5)));
    let file = attachment(&item);
    let path = format!("/v1.0/chats/{chat}/messages");
    world.post(&path, &ada.token, message(&file)).await.expect(201);
    let url = file["contentUrl"].as_str().unwrap();
    assert!(url.ends_with("/plan%20v2.txt"), "{url}");
    let refused = world.get(&shares(url), &eva.token).await.expect(403);
    assert_eq!(refused.code(), "accessDenied", "the message alone lets nobody in");

    let place = place(&item);
    let invite = json!({"recipients": [{"email": eva.email}], "requireSignIn": true, "sendInvitation": false, "roles": ["read"]});
    world.post(&format!("{}/invite", place.trim_end_matches(':')), &ada.token, invite).await.expect(200);
    let seen = world.get(&shares(url), &eva.token).await.expect(200).json;
    assert_eq!(seen["id"], item["id"]);
    let address = seen["@microsoft.graph.downloadUrl"].as_str().unwrap();
    let got = world.bytes("GET", address, "", "", Vec::new()).await.expect(200);
    assert_eq!((got.text.as_str(), got.header("content-length")), ("hello", "5"));
    let sent = world.get(&format!("{}/content", shares(url)), &eva.token).await.expect(302);
    let got = world.bytes("GET", sent.header("location"), "", "", Vec::new()).await.expect(200);
    assert_eq!(got.text, "hello");
    world.get(&shares(url), &world.who("Bruno").await.token).await.expect(403);
    world.get(&shares("http://graph.example/personal/nobody/Documents/x"), &eva.token).await.expect(404);
    tokio::time::advance(Duration::from_hours(1)).await;
    world.bytes("GET", address, "", "", Vec::new()).await.expect(401);

    let changes = world.changes();
    let created = changes.iter().find(|change| change["kind"] == "message.created").unwrap();
    assert_eq!(created["files"][0]["sha256"], HELLO);
}

#[tokio::test(start_paused = true)]
async fn a_large_file_comes_in_pieces() {
    let (world, ada, _, _) = setting().await;
    let bytes: Vec<u8> = (0..2 * STEP + 7).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let total = bytes.len();
    let session = world.session(&ada, "big.bin", "rename").await.expect(200).json;
    let url = session["uploadUrl"].as_str().unwrap();
    let part =
        |from: usize, to: usize| (format!("bytes {from}-{}/{total}", to - 1), bytes[from..to].to_vec());

    let (range, piece) = part(0, STEP);
    world.bytes("PUT", url, &ada.token, &range, piece.clone()).await.expect(401);
    world.bytes("PUT", url, "", &part(0, 1000).0, part(0, 1000).1).await.expect(400);
    world.bytes("PUT", url, "", &range, piece[1..].to_vec()).await.expect(400);
    let taken = world.bytes("PUT", url, "", &range, piece.clone()).await.expect(202);
    assert_eq!(taken.json["nextExpectedRanges"], json!([format!("{STEP}-")]));
    world.bytes("PUT", url, "", &range, piece).await.expect(416);
    let status = world.bytes("GET", url, "", "", Vec::new()).await.expect(200);
    assert_eq!(status.json["nextExpectedRanges"], json!([format!("{STEP}-")]));
    let (range, piece) = part(STEP, 2 * STEP);
    world.bytes("PUT", url, "", &range, piece).await.expect(202);
    let (range, piece) = part(2 * STEP, total);
    let item = world.bytes("PUT", url, "", &range, piece).await.expect(201).json;
    assert_eq!((&item["name"], &item["size"]), (&json!("big.bin"), &json!(total)));
    world.bytes("GET", url, "", "", Vec::new()).await.expect(404);

    world.session(&ada, "big.bin", "fail").await.expect(409);
    let other = world.session(&ada, "big.bin", "rename").await.expect(200).json;
    let url = other["uploadUrl"].as_str().unwrap();
    let renamed = world.bytes("PUT", url, "", "bytes 0-0/1", vec![1]).await.expect(201).json;
    assert_eq!(renamed["name"], "big 1.bin");
    let gone = world.session(&ada, "gone.bin", "rename").await.expect(200).json;
    let gone = gone["uploadUrl"].as_str().unwrap();
    world.bytes("DELETE", gone, "", "", Vec::new()).await.expect(204);
    world.bytes("PUT", gone, "", "bytes 0-0/1", vec![1]).await.expect(404);
    let late = world.session(&ada, "late.bin", "rename").await.expect(200).json;
    tokio::time::advance(Duration::from_hours(24)).await;
    world.bytes("PUT", late["uploadUrl"].as_str().unwrap(), "", "bytes 0-0/1", vec![1]).await.expect(404);
}

#[tokio::test(start_paused = true)]
async fn folders_and_names() {
    let (world, ada, eva, _) = setting().await;
    let folder = world.folder(&ada).await;
    assert_eq!(world.folder(&ada).await["id"], folder["id"]);
    let again = json!({"name": "microsoft teams chat files", "folder": {}});
    world.post("/v1.0/me/drive/root/children", &ada.token, again).await.expect(409);
    let bad = json!({"name": "a/b", "folder": {}});
    world.post("/v1.0/me/drive/root/children", &ada.token, bad).await.expect(400);
    let item = world.upload(&ada, "a.txt", b"one").await;
    let path = format!("{FOLDER}/a.txt:/content");
    let replaced = world.bytes("PUT", &path, &ada.token, "", b"three".to_vec()).await.expect(200).json;
    assert_eq!((&replaced["id"], &replaced["size"]), (&item["id"], &json!(5)));
    assert_ne!(replaced["eTag"], item["eTag"]);
    let drive = item["parentReference"]["driveId"].as_str().unwrap();
    let listed = world.get(&format!("{FOLDER}:/children"), &ada.token).await.expect(200).json;
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    let path = format!("/v1.0/drives/{drive}/items/{}", item["id"].as_str().unwrap());
    world.get(&path, &eva.token).await.expect(403);
    world.call("DELETE", &path, &eva.token, None).await.expect(403);
    world.call("DELETE", &path, &ada.token, None).await.expect(204);
    world.get(&path, &ada.token).await.expect(404);
    let app = world.app(json!({})).await;
    let token = world.token(&app, &ada, "Chat.ReadWrite").await;
    world.get("/v1.0/me/drive/root", &token).await.expect(403);
}

#[tokio::test(start_paused = true)]
async fn an_attachment_ends_as_its_name_does_and_has_a_place() {
    let (world, ada, eva, chat) = setting().await;
    let item = world.upload(&ada, "sums.xlsx", b"x").await;
    let path = format!("/v1.0/chats/{chat}/messages");
    let mut file = attachment(&item);
    file["contentUrl"] = item["webUrl"].clone();
    let refused = world.post(&path, &ada.token, message(&file)).await.expect(400);
    assert!(refused.text.contains("do not match"), "{}", refused.text);
    let mut homeless = message(&attachment(&item));
    homeless["body"]["content"] = json!("<p>see</p>");
    world.post(&path, &ada.token, homeless).await.expect(400);
    world.post(&path, &ada.token, message(&attachment(&item))).await.expect(201);
    let link = json!({"type": "view", "scope": "organization"});
    let made =
        world.post(&format!("{}/createLink", place(&item).trim_end_matches(':')), &ada.token, link).await;
    let made = made.expect(201).json;
    for url in [&item["webUrl"], &item["webDavUrl"], &made["link"]["webUrl"]] {
        world.get(&shares(url.as_str().unwrap()), &eva.token).await.expect(200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_image_in_the_content_asks_for_a_token() {
    let (world, ada, eva, chat) = setting().await;
    let path = format!("/v1.0/chats/{chat}/messages");
    let image = json!({"@microsoft.graph.temporaryId": "1", "contentBytes": STANDARD.encode("hello"), "contentType": "image/png"});
    let content = "<p>look</p><img src=\"../hostedContents/1/$value\" width=\"64\">";
    let mut body = json!({"body": {"contentType": "html", "content": content}, "hostedContents": [image]});
    let sent = world.post(&path, &ada.token, body.clone()).await.expect(201);
    let saved = sent.json["body"]["content"].as_str().unwrap();
    let address = saved.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(address.starts_with(&format!("{BASE}{path}")), "{saved}");
    let got = world.bytes("GET", address, &eva.token, "", Vec::new()).await.expect(200);
    assert_eq!((got.text.as_str(), got.header("content-type")), ("hello", "application/octet-stream"));
    world.switch(json!({"hosted_type_told": true})).await;
    let got = world.bytes("GET", address, &eva.token, "", Vec::new()).await.expect(200);
    assert_eq!(got.header("content-type"), "image/png");
    world.bytes("GET", address, "", "", Vec::new()).await.expect(401);
    world.bytes("GET", address, &world.who("Bruno").await.token, "", Vec::new()).await.expect(403);
    let listed =
        world.get(&format!("{path}/{}/hostedContents", sent.id()), &eva.token).await.expect(200).json;
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    body["hostedContents"][0]["contentBytes"] = json!("?");
    world.post(&path, &ada.token, body).await.expect(400);
}

#[tokio::test(start_paused = true)]
async fn people_attach_by_hand_and_a_page_sees_it() {
    let switches = Switches { echo: Echo::After, files_kept: false, ..Switches::default() };
    let world = World::with(0.0, switches);
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let files = json!([
        {"name": "a.txt", "base64": "aGVsbG8="},
        {"name": "b.png", "length": 70_000, "inline": true},
        {"name": "a.txt", "length": 9},
    ]);
    let body = json!({"person": ada.email, "to": eva.email, "text": "two < three", "files": files});
    let sent = world.post("/_sim/files", "", body).await.expect(201).json;
    let names: Vec<&Value> = sent["attachments"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["a.txt", "a 1.txt"]);
    let url = sent["attachments"][0]["contentUrl"].as_str().unwrap();
    world.get(&shares(url), &eva.token).await.expect(200);
    let chat = sent["chatId"].as_str().unwrap();
    let page =
        world.get(&format!("/_sim/messages?chat={chat}&person={}", eva.email), "").await.expect(200).json;
    let shown = page["items"][0]["files"].as_array().unwrap();
    assert_eq!((&shown[0]["name"], &shown[0]["sha256"]), (&json!("a.txt"), &json!(HELLO)));
    assert_eq!((&shown[2]["type"], &shown[2]["size"]), (&json!("image/png"), &json!(70_000)));
    for file in shown {
        let got = world.get(file["url"].as_str().unwrap(), "").await.expect(200);
        assert_eq!(got.header("content-length"), file["size"].to_string());
    }
}
