//! A body to Webex's Markdown. "Formatting Messages", "Create a Message". The service looks for `<@…>` in the source before
//! it reads the Markdown, wherever that stands, so the sign must not appear but in a mention that we mean; what it
//! makes of it (`<spark-mention>`) is kept from it as well. Strikes are not reliable there.

use entente_model::{Body, Mention};
use entente_text::{MarkdownDialect, Printed, fit, markdown_out};

use crate::id;
use crate::profile::MAX_TEXT;

const DIALECT: MarkdownDialect =
    MarkdownDialect { strike: None, inert: &["<@", "<spark-mention"], hard_break: "  " };

/// Prints a body.
pub(crate) fn print(body: &Body) -> Printed {
    markdown_out(body, &DIALECT, &mention)
}

/// The parts of a body, each short enough for one message.
pub(crate) fn split(body: Body) -> Vec<Body> {
    fit(body, MAX_TEXT, &|body| print(body).text.len())
}

/// `<@personId:ID|Name>` for somebody on Webex; the name is free text, and one that would be read as
/// markup is left out: Webex shows its own then. `<@all>` for everybody.
fn mention(mention: &Mention) -> Option<String> {
    if mention.everybody {
        return Some("<@all>".to_owned());
    }
    let account = mention.account.as_ref()?;
    let id = account.id.as_str();
    if account.workspace.platform.as_str() != "webex" || !id::is_plain(id) {
        return None;
    }
    let named = |c: char| !c.is_control() && !"<>|@\\`*_[]~&#".contains(c);
    let name = mention.name.trim();
    let name = if name.chars().all(named) { name } else { "" };
    let separator = if name.is_empty() { "" } else { "|" };
    Some(["<@personId:", id, separator, name, ">"].concat())
}

#[cfg(test)]
mod tests;
