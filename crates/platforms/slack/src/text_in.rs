//! What Slack writes to a body. "Message event", `blocks`, `attachments`, `files`; "Formatting message text".
//!
//! A message that people wrote has a `rich_text` block, a tree in which text is text ([`rich`]); its `text` repeats that as
//! markup. A message by program has other blocks, or markup only ([`mrkdwn`]). So blocks come first, and `text` counts where
//! there are none that say anything.

use std::cell::Cell;
use std::collections::HashMap;

use entente_model::{Block, Body, FileRef, WorkspaceRef};
use entente_text::{MAX_INPUT, TOO_LONG, bounded, clean_url, markdown_in};
use serde_json::value::RawValue;

use crate::wire::block::{self, TextObject};
use crate::wire::filled;
use crate::wire::message::{Attachment, File, Message};

mod mrkdwn;
pub(crate) use mrkdwn::unescaped;
mod rich;

/// What was read: the text, and beside it lines for people about what cannot travel.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) body: Body,
    pub(crate) files: Vec<FileRef>,
    pub(crate) unsupported: Vec<String>,
}

/// What a message says.
pub(crate) fn said(workspace: &WorkspaceRef, message: &Message<'_>) -> Said {
    let text = filled(message.text.as_ref()).unwrap_or_default();
    let names = Names {
        workspace,
        called: mrkdwn::names(bounded(text)),
        left: Cell::new(MAX_INPUT),
        cut: Cell::new(false),
    };
    let mut unsupported = Vec::new();
    let mut blocks = Vec::new();
    for raw in message.blocks.iter().flatten() {
        self::block(&names, raw, &mut blocks, &mut unsupported);
    }
    if blocks.is_empty() {
        blocks = mrkdwn::blocks(&names, text);
    }
    for attachment in message.attachments.iter().flatten() {
        attached(&names, attachment, &mut blocks);
    }
    unsupported.extend(names.cut.get().then(|| TOO_LONG.to_owned()));
    let mut files = Vec::new();
    for one in message.files.iter().flatten() {
        match file(one) {
            Carried::File(file) => files.push(file),
            Carried::Line(line) => unsupported.push(line),
            Carried::Nothing => {}
        }
    }
    Said { body: Body(blocks), files, unsupported }
}

/// Whose workspace it is, and what those are called who are named by id alone.
struct Names<'a> {
    workspace: &'a WorkspaceRef,
    called: HashMap<&'a str, String>,
    /// How many bytes of text are still read of this message.
    left: Cell<usize>,
    /// Whether there were more.
    cut: Cell<bool>,
}

impl Names<'_> {
    /// As much of a text of this message as is read.
    fn bounded<'t>(&self, text: &'t str) -> &'t str {
        let read = &text[..text.floor_char_boundary(self.left.get())];
        self.left.set(self.left.get() - read.len());
        self.cut.set(self.cut.get() || read.len() < text.len());
        read
    }
}

/// One block. Text of any kind is taken; what people press or choose is not.
fn block(names: &Names<'_>, raw: &RawValue, out: &mut Vec<Block>, unsupported: &mut Vec<String>) {
    let Ok(block) = serde_json::from_str::<block::Block<'_>>(raw.get()) else {
        unsupported.push("something unknown".to_owned());
        return;
    };
    match &*block.kind {
        "rich_text" => rich::blocks(names, block.elements.as_deref().unwrap_or_default(), out),
        "section" => {
            for text in block.text.iter().chain(block.fields.iter().flatten()) {
                text_object(names, text, out);
            }
        }
        "header" => {
            let mut inner = Vec::new();
            block.text.iter().for_each(|text| text_object(names, text, &mut inner));
            out.extend(inner.into_iter().map(|block| match block {
                Block::Paragraph(content) => Block::Heading(2, content),
                block => block,
            }));
        }
        "context" => block.elements.iter().flatten().for_each(|element| text_object(names, element, out)),
        "markdown" => {
            let text = block.text.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
            out.extend(markdown_in(names.bounded(&text.unwrap_or_default()), &mut |_| None).0);
        }
        // The file itself is told of beside the blocks.
        "divider" | "file" => {}
        kind @ ("image" | "video") => {
            let mut title = Vec::new();
            block.title.iter().for_each(|text| text_object(names, text, &mut title));
            let title = Body(title).plain();
            let said = filled(block.alt_text.as_ref()).unwrap_or(&title);
            unsupported.push(if said.is_empty() { kind.to_owned() } else { format!("{kind}: {said}") });
        }
        "actions" => unsupported.push("buttons".to_owned()),
        "input" => unsupported.push("form".to_owned()),
        "call" => unsupported.push("call".to_owned()),
        "table" => unsupported.push("table".to_owned()),
        // What it says, if it says something in the way that others do, is kept.
        _ => {
            block.text.iter().for_each(|text| text_object(names, text, out));
            unsupported.push("card".to_owned());
        }
    }
}

/// Composition objects "text": `mrkdwn` or `plain_text`.
fn text_object(names: &Names<'_>, raw: &RawValue, out: &mut Vec<Block>) {
    let Ok(object) = serde_json::from_str::<TextObject<'_>>(raw.get()) else { return };
    let Some(text) = filled(object.text.as_ref()) else { return };
    match &*object.kind {
        "mrkdwn" => out.extend(mrkdwn::blocks(names, text)),
        "plain_text" => out.extend(Body::text(names.bounded(text)).0),
        _ => {}
    }
}

/// What hangs below a message: a preview of a link says nothing that somebody said; a message that was shared is quoted.
fn attached(names: &Names<'_>, attachment: &Attachment<'_>, out: &mut Vec<Block>) {
    let shared = attachment.is_msg_unfurl == Some(true) || attachment.is_share == Some(true);
    if !shared && attachment.from_url.is_some() {
        return;
    }
    let mut inner = Vec::new();
    for text in [&attachment.pretext, &attachment.title, &attachment.text] {
        inner.extend(filled(text.as_ref()).map(|text| mrkdwn::blocks(names, text)).unwrap_or_default());
    }
    for field in attachment.fields.iter().flatten() {
        for text in [&field.title, &field.value] {
            inner.extend(filled(text.as_ref()).map(|text| mrkdwn::blocks(names, text)).unwrap_or_default());
        }
    }
    if inner.is_empty() {
        inner.extend(
            filled(attachment.fallback.as_ref()).map(|text| mrkdwn::blocks(names, text)).unwrap_or_default(),
        );
    }
    if shared && !inner.is_empty() {
        inner = vec![Block::Quote(inner)];
    }
    out.extend(inner);
}

/// What of a file can be passed on.
enum Carried {
    File(FileRef),
    Line(String),
    Nothing,
}

/// "File object": what is kept elsewhere is only linked to, and has no bytes here; of what was deleted a mark is left.
fn file(file: &File<'_>) -> Carried {
    let name = filled(file.name.as_ref()).or(filled(file.title.as_ref()));
    match (file.mode.as_deref(), filled(file.id.as_ref())) {
        (Some("tombstone"), _) => Carried::Nothing,
        (Some("external" | "hidden_by_limit" | "post"), _) | (_, None) => {
            Carried::Line(name.map_or_else(|| "file".to_owned(), |name| format!("file: {name}")))
        }
        (_, Some(id)) => {
            let name = name.map(str::to_owned);
            let url = filled(file.permalink.as_ref()).and_then(clean_url);
            let length = file.size.filter(|size| *size > 0);
            Carried::File(FileRef { id: id.into(), name, length, url })
        }
    }
}

#[cfg(test)]
mod tests;
