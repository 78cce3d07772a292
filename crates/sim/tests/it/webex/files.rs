//! Files: posted, fetched, scanned, attached by hand.

use axum::body::Body;
use entente_sim::faults::{Fault, Rule, Spoilt, When};
use tower::ServiceExt as _;

use super::*;

const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

impl Sim {
    /// A post as a form with one file.
    async fn upload(
        &self,
        who: &str,
        fields: &[(&str, &str)],
        name: &str,
        kind: &str,
        bytes: &[u8],
    ) -> Reply {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--X--\r\n");
        let request = Request::post("/v1/messages")
            .header("Host", "webex.test:7701")
            .header("Authorization", format!("Bearer {}", self.token(who)))
            .header("Content-Type", "multipart/form-data; boundary=X");
        self.raw(request.body(body.into()).unwrap()).await
    }

    /// A download: status, headers, and the bytes or why there are none.
    async fn fetch(&self, method: &str, who: &str, url: &str) -> (u16, HeaderMap, Result<Bytes, String>) {
        let path = url.strip_prefix("http://webex.test:7701").unwrap_or(url);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", format!("Bearer {}", self.token(who)))
            .body(Body::empty())
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes);
        (parts.status.as_u16(), parts.headers, body.map_err(|error| error.to_string()))
    }
}

impl Reply {
    fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }
}

fn url(message: &Value) -> String {
    assert_eq!(message["files"].as_array().map(Vec::len), Some(1), "{message}");
    message["files"][0].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_file_is_posted_seen_and_fetched() {
    let sim = Sim::new().await;
    let bytes = b"\x89PNG\r\n--Y\0\xff";
    let fields = [("toPersonEmail", BRUNO), ("markdown", "see *this*")];
    let sent = sim.upload(ADA, &fields, "plan, v2.png", "image/png", bytes).await;
    assert_eq!((sent.status, &sent.body["text"]), (200, &json!("see this")), "{}", sent.text);
    let id = sent.body["id"].as_str().unwrap();
    let read = sim.get(BRUNO, &format!("/v1/messages/{id}")).await.body;
    assert_eq!(url(&read), url(&sent.body));

    let (status, headers, body) = sim.fetch("GET", BRUNO, &url(&read)).await;
    assert_eq!((status, body.unwrap().as_ref()), (200, &bytes[..]));
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"plan, v2.png\"");
    assert_eq!(headers["content-length"], bytes.len().to_string());
    let (status, headers, body) = sim.fetch("HEAD", BRUNO, &url(&read)).await;
    assert_eq!((status, body.unwrap().len()), (200, 0));
    assert_eq!(headers["content-length"], bytes.len().to_string());

    assert_eq!(sim.fetch("GET", CHIARA, &url(&read)).await.0, 404, "only those in the room");
    sim.send("DELETE", &format!("/v1/messages/{id}"), ADA, None).await;
    assert_eq!(sim.fetch("GET", BRUNO, &url(&read)).await.0, 404, "gone with its message");
}

#[tokio::test(start_paused = true)]
async fn what_a_post_with_a_file_may_not_be() {
    let sim = Sim::with(Switches { file_most_bytes: 8, ..Switches::default() }).await;
    let to = [("toPersonEmail", BRUNO)];
    sim.upload(ADA, &to, "a.txt", "text/plain", b"12345678").await.ok();
    sim.upload(ADA, &to, "a.txt", "text/plain", b"123456789").await.refused(413);
    sim.upload(ADA, &[], "a.txt", "text/plain", b"1").await.refused(400);
    let two = [("toPersonEmail", BRUNO), ("files\"; filename=\"b.txt", "x")];
    sim.upload(ADA, &two, "a.txt", "text/plain", b"1").await.refused(400);
    let address = json!({"toPersonEmail": BRUNO, "files": ["https://acme.example/a.png"]});
    assert_eq!(sim.post(ADA, "/v1/messages", address).await.refused(400), "Unable to retrieve content.");
    let none = json!({"toPersonEmail": BRUNO, "files": []});
    assert_eq!(sim.post(ADA, "/v1/messages", none).await.refused(400), "Both text and file cannot be empty.");
}

