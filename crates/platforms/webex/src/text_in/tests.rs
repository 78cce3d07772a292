//! What is read of what Webex shows.

use super::*;

const ADA: &str = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDE";

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "webex".into(), id: "acme".into() }
}

fn read(fields: &serde_json::Value) -> Said {
    let mut message =
        serde_json::json!({"id": "m", "roomId": "r", "personId": "p", "created": "2026-01-02T03:04:05.678Z"});
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    let text = message.to_string();
    body(&workspace(), &serde_json::from_str(&text).unwrap())
}

fn ada(name: &str) -> Inline {
    Inline::Mention(Mention {
        everybody: false,
        account: Some(id::account(&workspace(), ADA)),
        name: name.to_owned(),
    })
}

fn paragraph(inlines: Vec<Inline>) -> Body {
    Body(vec![entente_model::Block::Paragraph(inlines)])
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

#[test]
fn html_before_markdown_before_text() {
    let all = serde_json::json!({"html": "<p>h</p>", "markdown": "m", "text": "t"});
    assert_eq!(read(&all).body.plain(), "h");
    assert_eq!(read(&serde_json::json!({"markdown": "**m**", "text": "t"})).body.plain(), "m");
    assert_eq!(
        read(&serde_json::json!({"html": " ", "text": "*t* <b>"})).body,
        paragraph(vec![text("*t* <b>")])
    );
    assert_eq!(read(&serde_json::json!({})).body, Body::default());
}

#[test]
fn mentions_in_html_by_id_and_by_bare_key() {
    let html = |id: &str| {
        format!(
            r#"<p>hi <spark-mention data-object-type="person" data-object-id="{id}">Ada E</spark-mention>!</p>"#
        )
    };
    let expected = paragraph(vec![text("hi "), ada("Ada E"), text("!")]);
    assert_eq!(read(&serde_json::json!({"html": html(ADA)})).body, expected);
    let key = "11111111-2222-4333-8444-555555555501";
    assert_eq!(read(&serde_json::json!({"html": html(key), "mentionedPeople": [ADA]})).body, expected);
    let unknown = paragraph(vec![
        text("hi "),
        Inline::Mention(Mention { everybody: false, account: None, name: "Ada E".into() }),
        text("!"),
    ]);
    assert_eq!(read(&serde_json::json!({"html": html(key)})).body, unknown);
}

#[test]
fn everybody_is_called_at_once() {
    let html =
        r#"<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention> go"#;
    let expected = paragraph(vec![
        Inline::Mention(Mention { everybody: true, account: None, name: "All".into() }),
        text(" go"),
    ]);
    assert_eq!(read(&serde_json::json!({"html": html})).body, expected);
}

#[test]
fn mentions_in_markdown() {
    let body = |markdown: &str| read(&serde_json::json!({"markdown": markdown})).body;
    assert_eq!(
        body(&format!("hi <@personId:{ADA}|Ada>!")),
        paragraph(vec![text("hi "), ada("Ada"), text("!")])
    );
    assert_eq!(body(&format!("<@personId:{ADA}>")), paragraph(vec![ada("somebody")]));
    let named = |everybody: bool, name: &str| {
        paragraph(vec![Inline::Mention(Mention { everybody, account: None, name: name.into() })])
    };
    assert_eq!(body("<@personEmail:ada@acme.example|Ada>"), named(false, "Ada"));
    assert_eq!(body("<@ALL>"), named(true, "all"));
    assert_eq!(body(r"\<@all>"), paragraph(vec![text("<@all>")]));
    assert_eq!(body("<@nothing:x>"), paragraph(vec![text("<@nothing:x>")]));
}

#[test]
fn what_cannot_travel_is_named() {
    let files = serde_json::json!({"text": "t", "files": ["a", "b"], "attachments": [{}]});
    assert_eq!(
        (read(&files).files.len(), read(&files).unsupported),
        (0, vec!["file".to_owned(); 2].into_iter().chain(["card".to_owned()]).collect())
    );
    assert_eq!(
        read(&serde_json::json!({"files": ["a"], "isVoiceClip": true})).unsupported,
        ["voice message"]
    );
    let locked =
        serde_json::json!({"text": "ERROR: kms", "errors": {"text": {"code": "kms_failure", "reason": "x"}}});
    let said = read(&locked);
    assert_eq!((said.body, said.unsupported.len()), (Body::default(), 1));
}
