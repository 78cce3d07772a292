//! Bodies as the vendor wants them.

use entente_model::{AccountRef, Block, Inline, WorkspaceRef};
use proptest::prelude::*;

use super::*;
use crate::text_in;
use crate::wire::message;

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "teams".into(), id: "sales".into() }
}

fn account() -> AccountRef {
    crate::id::account(&workspace(), "b0b00000")
}

fn called(name: &str) -> Body {
    let mention =
        Inline::Mention(Mention { everybody: false, account: Some(account()), name: name.to_owned() });
    Body(vec![Block::Paragraph(vec![Inline::Text("hi ".into()), mention])])
}

#[test]
fn a_mention_is_made_in_both_places() {
    let html = graph(&called("Bob <B>"));
    assert_eq!(html.text, r#"<p>hi <at id="0">Bob &lt;B&gt;</at></p>"#);
    assert_eq!(
        serde_json::to_value(&html.mentions).unwrap(),
        serde_json::json!([{"id": 0, "mentionText": "Bob <B>", "mentioned": {"user":
            {"id": "b0b00000", "displayName": "Bob <B>", "userIdentityType": "aadUser"}}}])
    );
}

#[test]
fn a_name_without_an_account_calls_nobody() {
    let mention = Inline::Mention(Mention { everybody: false, account: None, name: "everyone".to_owned() });
    let html = graph(&Body(vec![Block::Paragraph(vec![mention])]));
    assert_eq!((html.text.as_str(), html.mentions.len()), ("<p>everyone</p>", 0));
    assert_eq!(html.losses, [Loss::Mention]);
    assert_eq!(bot(&called("Bob")).0, "<p>hi Bob</p>");
}

#[test]
fn code_is_written_as_teams_takes_it() {
    let body = Body(vec![Block::Code { language: Some("rust".into()), text: "a < b;\n}".into() }]);
    assert_eq!(graph(&body).text, "<pre><code>a &lt; b;\n}</code></pre>");
}

#[test]
fn what_is_long_is_cut_to_what_teams_takes() {
    assert_eq!(split(Body::text("short")), [Body::text("short")]);
    let long = Body::text(&"word & word ".repeat(5_000));
    let parts = split(long.clone());
    assert!(parts.len() > 2, "{}", parts.len());
    assert!(parts.iter().all(|part| graph(part).text.len() <= MAX_TEXT));
    let said: String = parts.iter().map(|part| part.plain().split_once(") ").unwrap().1.to_owned()).collect();
    let words = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(words(&said), words(&long.plain()));
}

proptest! {
    /// What we send and read back says the same, and no text calls anybody.
    #[test]
    fn text_stays_text(text in "[ -~\u{e9}🙂\n]{0,200}") {
        let body = Body::text(&text);
        let html = graph(&body);
        prop_assert!(html.mentions.is_empty());
        prop_assert!(!html.text.contains("<at"));
        let item = message::ItemBody { content_type: Some("html".into()), content: Some(html.text) };
        prop_assert_eq!(text_in::body(&workspace(), &item, &[]).body.canonical(), body.canonical());
    }
}
