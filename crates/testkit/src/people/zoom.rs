//! At Zoom, to a contact. A conversation has no other name there than whom it is with.

use serde_json::{Value, json};

use super::{Actor, At};

pub(super) const MESSAGES: &str = "/v2/chat/users/me/messages";

impl Actor {
    pub(super) async fn open_zoom_channel(&self, name: &str) -> String {
        let made = json!({"name": name, "type": 2, "members": []});
        let made = self.ask("POST", "/v2/chat/users/me/channels", Some(made)).await;
        made["id"].as_str().expect("a channel").to_owned()
    }

    pub(super) async fn open_zoom_group(&self, name: &str, accounts: &[String]) -> String {
        let people = self.ask("GET", "/_sim/people", None).await;
        let all = people["items"].as_array().into_iter().flatten();
        let wanted = all.filter(|one| accounts.iter().any(|account| one["id"] == **account));
        let members: Vec<_> = wanted.map(|one| json!({"email": one["email"]})).collect();
        let made = json!({"name": name, "type": 4, "members": members});
        let made = self.ask("POST", "/v2/chat/users/me/channels", Some(made)).await;
        made["id"].as_str().expect("a group").to_owned()
    }

    /// By address or id; whoever is invited by the API is named by their address.
    pub(super) async fn invite_in_zoom(&self, channel: &str, account: &str) {
        let people = self.ask("GET", "/_sim/people", None).await;
        let found = people["items"].as_array().and_then(|all| all.iter().find(|one| one["id"] == account));
        let Some(email) = found.map(|found| found["email"].clone()) else { return };
        let path = format!("/v2/chat/users/me/channels/{channel}/members");
        self.ask("POST", &path, Some(json!({"members": [{"email": email}]}))).await;
    }

    pub(super) async fn tell_in_zoom(&self, channel: &str, text: &str) -> At {
        self.said_in_zoom(channel, json!({"message": text, "to_channel": channel})).await
    }

    pub(super) async fn write_in_zoom(&self, to: &str, text: &str) -> At {
        self.said_in_zoom(to, json!({"message": text, "to_contact": to})).await
    }

    pub(super) async fn reply_in_zoom(&self, to: &At, text: &str) -> At {
        let message = json!({
            "message": text,
            (parameter(&to.conversation)): to.conversation,
            "reply_main_message_id": to.message,
        });
        self.said_in_zoom(&to.conversation, message).await
    }

    pub(super) async fn edit_in_zoom(&self, at: &At, text: &str) {
        let body = json!({"message": text, (parameter(&at.conversation)): at.conversation});
        self.ask("PUT", &format!("{MESSAGES}/{}", at.message), Some(body)).await;
    }

    pub(super) async fn delete_in_zoom(&self, at: &At) {
        let path = format!("{MESSAGES}/{}?{}={}", at.message, parameter(&at.conversation), at.conversation);
        self.ask("DELETE", &path, None).await;
    }

    pub(super) async fn react_in_zoom(&self, at: &At, emoji: &str, on: bool) {
        let emoji: Vec<String> = emoji.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
        let action = if on { "add" } else { "remove" };
        let place = parameter(&at.conversation);
        let body = json!({"action": action, "emoji": emoji.join("-"), (place): at.conversation});
        self.ask("PATCH", &format!("{MESSAGES}/{}/emoji_reactions", at.message), Some(body)).await;
    }

    pub(super) async fn sees_in_zoom(&self, conversation: &str) -> Vec<Value> {
        let listed = self.ask("GET", &format!("/_sim/conversations?person={}", self.id), None).await;
        let with = |item: &&Value| {
            item["session"] == conversation
                || (item["channel"].is_null() && item["with"]["email"] == conversation)
        };
        let found = listed["items"].as_array().and_then(|all| all.iter().find(with));
        let Some(session) = found.and_then(|found| found["session"].as_str()) else { return Vec::new() };
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("session", session)
            .append_pair("person", &self.id)
            .append_pair("max", "1000")
            .finish();
        let shown = self.ask("GET", &format!("/_sim/messages?{query}"), None).await;
        let mut shown = shown["items"].as_array().cloned().unwrap_or_default();
        shown.reverse();
        shown
    }

    pub(super) async fn said_in_zoom(&self, to: &str, message: Value) -> At {
        let sent = self.ask("POST", MESSAGES, Some(message)).await;
        let id = sent["id"].as_str().unwrap_or_else(|| panic!("no id in {sent}"));
        At { conversation: to.to_owned(), message: id.to_owned() }
    }
}

/// The parameter that names a conversation: contacts are named by their address here.
fn parameter(conversation: &str) -> &'static str {
    if conversation.contains('@') { "to_contact" } else { "to_channel" }
}
