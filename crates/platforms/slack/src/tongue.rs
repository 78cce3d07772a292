//! The text of Slack by itself, for what holds all platforms to the same.

use entente_model::{Body, Message, WorkspaceRef};
use entente_platform::{Platform as _, Tongue, Written};
use serde::Serialize;

use crate::wire::message;
use crate::wire::outgoing::RichText;
use crate::{Slack, id, parse, text_out};

#[derive(Serialize)]
struct Fields<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<[RichText<'a>; 1]>,
}

impl Tongue for Slack {
    /// "message event", "conversations.history".
    fn read(&self, message: &[u8]) -> Result<Message, String> {
        let read: message::Message<'_> = serde_json::from_slice(message)
            .map_err(|error| format!("not a message: line {} column {}", error.line(), error.column()))?;
        let workspace = WorkspaceRef { platform: self.id(), id: "acme".into() };
        let conversation = id::conversation(&workspace, "D0ADA0BOB1");
        Ok(parse::snapshot(&conversation, &read).ok_or("a message without time")?.message)
    }

    /// "chat.postMessage".
    fn write(&self, body: &Body) -> Written {
        let printed = text_out::print(body);
        let blocks = Some([RichText { elements: &printed.parts }]);
        Written::of(&Fields { text: &printed.text, blocks }, printed.losses)
    }

    /// "chat.update", which is given text alone where that says exactly the same.
    fn rewrite(&self, body: &Body) -> Written {
        let printed = text_out::print(body);
        let blocks = (!printed.exact).then(|| [RichText { elements: &printed.parts }]);
        Written::of(&Fields { text: &printed.text, blocks }, printed.losses)
    }

    fn announce(&self, body: &Body) -> Written {
        self.write(body)
    }
}
