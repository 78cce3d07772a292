//! Blocks: what is taken, what is refused and with which words, and what text they leave.

use serde_json::{Value, json};

use super::{ADA, BRUNO, Reply, Sim};

async fn with_blocks(sim: &Sim, blocks: Value) -> Reply {
    let channel = sim.direct(ADA, BRUNO).await;
    sim.json(ADA, "chat.postMessage", json!({"channel": channel, "blocks": blocks})).await
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
}

fn rich(inlines: &Value) -> Value {
    json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inlines}]})
}

#[tokio::test(start_paused = true)]
async fn a_mistake_is_named_with_its_place() {
    let sim = Sim::new().await;
    let long = with_blocks(&sim, json!([section(&"a".repeat(3001))])).await;
    assert_eq!(long.refused(), "invalid_blocks");
    let line = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]";
    assert_eq!(long.body["errors"], json!([line]));
    assert_eq!(long.body["response_metadata"]["messages"], json!([format!("[ERROR] {line}")]));
    let cases = [
        (json!([section("")]), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (json!([{"type": "section"}]), "missing required field: text [json-pointer:/blocks/0]"),
        (json!([{"type": "carousel"}]), "unsupported type: carousel [json-pointer:/blocks/0/type]"),
        (json!([{"text": "x"}]), "missing required field: type [json-pointer:/blocks/0]"),
        (
            json!([section("x"), {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
            "must be one of: plain_text [json-pointer:/blocks/1/text/type]",
        ),
        (
            json!([rich(&json!([{"type": "text", "text": ""}]))]),
            "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
        ),
        (
            json!([rich(&json!([{"type": "blink", "text": "x"}]))]),
            "unsupported type: blink [json-pointer:/blocks/0/elements/0/elements/0/type]",
        ),
        (
            json!([{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 9, "elements": []}]}]),
            "must be between 0 and 8 [json-pointer:/blocks/0/elements/0/indent]",
        ),
        (
            json!([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}]),
            "`block_id` must be unique [json-pointer:/blocks/1/block_id]",
        ),
        (json!(vec![json!({"type": "divider"}); 51]), "no more than 50 items allowed [json-pointer:/blocks]"),
    ];
    for (blocks, line) in cases {
        let reply = with_blocks(&sim, blocks).await;
        assert_eq!(reply.refused(), "invalid_blocks");
        assert_eq!(reply.body["errors"], json!([line]));
    }
    assert_eq!(with_blocks(&sim, json!({"type": "divider"})).await.refused(), "invalid_blocks_format");
    let much: Vec<Value> = (0..5).map(|_| section(&"a".repeat(2900))).collect();
    assert_eq!(with_blocks(&sim, json!(much)).await.refused(), "msg_blocks_too_long");
    sim.switch(json!({"empty_text_element_refused": false})).await;
    with_blocks(&sim, json!([rich(&json!([{"type": "text", "text": ""}, {"type": "text", "text": "x"}]))]))
        .await
        .ok();
}

#[tokio::test(start_paused = true)]
async fn blocks_get_ids_and_a_text() {
    let sim = Sim::new().await;
    let inlines = json!([{"type": "text", "text": "a < b ", "style": {"bold": true, "italic": true}},
        {"type": "user", "user_id": sim.id(BRUNO)}, {"type": "emoji", "name": "tada"}]);
    let reply = with_blocks(&sim, json!([rich(&inlines)])).await;
    let message = &reply.ok()["message"];
    assert_eq!(message["text"], format!("*_a &lt; b _*<@{}>:tada:", sim.id(BRUNO)));
    assert!(!message["blocks"][0]["block_id"].as_str().unwrap().is_empty());
    let bare = with_blocks(&sim, json!([{"type": "divider", "block_id": "mine"}])).await;
    assert_eq!(bare.ok()["message"]["text"], "This content can't be displayed.");
    assert_eq!(bare.body["message"]["blocks"][0]["block_id"], "mine");
}

#[tokio::test(start_paused = true)]
async fn in_a_form_blocks_are_json_in_a_string() {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let blocks = json!([section("*hi*")]);
    let form = json!({"channel": channel, "text": "fallback", "blocks": blocks.to_string()});
    let reply = sim.call(ADA, "chat.postMessage", form).await;
    assert_eq!(reply.ok()["message"]["blocks"][0]["text"]["text"], "*hi*");
    let broken = json!({"channel": channel, "blocks": "[{"});
    assert_eq!(sim.call(ADA, "chat.postMessage", broken).await.refused(), "invalid_blocks_format");
}

#[tokio::test(start_paused = true)]
async fn markdown_becomes_rich_text() {
    let sim = Sim::new().await;
    let channel = sim.direct(ADA, BRUNO).await;
    let markdown = "# Title\n**bold** and [link](https://x.example)\n\n1. one\n2. two\n   - deep\n\n> said\n\n```\ncode\n```";
    let reply =
        sim.json(ADA, "chat.postMessage", json!({"channel": channel, "markdown_text": markdown})).await;
    let elements = reply.ok()["message"]["blocks"][0]["elements"].clone();
    let kinds: Vec<&str> =
        elements.as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "rich_text_section",
            "rich_text_section",
            "rich_text_list",
            "rich_text_list",
            "rich_text_quote",
            "rich_text_preformatted"
        ]
    );
    assert_eq!(
        elements[1]["elements"][2],
        json!({"type": "link", "url": "https://x.example", "text": "link"})
    );
    assert_eq!(
        (&elements[2]["style"], elements[2]["elements"].as_array().unwrap().len()),
        (&json!("ordered"), 2)
    );
    assert_eq!((&elements[3]["style"], &elements[3]["indent"]), (&json!("bullet"), &json!(1)));
    assert_eq!(elements[5]["elements"], json!([{"type": "text", "text": "code"}]));
    let plain = json!({"channel": channel, "text": "*not bold*", "mrkdwn": false});
    let plain = sim.json(ADA, "chat.postMessage", plain).await;
    let inlines = &plain.ok()["message"]["blocks"][0]["elements"][0]["elements"];
    assert_eq!(*inlines, json!([{"type": "text", "text": "*not bold*"}]));
}
