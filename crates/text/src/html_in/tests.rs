//! HTML as it comes, and what becomes of it.

use entente_model::Mention;

use super::*;

struct Chat;

impl Elements for Chat {
    fn treat(&mut self, element: &Element<'_>) -> Treat {
        match element.name() {
            "at" => Treat::Gather,
            "attachment" => Treat::Drop,
            "emoji" => Treat::Inlines(vec![Inline::Text(element.attr("alt").unwrap_or_default().to_owned())]),
            "codeblock" => Treat::Code(element.attr("class").map(str::to_owned)),
            _ => Treat::Usual,
        }
    }

    fn gathered(&mut self, element: &Element<'_>, text: &str) -> Vec<Inline> {
        let name = format!("{}:{text}", element.attr("id").unwrap_or_default());
        vec![Inline::Mention(Mention { everybody: false, account: None, name })]
    }
}

fn read(html: &str) -> String {
    format!("{:?}", html_in(html, &mut Chat).0)
}

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(read(html), expected, "{html}");
}

#[test]
fn text_and_styles() {
    check(
        "a <b>b<i>c</i></b> d",
        r#"[Paragraph([Text("a "), Bold([Text("b"), Italic([Text("c")])]), Text(" d")])]"#,
    );
    check(
        "<p>a</p>\n<p>b<br>c<br></p>",
        r#"[Paragraph([Text("a")]), Paragraph([Text("b"), Break, Text("c")])]"#,
    );
    check(
        "<b><p>a</p><p>b</p></b>c",
        r#"[Paragraph([Bold([Text("a")])]), Paragraph([Bold([Text("b")])]), Paragraph([Text("c")])]"#,
    );
    check(
        "<b>a<i>b</b>c</i>",
        r#"[Paragraph([Bold([Text("a"), Italic([Text("b")])]), Italic([Text("c")])])]"#,
    );
    check("<span style=x>a</span><font>b</font><o:p>c</o:p>", r#"[Paragraph([Text("abc")])]"#);
    check("a  \n b&nbsp; c &amp;&lt;&copy;", "[Paragraph([Text(\"a b  c &<©\")])]");
    check("<h2>x</h2>y", r#"[Heading(2, [Text("x")]), Paragraph([Text("y")])]"#);
    check("<p>&nbsp;</p><p></p>", "[]");
    check("<s>a</s><del>b</del><strike>c</strike>", r#"[Paragraph([Strike([Text("abc")])])]"#);
}

#[test]
fn links_are_kept_only_where_they_are_harmless() {
    check(
        r#"<a href="https://x.example/?a=1&amp;b=2">l<b>b</b></a>"#,
        r#"[Paragraph([Link { url: "https://x.example/?a=1&b=2", label: [Text("l"), Bold([Text("b")])] }])]"#,
    );
    check(r#"<a href="javascript:x">l</a><a>m</a>"#, r#"[Paragraph([Text("lm")])]"#);
    check(r#"<a href="https://x.example"></a>y"#, r#"[Paragraph([Text("y")])]"#);
}

#[test]
fn lists_and_quotes_nest() {
    check(
        "<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>",
        r#"[List { ordered: false, items: [[Paragraph([Text("a")]), List { ordered: false, items: [[Paragraph([Text("b")])]] }], [Paragraph([Text("c")])]] }]"#,
    );
    check(
        "<ol><li>a<ul><li>b</ul><li>c</ol>",
        r#"[List { ordered: true, items: [[Paragraph([Text("a")]), List { ordered: false, items: [[Paragraph([Text("b")])]] }], [Paragraph([Text("c")])]] }]"#,
    );
    check(
        "<ul><li>a</li><ul><li>b</li></ul></ul>",
        r#"[List { ordered: false, items: [[Paragraph([Text("a")]), List { ordered: false, items: [[Paragraph([Text("b")])]] }]] }]"#,
    );
    check(
        "<blockquote>a<blockquote>b</blockquote></blockquote>c",
        r#"[Quote([Paragraph([Text("a")]), Quote([Paragraph([Text("b")])])]), Paragraph([Text("c")])]"#,
    );
    check("<li>a</li></ul></blockquote><ul></ul>", r#"[Paragraph([Text("a")])]"#);
}

#[test]
fn code_is_verbatim() {
    check("a<code>b  *c*</code>", r#"[Paragraph([Text("a"), Code("b *c*")])]"#);
    check(
        "<pre>\n<code class=\"x language-rust\">a\n  <b>b</b>&lt;<br>c\n</code></pre>d",
        r#"[Code { language: Some("rust"), text: "a\n  b<\nc" }, Paragraph([Text("d")])]"#,
    );
    check(
        "<codeblock class=\"Go\"><code>x</code></codeblock>",
        r#"[Code { language: Some("Go"), text: "x" }]"#,
    );
    check("<pre>open", r#"[Code { language: None, text: "open" }]"#);
}

#[test]
fn a_platforms_own_elements() {
    check(
        r#"<b>hi <at id="0">Ada <i>E</i></at></b>!"#,
        r#"[Paragraph([Bold([Text("hi "), Mention(Mention { everybody: false, account: None, name: "0:Ada E" })]), Text("!")])]"#,
    );
    check(r#"a<attachment id="1">x<attachment>y</attachment></attachment>b"#, r#"[Paragraph([Text("ab")])]"#);
    check(r#"<attachment id="1"/>b<emoji alt="😀">c</emoji>"#, r#"[Paragraph([Text("b😀c")])]"#);
    check("<at id=0>never ended", r#"[Paragraph([Text("never ended")])]"#);
}

#[test]
fn what_is_not_text_is_dropped() {
    check("a<script>'</p>'<b></script><style><!-- </style>b<!-- c -->", r#"[Paragraph([Text("ab")])]"#);
    check("<title>t</title><svg><text>x</text></svg>y", r#"[Paragraph([Text("y")])]"#);
    check(
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
        r#"[Paragraph([Text("a | b")]), Paragraph([Text("c")])]"#,
    );
    check("<img alt='x'> < 3 & 4", r#"[Paragraph([Text("x < 3 & 4")])]"#);
}

#[test]
fn depth_and_size_are_bounded() {
    for open in [
        "<blockquote>",
        "<ul>",
        "<ul><li>",
        "<div>",
        "<b>",
        "<at>",
        "<pre>",
        "<p><b a=1>",
        "<a href='http://x'>",
    ] {
        let html = open.repeat(20_000) + "x";
        let body = html_in(&html, &mut Chat);
        assert!(depth(&body.0) <= 2 * crate::build::DEPTH + 1, "{open}");
    }
    let closed = "<blockquote>".repeat(100) + "x" + &"</blockquote>".repeat(100) + "y";
    let body = html_in(&closed, &mut NoElements);
    assert_eq!(body.0.len(), 2, "what is closed as often as opened is closed");
    let long = "é".repeat(crate::MAX_INPUT);
    assert_eq!(html_in(&long, &mut NoElements).plain().len(), crate::MAX_INPUT);
}

fn depth(blocks: &[Block]) -> usize {
    let inner = |block: &Block| match block {
        Block::Quote(inner) => depth(inner),
        Block::List { items, .. } => 1 + items.iter().map(|item| depth(item)).max().unwrap_or(0),
        _ => 0,
    };
    blocks.iter().map(|block| 1 + inner(block)).max().unwrap_or(0)
}
