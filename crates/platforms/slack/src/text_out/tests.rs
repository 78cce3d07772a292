//! What is printed for Slack, and what never is.

use entente_model::{AccountRef, Block, Inline, Mention, WorkspaceRef};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::text_in;
use crate::wire::message::Message;
use crate::wire::outgoing::RichText;

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "slack".into(), id: "acme".into() }
}

fn mention(platform: &str, id: &str, name: &str) -> Inline {
    let workspace = WorkspaceRef { platform: platform.into(), id: "acme".into() };
    let account = Some(AccountRef { workspace, id: id.into() });
    Inline::Mention(Mention { everybody: false, account, name: name.to_owned() })
}

fn paragraph(inlines: Vec<Inline>) -> Block {
    Block::Paragraph(inlines)
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn block(body: &Body) -> Value {
    serde_json::to_value(RichText { elements: &print(body).parts }).unwrap()
}

/// What Slack shows of a printed body, by its block or by its markup alone.
fn back(body: &Body, by_block: bool) -> Body {
    let printed = print(body);
    let blocks = if by_block { json!([RichText { elements: &printed.parts }]) } else { Value::Null };
    let message = json!({"text": printed.text, "blocks": blocks}).to_string();
    let message: Message<'_> = serde_json::from_str(&message).unwrap();
    text_in::said(&workspace(), &message).body
}

#[test]
fn a_block_as_the_documents_show_it() {
    let item = |blocks: Vec<Block>| blocks;
    let body = Body(vec![
        paragraph(vec![
            text("Hi "),
            mention("slack", "U0BOB00001", "Bob"),
            Inline::Break,
            Inline::Bold(vec![text("you")]),
        ]),
        paragraph(vec![Inline::Link {
            url: "https://x.example/?a&b".to_owned(),
            label: vec![text("there")],
        }]),
        Block::List {
            ordered: true,
            items: vec![
                item(vec![
                    paragraph(vec![text("one")]),
                    Block::List { ordered: false, items: vec![vec![paragraph(vec![text("in")])]] },
                ]),
                item(vec![paragraph(vec![Inline::Code("two".to_owned())])]),
            ],
        },
        Block::Quote(vec![paragraph(vec![text("q")])]),
        Block::Code { language: Some("rust".to_owned()), text: "let x = 1;\n".to_owned() },
    ]);
    let section = |elements: Value| json!({"type": "rich_text_section", "elements": elements});
    assert_eq!(
        block(&body),
        json!({"type": "rich_text", "elements": [
            section(json!([
                {"type": "text", "text": "Hi "}, {"type": "user", "user_id": "U0BOB00001"}, {"type": "text", "text": "\n"},
                {"type": "text", "text": "you", "style": {"bold": true}}, {"type": "text", "text": "\n\n"},
                {"type": "link", "url": "https://x.example/?a&b", "text": "there"},
            ])),
            {"type": "rich_text_list", "style": "ordered", "indent": 0, "border": 0,
             "elements": [section(json!([{"type": "text", "text": "one"}]))]},
            {"type": "rich_text_list", "style": "bullet", "indent": 1, "border": 0,
             "elements": [section(json!([{"type": "text", "text": "in"}]))]},
            {"type": "rich_text_list", "style": "ordered", "indent": 0, "offset": 1, "border": 0,
             "elements": [section(json!([{"type": "text", "text": "two", "style": {"code": true}}]))]},
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "q"}]},
            {"type": "rich_text_preformatted", "border": 0, "elements": [{"type": "text", "text": "let x = 1;"}]},
        ]})
    );
    assert_eq!(
        print(&body).text,
        "Hi <@U0BOB00001>\n*you*\n\n<https://x.example/?a&amp;b|there>\n1. one\n    • in\n2. `two`\n&gt; q\n```let x = 1;```"
    );
}

