//! A message on its way in: what was sent, checked and made what Teams would save.
//!
//! Graph: "Send chatMessage in a channel or a chat", "Update chatMessage"; the limit of about 28 KB: "Limits and
//! specifications for Microsoft Teams".

use std::collections::BTreeSet;
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::hosted;
use crate::files::File;
use crate::teams::answer::Refusal;
use crate::teams::html;
use crate::teams::message::{Author, Message};
use crate::teams::sim::Sim;
use crate::teams::switches::SizeUnit;

/// About 28 KB; text, mentions, attachments and links count together.
const LIMIT: usize = 28 * 1024;

/// The settable part of a message.
#[derive(Debug)]
pub(crate) struct Draft {
    html: bool,
    content: String,
    attachments: Vec<Value>,
    mentions: Vec<Value>,
    importance: String,
    subject: Option<String>,
    quotes: Option<i64>,
    hosted: Vec<(String, File)>,
}

impl Draft {
    /// Reads a `chatMessage` from a request.
    pub(crate) fn read(sim: &Sim, message: &Value) -> Result<Self, Refusal> {
        let switches = sim.switches();
        let content = match &message["body"]["content"] {
            Value::String(content) => content.as_str(),
            _ => return Err(Refusal::bad("Invalid request body was sent. The message body is required.")),
        };
        let html = match message["body"]["contentType"].as_str() {
            None | Some("text") => false,
            Some("html") => true,
            Some(_) => return Err(Refusal::bad("Invalid content type of the message body.")),
        };
        let sent = |name: &str| message[name].as_array().cloned().unwrap_or_default();
        let (attachments, mentions) = (sent("attachments"), sent("mentions"));
        if content.trim().is_empty() && attachments.is_empty() {
            return Err(Refusal::bad("Missing body content."));
        }
        let unit = |text: &str| match switches.size_counted_in {
            SizeUnit::Bytes => text.len(),
            SizeUnit::Utf16 => text.encode_utf16().count(),
        };
        let beside: usize = attachments.iter().chain(&mentions).map(|one| unit(&one.to_string())).sum();
        if unit(content) + beside > LIMIT {
            return Err(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                "The request body is too large: a message is limited to about 28 KB.",
            ));
        }
        let saved = if html {
            html::normalize(content, switches.wraps_in_paragraph)
        } else {
            html::Normalized::default()
        };
        let mentions = checked_mentions(sim, &mentions, &saved.mentions)?;
        let attachments: Vec<Value> = attachments.iter().map(attachment).collect::<Result<_, _>>()?;
        for file in attachments.iter().filter(|one| one["contentType"] == "reference") {
            referenced(file, &saved.attachments)?;
        }
        let quotes = attachments
            .iter()
            .find(|one| one["contentType"] == "messageReference")
            .and_then(|one| one["id"].as_str()?.parse().ok());
        Ok(Self {
            html,
            content: if html { saved.html } else { content.to_owned() },
            attachments,
            mentions,
            importance: importance(message)?,
            subject: message["subject"].as_str().map(str::to_owned),
            quotes,
            hosted: hosted::read(&message["hostedContents"], switches.files_kept)?,
        })
    }

    /// The same with images by temporary id.
    pub(crate) fn with_images(mut self, images: Vec<(String, File)>) -> Self {
        self.hosted.extend(images);
        self
    }

    /// A message nobody has seen yet.
    pub(crate) fn into_message(self, id: i64, author: Author) -> Message {
        Message {
            id,
            modified: id,
            edited: None,
            deleted: None,
            author,
            html: self.html,
            content: self.content,
            attachments: self.attachments,
            mentions: self.mentions,
            importance: self.importance,
            subject: self.subject,
            reactions: Vec::new(),
            quotes: self.quotes,
            hosted: self.hosted,
            root: None,
            team: None,
            event: None,
        }
    }

    /// The same message with another content. Attachments that are not sent again are lost.
    pub(crate) fn edit(self, message: &mut Message, at: i64) {
        message.html = self.html;
        message.content = self.content;
        message.attachments = self.attachments;
        message.mentions = self.mentions;
        message.quotes = self.quotes;
        message.modified = at;
        message.edited = Some(at);
    }

    /// Puts a quotation of `quoted` in front.
    pub(crate) fn quoting(mut self, quoted: &Message) -> Self {
        if !self.html {
            let mut escaped = String::new();
            html::escape(&self.content, false, &mut escaped);
            self.content = format!("<p>{}</p>", escaped.replace('\n', "<br>"));
            self.html = true;
        }
        self.content = format!("<attachment id=\"{}\"></attachment>{}", quoted.id, self.content);
        self.attachments.insert(0, reference(quoted));
        self.quotes = Some(quoted.id);
        self
    }
}