#[tokio::test(start_paused = true)]
async fn a_message_with_a_file_cannot_be_edited() {
    let sim = Sim::new().await;
    let fields = [("toPersonEmail", BRUNO), ("text", "one")];
    let sent = sim.upload(ADA, &fields, "a.txt", "text/plain", b"x").await.body;
    let path = format!("/v1/messages/{}", sent["id"].as_str().unwrap());
    let edit = json!({"roomId": sent["roomId"], "text": "two"});
    sim.send("PUT", &path, ADA, Some(edit)).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn a_scan_holds_a_file_back_and_may_find_something() {
    let sim = Sim::with(Switches { file_scan_ms: 2500, ..Switches::default() }).await;
    let file = |scan: &str| json!({"name": "a.zip", "length": 70_000, "scan": scan});
    let attach = |scan: &str| json!({"person": ADA, "to": BRUNO, "files": [file(scan)]});
    let mut found = Vec::new();
    for scan in ["clean", "infected", "unscannable"] {
        found.push(url(&sim.post("", "/_sim/files", attach(scan)).await.ok()));
    }
    for url in &found {
        let (status, headers, _) = sim.fetch("GET", BRUNO, url).await;
        assert_eq!((status, &headers["retry-after"]), (423, &"3".parse::<http::HeaderValue>().unwrap()));
    }
    tokio::time::advance(Duration::from_millis(2500)).await;
    let (status, _, body) = sim.fetch("GET", BRUNO, &found[0]).await;
    assert_eq!((status, body.unwrap().len()), (200, 70_000));
    assert_eq!(sim.fetch("GET", BRUNO, &found[1]).await.0, 410);
    assert_eq!(sim.fetch("GET", BRUNO, &found[2]).await.0, 428);
    let risked = format!("{}?allow=unscannable", found[2]);
    assert_eq!(sim.fetch("GET", BRUNO, &risked).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_bot_in_a_group_room_fetches_what_mentions_it() {
    let mut sim = Sim::new().await;
    sim.bot("Eva", "eva@webex.bot").await;
    let room = sim.group(&[ADA, "eva@webex.bot"]).await;
    let room = room.as_str();
    let fetch = async |markdown: &str| {
        let fields = [("roomId", room), ("markdown", markdown)];
        let sent = sim.upload(ADA, &fields, "a.txt", "text/plain", b"x").await.ok();
        sim.fetch("GET", "eva@webex.bot", &url(&sent)).await.0
    };
    assert_eq!(fetch("hello").await, 404);
    assert_eq!(fetch("<@personEmail:eva@webex.bot> hello").await, 200);
}

#[tokio::test(start_paused = true)]
async fn webhooks_tell_of_files_and_can_filter_by_them() {
    let sim = Sim::new().await;
    let receiver = sim.receiver();
    let mut hook = hook_body("messages", "created");
    hook["filter"] = json!("hasFiles=true");
    sim.post(BRUNO, "/v1/webhooks", hook).await.ok();
    sim.say(ADA, json!({"toPersonEmail": BRUNO, "text": "no file"})).await;
    let sent = sim.upload(ADA, &[("toPersonEmail", BRUNO)], "a.txt", "text/plain", b"x").await.ok();
    let told = receiver.bodies(1).await;
    assert_eq!(told[0]["data"]["id"], sent["id"]);
    assert_eq!(url(&told[0]["data"]), url(&sent));
}

#[tokio::test(start_paused = true)]
async fn people_attach_by_hand_and_a_page_sees_it() {
    let sim = Sim::new().await;
    let files = json!([{"name": "a.txt", "base64": "aGVsbG8="}, {"name": "b.bin", "length": 200_000}]);
    let body = json!({"person": ADA, "to": BRUNO, "text": "two", "files": files});
    let sent = sim.post("", "/_sim/files", body).await.ok();
    assert_eq!(sent["files"].as_array().unwrap().len(), 2);
    let room = sent["roomId"].as_str().unwrap();
    let page = sim.get("", &format!("/_sim/messages?room={room}&person={BRUNO}")).await.body;
    let shown = page["items"][0]["files"].as_array().unwrap();
    assert_eq!((&shown[0]["name"], &shown[0]["type"]), (&json!("a.txt"), &json!("text/plain")));
    assert_eq!((&shown[0]["size"], &shown[0]["sha256"]), (&json!(5), &json!(HELLO)));
    assert_eq!(shown[1]["size"], 200_000);
    let (status, _, body) = sim.fetch("GET", BRUNO, shown[1]["url"].as_str().unwrap()).await;
    assert_eq!((status, body.unwrap().len()), (200, 200_000));
    let entry = sim.webex.ledger().read(0, 1000).pop().unwrap();
    assert_eq!((entry.who.as_str(), &entry.change["files"][0]["sha256"]), (sim.id(ADA), &json!(HELLO)));
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_not_kept_are_made_up() {
    let sim = Sim::with(Switches { files_kept: false, ..Switches::default() }).await;
    let sent = sim.upload(ADA, &[("toPersonEmail", BRUNO)], "a.txt", "text/plain", b"hello").await.ok();
    let (_, headers, body) = sim.fetch("GET", BRUNO, &url(&sent)).await;
    assert_eq!(headers["content-length"], "5");
    let body = body.unwrap();
    assert_eq!(body.len(), 5);
    assert_ne!(body, "hello");
    let entry = sim.webex.ledger().read(0, 1000).into_iter().find(|entry| entry.change["files"].is_array());
    assert_eq!(entry.unwrap().change["files"][0]["sha256"], HELLO);
}

#[tokio::test(start_paused = true)]
async fn a_download_can_break_in_several_ways() {
    let sim = Sim::new().await;
    let file = json!({"person": ADA, "to": BRUNO, "files": [{"name": "b.bin", "length": 100_000}]});
    let url = url(&sim.post("", "/_sim/files", file).await.ok());
    let strike = |how| {
        sim.webex.faults().set(vec![Rule {
            name: "spoilt".to_owned(),
            method: "GET".to_owned(),
            path: "/v1/contents/".to_owned(),
            fault: Fault::Body(how),
            when: When::Before,
            share: 1.0,
            times: None,
        }]);
    };
    strike(Spoilt::Cut { after: 70_000, clean: false });
    let (status, headers, body) = sim.fetch("GET", BRUNO, &url).await;
    assert_eq!((status, &headers["content-length"]), (200, &"100000".parse::<http::HeaderValue>().unwrap()));
    body.unwrap_err();
    strike(Spoilt::Cut { after: 70_000, clean: true });
    let (_, headers, body) = sim.fetch("GET", BRUNO, &url).await;
    assert_eq!((headers.get("content-length"), body.unwrap().len()), (None, 70_000));
    strike(Spoilt::Length { says: 7 });
    let (_, headers, body) = sim.fetch("GET", BRUNO, &url).await;
    assert_eq!(
        (&headers["content-length"], body.unwrap().len()),
        (&"7".parse::<http::HeaderValue>().unwrap(), 100_000)
    );
    for how in [Spoilt::Stall { after: 70_000 }, Spoilt::Endless] {
        strike(how);
        let request = Request::get(url.strip_prefix("http://webex.test:7701").unwrap())
            .header("Authorization", format!("Bearer {}", sim.token(BRUNO)))
            .body(Body::empty());
        let answer = sim.router.clone().oneshot(request.unwrap()).await.unwrap();
        let mut body = answer.into_body().into_data_stream();
        let mut read = 0;
        while read < 200_000 {
            let next = futures_util::StreamExt::next(&mut body);
            match tokio::time::timeout(Duration::from_mins(1), next).await {
                Ok(piece) => read += piece.unwrap().unwrap().len(),
                Err(_) => break,
            }
        }
        assert_eq!(read >= 200_000, matches!(how, Spoilt::Endless), "{how:?} after {read}");
        assert!(read >= 70_000, "{how:?} after {read}");
    }
    let entry = sim.webex.ledger().read(0, 1000).pop().unwrap();
    assert_eq!(entry.fault.as_deref(), Some("spoilt"));
}