#[test]
fn only_people_of_slack_are_called() {
    for (platform, id) in [("webex", "U0BOB00001"), ("slack", "U1><!here"), ("slack", ""), ("slack", "u0bob")]
    {
        let printed = print(&Body(vec![paragraph(vec![mention(platform, id, "<!here>")])]));
        assert_eq!((printed.text.as_str(), printed.losses), ("&lt;!here&gt;", vec![Loss::Mention]));
        assert!(
            !block(&Body(vec![paragraph(vec![mention(platform, id, "Bob")])]))
                .to_string()
                .contains("\"user\"")
        );
    }
}

#[test]
fn headings_are_bold_and_lost() {
    let printed = print(&Body(vec![Block::Heading(1, vec![text("h")])]));
    assert_eq!((printed.text.as_str(), printed.losses), ("*h*", vec![Loss::Formatting]));
}

#[test]
fn markup_is_trusted_only_with_what_can_be_read_in_one_way() {
    let exact = |body: &Body| print(body).exact;
    for plain in ["hello", "a & b <c>", "10:30 - 11:30", "https://x.example:80/", "two\nlines", "a > b"] {
        assert!(exact(&Body::text(plain)), "{plain}");
    }
    for other in ["*a*", "_a", "a~", "`", ":smile:", "ok :+1: yes", "> a", "a\n> b"] {
        assert!(!exact(&Body::text(other)), "{other}");
    }
    assert!(exact(&Body(vec![paragraph(vec![text("hi "), mention("slack", "U0BOB00001", "Bob")])])));
    assert!(!exact(&Body(vec![paragraph(vec![Inline::Bold(vec![text("a")])])])));
    assert!(!exact(&Body(vec![Block::Quote(vec![paragraph(vec![text("a")])])])));
}

#[test]
fn a_long_text_is_cut_by_units() {
    let parts = split(Body::text(&"ä🦀 & ".repeat(2_000)));
    assert!(parts.len() > 2);
    for part in &parts {
        assert!(length(part) <= MAX_TEXT);
    }
    assert_eq!(split(Body::text("short")), [Body::text("short")]);
}

fn anything() -> impl Strategy<Value = String> {
    let pieces = [
        "<",
        ">",
        "@",
        "<@U0BOB00001>",
        "<!here>",
        "<!channel>",
        "*",
        "_",
        "~",
        "`",
        "```",
        "&",
        "&amp;",
        ":smile:",
        "|",
        "a",
        "B",
        " ",
        "  ",
        "é",
        "👨‍👩‍👧",
        "שלום",
        "• ",
        "1. ",
        "http://a.example/b_c",
        "\t",
        "\u{a0}",
        "\u{200b}",
        "\0",
    ];
    vec(proptest::sample::select(pieces.to_vec()), 1..6).prop_map(|pieces| pieces.concat())
}

fn inline() -> impl Strategy<Value = Inline> {
    let leaf = prop_oneof![
        6 => anything().prop_map(Inline::Text),
        2 => anything().prop_map(Inline::Code),
        1 => anything().prop_map(|name| Inline::Mention(Mention { everybody: false, account: None, name })),
        1 => Just(Inline::Break),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let inner = || vec(inner.clone(), 1..3);
        prop_oneof![
            inner().prop_map(Inline::Bold),
            inner().prop_map(Inline::Italic),
            inner().prop_map(Inline::Strike),
            (inner(), anything())
                .prop_map(|(label, rest)| Inline::Link { url: format!("https://x.example/{rest}"), label }),
        ]
    })
}

fn body() -> impl Strategy<Value = Body> {
    let inlines = || vec(inline(), 0..4);
    let leaf = prop_oneof![
        5 => inlines().prop_map(Block::Paragraph),
        1 => (1..=6_u8, inlines()).prop_map(|(level, content)| Block::Heading(level, content)),
        1 => vec(anything(), 0..4).prop_map(|lines| Block::Code { language: None, text: lines.join("\n") }),
    ];
    let block = leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Block::Quote),
            (any::<bool>(), vec(vec(inner, 0..3), 0..3))
                .prop_map(|(ordered, items)| Block::List { ordered, items }),
        ]
    });
    vec(block, 0..5).prop_map(Body)
}