/// The attachment that quotes a message. Graph: "chatMessageAttachment resource type", content type `messageReference`.
fn reference(quoted: &Message) -> Value {
    let sender = match &quoted.author {
        Author::Person(person) => json!({
            "application": null, "device": null,
            "user": {"userIdentityType": "aadUser", "id": &*person.id, "displayName": person.name},
        }),
        Author::App(id, name) => json!({
            "user": null, "device": null,
            "application": {"applicationIdentityType": "bot", "id": &**id, "displayName": name},
        }),
        Author::System => Value::Null,
    };
    let content = json!({
        "messageId": quoted.id.to_string(),
        "messagePreview": quoted.text(),
        "messageSender": sender,
    });
    json!({
        "id": quoted.id.to_string(),
        "contentType": "messageReference",
        "contentUrl": null,
        "content": content.to_string(),
        "name": null,
        "thumbnailUrl": null,
        "teamsAppId": null,
    })
}

fn importance(message: &Value) -> Result<String, Refusal> {
    match message["importance"].as_str() {
        None => Ok("normal".to_owned()),
        Some(word @ ("normal" | "high" | "urgent")) => Ok(word.to_owned()),
        Some(_) => Err(Refusal::bad("Invalid importance.")),
    }
}

/// A file that is attached. Graph: "chatMessageAttachment resource type", content type `reference`. The address has to end
/// as the name does, and the body has to have a place for it.
fn referenced(file: &Value, places: &[String]) -> Result<(), Refusal> {
    let text = |name: &str| file[name].as_str().unwrap_or_default();
    let extension = |text: &str| {
        text.rsplit(['/', '=']).next().and_then(|end| end.rsplit_once('.')).map(|end| end.1.to_lowercase())
    };
    let (of_url, of_name) = (extension(text("contentUrl")), extension(text("name")));
    if text("contentUrl").is_empty() || of_url != of_name {
        return Err(Refusal::bad(format!(
            "File contentUrl extension: {} and name extension: {} do not match.",
            of_url.unwrap_or_default(),
            of_name.unwrap_or_default(),
        )));
    }
    if text("id").is_empty() || !places.iter().any(|place| place == text("id")) {
        return Err(Refusal::bad("Invalid attachment: the body has no attachment element of this id."));
    }
    Ok(())
}

/// Every `<at>` needs a mention and the reverse; the person must exist.
fn checked_mentions(sim: &Sim, sent: &[Value], anchors: &[String]) -> Result<Vec<Value>, Refusal> {
    let wanted: BTreeSet<&str> = anchors.iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut out = Vec::with_capacity(sent.len());
    for mention in sent {
        let id = mention["id"].as_i64().ok_or_else(|| Refusal::bad("Invalid mention id."))?;
        seen.insert(id.to_string());
        let mentioned = &mention["mentioned"];
        let user = match mentioned["user"]["id"].as_str() {
            Some(key) => {
                let person = sim.people.find(key).map(Arc::clone);
                let person = person.ok_or_else(|| Refusal::bad("The mentioned user does not exist."))?;
                json!({
                    "@odata.type": "#microsoft.graph.teamworkUserIdentity",
                    "id": &*person.id,
                    "displayName": person.name,
                    "userIdentityType": "aadUser",
                })
            }
            None => Value::Null,
        };
        let other = |name: &str| mentioned.get(name).cloned().unwrap_or(Value::Null);
        if user.is_null()
            && other("application").is_null()
            && other("conversation").is_null()
            && other("tag").is_null()
        {
            return Err(Refusal::bad("A mention must name somebody."));
        }
        out.push(json!({
            "id": id,
            "mentionText": mention["mentionText"],
            "mentioned": {
                "application": other("application"),
                "device": null,
                "conversation": other("conversation"),
                "tag": other("tag"),
                "user": user,
            },
        }));
    }
    if seen.iter().map(String::as_str).ne(wanted.iter().copied()) {
        return Err(Refusal::bad(
            "Invalid mention: the mentions and the <at> elements of the body do not match.",
        ));
    }
    Ok(out)
}

fn attachment(sent: &Value) -> Result<Value, Refusal> {
    let kind = sent["contentType"].as_str().unwrap_or_default();
    if kind.is_empty() {
        return Err(Refusal::bad("Invalid attachment: the content type is required."));
    }
    if !matches!(sent["content"], Value::Null | Value::String(_)) {
        return Err(Refusal::bad("Invalid attachment: the content must be a string."));
    }
    if kind == "messageReference" && sent["id"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::bad("Invalid attachment: the id of the referenced message is required."));
    }
    let mut out = json!({});
    for name in ["id", "contentType", "contentUrl", "content", "name", "thumbnailUrl", "teamsAppId"] {
        out[name] = sent.get(name).cloned().unwrap_or(Value::Null);
    }
    Ok(out)
}
