//! Files: uploaded, sent, read back, fetched, deleted, attached by hand.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use entente_sim::zoom::{Kind, Switches};
use http::HeaderMap;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{ADA, BRUNO, EVA, Reply, Sim, each};

const SEND: &str = "/v2/chat/users/me/messages";
const UPLOAD: &str = "/v2/chat/users/me/files?postToPersonalChat=false";
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

impl Sim {
    async fn form(
        &self,
        who: &str,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &str, &str, &[u8]),
    ) -> Reply {
        let (part, name, kind, bytes) = file;
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--X--\r\n");
        let request = Request::post(path)
            .header("Host", "zoom.test:7704")
            .header("Authorization", format!("Bearer {}", self.token(who)))
            .header("Content-Type", "multipart/form-data; boundary=X");
        self.raw(request.body(body.into()).unwrap()).await
    }

    /// A file kept for later; answers its id.
    async fn upload(&self, who: &str, name: &str, kind: &str, bytes: &[u8]) -> String {
        let reply = self.form(who, UPLOAD, &[], ("file", name, kind, bytes)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body["id"].as_str().unwrap().to_owned()
    }

    /// A download by somebody, with its redirects: how many there were, and what came in the end.
    async fn fetch(&self, who: &str, url: &str) -> (usize, u16, HeaderMap, Bytes) {
        let mut url = url.to_owned();
        for redirects in 0..3 {
            let path = url.strip_prefix("http://zoom.test:7704").unwrap_or(&url);
            let mut request = Request::get(path).header("Host", "zoom.test:7704");
            if !who.is_empty() {
                request = request.header("Authorization", format!("Bearer {}", self.token(who)));
            }
            let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let (parts, body) = answer.into_parts();
            if parts.status == 302 {
                url = parts.headers["location"].to_str().unwrap().to_owned();
                continue;
            }
            return (
                redirects,
                parts.status.as_u16(),
                parts.headers,
                body.collect().await.unwrap().to_bytes(),
            );
        }
        panic!("redirected in a circle");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_is_kept_sent_told_and_fetched() {
    let sim = Sim::new().await;
    let app = sim.app(Kind::User);
    let receiver = sim.receiver(&app);
    sim.user_token(&app, BRUNO).await;
    sim.hook(&app, &["team_chat.dm_message_posted"]).await;
    let bytes = b"\x89PNG\0\xff\r\n";
    let file = sim.upload(ADA, "a.png", "image/png", bytes).await;
    assert!(sim.history(ADA, ADA).await.is_empty(), "not in the chat with oneself");
    sim.get(BRUNO, &format!("/v2/chat/files/{file}")).await.refused(403, 403);
    sim.say(ADA, json!({"to_contact": BRUNO, "message": "see", "file_ids": [file]})).await;

    let told = receiver.bodies(1).await.remove(0);
    let object = &told["payload"]["object"];
    let shape = json!([{"file_id": file, "file_name": "a.png", "file_size": bytes.len(), "OS_file_type": "PNG",
        "file_message_type": "image"}]);
    assert_eq!((&object["message"], &object["files"]), (&json!("see"), &shape));

    let read = sim.history(BRUNO, ADA).await.remove(0);
    assert_eq!((&read["message_type"], &read["file_id"]), (&json!("file_and_text"), &json!(file)));
    assert_eq!(read["files"].as_array().unwrap().len(), 1);
    let info = sim.get(BRUNO, &format!("/v2/chat/files/{file}")).await.body;
    assert_eq!((&info["length"], &info["OS_file_type"]), (&json!(bytes.len()), &json!("png")));
    assert_eq!(info["download_url"], read["files"][0]["download_url"]);
    let url = info["download_url"].as_str().unwrap();
    let (redirects, status, headers, got) = sim.fetch(BRUNO, url).await;
    assert_eq!((redirects, status, got), (1, 200, Bytes::from_static(bytes)));
    assert_eq!(headers["content-disposition"], "attachment; filename=\"a.png\"");
    assert_eq!(sim.fetch(EVA, url).await.1, 403);
    assert_eq!(sim.fetch("", url).await.1, 401);
    assert_eq!(sim.fetch(BRUNO, "/file/download/nothing").await.1, 404);
}

#[tokio::test(start_paused = true)]
async fn an_upload_may_also_land_in_the_chat_with_oneself() {
    let sim = Sim::new().await;
    let path = "/v2/chat/users/me/files";
    let reply = sim.form(ADA, path, &[], ("file", "a.txt", "text/plain", b"x")).await;
    assert_eq!(reply.status, 201);
    assert_eq!(sim.history(ADA, ADA).await[0]["files"][0]["file_id"], reply.body["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_sent_in_one_call() {
    let sim = Sim::with(Switches {
        event_first_share: 0.0,
        sent_image_most_bytes: 4,
        sent_file_most_bytes: 8,
        ..Switches::default()
    })
    .await;
    let path = format!("{SEND}/files");
    let to = [("to_contact", BRUNO)];
    let sent = sim.form(ADA, &path, &to, ("files", "a.txt", "text/plain", b"hello")).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let read = sim.history(BRUNO, ADA).await.remove(0);
    assert_eq!((&read["message"], &read["message_type"]), (&json!(""), &json!("others")));
    let reply = [("to_contact", BRUNO), ("reply_main_message_id", sent.body["id"].as_str().unwrap())];
    let reply = sim.form(ADA, &path, &reply, ("files", "b.txt", "text/plain", b"hello")).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let changes = sim.changes("message.created");
    assert_eq!(changes[0]["files"][0]["sha256"], HELLO);
    assert!(changes[1]["parent"].is_string());

    let large = sim.form(ADA, &path, &to, ("files", "a.png", "image/png", b"12345")).await;
    assert_eq!(large.refused(400, 300), "Maximum file size exceeded: 4 bytes.");
    sim.form(ADA, &path, &to, ("files", "a.txt", "text/plain", b"123456789")).await.refused(400, 300);
    sim.form(ADA, &path, &to, ("file", "a.txt", "text/plain", b"1")).await.refused(400, 300);
    sim.form(ADA, &path, &[], ("files", "a.txt", "text/plain", b"1")).await.refused(400, 300);
    let nobody = [("to_contact", "nobody@acme.example")];
    sim.form(ADA, &path, &nobody, ("files", "a.txt", "text/plain", b"1")).await.refused(404, 1001);
    sim.switch(json!({"files_forbidden": true})).await;
    sim.form(ADA, &path, &to, ("files", "a.txt", "text/plain", b"1")).await.refused(400, 5403);
}

#[tokio::test(start_paused = true)]
async fn what_may_be_attached() {
    let sim = Sim::new().await;
    let mut files = Vec::new();
    for at in 0..7 {
        files.push(sim.upload(ADA, &format!("{at}.txt"), "text/plain", b"x").await);
    }
    let with = |files: Value, text: &str| json!({"to_contact": BRUNO, "message": text, "file_ids": files});
    sim.say(ADA, with(json!(files[..6]), "six")).await;
    sim.post(ADA, SEND, with(json!(files), "seven")).await.refused(400, 300);
    sim.post(BRUNO, SEND, with(json!(files[..1]), "not his")).await.refused(400, 300);
    sim.post(ADA, SEND, with(json!(files[..1]), "")).await.refused(400, 300);
    sim.switch(json!({"files_need_text": false})).await;
    sim.say(ADA, with(json!(files[..1]), "")).await;
    sim.switch(json!({"files_forbidden": true})).await;
    sim.post(ADA, SEND, with(json!(files[..1]), "x")).await.refused(400, 5403);
    sim.say(ADA, with(json!([]), "x")).await;
}

#[tokio::test(start_paused = true)]
async fn an_edit_keeps_takes_and_changes_files() {
    let sim = Sim::new().await;
    let one = sim.upload(ADA, "1.txt", "text/plain", b"x").await;
    let two = sim.upload(ADA, "2.txt", "text/plain", b"x").await;
    let id = sim.say(ADA, json!({"to_contact": BRUNO, "message": "a", "file_ids": [one]})).await;
    let edit = async |files: Option<Value>| {
        let mut body = json!({"to_contact": BRUNO, "message": "b"});
        if let Some(files) = files {
            body["file_ids"] = files;
        }
        let status = sim.put(ADA, &format!("{SEND}/{id}"), body).await.status;
        let path = format!("{SEND}/{id}?to_contact={ADA}");
        let files = sim.get(BRUNO, &path).await.body["files"].clone();
        let ids = files.as_array().map(|files| each(files, "file_id").join(","));
        (status, ids.unwrap_or_default())
    };
    assert_eq!(edit(None).await, (204, one.clone()));
    assert_eq!(edit(Some(json!([two]))).await, (204, two.clone()));
    assert_eq!(edit(Some(json!([]))).await, (204, String::new()));
    assert_eq!(edit(Some(json!([two]))).await, (400, String::new()), "what has none gets none");
    sim.get(BRUNO, &format!("/v2/chat/files/{two}")).await.refused(403, 403);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_deleted_by_its_owner() {
    let sim = Sim::new().await;
    let file = sim.upload(ADA, "report.txt", "text/plain", b"x").await;
    sim.say(ADA, json!({"to_contact": BRUNO, "message": "see", "file_ids": [file]})).await;
    let found = sim.get(BRUNO, &format!("{SEND}?search_type=file&search_key=REPORT")).await;
    assert_eq!(found.items("messages").len(), 1);
    let path = format!("/v2/chat/files/{file}");
    sim.delete(BRUNO, &path).await.refused(403, 403);
    assert_eq!(sim.delete(ADA, &path).await.status, 204);
    sim.get(ADA, &path).await.refused(404, 404);
    let read = sim.history(BRUNO, ADA).await.remove(0);
    assert_eq!((read.get("files"), &read["message_type"]), (None, &json!("plain_text_message")));
}

#[tokio::test(start_paused = true)]
async fn an_upload_may_be_redirected() {
    let switches = Switches {
        file_base: Some("http://files.test:9".to_owned()),
        file_upload_redirects: true,
        file_download_redirects: false,
        ..Switches::default()
    };
    let sim = Sim::with(switches).await;
    let reply = sim.form(ADA, UPLOAD, &[], ("file", "a.txt", "text/plain", b"x")).await;
    let place = "http://files.test:9/v2/chat/users/me/files?postToPersonalChat=false&redirected=1";
    assert_eq!((reply.status, &reply.headers["location"]), (307, &place.parse().unwrap()));
    let path = place.strip_prefix("http://files.test:9").unwrap();
    let reply = sim.form(ADA, path, &[], ("file", "a.txt", "text/plain", b"x")).await;
    assert_eq!(reply.status, 201);
    let info = sim.get(ADA, &format!("/v2/chat/files/{}", reply.body["id"].as_str().unwrap())).await.body;
    let url = info["download_url"].as_str().unwrap().strip_prefix("http://files.test:9").unwrap();
    assert_eq!(sim.fetch(ADA, url).await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn people_attach_by_hand_and_a_page_sees_it() {
    let sim = Sim::with(Switches { files_kept: false, ..Switches::default() }).await;
    let files = json!([{"name": "a.txt", "base64": "aGVsbG8="}, {"name": "b.bin", "length": 200_000}]);
    sim.by_hand("files", json!({"person": ADA, "to": BRUNO, "files": files})).await;
    let session = sim.changes("message.created")[0]["session"].as_str().unwrap().to_owned();
    let page = sim.get("", &format!("/_sim/messages?session={session}&person={BRUNO}")).await.body;
    let shown = page["items"][0]["files"].as_array().unwrap();
    assert_eq!((&shown[0]["name"], &shown[0]["sha256"]), (&json!("a.txt"), &json!(HELLO)));
    assert_eq!((&shown[1]["size"], &shown[1]["type"]), (&json!(200_000), &json!("application/octet-stream")));
    let (_, status, _, bytes) = sim.fetch("", shown[1]["url"].as_str().unwrap()).await;
    assert_eq!((status, bytes.len()), (200, 200_000));
}
