//! Messages in the vendor's own words: whatever fields its call for them takes.

use serde_json::{Value, json};

use super::zoom::MESSAGES;
use super::{Actor, At, person, place};
use crate::place::Place;

impl Actor {
    /// Sends a message of these fields to the colleague of this address: `markdown` and the like at Webex, `body` and the like
    /// at Teams, `blocks` and the like at Slack, `message` and the like at Zoom.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn send(&self, to: &str, fields: Value) -> At {
        match self.place {
            Place::Webex => {
                let fields = with(fields, "toPersonEmail", to);
                place(&self.ask("POST", "/v1/messages", Some(fields)).await, "roomId", "id")
            }
            Place::Teams => {
                let chat = self.chat_with(to).await;
                let sent = self.ask("POST", &format!("/v1.0/chats/{chat}/messages"), Some(fields)).await;
                place(&sent, "chatId", "id")
            }
            Place::Slack => {
                let other = person(&self.router, Place::Slack, to).await;
                let other = other.unwrap_or_else(|| panic!("{to} is not at Slack"));
                let opened = self.slack("conversations.open", json!({"users": other["id"]})).await;
                let channel = opened["channel"]["id"].as_str().unwrap_or_default();
                place(
                    &self.slack("chat.postMessage", with(fields, "channel", channel)).await,
                    "channel",
                    "ts",
                )
            }
            Place::Zoom => self.said_in_zoom(to, with(fields, "to_contact", to)).await,
        }
    }

    /// Sends a message of these fields to a channel.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn tell_with(&self, channel: &str, fields: Value) -> At {
        match self.place {
            Place::Webex => {
                let fields = with(fields, "roomId", channel);
                place(&self.ask("POST", "/v1/messages", Some(fields)).await, "roomId", "id")
            }
            Place::Teams => self.said_in_teams(channel, fields).await,
            Place::Slack => {
                let fields = with(fields, "channel", channel);
                place(&self.slack("chat.postMessage", fields).await, "channel", "ts")
            }
            Place::Zoom => self.said_in_zoom(channel, with(fields, "to_channel", channel)).await,
        }
    }

    /// Changes a message to one of these fields.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn change(&self, at: &At, fields: Value) {
        let (conversation, message) = (&at.conversation, &at.message);
        match self.place {
            Place::Webex => {
                let fields = with(fields, "roomId", conversation);
                self.ask("PUT", &format!("/v1/messages/{message}"), Some(fields)).await;
            }
            Place::Teams => {
                let path = format!("/v1.0/chats/{conversation}/messages/{message}");
                self.ask("PATCH", &path, Some(fields)).await;
            }
            Place::Slack => {
                let fields = with(with(fields, "channel", conversation), "ts", message);
                self.slack("chat.update", fields).await;
            }
            Place::Zoom => {
                let fields = with(fields, "to_contact", conversation);
                self.ask("PUT", &format!("{MESSAGES}/{message}"), Some(fields)).await;
            }
        }
    }

    /// What a path answers this person.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn read(&self, path: &str) -> Value {
        self.ask("GET", path, None).await
    }
}

fn with(mut fields: Value, name: &str, value: &str) -> Value {
    fields[name] = value.into();
    fields
}
