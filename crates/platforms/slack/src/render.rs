//! Operations to what Slack is sent. Pure. "chat.postMessage", "chat.update".

use entente_model::{Alias, Body, CallError, Loss};

use crate::text_out::{self, Printed};
use crate::wire::outgoing::{NewMessage, RichText, Update};

/// A body ready to be sent.
pub(crate) struct Message {
    /// What could not be shown.
    pub(crate) losses: Vec<Loss>,
    printed: Printed,
}

/// Prints a body.
///
/// # Errors
/// [`CallError::Reject`] for a body that says nothing, which Slack refuses (`no_text`).
pub(crate) fn message(body: &Body) -> Result<Message, CallError> {
    let printed = text_out::print(body);
    if printed.parts.is_empty() {
        return Err(CallError::Reject("there is nothing to say".to_owned()));
    }
    Ok(Message { losses: printed.losses.clone(), printed })
}

impl Message {
    /// As plain text with markup, where blocks cannot be given.
    pub(crate) fn text(&self) -> &str {
        &self.printed.text
    }

    /// As a new message.
    pub(crate) fn posted<'a>(
        &'a self,
        channel: &'a str,
        thread_ts: Option<&'a str>,
        alias: Option<&'a Alias>,
    ) -> NewMessage<'a> {
        NewMessage {
            channel,
            thread_ts,
            text: &self.printed.text,
            blocks: [RichText { elements: &self.printed.parts }],
            parse: "none",
            link_names: false,
            unfurl_links: true,
            unfurl_media: true,
            username: alias.map(|alias| alias.name.as_str()),
            icon_url: alias.and_then(|alias| alias.picture.as_deref()),
        }
    }

    /// As what a message says from now on. "chat.update" marks a message as edited only when it gets text without blocks;
    /// markup would be found in that, so it is done where there is nothing to find.
    pub(crate) fn update<'a>(&'a self, channel: &'a str, ts: &'a str) -> Update<'a> {
        let blocks = [RichText { elements: &self.printed.parts }];
        Update {
            channel,
            ts,
            text: &self.printed.text,
            blocks: (!self.printed.exact).then_some(blocks),
            parse: "none",
            link_names: false,
        }
    }
}
