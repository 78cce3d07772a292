//! Markdown as it comes, and what becomes of it.

use entente_model::Mention;

use super::*;

fn mention(text: &str) -> Option<(usize, Vec<Inline>)> {
    let end = text.strip_prefix("<@")?.find('>')? + 3;
    Some((
        end,
        vec![Inline::Mention(Mention { everybody: false, account: None, name: text[2..end - 1].to_owned() })],
    ))
}

#[track_caller]
fn check(markdown: &str, expected: &str) {
    assert_eq!(format!("{:?}", markdown_in(markdown, &mut mention).0), expected, "{markdown}");
}

#[test]
fn blocks_and_styles() {
    check(
        "# a\n\nb  \nc\nd",
        r#"[Heading(1, [Text("a")]), Paragraph([Text("b"), Break, Text("c"), Break, Text("d")])]"#,
    );
    check(
        "**a *b*** ~~c~~ `d`",
        r#"[Paragraph([Bold([Text("a "), Italic([Text("b")])]), Text(" "), Strike([Text("c")]), Text(" "), Code("d")])]"#,
    );
    check("> a\n>> b", r#"[Quote([Paragraph([Text("a")]), Quote([Paragraph([Text("b")])])])]"#);
    check(
        "1. a\n   - b\n2. c",
        r#"[List { ordered: true, items: [[Paragraph([Text("a")]), List { ordered: false, items: [[Paragraph([Text("b")])]] }], [Paragraph([Text("c")])]] }]"#,
    );
    check("```rust x\na\n\n b\n```", r#"[Code { language: Some("rust"), text: "a\n\n b" }]"#);
    check(
        "[l](https://x.example/) [m](javascript:x)",
        r#"[Paragraph([Link { url: "https://x.example/", label: [Text("l")] }, Text(" m")])]"#,
    );
}

#[test]
fn html_is_text() {
    check("a <b>c</b> &lt;", r#"[Paragraph([Text("a <b>c</b> <")])]"#);
    check("<div>\nx\n</div>", r#"[Paragraph([Text("<div>"), Break, Text("x"), Break, Text("</div>")])]"#);
}

#[test]
fn a_notation_counts_only_where_it_is_written_out() {
    check(
        "hi <@a|Ada_b_c>!",
        r#"[Paragraph([Text("hi "), Mention(Mention { everybody: false, account: None, name: "a|Ada_b_c" }), Text("!")])]"#,
    );
    check(
        "**<@a>**<@b>",
        r#"[Paragraph([Bold([Mention(Mention { everybody: false, account: None, name: "a" })]), Mention(Mention { everybody: false, account: None, name: "b" })])]"#,
    );
    check(
        r"\\<@a>",
        r#"[Paragraph([Text("\\"), Mention(Mention { everybody: false, account: None, name: "a" })])]"#,
    );
    check(
        r"\<@a> &lt;@b> `<@c>` \<\@d>",
        r#"[Paragraph([Text("<@a> <@b> "), Code("<@c>"), Text(" <@d>")])]"#,
    );
}
