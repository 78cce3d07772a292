//! Parts fit, none is empty, and together they say what the whole said.

use entente_model::{Body, Mention};
use entente_text::{HtmlDialect, MarkdownDialect, fit, html_out, markdown_out};
use proptest::prelude::*;

use entente_text::bodies::{body, looks};

fn nobody(_: &Mention) -> Option<String> {
    None
}

fn markdown(body: &Body) -> usize {
    markdown_out(body, &MarkdownDialect { strike: None, inert: &["<@"], hard_break: "  " }, &nobody)
        .text
        .len()
}

fn html(body: &Body) -> usize {
    html_out(body, &HtmlDialect::default(), &nobody).text.encode_utf16().count()
}

fn check(body: &Body, limit: usize, measure: &dyn Fn(&Body) -> usize) -> Result<(), TestCaseError> {
    let parts = fit(body.clone(), limit, measure);
    prop_assert!(!parts.is_empty());
    if let [part] = parts.as_slice() {
        prop_assert!(measure(part) <= limit);
        prop_assert_eq!(part.canonical(), body.canonical());
        return Ok(());
    }
    let mut said = String::new();
    for (index, part) in parts.iter().enumerate() {
        prop_assert!(measure(part) <= limit, "{} > {limit}: {part:?}", measure(part));
        let label = format!("({}/{})", index + 1, parts.len());
        let text = part.canonical();
        let rest = text.strip_prefix(&label);
        prop_assert!(rest.is_some_and(|rest| !rest.is_empty()), "{label} {text:?} of {body:?}");
        said.push_str(rest.unwrap_or_default());
    }
    prop_assert_eq!(said, body.canonical());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn of_any_body(body in body(), limit in 120_usize..600) {
        check(&body, limit, &markdown)?;
        check(&body, limit, &html)?;
    }

    #[test]
    fn a_comfortable_limit_keeps_the_looks(body in body()) {
        let parts = fit(body.clone(), 400, &html);
        if parts.len() > 1 && parts.iter().all(|part| html(part) < 400) {
            let mut all = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let label = format!("({}/{})", index + 1, parts.len()).chars().count();
                all.extend(looks(part, true).into_iter().skip(label));
            }
            // Looks may only be lost where a block was too long to keep its shape.
            let words = |looks: &[(char, entente_text::bodies::Look)]| looks.iter().map(|(c, _)| *c).collect::<String>();
            prop_assert_eq!(words(&all), words(&looks(&body, true)));
        }
    }
}
