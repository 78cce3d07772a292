//! What Webex writes to a body. "Get Message Details": `html` is what people see, if the message is formatted or mentions
//! somebody; `markdown` is how a program wrote it; `text` is the plain rendering.

use std::collections::HashMap;

use entente_model::{AccountRef, Body, FileRef, Inline, Mention, WorkspaceRef};
use entente_platform::card;
use entente_text::{Element, Elements, MAX_INPUT, TOO_LONG, Treat, bounded, html_in, markdown_in};

use crate::files;
use crate::id;
use crate::wire::Text;
use crate::wire::message::Message;

/// What was read: the text, and beside it lines for people about what cannot travel.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) body: Body,
    pub(crate) files: Vec<FileRef>,
    pub(crate) unsupported: Vec<String>,
}

/// What a message says.
pub(crate) fn body(workspace: &WorkspaceRef, message: &Message<'_>) -> Said {
    let mut said = Said::default();
    if message.errors.is_some() {
        // The fields then hold notices of the service, which nobody said.
        said.unsupported.push("a message that Webex could not decrypt".to_owned());
        return said;
    }
    let filled = |text: &Option<Text<'_>>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let mentioned = message.mentioned_people.as_deref().unwrap_or_default();
    let (body, length) = match (&message.html, &message.markdown, &message.text) {
        (Some(html), _, _) if filled(&message.html) => {
            let ids = mentioned.iter().map(|id| &**id);
            let mentioned = ids.flat_map(|id| [(Some(id.to_owned()), id), (id::key(id), id)]);
            let mentioned = mentioned.filter_map(|(name, id)| Some((name?, id))).collect();
            (html_in(html, &mut Webex { workspace, mentioned }), html.len())
        }
        (_, Some(markdown), _) if filled(&message.markdown) => {
            (markdown_in(markdown, &mut |text| notation(workspace, text)), markdown.len())
        }
        (_, _, Some(text)) => (Body::text(bounded(text)), text.len()),
        _ => (Body::default(), 0),
    };
    said.body = body;
    said.unsupported.extend((length > MAX_INPUT).then(|| TOO_LONG.to_owned()));
    if message.is_voice_clip == Some(true) {
        said.unsupported.push("voice message".to_owned());
    } else {
        // Names of files are only told when they are fetched.
        for address in message.files.iter().flatten() {
            match files::named(address) {
                Some(file) => said.files.push(file),
                None => said.unsupported.push("file".to_owned()),
            }
        }
    }
    said.unsupported.extend(message.attachments.iter().flatten().map(|one| card(&one.content)));
    said
}

struct Webex<'a> {
    workspace: &'a WorkspaceRef,
    /// Ids by themselves and by their keys.
    mentioned: HashMap<String, &'a str>,
}

impl Elements for Webex<'_> {
    fn treat(&mut self, element: &Element<'_>) -> Treat {
        if element.name() == "spark-mention" { Treat::Gather } else { Treat::Usual }
    }

    /// `data-object-type` is `person` or `groupMention`, then with `data-group-type`; `data-object-id` is the person's id or its bare key.
    fn gathered(&mut self, element: &Element<'_>, text: &str) -> Vec<Inline> {
        let name = text.trim().trim_start_matches('@');
        let person = element.attr("data-object-type") == Some("person");
        let given = element.attr("data-object-id").filter(|_| person);
        let account = given.and_then(|given| {
            let known = self.mentioned.get(given).or_else(|| self.mentioned.get(&given.to_ascii_lowercase()));
            let known = known.copied();
            // What is no bare key is an id, also of somebody whom the list leaves out.
            let id = known.or_else(|| (!id::is_key(given) && id::is_plain(given)).then_some(given))?;
            Some(id::account(self.workspace, id))
        });
        if name.is_empty() && account.is_none() {
            return Vec::new();
        }
        let everybody = element.attr("data-object-type") == Some("groupMention")
            && element.attr("data-group-type") == Some("all");
        vec![Inline::Mention(Mention { everybody, account, name: name.to_owned() })]
    }
}

/// What is longer is no mention: an id has some eighty characters, and a name not many more.
const LONGEST_MENTION: usize = 1_024;

/// `<@personId:ID|Name>`, `<@personEmail:ADDRESS|Name>`, `<@all>`. "Formatting Messages".
fn notation(workspace: &WorkspaceRef, text: &str) -> Option<(usize, Vec<Inline>)> {
    let inside = text.strip_prefix("<@")?;
    let near = &inside[..inside.floor_char_boundary(LONGEST_MENTION)];
    let inside = &inside[..near.find('>')?];
    let length = inside.len() + 3;
    let called = |everybody: bool, account: Option<AccountRef>, name: &str| {
        Some((length, vec![Inline::Mention(Mention { everybody, account, name: name.to_owned() })]))
    };
    if inside.eq_ignore_ascii_case("all") {
        return called(true, None, "all");
    }
    let mention = |account, name| called(false, account, name);
    let (kind, rest) = inside.split_once(':')?;
    let (who, name) = rest.split_once('|').unwrap_or((rest, ""));
    match kind {
        "personId" if id::is_plain(who) => {
            mention(Some(id::account(workspace, who)), if name.is_empty() { "somebody" } else { name })
        }
        "personEmail" => mention(None, if name.is_empty() { who } else { name }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
