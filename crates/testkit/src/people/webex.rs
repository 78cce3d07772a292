//! At Webex, by address.

use serde_json::{Value, json};

use super::{Actor, At, place};

impl Actor {
    pub(super) async fn write_in_webex(&self, to: &str, text: &str) -> At {
        let body = json!({"toPersonEmail": to, "text": text});
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
