//! Parsers take whatever comes.

use entente_text::{NoElements, html_in, markdown_in};
use proptest::collection::vec;
use proptest::prelude::*;

use entente_text::bodies::text;

const TAGS: &[&str] = &[
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<p>",
    "</p>",
    "<a href='http://x'>",
    "</a>",
    "<h1>",
    "</h1>",
    "<br>",
    "<at>",
    "<table>",
    "<td>",
    "<script>",
    "</script>",
    "<svg>",
    "<!--",
    "\n",
    "> ",
    "- ",
    "1. ",
    "    ",
    "\n\n",
    "```",
    "[x]: y",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn any_text(input in any::<String>()) {
        html_in(&input, &mut NoElements);
        markdown_in(&input, &mut |_| None);
    }

    #[test]
    fn any_soup(pieces in vec(prop_oneof![
        2 => proptest::sample::select(TAGS).prop_map(str::to_owned),
        1 => text(),
    ], 0..60)) {
        let input = pieces.concat();
        html_in(&input, &mut NoElements);
        markdown_in(&input, &mut |_| None);
    }
}

#[test]
fn bombs_end_quickly() {
    for piece in [
        "> ", "- ", "1. ", "*a ", "_a ", "**a* ", "[", "![", "[a](", "`", "``a", "<", "<!--", "&", "\\",
        "~~a~ ",
    ] {
        let bomb = piece.repeat(20_000);
        markdown_in(&bomb, &mut |_| None);
        html_in(&bomb, &mut NoElements);
    }
}
