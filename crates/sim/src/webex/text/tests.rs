//! What becomes of text and Markdown on the way in.

use super::*;
use crate::webex::id;

const ADA: Uuid = Uuid::from_u128(0xADA);

fn by_id(text: &str) -> Option<(Uuid, String)> {
    (id::read_person(text) == Some(ADA)).then(|| (ADA, "Ada Okafor".to_owned()))
}

fn by_email(text: &str) -> Option<(Uuid, String)> {
    (text == "ada@acme.example").then(|| (ADA, "Ada Okafor".to_owned()))
}

fn render(source: &str) -> Rendered {
    markdown(source, &Directory { by_id: &by_id, by_email: &by_email, bare_ids: false })
}

fn assert_renders(source: &str, html: &str, text: &str) {
    let rendered = render(source);
    assert_eq!((rendered.html.as_str(), rendered.text.as_str()), (html, text), "of {source:?}");
}

#[test]
fn what_the_guide_lists_is_rendered() {
    assert_renders(
        "**a** *b* _c_ `d`",
        "<p><strong>a</strong> <em>b</em> <em>c</em> <code>d</code></p>",
        "a b c d",
    );
    assert_renders(
        "[text](https://acme.example/?a=1&b=2)",
        "<p><a href=\"https://acme.example/?a=1&amp;b=2\" rel=\"nofollow\">text</a></p>",
        "text",
    );
    assert_renders("# one\n\n### three", "<h1>one</h1><h3>three</h3>", "one\nthree");
    assert_renders("* a\n* b", "<ul><li>a</li><li>b</li></ul>", "a\nb");
    assert_renders("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>", "a\nb");
    assert_renders("> quoted", "<blockquote><p>quoted</p></blockquote>", "quoted");
    assert_renders("```\nlet a;\n```", "<pre><code>let a;</code></pre>", "let a;");
    assert_renders("a\nb  \nc\n\nd", "<p>a\nb<br/>c</p><p>d</p>", "a\nb\nc\nd");
}

#[test]
fn what_is_not_reliable_stays_as_typed() {
    assert_renders("~~gone~~", "<p>~~gone~~</p>", "~~gone~~");
    assert_renders("a\n\n---\n\nb", "<p>a</p><p>---</p><p>b</p>", "a\n---\nb");
    assert_renders("a < b & c", "<p>a &lt; b &amp; c</p>", "a < b & c");
}

#[test]
fn few_tags_of_raw_html_pass() {
    assert_renders("<u>a</u><br>b", "<p><u>a</u><br/>b</p>", "a\nb");
    assert_renders("a<script>b</script>", "<p>ab</p>", "ab");
    let quote = render("<blockquote class=\"info\">a</blockquote>");
    assert_eq!(quote.html, "<blockquote class=\"info\">a</blockquote>");
}

#[test]
fn mentions_are_found_by_pattern_and_shown_by_name() {
    let ada = id::person(ADA);
    let html = |name: &str| {
        format!(
            "<p><spark-mention data-object-type=\"person\" data-object-id=\"{ada}\">{name}</spark-mention> hi</p>"
        )
    };
    for (source, name) in [
        (format!("<@personId:{ada}> hi"), "Ada Okafor"),
        (format!("<@personId:{ada}|> hi"), "Ada Okafor"),
        (format!("<@personId:{ada}|Made up *name*> hi"), "Made up *name*"),
        ("<@personEmail:ada@acme.example|Ada> hi".to_owned(), "Ada"),
    ] {
        let rendered = render(&source);
        assert_eq!(rendered.html, html(name), "{source}");
        assert_eq!(rendered.text, format!("{name} hi"));
        assert_eq!(rendered.mentioned, [ADA]);
    }
    assert_eq!(render(&format!("<@personId:{ada}> <@personId:{ada}>")).mentioned, [ADA], "once each");
}

#[test]
fn groups_and_nobody() {
    let all = render("<@All> hi");
    assert!(all.all && all.mentioned.is_empty());
    assert_eq!(all.text, "All hi");
    let nobody = render("<@personId:wrong|Who> hi");
    assert_eq!((nobody.html.as_str(), nobody.mentioned.len()), ("<p>Who hi</p>", 0));
    assert!(render("`<@all>`").all, "the pattern is found inside code too");
    assert!(!render("&lt;@all>").all);
}

#[test]
fn html_input_is_cleaned() {
    let directory = Directory { by_id: &by_id, by_email: &by_email, bare_ids: true };
    let source = format!(
        "<h1>T</h1><p onclick=\"x\">a <b>b</b> <a href=\"https://acme.example\" target=\"_blank\">l</a></p>\
         <spark-mention data-object-type=\"person\" data-object-id=\"{ADA}\">Ada</spark-mention><script>x</script>"
    );
    let rendered = html::clean(&source, &directory);
    assert!(rendered.html.starts_with(
        "<h1>T</h1><p>a <strong>b</strong> <a href=\"https://acme.example\" rel=\"nofollow\">l</a></p>"
    ));
    assert!(rendered.html.contains(&format!("data-object-id=\"{ADA}\"")), "bare ids by switch");
    assert_eq!(rendered.mentioned, [ADA]);
}
