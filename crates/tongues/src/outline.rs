//! A neutral tree as people can read and compare it: a line for each block, indented by what holds it.

use std::fmt::Write as _;

use entente_model::{Block, Body, Inline};

/// The tree in lines.
pub fn outline(body: &Body) -> String {
    let mut out = String::new();
    blocks(&body.0, 0, &mut out);
    out
}

fn blocks(all: &[Block], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for block in all {
        let _ = match block {
            Block::Paragraph(content) => writeln!(out, "{indent}paragraph {}", inlines(content)),
            Block::Heading(level, content) => writeln!(out, "{indent}heading {level} {}", inlines(content)),
            Block::Code { language, text } => {
                writeln!(out, "{indent}code ({}) {text:?}", language.as_deref().unwrap_or("no language"))
            }
            Block::Quote(_) => writeln!(out, "{indent}quote"),
            Block::List { ordered: true, .. } => writeln!(out, "{indent}numbers"),
            Block::List { ordered: false, .. } => writeln!(out, "{indent}bullets"),
        };
        match block {
            Block::Quote(inner) => blocks(inner, depth + 1, out),
            Block::List { items, .. } => {
                for item in items {
                    let _ = writeln!(out, "{indent}  item");
                    blocks(item, depth + 2, out);
                }
            }
            _ => {}
        }
    }
}

fn inlines(all: &[Inline]) -> String {
    let each = all.iter().map(|inline| match inline {
        Inline::Text(text) => format!("{text:?}"),
        Inline::Code(text) => format!("code {text:?}"),
        Inline::Bold(inner) => format!("bold[{}]", inlines(inner)),
        Inline::Italic(inner) => format!("italic[{}]", inlines(inner)),
        Inline::Strike(inner) => format!("struck[{}]", inlines(inner)),
        Inline::Link { url, label } => format!("link({url})[{}]", inlines(label)),
        Inline::Break => "/".to_owned(),
        Inline::Mention(mention) => match &mention.account {
            Some(account) => format!("@{:?}({})", mention.name, account.id),
            None if mention.everybody => format!("@everybody({:?})", mention.name),
            None => format!("@{:?}", mention.name),
        },
    });
    each.collect::<Vec<_>>().join(" ")
}
