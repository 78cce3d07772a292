//! A body to what Teams shows. Graph: "Send chatMessage in a channel or a chat", `body` of content type `html`;
//! Bot Framework: `textFormat` `xml`, a subset of HTML.

use std::cell::RefCell;

use entente_model::{Body, Loss, Mention};
use entente_text::html_out::escape;
use entente_text::runs::uncontrolled;
use entente_text::{HtmlDialect, html_out};

use crate::profile::MAX_TEXT;
use crate::wire::outgoing::{Mentioned, MentionedUser, NewMention};

/// Elements that Teams keeps. Code blocks with a language can be read but not written through Graph, so the language
/// is not printed.
const DIALECT: HtmlDialect = HtmlDialect {
    headings: 3,
    lists: true,
    quotes: true,
    strike: Some("s"),
    code: true,
    code_block: Some(|out, _, escaped| {
        out.push_str("<pre><code>");
        out.push_str(escaped);
        out.push_str("</code></pre>");
    }),
    links: true,
};

/// What stands for a name that there is not, because Teams shows nothing for an empty `<at>`.
const NAMELESS: &str = "somebody";

/// A body ready to be sent.
pub(crate) struct Html {
    /// The markup.
    pub(crate) text: String,
    /// Who its `<at>` call, in their order.
    pub(crate) mentions: Vec<NewMention>,
    /// What could not be shown.
    pub(crate) losses: Vec<Loss>,
}

/// Prints for Graph: a mention of an account is a real one. Teams refuses a mention without its `<at>` and the reverse,
/// so both are made in the same breath.
pub(crate) fn graph(body: &Body) -> Html {
    let mentions: RefCell<Vec<NewMention>> = RefCell::default();
    let mention_markup = |mention: &Mention| {
        let account = account(mention)?;
        let name = uncontrolled(&mention.name);
        let name = Some(name.trim()).filter(|name| !name.is_empty()).unwrap_or(NAMELESS);
        let mut mentions = mentions.borrow_mut();
        let id = mentions.len();
        let mut markup = format!("<at id=\"{id}\">");
        escape(&mut markup, name);
        markup.push_str("</at>");
        mentions.push(NewMention {
            id,
            mention_text: name.to_owned(),
            mentioned: Mentioned {
                user: MentionedUser {
                    id: account.to_owned(),
                    display_name: name.to_owned(),
                    user_identity_type: "aadUser",
                },
            },
        });
        Some(markup)
    };
    let printed = html_out(body, &DIALECT, &mention_markup);
    Html { text: printed.text, mentions: mentions.into_inner(), losses: printed.losses }
}

/// The object id of the user of Teams whom a mention calls. One that is of elsewhere, or is no id, would have the whole message
/// refused.
fn account(mention: &Mention) -> Option<&str> {
    let account = mention.account.as_ref()?;
    let id = account.id.as_str();
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (account.workspace.platform.as_str() == "teams" && plain).then_some(id)
}

/// Prints for the Bot Framework: nobody is called.
pub(crate) fn bot(body: &Body) -> (String, Vec<Loss>) {
    let printed = html_out(body, &DIALECT, &|_| None);
    (printed.text, printed.losses)
}

/// How long a body is for Teams: its markup, and what each mention adds beside it.
pub(crate) fn length(body: &Body) -> usize {
    let printed = graph(body);
    let mentions: usize = printed.mentions.iter().map(|mention| 160 + 2 * mention.mention_text.len()).sum();
    printed.text.len() + mentions
}

/// Cuts a body into as many as Teams takes.
pub(crate) fn split(body: Body) -> Vec<Body> {
    entente_text::fit::fit(body, MAX_TEXT, &length)
}

#[cfg(test)]
mod tests;
