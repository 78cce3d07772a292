//! What is printed for Zoom, what never is, and that it is read back as it was said.

use entente_model::{AccountRef, Mention, WorkspaceRef};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::text_in;
use crate::wire::message::RichText;

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "zoom".into(), id: "acme".into() }
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn paragraph(content: Vec<Inline>) -> Block {
    Block::Paragraph(content)
}

/// The ranges as they come back.
fn returned(ranges: &[Range]) -> Vec<RichText> {
    let position = |position: usize| i64::try_from(position).unwrap();
    let back = |range: &Range| RichText {
        start_position: position(range.start_position),
        end_position: position(range.end_position),
        format_type: range.format_type.to_owned(),
        format_attr: range.format_attr.clone(),
    };
    ranges.iter().map(back).collect()
}

fn read_back(printed: &Printed) -> Body {
    text_in::body(&workspace(), &printed.message, &returned(&printed.ranges), &[])
}

/// What a range covers, and its format.
fn shown(body: &[Block]) -> (String, Vec<(String, String)>) {
    let printed = print(&Body(body.to_vec()));
    let message: Vec<u16> = printed.message.encode_utf16().collect();
    let covered = |range: &Range| {
        let text = String::from_utf16(&message[range.start_position..range.end_position]).unwrap();
        let attr = range.format_attr.as_ref().map(|attr| format!(" {attr}")).unwrap_or_default();
        (format!("{}{attr}", range.format_type), text)
    };
    (printed.message.clone(), printed.ranges.iter().map(covered).collect())
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(format, text)| ((*format).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn positions_are_counted_as_zooms_clients_count() {
    let body =
        [paragraph(vec![text("👨‍👩‍👧 é "), Inline::Bold(vec![text("so"), Inline::Italic(vec![text("!")])])])];
    assert_eq!(shown(&body), ("👨‍👩‍👧 é so!".to_owned(), pairs(&[("Bold", "so!"), ("Italic", "!")])));
    assert_eq!(print(&Body(body.to_vec())).ranges[0].start_position, 11);
}

#[test]
fn blocks_are_formats_of_their_lines() {
    let list = |ordered| Block::List {
        ordered,
        items: vec![vec![paragraph(vec![text("one")])], vec![paragraph(vec![text("two")])]],
    };
    let body = [
        Block::Heading(2, vec![text("Plan")]),
        paragraph(vec![text("first")]),
        paragraph(vec![text("second"), Inline::Break, text("line")]),
        Block::Quote(vec![paragraph(vec![text("said")]), paragraph(vec![text("again")])]),
        list(true),
        list(false),
    ];
    let (message, ranges) = shown(&body);
    assert_eq!(message, "Plan\nfirst\n\nsecond\nline\nsaid\n\nagain\none\ntwo\none\ntwo");
    let expected = [
        ("Paragraph h2", "Plan"),
        ("Quote", "said\n\nagain"),
        ("NumberedList", "one\ntwo"),
        ("BulletedList", "one\ntwo"),
    ];
    assert_eq!(ranges, pairs(&expected));
    let printed = print(&Body(body.to_vec()));
    assert_eq!(printed.losses, []);
    assert_eq!(read_back(&printed), Body(body.to_vec()));
}

#[test]
fn a_link_crosses_no_line_and_leads_to_the_web() {
    let link = |url: &str| Inline::Link {
        url: url.to_owned(),
        label: vec![text("a"), Inline::Bold(vec![text("b")]), Inline::Break, text("c")],
    };
    let (_, ranges) = shown(&[paragraph(vec![link("https://acme.example/")])]);
    let expected =
        [("AddLink https://acme.example/", "ab"), ("Bold", "b"), ("AddLink https://acme.example/", "c")];
    let mut sorted = ranges;
    sorted.sort();
    let mut expected = pairs(&expected);
    expected.sort();
    assert_eq!(sorted, expected);
    let mail = print(&Body(vec![paragraph(vec![link("mailto:ada@acme.example")])]));
    assert!(mail.ranges.iter().all(|range| range.format_type == "Bold"));
    assert_eq!(mail.losses, [Loss::Formatting]);
}

#[test]
fn nobody_is_called_in_a_direct_conversation() {
    let account = Some(AccountRef { workspace: workspace(), id: "Qx3fTr0LSuKp8v2WnY1bHg".into() });
    let mention = Inline::Mention(Mention { everybody: false, account, name: "Ada".to_owned() });
    let printed = print(&Body(vec![paragraph(vec![text("@all "), mention])]));
    assert_eq!(
        (printed.message.as_str(), printed.losses.as_slice()),
        ("@all Ada", [Loss::Mention].as_slice())
    );
}

#[test]
fn code_stays_readable_and_is_told_as_lost() {
    let code = Block::Code { language: None, text: "if x {\n\ty();\n}".to_owned() };
    let printed = print(&Body(vec![paragraph(vec![text("so:")]), code]));
    assert_eq!(printed.message, "so:\n\nif x {\n    y();\n}");
    assert_eq!(printed.losses, [Loss::Formatting]);
}

#[test]
fn an_edit_loses_formats_but_no_address() {
    let link = |url: &str, label: &str| Inline::Link { url: url.to_owned(), label: vec![text(label)] };
    let body = Body(vec![paragraph(vec![
        Inline::Bold(vec![text("see ")]),
        link("https://acme.example/a", "there"),
        text(" and "),
        link("https://acme.example/b", "https://acme.example/b"),
    ])]);
    let printed = print_plain(&body);
    assert_eq!(printed.message, "see there (https://acme.example/a) and https://acme.example/b");
    assert_eq!((printed.ranges.len(), printed.losses.as_slice()), (0, [Loss::Formatting].as_slice()));
    let long = Body(vec![paragraph(vec![text(&"x".repeat(1_000)), link("https://acme.example/a", "there")])]);
    assert_eq!(units(&print_plain(&long).message), 1_005, "where there is no room, only the label is said");
    assert_eq!(print_plain(&Body::text("plain")).losses, []);
}

#[test]
fn a_text_is_split_by_the_vendors_count() {
    let fits = Body::text(&"😀".repeat(512));
    assert_eq!(split(fits.clone()), [fits]);
    let parts = split(Body::text(&"😀".repeat(513)));
    assert_eq!(parts.len(), 2);
    assert!(parts.iter().all(|part| units(&print(part).message) <= MAX_TEXT));
}

const HOSTILE: &[&str] = &[
    "*",
    "_",
    "`",
    "```",
    "~",
    "<",
    ">",
    "&amp;",
    "[",
    "](http://x)",
    "#",
    "- ",
    "1. ",
    "> ",
    "\\",
    "<@all>",
    "@all",
    "@Ada",
    "<!x@xmpp.zoom.us|y>",
    "<b>",
    " ",
    "  ",
    "\t",
    "\u{a0}",
    "\u{200d}",
    "\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "\r",
    "\0",
    "é",
    "e\u{301}",
    "שלום",
    "👨‍👩‍👧",
    "🇩🇪",
    "漢字",
    "a",
    "word",
    "https://a.example/b",
    "x.y",
];

fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("line ends are breaks", |c| *c != '\n').prop_map(String::from),
    ];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn inline() -> impl Strategy<Value = Inline> {
    let leaf = prop_oneof![
        6 => words().prop_map(Inline::Text),
        1 => words().prop_map(Inline::Code),
        1 => words().prop_map(|name| Inline::Mention(Mention { everybody: false, account: None, name })),
        1 => Just(Inline::Break),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let inner = || vec(inner.clone(), 1..3);
        prop_oneof![
            inner().prop_map(Inline::Bold),
            inner().prop_map(Inline::Italic),
            inner().prop_map(Inline::Strike),
            (inner(), words())
                .prop_map(|(label, rest)| Inline::Link { url: format!("https://x.example/{rest}"), label }),
        ]
    })
}

