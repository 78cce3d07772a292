//! What Teams writes to a body. Graph: `itemBody` of a `chatMessage`; the elements of Teams' own are `<at>`,
//! `<attachment>`, `<emoji>`, `<customemoji>`, `<codeblock>` and, in old and bot messages, `<img itemtype>` and
//! `<span itemtype>`.

use std::collections::HashMap;

use entente_model::{AccountRef, Block, Body, Inline, Mention, WorkspaceRef};
use entente_text::{Element, Elements, MAX_INPUT, TOO_LONG, Treat, bounded, html_in};

use crate::id;
use crate::wire::message::{self, ItemBody};

/// What was read: the text, and pictures in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The text.
    pub(crate) body: Body,
    /// The pictures in it.
    pub(crate) pictures: Vec<Picture>,
    /// What else stood in it and cannot travel.
    pub(crate) unsupported: Vec<String>,
}

/// A picture in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Where it is, as the text says.
    pub(crate) src: String,
    /// A line for people.
    pub(crate) line: String,
}

/// What a message says.
pub(crate) fn body(workspace: &WorkspaceRef, body: &ItemBody, mentions: &[message::Mention]) -> Said {
    let content = body.content.as_deref().unwrap_or_default();
    let mut said = if body.content_type.as_deref() == Some("html") {
        html(workspace, content, mentions)
    } else {
        Said { body: Body::text(bounded(content)), ..Said::default() }
    };
    said.unsupported.extend((content.len() > MAX_INPUT).then(|| TOO_LONG.to_owned()));
    said
}

/// What markup says.
pub(crate) fn html(workspace: &WorkspaceRef, html: &str, mentions: &[message::Mention]) -> Said {
    let numbered = mentions.iter().rev().filter_map(|mention| Some((mention.id?, mention))).collect();
    let mut elements = Teams { workspace, mentions: numbered, pictures: Vec::new() };
    let mut body = html_in(html, &mut elements);
    if !mentions.is_empty() {
        body.0.iter_mut().for_each(join_in_block);
    }
    Said { body, pictures: elements.pictures, unsupported: Vec::new() }
}

struct Teams<'a> {
    workspace: &'a WorkspaceRef,
    /// By their numbers.
    mentions: HashMap<i64, &'a message::Mention>,
    pictures: Vec<Picture>,
}

impl Teams<'_> {
    /// Whom a mention calls, and whether it is everybody.
    fn mentioned(&self, number: Option<&str>) -> (Option<AccountRef>, bool) {
        let number = number.and_then(|number| number.parse::<i64>().ok());
        let mention = number.and_then(|number| self.mentions.get(&number));
        let Some(mentioned) = mention.and_then(|mention| mention.mentioned.as_ref()) else {
            return (None, false);
        };
        let user = mentioned.user.as_ref().and_then(|user| user.id.as_deref());
        (
            user.map(|user| id::account(self.workspace, user)),
            user.is_none() && mentioned.conversation.is_some(),
        )
    }
}

impl Elements for Teams<'_> {
    fn treat(&mut self, element: &Element<'_>) -> Treat {
        match element.name() {
            "at" => Treat::Gather,
            "span" if element.attr("itemtype").is_some_and(|kind| kind.ends_with("/Mention")) => {
                Treat::Gather
            }
            "attachment" | "systemeventmessage" => Treat::Drop,
            "emoji" => text(element.attr("alt").unwrap_or_default()),
            "customemoji" => match element.attr("alt").map(|alt| alt.trim_matches(':')) {
                Some(alt) if !alt.is_empty() => text(&format!(":{alt}:")),
                _ => text(""),
            },
            "img" if element.attr("itemtype").is_some_and(|kind| kind.ends_with("/Emoji")) => {
                text(element.attr("alt").unwrap_or_default())
            }
            "img" => {
                let src = element.attr("src").unwrap_or_default().to_owned();
                self.pictures.push(Picture { src, line: picture(element.attr("alt")) });
                text("")
            }
            "codeblock" => Treat::Code(element.attr("class").and_then(language)),
            _ => Treat::Usual,
        }
    }

    fn gathered(&mut self, element: &Element<'_>, text: &str) -> Vec<Inline> {
        let name = text.replace('\u{a0}', " ");
        let name = name.trim().trim_start_matches('@');
        let (account, everybody) = self.mentioned(element.attr("id").or_else(|| element.attr("itemid")));
        if name.is_empty() && account.is_none() {
            return Vec::new();
        }
        vec![Inline::Mention(Mention { everybody, account, name: name.to_owned() })]
    }
}

fn text(text: &str) -> Treat {
    Treat::Inlines(if text.is_empty() { Vec::new() } else { vec![Inline::Text(text.to_owned())] })
}

/// A picture as a line for people. Clients write "image" where nobody described it.
fn picture(alt: Option<&str>) -> String {
    match alt.map(str::trim) {
        Some(alt) if !alt.is_empty() && !alt.eq_ignore_ascii_case("image") => format!("image: {alt}"),
        _ => "image".to_owned(),
    }
}

/// The language of a block as its author chose it; `PlainText` is the choice of none.
fn language(class: &str) -> Option<String> {
    let name = class.split_ascii_whitespace().next()?.to_ascii_lowercase();
    (!name.is_empty() && name != "plaintext").then_some(name)
}

fn join_in_block(block: &mut Block) {
    match block {
        Block::Paragraph(content) | Block::Heading(_, content) => join(content),
        Block::Quote(inner) => inner.iter_mut().for_each(join_in_block),
        Block::List { items, .. } => items.iter_mut().flatten().for_each(join_in_block),
        Block::Code { .. } => {}
    }
}

/// Joins neighbours that call one person: Teams writes each word of a name as a mention of its own.
fn join(content: &mut Vec<Inline>) {
    let mut joined: Vec<Inline> = Vec::with_capacity(content.len());
    for mut inline in content.drain(..) {
        match &mut inline {
            Inline::Bold(inner)
            | Inline::Italic(inner)
            | Inline::Strike(inner)
            | Inline::Link { label: inner, .. } => {
                join(inner);
            }
            Inline::Mention(next) if next.account.is_some() => {
                if let Some(at) = joins(&joined, next) {
                    joined.truncate(at + 1);
                    if let Some(Inline::Mention(first)) = joined.last_mut() {
                        first.name.push(' ');
                        first.name.push_str(&next.name);
                    }
                    continue;
                }
            }
            _ => {}
        }
        joined.push(inline);
    }
    *content = joined;
}

/// Where the mention stands that `next` goes on with: right before it, or before nothing but a space.
fn joins(before: &[Inline], next: &Mention) -> Option<usize> {
    let at = match before {
        [.., Inline::Mention(_)] => before.len() - 1,
        [.., Inline::Mention(_), Inline::Text(space)] if space.chars().all(char::is_whitespace) => {
            before.len() - 2
        }
        _ => return None,
    };
    matches!(&before[at], Inline::Mention(first) if first.account == next.account).then_some(at)
}

#[cfg(test)]
mod tests;
