//! At Webex, by address.

use serde_json::{Value, json};

use super::{Actor, At, place};

impl Actor {
    pub(super) async fn write_in_webex(&self, to: &str, text: &str) -> At {
        let body = json!({"toPersonEmail": to, "text": text});
        place(&self.ask("POST", "/v1/messages", Some(body)).await, "roomId", "id")
    }

    pub(super) async fn open_room(&self, title: &str) -> String {
        let room = self.ask("POST", "/v1/rooms", Some(json!({"title": title}))).await;
        room["id"].as_str().expect("a room").to_owned()
    }

    pub(super) async fn let_into_room(&self, room: &str, person: &str) {
        self.ask("POST", "/v1/memberships", Some(json!({"roomId": room, "personId": person}))).await;
    }

    pub(super) async fn tell_in_webex(&self, room: &str, text: &str) -> At {
        let body = json!({"roomId": room, "text": text});
        place(&self.ask("POST", "/v1/messages", Some(body)).await, "roomId", "id")
    }

    pub(super) async fn reply_in_webex(&self, to: &At, text: &str) -> At {
        let body = json!({"roomId": to.conversation, "parentId": to.message, "text": text});
        place(&self.ask("POST", "/v1/messages", Some(body)).await, "roomId", "id")
    }

    pub(super) async fn edit_in_webex(&self, at: &At, text: &str) {
        let body = json!({"roomId": at.conversation, "text": text});
        self.ask("PUT", &format!("/v1/messages/{}", at.message), Some(body)).await;
    }

    pub(super) async fn delete_in_webex(&self, at: &At) {
        self.ask("DELETE", &format!("/v1/messages/{}", at.message), None).await;
    }

    pub(super) async fn sees_in_webex(&self, conversation: &str) -> Vec<Value> {
        let listed = self.ask("GET", &format!("/v1/messages?roomId={conversation}&max=100"), None).await;
        listed["items"].as_array().cloned().unwrap_or_default()
    }
}
