//! Bodies as Markdown, and what must stay text.

use entente_model::Mention;

use super::*;

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn paragraph(content: Vec<Inline>) -> Block {
    Block::Paragraph(content)
}

const DIALECT: MarkdownDialect = MarkdownDialect { strike: None, inert: &["<@"], hard_break: "  " };

fn print(body: Vec<Block>) -> (String, Vec<Loss>) {
    let printed =
        markdown_out(&Body(body), &DIALECT, &|mention| (mention.name == "Ada").then(|| "<@id|Ada>".into()));
    (printed.text, printed.losses)
}

#[track_caller]
fn check(body: Vec<Block>, expected: &str) {
    assert_eq!(print(body).0, expected);
}

#[test]
fn ordinary_text_is_hardly_escaped() {
    check(
        vec![paragraph(vec![text(
            "Hello, it's 5-6 o'clock (really)! snake_case, a.b, x + y = z: 100%; #1 & more?",
        )])],
        "Hello, it's 5-6 o'clock (really)! snake_case, a.b, x + y = z: 100%; #1 & more?",
    );
    check(
        vec![paragraph(vec![text("*a* _b_ [c](d) `e` ~~f~~ <@all> <b> &amp; \\")])],
        r"\*a\* \_b\_ \[c\](d) \`e\` \~\~f\~\~ &lt;@all> &lt;b> &amp;amp; \\",
    );
}

#[test]
fn what_means_something_at_the_beginning_of_a_line_is_escaped_there() {
    let lines = ["- a", "+ b", "1. c", "12) d", "# e", "> f", "===", "--- g", "  h"];
    let mut content = Vec::new();
    for line in lines {
        content.extend([text(line), Inline::Break]);
    }
    check(
        vec![paragraph(content)],
        "\\- a  \n\\+ b  \n1\\. c  \n12\\) d  \n\\# e  \n\\> f  \n\\===  \n\\--- g  \n\u{a0}\u{a0}h",
    );
}

#[test]
fn styles() {
    let bold = |inner: Vec<Inline>| Inline::Bold(inner);
    check(
        vec![paragraph(vec![bold(vec![text("a "), Inline::Italic(vec![text("b")])]), text(" c")])],
        "**a *b*\u{200b}** c",
    );
    check(vec![paragraph(vec![text("x"), bold(vec![text(" y ")]), text("z")])], "x **y** z");
    check(
        vec![paragraph(vec![text("x"), bold(vec![text("\"y\"")]), text("z")])],
        "x**\u{200b}\"y\"\u{200b}**z",
    );
    let (printed, losses) = print(vec![paragraph(vec![Inline::Strike(vec![text("a")])])]);
    assert_eq!((printed.as_str(), losses), ("a", vec![Loss::Formatting]));
    let striking = MarkdownDialect { strike: Some("~~"), ..DIALECT };
    let body = Body(vec![paragraph(vec![Inline::Strike(vec![text("a")])])]);
    assert_eq!(markdown_out(&body, &striking, &|_| None).text, "~~a~~");
}

#[test]
fn blocks_nest_by_indentation() {
    let item = |name: &str, rest: Vec<Block>| [vec![paragraph(vec![text(name)])], rest].concat();
    let inner = Block::List { ordered: true, items: vec![item("b", vec![]), item("c", vec![])] };
    let list = Block::List { ordered: false, items: vec![item("a", vec![inner]), item("d", vec![])] };
    check(
        vec![Block::Quote(vec![list.clone(), paragraph(vec![text("e"), Inline::Break, text("f")])]), list],
        "> - a\n>   1. b\n>   2. c\n> - d\n>\n> e  \n> f\n\n- a\n  1. b\n  2. c\n- d",
    );
    let one = Block::List { ordered: false, items: vec![item("a", vec![])] };
    check(vec![one.clone(), one.clone(), one], "- a\n\n* a\n\n- a");
}

#[test]
fn code_is_fenced_wider_than_its_content() {
    let block =
        |language: &str, text: &str| Block::Code { language: Some(language.into()), text: text.into() };
    check(vec![block("c++", "a\n````\n<@all>")], "`````c++\na\n````\n<\u{200b}@all>\n`````");
    check(vec![block("a`b", "x")], "```\nx\n```");
    check(vec![paragraph(vec![Inline::Code("a``b".into()), Inline::Code("`".into())])], "``` a``b` ```");
    check(vec![paragraph(vec![Inline::Code("<@all>".into())])], "`<\u{200b}@all>`");
}

#[test]
fn links_and_mentions() {
    let link = Inline::Link { url: "https://x.example/a_(b)?c&d".into(), label: vec![text("l]")] };
    check(vec![paragraph(vec![text("see!"), link])], r"see\![l\]](https://x.example/a\_\(b\)?c&amp;d)");
    let mention =
        |name: &str| Inline::Mention(Mention { everybody: false, account: None, name: name.into() });
    let (printed, losses) = print(vec![paragraph(vec![mention("Ada"), text(" "), mention("<@all>")])]);
    assert_eq!((printed.as_str(), losses), ("<@id|Ada> &lt;@all>", vec![Loss::Mention]));
}
