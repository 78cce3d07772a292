//! The text of Teams by itself, for what holds all platforms to the same.

use entente_model::{Body, Message, WorkspaceRef};
use entente_platform::{Platform as _, Tongue, Written};
use serde_json::json;

use crate::wire::message::ChatMessage;
use crate::{Teams, id, parse, render, text_out};

impl Tongue for Teams {
    /// Graph: `chatMessage`.
    fn read(&self, message: &[u8]) -> Result<Message, String> {
        let read: ChatMessage = serde_json::from_slice(message)
            .map_err(|error| format!("not a message: line {} column {}", error.line(), error.column()))?;
        let workspace = WorkspaceRef { platform: self.id(), id: "acme".into() };
        let at = id::message(&workspace, read.chat_id.as_deref().unwrap_or_default(), &read.id);
        Ok(parse::snapshot(at, &read)?.message)
    }

    /// Graph: "Send chatMessage in a channel or a chat".
    fn write(&self, body: &Body) -> Written {
        let (message, losses) = render::message(body);
        Written::of(&message, losses)
    }

    /// Graph: "Update chatMessage".
    fn rewrite(&self, body: &Body) -> Written {
        let (message, losses) = render::update(body, &[]);
        Written::of(&message, losses)
    }

    /// Bot Framework: an activity's `text`.
    fn announce(&self, body: &Body) -> Written {
        let (text, losses) = text_out::bot(body);
        Written::of(&json!({"text": text}), losses)
    }
}
