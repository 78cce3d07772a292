//! At Teams, in the chat with the colleague of an address.

use serde_json::{Value, json};

use super::{Actor, At, place};

impl Actor {
    pub(super) async fn write_in_teams(&self, to: &str, text: &str) -> At {
        let chat = self.chat_with(to).await;
        let body = json!({"body": {"contentType": "text", "content": text}});
        let sent = self.ask("POST", &format!("/v1.0/chats/{chat}/messages"), Some(body)).await;
        place(&sent, "chatId", "id")
    }

    pub(super) async fn reply_in_teams(&self, to: &At, text: &str) -> At {
        let body = json!({
            "messageIds": [to.message],
            "replyMessage": {"body": {"contentType": "text", "content": text}},
        });
        let path = format!("/v1.0/chats/{}/messages/replyWithQuote", to.conversation);
        place(&self.ask("POST", &path, Some(body)).await, "chatId", "id")
    }

    pub(super) async fn edit_in_teams(&self, at: &At, text: &str) {
        let body = json!({"body": {"contentType": "text", "content": text}});
        let path = format!("/v1.0/chats/{}/messages/{}", at.conversation, at.message);
        self.ask("PATCH", &path, Some(body)).await;
    }

    pub(super) async fn delete_in_teams(&self, at: &At) {
        let path =
            format!("/v1.0/users/{}/chats/{}/messages/{}/softDelete", self.id, at.conversation, at.message);
        self.ask("POST", &path, None).await;
    }

    pub(super) async fn react_in_teams(&self, at: &At, emoji: &str, on: bool) {
        let what = if on { "setReaction" } else { "unsetReaction" };
        let path = format!("/v1.0/chats/{}/messages/{}/{what}", at.conversation, at.message);
        self.ask("POST", &path, Some(json!({"reactionType": emoji}))).await;
    }

    pub(super) async fn sees_in_teams(&self, conversation: &str) -> Vec<Value> {
        let listed = self.ask("GET", &format!("/v1.0/chats/{conversation}/messages?$top=50"), None).await;
        listed["value"].as_array().cloned().unwrap_or_default()
    }

    /// This person's conversation with the Entente app on Teams.
    ///
    /// # Panics
    /// When the app is not installed for them.
    pub async fn app_chat(&self) -> String {
        let chats = self.ask("GET", "/v1.0/me/chats?$expand=members", None).await;
        let with_app = |chat: &&Value| {
            let people = chat["members"].as_array().map_or(0, Vec::len);
            chat["chatType"] == "oneOnOne" && people < 2
        };
        let chat = chats["value"].as_array().and_then(|all| all.iter().find(with_app));
        chat.and_then(|chat| chat["id"].as_str())
            .unwrap_or_else(|| panic!("no chat with the app: {chats}"))
            .to_owned()
    }

    /// Writes into a chat on Teams.
    pub async fn say(&self, chat: &str, text: &str) {
        let body = json!({"body": {"contentType": "text", "content": text}});
        self.ask("POST", &format!("/v1.0/chats/{chat}/messages"), Some(body)).await;
    }

    async fn chat_with(&self, email: &str) -> String {
        let member = |who: &str| {
            json!({
                "@odata.type": "#microsoft.graph.aadUserConversationMember",
                "roles": ["owner"],
                "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{who}')"),
            })
        };
        let body = json!({"chatType": "oneOnOne", "members": [member(&self.id), member(email)]});
        let chat = self.ask("POST", "/v1.0/chats", Some(body)).await;
        chat["id"].as_str().expect("a chat").to_owned()
    }
}
