//! Bodies as HTML, and what must never get out.

use entente_model::{Inline, Mention};

use super::*;

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn print(body: Vec<Block>, dialect: &HtmlDialect) -> (String, Vec<Loss>) {
    let printed = html_out(&Body(body), dialect, &|mention| {
        mention.account.as_ref().map(|account| format!("<at>{}</at>", account.id))
    });
    (printed.text, printed.losses)
}

const POOR: HtmlDialect = HtmlDialect {
    headings: 0,
    lists: false,
    quotes: false,
    strike: None,
    code: false,
    code_block: Some(|out, language, text| {
        out.push_str(language.unwrap_or("none"));
        out.push_str(text);
    }),
    links: false,
};

fn everything() -> Vec<Block> {
    vec![
        Block::Heading(2, vec![text("<h>")]),
        Block::Paragraph(vec![
            Inline::Strike(vec![text("a  b")]),
            Inline::Bold(vec![text("b"), Inline::Italic(vec![Inline::Code("c".into())])]),
            Inline::Break,
            Inline::Link { url: "https://x.example/?a&b".into(), label: vec![text("l")] },
            Inline::Mention(Mention { everybody: false, account: None, name: "all & all".into() }),
        ]),
        Block::Quote(vec![Block::Paragraph(vec![text("q")])]),
        Block::List { ordered: true, items: vec![vec![Block::Paragraph(vec![text("one")])], vec![]] },
        Block::Code { language: Some("\"x".into()), text: "<x>\ny".into() },
    ]
}

#[test]
fn everything_in_the_plainest_elements() {
    let (html, losses) = print(everything(), &HtmlDialect::default());
    assert_eq!(
        html,
        "<h2>&lt;h&gt;</h2><p><s>a &nbsp;b</s><strong>b<em><code>c</code></em></strong><br>\
         <a href=\"https://x.example/?a&amp;b\">l</a>all &amp; all</p><blockquote><p>q</p></blockquote>\
         <ol><li>one</li><li></li></ol><pre><code class=\"language-&quot;x\">&lt;x&gt;\ny</code></pre>"
    );
    assert_eq!(losses, [Loss::Mention]);
}

#[test]
fn what_is_not_shown_degrades_and_is_told() {
    let (html, losses) = print(everything(), &POOR);
    assert_eq!(
        html,
        "<p><strong>&lt;h&gt;</strong></p><p>a &nbsp;b<strong>b<em>c</em></strong><br>lall &amp; all</p><p>q</p>\
         <p>1. one</p><p>2. </p>\"x&lt;x&gt;\ny"
    );
    assert_eq!(losses, [Loss::Formatting, Loss::Mention]);
}

#[test]
fn only_bad_links_lose_their_address() {
    let link = Inline::Link { url: "javascript:x".into(), label: vec![text("l")] };
    assert_eq!(print(vec![Block::Paragraph(vec![link])], &HtmlDialect::default()).0, "<p>l</p>");
}
