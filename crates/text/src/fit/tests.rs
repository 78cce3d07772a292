//! What is cut keeps its words and its limits.

use super::*;

fn measure(body: &Body) -> usize {
    body.plain().len()
}

fn plains(body: Body, limit: usize) -> Vec<String> {
    fit(body, limit, &measure).iter().map(Body::plain).collect()
}

#[test]
fn what_fits_is_left_alone() {
    let body = Body::text("a\n\nb");
    assert_eq!(fit(body.clone(), 4, &measure), vec![body]);
}

#[test]
fn whole_blocks_first() {
    let paragraph = |text: &str| Block::Paragraph(vec![Inline::Text(text.to_owned())]);
    let body = Body(vec![paragraph("one one one"), paragraph("two two"), paragraph("three three")]);
    assert_eq!(plains(body, 28), ["(1/2) one one one\ntwo two", "(2/2) three three"]);
}

#[test]
fn then_lines_sentences_words_and_characters() {
    assert_eq!(
        plains(Body::text("aaaa bbb\ncccc dddd eeee"), 20),
        ["(1/2) aaaa bbb", "(2/2) cccc dddd eeee"]
    );
    assert_eq!(
        plains(Body::text("One is it. Two is that. Three four"), 30),
        ["(1/2) One is it. Two is that.", "(2/2) Three four"]
    );
    assert_eq!(plains(Body::text("aaaa bbbb cccc dddd"), 16), ["(1/2) aaaa bbbb", "(2/2) cccc dddd"]);
    assert_eq!(plains(Body::text("aaaabbbbccccddddeeee"), 16), ["(1/2) aaaabbbbcc", "(2/2) ccddddeeee"]);
    let family = "👨‍👩‍👧‍👦";
    let parts = plains(Body::text(&family.repeat(3)), 6 + family.len());
    assert_eq!(parts, [format!("(1/3) {family}"), format!("(2/3) {family}"), format!("(3/3) {family}")]);
}

#[test]
fn styles_go_on_across_a_cut() {
    let bold = |text: &str| Inline::Bold(vec![Inline::Text(text.to_owned())]);
    let body = Body(vec![Block::Paragraph(vec![bold("aaaa bbbb cccc dddd")])]);
    let parts = fit(body, 15, &measure);
    let part = |label: &str, text: &str| {
        Body(vec![Block::Paragraph(vec![Inline::Text(label.to_owned()), bold(text)])])
    };
    assert_eq!(parts, [part("(1/2) ", "aaaa bbbb"), part("(2/2) ", "cccc dddd")]);
}

#[test]
fn code_and_lists_become_several() {
    let code = Block::Code { language: Some("c".into()), text: "one\ntwo\nthree\nfour".into() };
    let parts = fit(Body(vec![code]), 16, &measure);
    let part = |label: &str, text: &str| {
        let label = Block::Paragraph(vec![Inline::Text(label.to_owned())]);
        Body(vec![label, Block::Code { language: Some("c".into()), text: text.into() }])
    };
    assert_eq!(parts, [part("(1/2)", "one\ntwo"), part("(2/2)", "three\nfour")]);
    let item = |text: &str| vec![Block::Paragraph(vec![Inline::Text(text.to_owned())])];
    let list = Block::List { ordered: false, items: vec![item("one"), item("two"), item("three four five")] };
    assert_eq!(
        plains(Body(vec![list]), 15),
        ["(1/3)\none\ntwo", "(2/3)\nthree", "(3/3)\nfour five"].map(str::to_owned)
    );
}

#[test]
fn an_endless_character_and_an_endless_name_are_cut_after_all() {
    let zalgo = format!("a{}", "\u{301}".repeat(100));
    let parts = fit(Body::text(&zalgo), 40, &measure);
    assert!(parts.iter().all(|part| measure(part) <= 40));
    let mention = entente_model::Mention { everybody: false, account: None, name: "x".repeat(100) };
    let parts = fit(Body(vec![Block::Paragraph(vec![Inline::Mention(mention)])]), 40, &measure);
    assert!(parts.iter().all(|part| measure(part) <= 40));
    assert_eq!(plains(Body::text("abc"), 2).len(), 3, "a limit below all reason still ends");
}

#[test]
fn a_single_part_has_no_number() {
    // What makes it too long says nothing, and is left out.
    let invisible = Inline::Link {
        url: "https://x.example/".to_owned() + &"y".repeat(100),
        label: vec![Inline::Text("\t".into())],
    };
    let said = Block::Paragraph(vec![Inline::Text("hello".to_owned())]);
    let body = Body(vec![said.clone(), Block::Paragraph(vec![invisible])]);
    // Addresses count here, as they do in markup.
    let markup = |body: &Body| format!("{body:?}").len();
    assert!(markup(&body) > 80);
    assert_eq!(fit(body, 80, &markup), [Body(vec![said])]);
}
