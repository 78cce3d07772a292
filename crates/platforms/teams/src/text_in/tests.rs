//! Messages as the vendor writes them, and what is understood.

use entente_model::WorkspaceRef;

use super::*;

fn workspace() -> WorkspaceRef {
    WorkspaceRef { platform: "teams".into(), id: "sales".into() }
}

fn read(markup: &str, mentions: &str) -> Said {
    let mentions: Vec<message::Mention> = serde_json::from_str(mentions).unwrap();
    let content_type = Some("html".to_owned());
    body(&workspace(), &ItemBody { content_type, content: Some(markup.to_owned()) }, &mentions)
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn paragraph(content: Vec<Inline>) -> Body {
    Body(vec![Block::Paragraph(content)])
}

fn bob(name: &str) -> Inline {
    Inline::Mention(Mention {
        everybody: false,
        account: Some(id::account(&workspace(), "b0b")),
        name: name.to_owned(),
    })
}

const BOB_TWICE: &str =
    r#"[{"id":0,"mentioned":{"user":{"id":"b0b"}}},{"id":1,"mentioned":{"user":{"id":"b0b"}}}]"#;

#[test]
fn plain_text_is_taken_literally() {
    let content_type = Some("text".to_owned());
    let said = body(&workspace(), &ItemBody { content_type, content: Some("1 < 2 <b>\nx".into()) }, &[]);
    assert_eq!(said.body, Body::text("1 < 2 <b>\nx"));
    assert_eq!(body(&workspace(), &ItemBody { content_type: None, content: None }, &[]), Said::default());
}

#[test]
fn a_mention_finds_its_account_by_number() {
    let said = read(r#"<p>hi <at id="1">Bob</at>!</p>"#, r#"[{"id":1,"mentioned":{"user":{"id":"b0b"}}}]"#);
    assert_eq!(said.body, paragraph(vec![text("hi "), bob("Bob"), text("!")]));
}

#[test]
fn a_mention_of_everybody_or_of_a_bot_names_no_account() {
    for mentioned in [r#"{"conversation":{"id":"19:x"}}"#, r#"{"application":{"id":"28"}}"#, "null"] {
        let mentions = format!(r#"[{{"id":0,"mentioned":{mentioned}}}]"#);
        let everybody = mentioned.contains("conversation");
        let mention = Mention { everybody, account: None, name: "Everyone".to_owned() };
        let said = read(r#"<p><at id="0">Everyone</at></p>"#, &mentions).body;
        assert_eq!(said, paragraph(vec![Inline::Mention(mention)]));
    }
}

#[test]
fn text_that_looks_like_a_mention_without_an_entry_calls_nobody() {
    let said = read(r#"<p><at id="7">Bob</at> &lt;at id="0"&gt;Bob&lt;/at&gt;</p>"#, BOB_TWICE);
    let nobody = Inline::Mention(Mention { everybody: false, account: None, name: "Bob".to_owned() });
    assert_eq!(said.body, paragraph(vec![nobody, text(r#" <at id="0">Bob</at>"#)]));
}

#[test]
fn the_words_of_one_name_are_joined() {
    for between in ["&nbsp;", " ", ""] {
        let said = read(&format!(r#"<p><at id="0">Bob</at>{between}<at id="1">Brown</at> x</p>"#), BOB_TWICE);
        assert_eq!(said.body, paragraph(vec![bob("Bob Brown"), text(" x")]), "{between:?}");
    }
    let apart = read(r#"<p><at id="0">Bob</at>, <at id="1">Bob</at></p>"#, BOB_TWICE);
    assert_eq!(apart.body, paragraph(vec![bob("Bob"), text(", "), bob("Bob")]));
}

#[test]
fn neighbours_of_different_people_stay_two() {
    let mentions =
        r#"[{"id":0,"mentioned":{"user":{"id":"b0b"}}},{"id":1,"mentioned":{"user":{"id":"a11"}}}]"#;
    let said = read(r#"<p><at id="0">Bob</at>&nbsp;<at id="1">Ada</at></p>"#, mentions);
    assert_eq!(said.body.plain().replace('\u{a0}', " "), "Bob Ada");
    let Block::Paragraph(content) = &said.body.0[0] else { panic!("{:?}", said.body) };
    assert_eq!(content.iter().filter(|inline| matches!(inline, Inline::Mention(_))).count(), 2);
}

#[test]
fn emoji_of_all_ages_are_their_text() {
    let said = read(
        concat!(
            r#"<p><emoji id="smile" alt="🙂" title="Smile"></emoji>"#,
            r#"<img itemtype="http://schema.skype.com/Emoji" alt="😀">"#,
            r#"<customemoji id="x" alt="party" source="https://graph/…"></customemoji></p>"#,
        ),
        "[]",
    );
    assert_eq!(said.body.plain(), "🙂😀:party:");
    assert_eq!(said.pictures, []);
}

#[test]
fn a_code_block_keeps_its_lines_and_language() {
    let said = read(r#"<codeblock class="Json"><code>{<br>&nbsp;&nbsp;"a": 1<br>}</code></codeblock>"#, "[]");
    let wanted = Block::Code { language: Some("json".to_owned()), text: "{\n  \"a\": 1\n}".to_owned() };
    assert_eq!(said.body, Body(vec![wanted]));
    let plain = read(r#"<codeblock class="PlainText"><code>a</code></codeblock>"#, "[]");
    assert_eq!(plain.body, Body(vec![Block::Code { language: None, text: "a".to_owned() }]));
}

#[test]
fn a_legacy_mention_is_a_mention() {
    let said = read(
        r#"<div><span itemtype="http://schema.skype.com/Mention" itemid="0">Bob</span> x</div>"#,
        BOB_TWICE,
    );
    assert_eq!(said.body, paragraph(vec![bob("Bob"), text(" x")]));
}

#[test]
fn anchors_and_system_marks_say_nothing_and_pictures_are_told_apart() {
    let said = read(
        r#"<attachment id="1767"></attachment><p>see<img src="https://graph/x/$value" alt="image" width="9"></p>
           <p><img src="https://graph/y/$value" alt="Plan"></p><systemEventMessage/>"#,
        "[]",
    );
    assert_eq!(said.body.plain(), "see");
    let picture = |src: &str, line: &str| Picture { src: src.to_owned(), line: line.to_owned() };
    let pictures =
        [picture("https://graph/x/$value", "image"), picture("https://graph/y/$value", "image: Plan")];
    assert_eq!(said.pictures, pictures);
}

#[test]
fn wrappers_are_unwrapped_and_scripts_dropped() {
    let said = read(
        r#"<div itemprop="copy-paste-block"><readonly title="x"><p>a</p></readonly></div><script>alert(1)</script>"#,
        "[]",
    );
    assert_eq!(said.body, Body::text("a"));
}