fn block() -> impl Strategy<Value = Block> {
    let inlines = || vec(inline(), 0..5);
    let leaf = prop_oneof![
        5 => inlines().prop_map(Block::Paragraph),
        1 => (1..=6_u8, inlines()).prop_map(|(level, content)| Block::Heading(level, content)),
        1 => vec(words(), 0..4).prop_map(|lines| Block::Code { language: None, text: lines.join("\n") }),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Block::Quote),
            (any::<bool>(), vec(vec(inner, 0..3), 0..3))
                .prop_map(|(ordered, items)| Block::List { ordered, items }),
        ]
    })
}

fn body() -> impl Strategy<Value = Body> {
    vec(block(), 0..5).prop_map(Body)
}

proptest! {
    #[test]
    fn what_is_said_survives_and_calls_nobody(body in body()) {
        let printed = print(&body);
        let read = read_back(&printed);
        prop_assert_eq!(read.canonical(), body.canonical());
        let tree = format!("{read:?}");
        prop_assert!(!tree.contains("Mention("));
    }

    #[test]
    fn every_range_lies_in_the_text(body in body()) {
        let printed = print(&body);
        let message: Vec<u16> = printed.message.encode_utf16().collect();
        for range in &printed.ranges {
            prop_assert!(range.start_position < range.end_position && range.end_position <= message.len());
            let covered = String::from_utf16(&message[range.start_position..range.end_position]);
            prop_assert!(covered.is_ok(), "a sign is cut in two");
            if range.format_type == "AddLink" {
                prop_assert!(!covered.unwrap().contains('\n'));
            }
        }
    }

    #[test]
    fn an_edit_says_all_that_was_said(body in body()) {
        let printed = print_plain(&body);
        prop_assert!(printed.ranges.is_empty());
        let kept: Vec<char> = Body::text(&printed.message).canonical().chars().collect();
        // Addresses may have come in between, nothing may have gone.
        let mut rest = kept.iter();
        prop_assert!(body.canonical().chars().all(|said| rest.any(|kept| *kept == said)));
    }

    #[test]
    fn no_part_is_too_long(body in body(), times in 1_usize..40) {
        let long = Body(std::iter::repeat_n(body.0, times).flatten().collect());
        for part in split(long) {
            prop_assert!(units(&print(&part).message) <= MAX_TEXT);
        }
    }
}
