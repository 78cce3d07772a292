//! Bodies made of everything that means something to somebody's parser, for the laws that printers and parsers are held to
//! (feature `bodies`): here for the dialects, and for each platform by its own printers and parsers.

use entente_model::{Block, Body, Inline, Mention};
use proptest::collection::vec;
use proptest::prelude::*;

/// What breaks parsers, or means something to some platform.
pub const HOSTILE: &[&str] = &[
    "*",
    "**",
    "***",
    "_",
    "__",
    "`",
    "``",
    "```",
    "~",
    "~~",
    "~~~",
    "<",
    ">",
    "&",
    "&amp;",
    "&#64;",
    "&lt;",
    "[",
    "]",
    "](",
    "](http://x)",
    "!",
    "![",
    "#",
    "##",
    "- ",
    "+ ",
    "1. ",
    "2) ",
    "1",
    ".",
    ")",
    "(",
    "> ",
    "|",
    "\\",
    "\\\\",
    "=",
    "===",
    "---",
    "* * *",
    ":",
    "|--|",
    "<@all>",
    "<@personId:x|y>",
    "<@",
    "@all",
    "<b>",
    "</p>",
    "</strong>",
    "<!--",
    "-->",
    "<at id=\"0\">Ada</at>",
    "<pre>",
    "</pre>",
    "<script>",
    "<![CDATA[",
    "<?x",
    "{",
    "}",
    "$",
    "^",
    "\"",
    "'",
    " ",
    "  ",
    "    ",
    "\t",
    "\u{a0}",
    "\u{3000}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "\r",
    "\0",
    "é",
    "e\u{301}",
    "שלום",
    "مرحبا",
    "👨‍👩‍👧",
    "🇩🇪",
    "。",
    "「",
    "」",
    "漢字",
    "a",
    "B",
    "word",
    "snake_case",
    "7",
    "http://a.example/b_c*d",
    "https://a.example/?x=1&y=2",
    "ada@acme.example",
    "x.y",
    "—",
    "…",
    "$5",
    "<!channel>",
    "<!here|here>",
    "<@U0BOB00001>",
    "<!subteam^S0TEAM01>",
    "<#C0GENERAL1|general>",
    "@channel",
    "@here",
    "@everyone",
    "<at>Bob</at>",
    "<spark-mention data-object-type=\"groupMention\" data-group-type=\"all\">All</spark-mention>",
    "<@personEmail:ada@acme.example>",
    "<!x@xmpp.example|y>",
    "<https://x.example|label>",
    "<attachment id=\"1\"></attachment>",
    ":smile:",
    "::skin-tone-3:",
    "• ",
    "&gt; ",
    "|",
];

/// Text as somebody who means harm would type it.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("line ends are breaks", |c| *c != '\n').prop_map(String::from),
    ];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// Somebody called who has no account.
fn nobody() -> impl Strategy<Value = Mention> {
    text().prop_map(|name| Mention { everybody: false, account: None, name })
}

fn inline(mention: BoxedStrategy<Mention>) -> impl Strategy<Value = Inline> {
    let leaf = prop_oneof![
        6 => text().prop_map(Inline::Text),
        2 => text().prop_map(Inline::Code),
        1 => mention.prop_map(Inline::Mention),
        1 => Just(Inline::Break),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let inner = || vec(inner.clone(), 1..3);
        prop_oneof![
            inner().prop_map(Inline::Bold),
            inner().prop_map(Inline::Italic),
            inner().prop_map(Inline::Strike),
            (inner(), text())
                .prop_map(|(label, rest)| Inline::Link { url: format!("https://x.example/{rest}"), label }),
        ]
    })
}

fn block(mention: BoxedStrategy<Mention>) -> impl Strategy<Value = Block> {
    let inlines = move || vec(inline(mention.clone()), 0..5);
    let code = || (proptest::option::of(text()), vec(text(), 0..4));
    let leaf = prop_oneof![
        5 => inlines().prop_map(Block::Paragraph),
        1 => (1..=6_u8, inlines()).prop_map(|(level, content)| Block::Heading(level, content)),
        1 => code().prop_map(|(language, lines)| Block::Code { language, text: lines.join("\n") }),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Block::Quote),
            (any::<bool>(), vec(vec(inner, 0..3), 0..3))
                .prop_map(|(ordered, items)| Block::List { ordered, items }),
        ]
    })
}

/// A body that calls nobody who has an account.
pub fn body() -> impl Strategy<Value = Body> {
    body_calling(nobody())
}

/// A body with these mentions.
pub fn body_calling(mention: impl Strategy<Value = Mention> + 'static) -> impl Strategy<Value = Body> {
    vec(block(mention.boxed()), 0..5).prop_map(Body)
}

/// How a character looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "looks are independent of each other")]
pub struct Look {
    /// Strong.
    pub bold: bool,
    /// Emphasised.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// Verbatim.
    pub code: bool,
    /// Leads somewhere.
    pub link: bool,
    /// In a heading.
    pub heading: bool,
    /// Quoted.
    pub quote: bool,
    /// In a list.
    pub item: bool,
}

/// Every visible character and how it looks, in reading order. `strike` tells whether strikes count.
pub fn looks(body: &Body, strike: bool) -> Vec<(char, Look)> {
    let mut out = Vec::new();
    blocks(&body.0, Look::default(), &mut out);
    for (_, look) in &mut out {
        look.strike &= strike;
    }
    out
}

fn blocks(all: &[Block], look: Look, out: &mut Vec<(char, Look)>) {
    for block in all {
        match block {
            Block::Paragraph(content) => inside(content, look, out),
            Block::Heading(_, content) => inside(content, Look { heading: true, ..look }, out),
            Block::Quote(inner) => blocks(inner, Look { quote: true, ..look }, out),
            Block::List { items, .. } => {
                for item in items {
                    blocks(item, Look { item: true, ..look }, out);
                }
            }
            Block::Code { text, .. } => characters(text, Look { code: true, ..look }, out),
        }
    }
}

fn inside(all: &[Inline], look: Look, out: &mut Vec<(char, Look)>) {
    for inline in all {
        match inline {
            Inline::Text(text) => characters(text, look, out),
            Inline::Code(text) => characters(text, Look { code: true, ..look }, out),
            Inline::Bold(inner) => inside(inner, Look { bold: true, ..look }, out),
            Inline::Italic(inner) => inside(inner, Look { italic: true, ..look }, out),
            Inline::Strike(inner) => inside(inner, Look { strike: true, ..look }, out),
            Inline::Link { label, .. } => inside(label, Look { link: true, ..look }, out),
            Inline::Mention(mention) => characters(&mention.name, look, out),
            Inline::Break => {}
        }
    }
}

fn characters(text: &str, look: Look, out: &mut Vec<(char, Look)>) {
    let visible = Body::text(text).canonical();
    out.extend(visible.chars().map(|c| (c, look)));
}
