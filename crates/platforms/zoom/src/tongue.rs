//! The text of Zoom by itself, for what holds all platforms to the same.

use entente_model::{Body, Message, WorkspaceRef};
use entente_platform::{Platform as _, Tongue, Written};
use serde::Serialize;
use serde_json::json;

use crate::wire::message;
use crate::wire::outgoing::Range;
use crate::{Zoom, id, parse, text_out};

#[derive(Serialize)]
struct Fields<'a> {
    message: &'a str,
    rich_text: &'a [Range],
}

impl Tongue for Zoom {
    /// "List user's chat messages".
    fn read(&self, message: &[u8]) -> Result<Message, String> {
        let read: message::Message =
            serde_json::from_slice(message).map_err(|error| parse::wrong("message", &error))?;
        let workspace = WorkspaceRef { platform: self.id(), id: "acme".into() };
        let author = id::account(&workspace, "ada");
        let at = id::message(&id::direct(&workspace, "ada", "bob"), &read.id);
        Ok(parse::snapshot(at, author, &read).message)
    }

    /// "Send a chat message".
    fn write(&self, body: &Body) -> Written {
        let printed = text_out::print(body);
        Written::of(&Fields { message: &printed.message, rich_text: &printed.ranges }, printed.losses)
    }

    /// "Update a message".
    fn rewrite(&self, body: &Body) -> Written {
        let printed = text_out::print_plain(body);
        Written::of(&json!({"message": printed.message}), printed.losses)
    }

    /// "Send Chatbot messages", a `message` of the body.
    fn announce(&self, body: &Body) -> Written {
        self.rewrite(body)
    }
}
