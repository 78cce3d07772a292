//! The four platforms, each with what its vendor documents about a message.

use entente_model::Message;
use entente_platform::{Tongue, Written};
use entente_platform_slack::Slack;
use entente_platform_teams::Teams;
use entente_platform_webex::Webex;
use entente_platform_zoom::Zoom;
use serde_json::{Value, json};

/// One platform's text, and what its vendor says of it.
pub struct Dialect {
    /// Its name.
    pub name: &'static str,
    /// Its parser and printers.
    pub tongue: &'static (dyn Tongue + Sync),
    /// The fields that every message has beside those that say something.
    envelope: fn() -> Value,
    /// The field, by way of others, that a text is put into.
    text: fn(&str) -> Value,
    /// How long the fields of a request are, and how long they may be, in the vendor's unit.
    length: fn(&Value) -> Vec<(&'static str, usize, usize)>,
    /// Everything in the fields of a request that calls somebody or everybody.
    calls: fn(&Value) -> Vec<String>,
}

/// All of them.
pub static ALL: [Dialect; 4] = [
    Dialect {
        name: "webex",
        tongue: &Webex,
        envelope: || json!({"id": "M1", "roomId": "R1", "personId": "P1", "created": "2026-01-02T03:04:05.678Z"}),
        text: |text| json!({"html": text}),
        length: |fields| {
            // "Create a Message": `markdown`, 7439 bytes.
            vec![("bytes of markdown", fields["markdown"].as_str().unwrap_or_default().len(), 7_439)]
        },
        calls: |fields| {
            // The service looks for these wherever they stand, in code as well.
            let markdown = fields["markdown"].as_str().unwrap_or_default();
            between(markdown, "<@", ">").chain(between(markdown, "<spark-mention", ">")).collect()
        },
    },
    Dialect {
        name: "teams",
        tongue: &Teams,
        envelope: || {
            json!({"id": "1767607200123", "createdDateTime": "2026-01-05T10:00:00.123Z",
                "from": {"user": {"id": "a11ce000"}}})
        },
        text: |text| json!({"body": {"contentType": "html", "content": text}}),
        length: |fields| {
            // "Limits and specifications for Microsoft Teams": about 28 KB, text, mentions and links counted.
            vec![("bytes of the message", fields.to_string().len(), 28 * 1024)]
        },
        calls: |fields| {
            let content = fields["body"]["content"].as_str().or(fields["text"].as_str()).unwrap_or_default();
            let listed = fields["mentions"].as_array().map_or(0, Vec::len);
            let tags: Vec<String> = between(content, "<at", "</at>").collect();
            let quoted = between(content, "<attachment", ">");
            // One without the other is refused, so the list must match what stands in the text.
            let unmatched = (tags.len() != listed).then(|| format!("{listed} listed"));
            tags.into_iter().chain(unmatched).chain(quoted).collect()
        },
    },
    Dialect {
        name: "slack",
        tongue: &Slack,
        envelope: || json!({"type": "message", "user": "U0ADA00001", "ts": "1733000000.000100"}),
        text: |text| json!({"text": text}),
        length: |fields| {
            let mut blocks = 0;
            strings(&fields["blocks"], &mut |key, text| {
                blocks += if key == "text" || key == "url" { text.encode_utf16().count() } else { 0 };
            });
            // "chat.postMessage", truncating content: above 4,000 characters a text is cut by the service. The blocks of one
            // message hold some 13,200 characters at most, and there are at most 50 of them.
            let text = fields["text"].as_str().unwrap_or_default().encode_utf16().count();
            let count = fields["blocks"].as_array().map_or(0, Vec::len);
            vec![
                ("characters of text", text, 4_000),
                ("characters of blocks", blocks, 13_200),
                ("blocks", count, 50),
            ]
        },
        calls: |fields| {
            let mut calls = Vec::new();
            // Where there are blocks, the markup is what notifications show, and calls nobody the blocks do not.
            let text = fields["text"].as_str().unwrap_or_default();
            let noted =
                between(text, "<@", ">").chain(between(text, "<!", ">")).chain(between(text, "<#", ">"));
            kinds(&fields["blocks"], &mut |piece| match piece["type"].as_str() {
                Some("user") => calls.push(piece["user_id"].as_str().unwrap_or_default().to_owned()),
                Some(kind @ ("broadcast" | "usergroup" | "channel" | "team")) => calls.push(kind.to_owned()),
                _ => {}
            });
            let noted: Vec<String> = noted.collect();
            if fields["blocks"].is_null() || calls.len() != noted.len() { noted } else { calls }
        },
    },
    Dialect {
        name: "zoom",
        tongue: &Zoom,
        envelope: || json!({"id": "0C9B6C0E-2A77-4C1B-9D1E-3F1A5B7C9D10", "timestamp": 1_767_603_600_123_i64}),
        text: |text| json!({"message": text}),
        length: |fields| {
            // "Send a chat message": `message`, 1,024 characters, counted by the unit that counts most.
            let message = fields["message"].as_str().unwrap_or_default();
            vec![("characters of message", message.encode_utf16().count(), 1_024)]
        },
        calls: |fields| {
            let items = fields["at_items"].as_array().map_or(0, Vec::len);
            vec!["at_items".to_owned(); items]
        },
    },
];

/// The one of this name.
///
/// # Panics
/// If there is none.
pub fn dialect(name: &str) -> &'static Dialect {
    ALL.iter().find(|dialect| dialect.name == name).expect("a platform's name")
}

impl Dialect {
    /// What a message with these fields says.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn read(&self, fields: &Value) -> Result<Message, String> {
        self.tongue.read(&self.message(fields))
    }

    /// A whole message with these fields, as the vendor tells it.
    pub fn message(&self, fields: &Value) -> Vec<u8> {
        let mut message = (self.envelope)();
        if let (Some(message), Some(fields)) = (message.as_object_mut(), fields.as_object()) {
            message.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        message.to_string().into_bytes()
    }

    /// The fields of a message in which somebody wrote this in the vendor's own markup.
    pub fn marked_up(&self, text: &str) -> Value {
        (self.text)(text)
    }

    /// Where a request is longer than the vendor takes.
    pub fn too_long(&self, written: &Written) -> Option<String> {
        let lengths = (self.length)(&written.fields());
        let long = lengths.into_iter().find(|(_, length, most)| length > most)?;
        Some(format!("{}: {} {}, {} at most", self.name, long.1, long.0, long.2))
    }

    /// Everything in a request that calls somebody.
    pub fn calls(&self, written: &Written) -> Vec<String> {
        (self.calls)(&written.fields())
    }
}

/// What stands behind each `open` up to the next `close`, or the end.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> impl Iterator<Item = String> + 't {
    text.match_indices(open).map(move |(at, _)| {
        let inside = &text[at + open.len()..];
        inside[..inside.find(close).unwrap_or(inside.len())].to_owned()
    })
}

/// Visits all texts with the names of their fields.
fn strings(value: &Value, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| strings(item, visit)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) => visit(name, text),
                    None => strings(value, visit),
                }
            }
        }
        _ => {}
    }
}

/// Visits all objects.
fn kinds(value: &Value, visit: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| kinds(item, visit)),
        Value::Object(fields) => {
            visit(value);
            fields.values().for_each(|value| kinds(value, visit));
        }
        _ => {}
    }
}