/// The visible characters of a body and how they look: bold, italic, struck, code, link.
fn looks(body: &Body) -> Vec<(char, [bool; 5])> {
    let mut out = Vec::new();
    blocks(&body.0, &mut out);
    out
}

fn blocks(all: &[Block], out: &mut Vec<(char, [bool; 5])>) {
    for block in all {
        match block {
            Block::Paragraph(content) => inside(content, [false; 5], out),
            Block::Heading(_, content) => inside(content, [true, false, false, false, false], out),
            Block::Quote(inner) => blocks(inner, out),
            Block::List { items, .. } => items.iter().for_each(|item| blocks(item, out)),
            Block::Code { text, .. } => characters(text, [false, false, false, true, false], out),
        }
    }
}

fn inside(all: &[Inline], look: [bool; 5], out: &mut Vec<(char, [bool; 5])>) {
    let with = |index: usize| {
        let mut look = look;
        look[index] = true;
        look
    };
    for inline in all {
        match inline {
            Inline::Text(text) => characters(text, look, out),
            Inline::Code(text) => characters(text, with(3), out),
            Inline::Bold(inner) => inside(inner, with(0), out),
            Inline::Italic(inner) => inside(inner, with(1), out),
            Inline::Strike(inner) => inside(inner, with(2), out),
            Inline::Link { label, .. } => inside(label, with(4), out),
            Inline::Mention(mention) => characters(&mention.name, look, out),
            Inline::Break => {}
        }
    }
}

fn characters(text: &str, look: [bool; 5], out: &mut Vec<(char, [bool; 5])>) {
    out.extend(Body::text(text).canonical().chars().map(|c| (c, look)));
}

fn has_mention(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str);
            matches!(kind, Some("user" | "usergroup" | "broadcast" | "channel"))
                || fields.values().any(has_mention)
        }
        Value::Array(all) => all.iter().any(has_mention),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// What is printed as a block reads back as what was said, and looks as it did.
    #[test]
    fn blocks_say_what_was_said(body in body()) {
        let read = back(&body, true);
        prop_assert_eq!(looks(&read), looks(&body));
        prop_assert_eq!(read.canonical(), body.canonical());
    }

    /// What is exact as markup reads back as what was said, and looks as it did.
    #[test]
    fn exact_markup_says_what_was_said(body in body(), plain in "[a-z &<>.,:@#!|-]{1,40}") {
        for body in [body, Body::text(&plain)] {
            if print(&body).exact {
                let read = back(&body, false);
                prop_assert_eq!(looks(&read), looks(&body), "{}", print(&body).text);
            }
        }
    }

    /// Nobody is called whom the tree does not call.
    #[test]
    fn text_never_calls_anybody(body in body()) {
        prop_assert!(!has_mention(&block(&body)));
        let text = print(&body).text;
        for mark in ["<@", "<!", "<#"] {
            prop_assert!(!text.contains(mark), "{text}");
        }
    }

    /// No part is longer than Slack takes, and together they say everything.
    #[test]
    fn parts_fit(body in body(), times in 1..60_usize) {
        let body = Body(std::iter::repeat_n(body.0, times).flatten().collect());
        let parts = split(body.clone());
        prop_assert!(parts.iter().all(|part| length(part) <= MAX_TEXT));
        let many = parts.len() > 1;
        let said: String = parts.iter().enumerate().map(|(index, part)| {
            let said = part.canonical();
            let label = if many { format!("({}/{})", index + 1, parts.len()) } else { String::new() };
            said.strip_prefix(&label).map(str::to_owned).unwrap_or_default()
        }).collect();
        prop_assert_eq!(said, body.canonical());
    }
}
