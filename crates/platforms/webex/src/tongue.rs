//! The text of Webex by itself, for what holds all platforms to the same.

use entente_model::{Body, Message, WorkspaceRef};
use entente_platform::{Platform as _, Tongue, Written};
use serde_json::json;

use crate::wire::message;
use crate::{Webex, id, parse, text_out};

impl Tongue for Webex {
    /// "Get Message Details".
    fn read(&self, message: &[u8]) -> Result<Message, String> {
        let read: message::Message<'_> = serde_json::from_slice(message)
            .map_err(|error| format!("not a message: line {} column {}", error.line(), error.column()))?;
        let workspace = WorkspaceRef { platform: self.id(), id: "acme".into() };
        let conversation = id::conversation(&workspace, &read.room_id);
        let snapshot = parse::snapshot(&conversation, &read).ok_or("a message without time")?;
        Ok(snapshot.message)
    }

    /// "Create a Message".
    fn write(&self, body: &Body) -> Written {
        let printed = text_out::print(body);
        Written::of(&json!({"markdown": printed.text}), printed.losses)
    }

    /// "Edit a Message".
    fn rewrite(&self, body: &Body) -> Written {
        self.write(body)
    }

    fn announce(&self, body: &Body) -> Written {
        self.write(body)
    }
}
