//! What is printed reads back as what was said, and looks as it did.

use entente_model::{Body, Mention};
use entente_text::{HtmlDialect, MarkdownDialect, NoElements, html_in, html_out, markdown_in, markdown_out};
use proptest::prelude::*;

use entente_text::bodies::{body, looks};

fn nobody(_: &Mention) -> Option<String> {
    None
}

const STRIKING: MarkdownDialect = MarkdownDialect { strike: Some("~~"), inert: &["<@"], hard_break: "\\" };
const PLAIN: MarkdownDialect = MarkdownDialect { strike: None, inert: &["<@"], hard_break: "  " };

fn from_markdown(text: &str) -> Body {
    markdown_in(text, &mut |text| text.starts_with("<@").then(|| panic!("text became a mention")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn markdown(body in body()) {
        for dialect in [&STRIKING, &PLAIN] {
            let printed = markdown_out(&body, dialect, &nobody).text;
            prop_assert!(!printed.contains("<@"), "{printed:?}");
            let read = from_markdown(&printed);
            prop_assert_eq!(looks(&read, dialect.strike.is_some()), looks(&body, dialect.strike.is_some()), "{}", printed);
            prop_assert_eq!(read.canonical(), body.canonical());
        }
    }

    #[test]
    fn html(body in body()) {
        let printed = html_out(&body, &HtmlDialect::default(), &nobody).text;
        let read = html_in(&printed, &mut NoElements);
        prop_assert_eq!(looks(&read, true), looks(&body, true), "{}", printed);
        prop_assert_eq!(read.canonical(), body.canonical());
    }

    #[test]
    fn poor_html_keeps_the_words(body in body()) {
        let dialect = HtmlDialect {
            headings: 0, lists: false, quotes: false, strike: None, code: false, code_block: None, links: false,
        };
        let printed = html_out(&body, &dialect, &nobody).text;
        for tag in ["<ul", "<ol", "<li", "<h", "<s", "<a", "<bl", "<script", "<at"] {
            // `<s` also begins `<strong`, the one element of that letter that is printed.
            prop_assert!(!printed.replace("<strong", "").contains(tag), "{tag} in {printed}");
        }
    }

    #[test]
    fn what_was_read_prints_alike_for_ever(body in body()) {
        let once = from_markdown(&markdown_out(&body, &STRIKING, &nobody).text);
        let printed = markdown_out(&once, &STRIKING, &nobody).text;
        let twice = from_markdown(&printed);
        prop_assert_eq!(looks(&once, true), looks(&twice, true));
        let once = html_in(&html_out(&body, &HtmlDialect::default(), &nobody).text, &mut NoElements);
        let twice = html_in(&html_out(&once, &HtmlDialect::default(), &nobody).text, &mut NoElements);
        prop_assert_eq!(looks(&once, true), looks(&twice, true));
    }
}
