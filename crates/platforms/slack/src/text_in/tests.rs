//! What is read of what Slack shows.

use std::time::{Duration, Instant};

use entente_model::{Inline, Mention};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::id;

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "slack".into(), id: "acme".into() }
}

fn read(message: &Value) -> Said {
    let text = message.to_string();
    said(&workspace(), &serde_json::from_str(&text).unwrap())
}

fn markup(text: &str) -> Vec<Block> {
    read(&json!({ "text": text })).body.0
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn paragraph(inlines: Vec<Inline>) -> Block {
    Block::Paragraph(inlines)
}

fn bob(name: &str) -> Inline {
    let account = Some(id::account(&workspace(), "U0BOB00001"));
    Inline::Mention(Mention { everybody: false, account, name: name.to_owned() })
}

fn nobody(name: &str) -> Inline {
    Inline::Mention(Mention { everybody: false, account: None, name: name.to_owned() })
}

fn everybody(name: &str) -> Inline {
    Inline::Mention(Mention { everybody: true, account: None, name: name.to_owned() })
}

#[test]
fn rich_text_is_a_tree() {
    let everything = include_str!("../../../../../fixtures/slack/blocks_everything.json");
    let said = said(&workspace(), &serde_json::from_str(everything).unwrap());
    let link = Inline::Link { url: "https://example.com/a?x=1&y=2".to_owned(), label: vec![text("the doc")] };
    let inner = Block::List {
        ordered: true,
        items: vec![vec![paragraph(vec![Inline::Italic(vec![text("one.a")])])]],
    };
    let expected = [
        paragraph(vec![text("Hi "), bob("bob"), text(", see "), link, text(" 👋🏼")]),
        Block::List {
            ordered: false,
            items: vec![vec![paragraph(vec![text("one")]), inner], vec![paragraph(vec![text("two")])]],
        },
        Block::Quote(vec![paragraph(vec![text("quoted")])]),
        Block::Code { language: None, text: "let x = 1;".to_owned() },
    ];
    assert_eq!(said.body.0, expected);
    assert_eq!(said.unsupported, [""; 0]);
}

#[test]
fn what_stands_in_a_quote_is_quoted() {
    let section =
        |text: &str| json!({"type": "rich_text_section", "elements": [{"type": "text", "text": text}]});
    let blocks = json!([{"type": "rich_text", "elements": [
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a\n\nb"}]},
        {"type": "rich_text_list", "style": "bullet", "border": 1, "elements": [section("c")]},
        {"type": "rich_text_preformatted", "border": 1, "elements": [{"type": "text", "text": "d"}]},
        section("e"),
    ]}]);
    let [Block::Quote(inner), Block::Paragraph(_)] = &read(&json!({"blocks": blocks})).body.0[..] else {
        panic!()
    };
    let [Block::Paragraph(_), Block::Paragraph(_), Block::List { .. }, Block::Code { .. }] = &inner[..]
    else {
        panic!("{inner:?}")
    };
}

#[test]
fn markup_has_styles_at_the_edges_of_words() {
    let bold = |inner: &str| Inline::Bold(vec![text(inner)]);
    assert_eq!(markup("a *b* c"), [paragraph(vec![text("a "), bold("b"), text(" c")])]);
    assert_eq!(
        markup("*_a_* b"),
        [paragraph(vec![Inline::Bold(vec![Inline::Italic(vec![text("a")])]), text(" b")])]
    );
    assert_eq!(markup("~x~!"), [paragraph(vec![Inline::Strike(vec![text("x")]), text("!")])]);
    for plain in ["2*3*4", "snake_case_name", "* a *", "**", "*a", "a* b *c", "_ _"] {
        assert_eq!(markup(plain), [paragraph(vec![text(plain)])], "{plain}");
    }
    assert_eq!(markup("`*a* &lt;` b"), [paragraph(vec![Inline::Code("*a* <".to_owned()), text(" b")])]);
}

#[test]
fn exactly_three_signs_are_escaped() {
    assert_eq!(markup("&amp;lt; &lt;b&gt; &quot; &"), [paragraph(vec![text("&lt; <b> &quot; &")])]);
}

#[test]
fn angle_brackets_hold_what_has_a_meaning() {
    assert_eq!(markup("<@U0BOB00001>"), [paragraph(vec![bob("")])]);
    assert_eq!(markup("<@U0BOB00001|bob>!"), [paragraph(vec![bob("bob"), text("!")])]);
    assert_eq!(
        markup("<!here> <!channel|x>"),
        [paragraph(vec![everybody("here"), text(" "), everybody("channel")])]
    );
    assert_eq!(markup("<!subteam^S1|@sales>"), [paragraph(vec![nobody("sales")])]);
    assert_eq!(markup("in <#C1|general>"), [paragraph(vec![text("in #general")])]);
    assert_eq!(markup("<!date^1^{date}|today>"), [paragraph(vec![text("today")])]);
    let link = |url: &str, label: &str| Inline::Link { url: url.to_owned(), label: vec![text(label)] };
    assert_eq!(
        markup("<https://a.example/?b&amp;c>"),
        [paragraph(vec![link("https://a.example/?b&c", "https://a.example/?b&c")])]
    );
    assert_eq!(markup("<mailto:a@b.example|a@b>"), [paragraph(vec![link("mailto:a@b.example", "a@b")])]);
    assert_eq!(markup("<javascript:x|y>"), [paragraph(vec![text("y")])]);
    // What nobody has a meaning for is taken for an address that cannot be linked.
    assert_eq!(Body(markup("a < b > c <")).plain(), "a  b  c <");
}

#[test]
fn quotes_and_code_are_blocks() {
    let quote = |inner: Vec<Inline>| Block::Quote(vec![paragraph(inner)]);
    assert_eq!(
        markup("a\n&gt; b\n&gt;c\nd"),
        [
            paragraph(vec![text("a")]),
            quote(vec![text("b"), Inline::Break, text("c")]),
            paragraph(vec![text("d")])
        ]
    );
    assert_eq!(markup("&gt;&gt;&gt;b\nc"), [quote(vec![text("b"), Inline::Break, text("c")])]);
    let code = Block::Code { language: None, text: "x &\n y".to_owned() };
    assert_eq!(
        markup("a```\nx &amp;\n y\n```b"),
        [paragraph(vec![text("a")]), code, paragraph(vec![text("b")])]
    );
    assert_eq!(markup("a ``` b"), [paragraph(vec![text("a ``` b")])]);
    assert_eq!(
        markup("a\n\nb\nc"),
        [paragraph(vec![text("a")]), paragraph(vec![text("b"), Inline::Break, text("c")])]
    );
}

#[test]
fn text_counts_where_no_block_says_anything() {
    let actions =
        json!({"text": "choose", "blocks": [{"type": "actions", "elements": []}, {"type": "divider"}, 7]});
    let said = read(&actions);
    assert_eq!(
        (said.body.plain().as_str(), said.unsupported.as_slice()),
        ("choose", &["buttons".to_owned(), "something unknown".to_owned()][..])
    );
    let section = json!({"text": "fallback", "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "*h*"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*b*"}, "fields": [{"type": "plain_text", "text": "f"}]},
        {"type": "image", "alt_text": "a\ncat", "image_url": "https://x.example/"},
        {"type": "markdown", "text": "**m**"},
    ]});
    let said = read(&section);
    assert_eq!(said.body.plain(), "*h*\nb\nf\nm");
    assert_eq!(said.unsupported, ["image: a\ncat"], "it is made one line where it is said");
}

