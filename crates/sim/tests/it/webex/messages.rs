//! Messages: writing, reading back, listing, editing, deleting.

use serde_json::{Value, json};

use super::{ADA, BRUNO, CHIARA, IRIS, Sim};

const UNCLEAR: &str = "Message destination could not be determined. Provide only one destination in the roomId, \
                       toPersonEmail, or toPersonId field";

fn path(message: &Value) -> String {
    format!("/v1/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test(start_paused = true)]
async fn the_documented_refusals() {
    let sim = Sim::new().await;
    let room = sim.direct(ADA, BRUNO, "hello").await["roomId"].clone();
    for (body, status, message) in [
        (json!({"roomId": room}), 400, "Both text and file cannot be empty."),
        (json!({"roomId": room, "text": "  "}), 400, "Both text and file cannot be empty."),
        (json!({"text": "x"}), 400, UNCLEAR),
        (json!({"text": "x", "roomId": room, "toPersonEmail": BRUNO}), 400, UNCLEAR),
        (
            json!({"text": "x", "toPersonEmail": "no@body.example"}),
            404,
            "Failed to find user with specified email address.",
        ),
        (json!({"text": "x", "roomId": "nonsense"}), 404, "Could not find a room with provided ID."),
        (json!({"text": "x", "toPersonEmail": ADA}), 400, "A message cannot be sent to oneself."),
    ] {
        assert_eq!(sim.post(ADA, "/v1/messages", body).await.refused(status), message);
    }
    let foreign = sim.post(CHIARA, "/v1/messages", json!({"text": "x", "roomId": room})).await;
    assert_eq!(foreign.refused(404), "Could not find a room with provided ID.");
}

#[tokio::test(start_paused = true)]
async fn media_types() {
    let sim = Sim::new().await;
    let request = |kind: &str, body: String| {
        http::Request::post("/v1/messages")
            .header("Authorization", format!("Bearer {}", sim.token(ADA)))
            .header("Content-Type", kind)
            .body(body.into())
            .unwrap()
    };
    let plain = sim.raw(request("text/plain", "hello".to_owned())).await;
    assert_eq!(plain.refused(415), "Content type 'text/plain' not supported");
    sim.raw(request("application/json", "{".to_owned())).await.refused(400);
    let part = |name: &str, value: &str| {
        format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = part("toPersonEmail", BRUNO) + &part("markdown", "see *this*\r\nand that") + "--X--\r\n";
    let sent = sim.raw(request("multipart/form-data; boundary=X", body)).await;
    assert_eq!(sent.body["text"], "see this\nand that");
}

#[tokio::test(start_paused = true)]
async fn limits_count_bytes_not_characters() {
    let sim = Sim::new().await;
    for field in ["text", "markdown"] {
        let most = "é".repeat(3719) + "a";
        assert_eq!(most.len(), 7439);
        sim.say(ADA, json!({"toPersonEmail": BRUNO, field: most})).await;
        let over = most + "a";
        sim.post(ADA, "/v1/messages", json!({"toPersonEmail": BRUNO, field: over})).await.refused(400);
    }
}

#[tokio::test(start_paused = true)]
async fn markup_is_read_back_as_the_service_renders_it() {
    let sim = Sim::new().await;
    let sent = sim.say(ADA, json!({"toPersonId": sim.id(BRUNO), "markdown": "**b** ~~s~~"})).await;
    assert_eq!(sent["toPersonId"], sim.id(BRUNO));
    let read = sim.get(BRUNO, &path(&sent)).await.body;
    let expected = json!({
        "id": sent["id"], "roomId": sent["roomId"], "roomType": "direct", "text": "b ~~s~~", "markdown": "**b** ~~s~~",
        "html": "<p><strong>b</strong> ~~s~~</p>", "personId": sim.id(ADA), "personEmail": ADA,
        "created": sent["created"],
    });
    assert_eq!(read, expected, "without the destination it was sent to");
    sim.switch(json!({"markdown_returned": false})).await;
    assert!(sim.get(BRUNO, &path(&sent)).await.body.get("markdown").is_none());
    let both = sim.say(ADA, json!({"toPersonEmail": BRUNO, "markdown": "*m*", "text": "fallback"})).await;
    assert_eq!((&both["text"], &both["html"]), (&json!("fallback"), &json!("<p><em>m</em></p>")));
    let plain = sim.direct(ADA, BRUNO, "**not** markup <@all>").await;
    assert_eq!(plain["text"], "**not** markup <@all>");
    assert!(plain.get("html").is_none() && plain.get("mentionedGroups").is_none());
}

#[tokio::test(start_paused = true)]
async fn html_input_by_switch() {
    let sim = Sim::new().await;
    let body = json!({"toPersonEmail": BRUNO, "html": "<p>a <b>b</b></p>"});
    assert_eq!(sim.say(ADA, body.clone()).await["html"], "<p>a <strong>b</strong></p>");
    sim.switch(json!({"html_input": false})).await;
    sim.post(ADA, "/v1/messages", body).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn mentions_are_listed_and_may_be_wrong() {
    let sim = Sim::new().await;
    let room = sim.group(&[ADA, BRUNO]).await;
    let markdown =
        format!("<@personEmail:{BRUNO}|B> <@personId:{}> <@all> <@personId:wrong|W>", sim.id(CHIARA));
    let sent = sim.say(ADA, json!({"roomId": room, "markdown": markdown})).await;
    assert_eq!(sent["mentionedPeople"], json!([sim.id(BRUNO), sim.id(CHIARA)]), "in the room or not");
    assert_eq!(sent["mentionedGroups"], json!(["all"]));
    assert_eq!(sent["text"], "B Chiara Rossi All W");
    let html = sent["html"].as_str().unwrap();
    assert!(html.contains(&format!("data-object-id=\"{}\">B<", sim.id(BRUNO))));
    sim.switch(json!({"bare_mention_ids": true})).await;
    let sent = sim.say(ADA, json!({"roomId": room, "markdown": format!("<@personEmail:{BRUNO}>")})).await;
    assert!(!sent["html"].as_str().unwrap().contains(sim.id(BRUNO)));
}

#[tokio::test(start_paused = true)]
async fn times_strictly_increase_within_a_room() {
    let sim = Sim::new().await;
    let mut last = String::new();
    for n in 0..5 {
        let created = sim.direct(ADA, BRUNO, &n.to_string()).await["created"].as_str().unwrap().to_owned();
        assert!(created > last, "{created} is later than {last} although no time passes");
        last = created;
    }
}

#[tokio::test(start_paused = true)]
async fn lists_are_newest_first_and_paged() {
    let sim = Sim::new().await;
    let mut sent = Vec::new();
    for n in 0..7 {
        sent.push(sim.direct(ADA, BRUNO, &n.to_string()).await);
    }
    let room = sent[0]["roomId"].as_str().unwrap();
    let list = |query: String| {
        sim.send("GET", Box::leak(format!("/v1/messages?roomId={room}{query}").into_boxed_str()), ADA, None)
    };
    assert_eq!(list(String::new()).await.each("text"), ["6", "5", "4", "3", "2", "1", "0"]);
    let first = list("&max=3".to_owned()).await;
    assert_eq!(first.each("text"), ["6", "5", "4"]);
    sim.delete(ADA, &path(&sent[4])).await;
    sim.direct(ADA, BRUNO, "new").await;
    let second = sim.get(ADA, &first.next().unwrap()).await;
    assert_eq!(second.each("text"), ["3", "2", "1"], "what came or went meanwhile shifts nothing");
    let third = sim.get(ADA, &second.next().unwrap()).await;
    assert_eq!((third.each("text"), third.next()), (vec!["0"], None));
    let before = list(format!("&beforeMessage={}&max=2", sent[3]["id"].as_str().unwrap())).await;
    assert_eq!(before.each("text"), ["2", "1"]);
    // A client that merges its original parameters into the link again sees every message once.
    let merged =
        format!("{}&max=2&beforeMessage={}", before.next().unwrap(), sent[3]["id"].as_str().unwrap());
    assert_eq!(sim.get(ADA, &merged).await.each("text"), ["0"]);
    let time = sent[2]["created"].as_str().unwrap();
    assert_eq!(list(format!("&before={time}")).await.each("text"), ["1", "0"], "before is exclusive");
    list("&before=yesterday".to_owned()).await.refused(400);
    let gone = list(format!("&beforeMessage={}", sent[4]["id"].as_str().unwrap())).await;
    gone.refused(404);
    let missing = sim.get(ADA, "/v1/messages").await;
    assert_eq!(missing.refused(400), "Required String parameter 'roomId' is not present");
    sim.get(CHIARA, &format!("/v1/messages?roomId={room}")).await.refused(404);
    sim.switch(json!({"messages_max": 2})).await;
    assert_eq!(list("&max=1000".to_owned()).await.items().len(), 2, "cut silently");
}

#[tokio::test(start_paused = true)]
async fn direct_lists_need_no_room() {
    let sim = Sim::new().await;
    sim.direct(ADA, BRUNO, "1").await;
    sim.direct(BRUNO, ADA, "2").await;
    for query in [format!("personEmail={BRUNO}"), format!("personId={}", sim.id(BRUNO))] {
        let list = sim.get(ADA, &format!("/v1/messages/direct?{query}")).await;
        assert_eq!(list.each("text"), ["2", "1"]);
    }
    sim.get(ADA, &format!("/v1/messages/direct?personEmail={CHIARA}")).await.refused(404);
    sim.get(ADA, "/v1/messages/direct").await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn ten_edits_by_the_author() {
    let sim = Sim::new().await;
    let sent = sim.direct(ADA, BRUNO, "0").await;
    let (room, message) = (&sent["roomId"], path(&sent));
    let edit =
        |who: &'static str, body: Value| sim.put(who, Box::leak(message.clone().into_boxed_str()), body);
    let foreign = edit(BRUNO, json!({"roomId": room, "text": "x"})).await;
    assert_eq!(foreign.refused(403), "Only the author can edit a message.");
    edit(CHIARA, json!({"roomId": room, "text": "x"})).await.refused(404);
    edit(ADA, json!({"text": "x"})).await.refused(400);
    edit(ADA, json!({"roomId": room})).await.refused(400);
    edit(ADA, json!({"roomId": room, "text": "x", "html": "<p>x</p>"})).await.refused(400);
    for n in 1..=10 {
        let edited = edit(ADA, json!({"roomId": room, "markdown": format!("*{n}*")})).await.body;
        assert_eq!((&edited["text"], &edited["created"]), (&json!(n.to_string()), &sent["created"]));
        assert!(edited["updated"].as_str().unwrap() > sent["created"].as_str().unwrap());
    }
    let over = edit(ADA, json!({"roomId": room, "text": "11"})).await;
    assert_eq!(over.refused(400), "The maximum number of edits for this message has been reached.");
    assert_eq!(sim.get(BRUNO, &message).await.body["text"], "10");
    sim.switch(json!({"foreign_edit_status": 400})).await;
    edit(BRUNO, json!({"roomId": room, "text": "x"})).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn a_message_with_a_card_cannot_be_edited() {
    let sim = Sim::new().await;
    let card = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}});
    let sent = sim.say(ADA, json!({"toPersonEmail": BRUNO, "text": "x", "attachments": [card]})).await;
    assert_eq!(sim.get(BRUNO, &path(&sent)).await.body["attachments"], json!([card]));
    sim.put(ADA, &path(&sent), json!({"roomId": sent["roomId"], "text": "y"})).await.refused(400);
    let two = json!({"toPersonEmail": BRUNO, "text": "x", "attachments": [card, card]});
    sim.post(ADA, "/v1/messages", two).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn deleting() {
    let sim = Sim::new().await;
    let sent = sim.direct(ADA, BRUNO, "0").await;
    sim.delete(BRUNO, &path(&sent)).await.refused(403);
    assert_eq!(sim.delete(ADA, &path(&sent)).await.status, 204);
    sim.get(ADA, &path(&sent)).await.refused(404);
    sim.delete(ADA, &path(&sent)).await.refused(404);
    let room = sim.group(&[ADA, BRUNO, IRIS]).await;
    let sent = sim.say(ADA, json!({"roomId": room, "text": "x"})).await;
    sim.delete(BRUNO, &path(&sent)).await.refused(403);
    assert_eq!(sim.delete(IRIS, &path(&sent)).await.status, 204, "an administrator may");
}

#[tokio::test(start_paused = true)]
async fn a_message_may_become_visible_late() {
    let sim = Sim::new().await;
    sim.switch(json!({"visibility_delay_ms": 500})).await;
    let sent = sim.direct(ADA, BRUNO, "0").await;
    let list = format!("/v1/messages?roomId={}", sent["roomId"].as_str().unwrap());
    sim.get(BRUNO, &path(&sent)).await.refused(404);
    assert!(sim.get(BRUNO, &list).await.items().is_empty());
    tokio::time::advance(std::time::Duration::from_millis(500)).await;
    assert_eq!(sim.get(BRUNO, &path(&sent)).await.status, 200);
    assert_eq!(sim.get(BRUNO, &list).await.items().len(), 1);
}
