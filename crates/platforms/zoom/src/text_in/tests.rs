//! What Zoom's users write, and what no program should.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const ADA: &str = "Qx3fTr0LSuKp8v2WnY1bHg";

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "zoom".into(), id: "acme".into() }
}

fn format(kind: &str, from: i64, to: i64, attr: Option<&str>) -> RichText {
    RichText {
        start_position: from,
        end_position: to,
        format_type: kind.to_owned(),
        format_attr: attr.map(str::to_owned),
    }
}

fn at(contact: &str, user: Option<&str>, from: i64, to: i64) -> AtItem {
    AtItem {
        at_type: 1,
        at_contact: Some(contact.to_owned()),
        at_contact_user_id: user.map(str::to_owned),
        start_position: from,
        end_position: to,
    }
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

#[test]
fn markup_is_text_and_lines_are_kept() {
    let body = body(&workspace(), "*a* <b>@all\r\n\nc\nd", &[], &[]);
    let expected = [
        Block::Paragraph(vec![text("*a* <b>@all")]),
        Block::Paragraph(vec![text("c"), Inline::Break, text("d")]),
    ];
    assert_eq!(body.0, expected);
}

#[test]
fn formats_of_lines_count_for_all_that_they_touch() {
    let formats = [
        format("BulletedList", 1, 6, None),
        format("Quote", 9, 10, None),
        format("Paragraph", 14, 15, Some("h1")),
        format("FontSize", 0, 3, Some("l")),
    ];
    let body = body(&workspace(), "one\ntwo\nsaid\nhead\nend", &formats, &[]);
    let item = |word: &str| vec![Block::Paragraph(vec![text(word)])];
    let expected = [
        Block::List { ordered: false, items: vec![item("one"), item("two")] },
        Block::Quote(item("said")),
        Block::Heading(1, vec![text("head")]),
        Block::Paragraph(vec![text("end")]),
    ];
    assert_eq!(body.0, expected);
}

#[test]
fn a_mention_is_read_however_its_end_is_counted() {
    for (from, end) in [(3, 12), (3, 11)] {
        let items = [at("ada@acme.example", Some(ADA), from, end)];
        let body = body(&workspace(), "Hi @Ada Foxx, see", &[], &items);
        let mention = Mention {
            everybody: false,
            account: Some(id::account(&workspace(), ADA)),
            name: "Ada Foxx".to_owned(),
        };
        let expected = Block::Paragraph(vec![text("Hi "), Inline::Mention(mention), text(", see")]);
        assert_eq!(body.0, [expected], "{end}");
    }
}

#[test]
fn who_is_called_is_known_by_id_only() {
    let called = |item: AtItem| match body(&workspace(), "😀 @Ada", &[], &[item]).0.as_slice() {
        [Block::Paragraph(content)] => match content.last() {
            Some(Inline::Mention(mention)) => (mention.name.clone(), mention.account.is_some()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(called(at(ADA, None, 3, 7)), ("Ada".to_owned(), true));
    assert_eq!(called(at("ada@acme.example", None, 3, 7)), ("Ada".to_owned(), false));
    assert_eq!(called(AtItem { at_type: 2, ..at("", None, 3, 7) }), ("Ada".to_owned(), false));
    let stray = body(&workspace(), "no name", &[], &[at(ADA, None, 0, 2)]);
    assert_eq!(stray, Body::text("no name"), "what does not begin with @ is text");
}

#[test]
fn only_addresses_of_the_web_are_links() {
    let link = |url: &str| body(&workspace(), "here", &[format("AddLink", 0, 4, Some(url))], &[]);
    assert!(format!("{:?}", link("https://acme.example/")).contains("Link {"));
    assert_eq!(link("javascript:alert(1)"), Body::text("here"));
}

#[test]
fn a_hostile_number_of_ranges_is_read_once() {
    let line = "😀 word\n";
    let message = line.repeat(10_000);
    let kinds = ["Bold", "Quote", "BulletedList", "AddLink", "Italic"];
    let formats: Vec<_> = (0..20_000)
        .map(|index| {
            format(kinds[index % 5], i64::try_from(index).unwrap(), 70_000, Some("https://x.example/"))
        })
        .collect();
    let read = body(&workspace(), &message, &formats, &[]);
    assert_eq!(read.canonical().chars().count(), 10_000 * 5);
}

proptest! {
    #[test]
    fn no_range_loses_text_or_panics(
        lines in vec("[a-z😀é@ ]{0,6}", 0..5),
        ranges in vec((0_usize..8, -3_i64..40, -3_i64..40), 0..8),
        mentions in vec((-3_i64..40, -3_i64..40), 0..4),
    ) {
        let kinds = ["Bold", "Italic", "Strikethrough", "AddLink", "Quote", "NumberedList", "Paragraph", "Other"];
        let message = lines.join("\n");
        let formats: Vec<_> = ranges
            .into_iter()
            .map(|(kind, from, to)| format(kinds[kind], from, to, Some(if kind == 3 { "https://x.example/" } else { "h1" })))
            .collect();
        let mentions: Vec<_> = mentions.into_iter().map(|(from, to)| at(ADA, None, from, to)).collect();
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '@').collect::<String>();
        let read = body(&workspace(), &message, &formats, &mentions);
        prop_assert_eq!(visible(&read.canonical()), visible(&message));
    }
}