#[test]
fn a_shared_message_is_quoted_and_a_preview_is_nothing() {
    let attachments = json!({"text": "look", "attachments": [
        {"from_url": "https://acme.example/", "title": "Acme", "text": "We make everything."},
        {"is_share": true, "from_url": "https://acme.slack.com/archives/C1/p1", "text": "said *there*"},
        {"fallback": "app content"},
    ]});
    let body = read(&attachments).body;
    assert_eq!(body.plain(), "look\nsaid there\napp content");
    assert!(matches!(&body.0[1], Block::Quote(_)));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
fn nothing_takes_longer_than_its_length() {
    let started = Instant::now();
    for piece in ["*", "_a", "`", "``` ", "<", "<@", "&gt;", "&", "*_~", "\n>", "|", "<!date^1^x|", "> "] {
        markup(&piece.repeat(1024 * 1024 / piece.len()));
    }
    let nested: Vec<Value> = (0..20_000_u32)
        .map(|depth| json!({"type": "rich_text_list", "style": if depth % 2 == 0 { "bullet" } else { "ordered" }, "indent": depth,
                            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x\n\n\n"}]}]}))
        .collect();
    read(&json!({"blocks": [{"type": "rich_text", "elements": nested}]}));
    // In a build that is not optimized; each by itself is some milliseconds in one that is.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

proptest! {
    /// Whatever comes, something is read, and what is read again from plain text is itself.
    #[test]
    fn nothing_panics(text in any::<String>(), pieces in proptest::collection::vec(prop_oneof![
        Just("<"), Just(">"), Just("@U1"), Just("|"), Just("*"), Just("_"), Just("`"), Just("```"), Just("&gt;"), Just("\n"),
        Just("!here"), Just("a"), Just(" "), Just("é"), Just("&amp;")
    ], 0..24)) {
        markup(&text);
        markup(&pieces.concat());
        let plain: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        prop_assert_eq!(Body(markup(&plain)).canonical(), Body::text(&plain).canonical());
    }
}
