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

    pub(super) async fn open_team_channel(&self, name: &str) -> String {
        let team = json!({"name": "Acme", "channel": name, "members": [self.id]});
        let made = self.ask("POST", "/_sim/teams", Some(team)).await;
        let part = |key: &str| made[key].as_str().unwrap_or_else(|| panic!("no {key} in {made}")).to_owned();
        format!("{}/{}", part("team"), part("channel"))
    }

    pub(super) async fn let_into_team(&self, channel: &str, account: &str) {
        let Some((team, channel)) = channel.split_once('/') else {
            let path = format!("/v1.0/chats/{channel}/members");
            self.ask("POST", &path, Some(member(account))).await;
            return;
        };
        let joined = json!({"team": team, "channel": channel, "person": account});
        self.ask("POST", "/_sim/teams/members", Some(joined)).await;
    }

    pub(super) async fn tell_in_teams(&self, channel: &str, text: &str) -> At {
        self.said_in_teams(channel, words(text)).await
    }

    /// Says something of these fields, in a channel or a chat.
    pub(super) async fn said_in_teams(&self, place_of_it: &str, fields: Value) -> At {
        if place_of_it.contains('/') {
            return self.said_in_channel(place_of_it, "", fields).await;
        }
        let path = format!("/v1.0/chats/{place_of_it}/messages");
        place(&self.ask("POST", &path, Some(fields)).await, "chatId", "id")
    }

    /// Says something in a channel, of these fields.
    pub(super) async fn said_in_channel(&self, channel: &str, behind: &str, fields: Value) -> At {
        let sent = self.ask("POST", &format!("{}{behind}", in_channel(channel)), Some(fields)).await;
        let id = sent["id"].as_str().unwrap_or_else(|| panic!("no id in {sent}"));
        At { conversation: channel.to_owned(), message: id.to_owned() }
    }

    pub(super) async fn reply_in_teams(&self, to: &At, text: &str) -> At {
        if to.conversation.contains('/') {
            let behind = format!("/{}/replies", to.message);
            return self.said_in_channel(&to.conversation, &behind, words(text)).await;
        }
        let body = json!({
            "messageIds": [to.message],
            "replyMessage": {"body": {"contentType": "text", "content": text}},
        });
        let path = format!("/v1.0/chats/{}/messages/replyWithQuote", to.conversation);
        place(&self.ask("POST", &path, Some(body)).await, "chatId", "id")
    }

    pub(super) async fn edit_in_teams(&self, at: &At, text: &str) {
        let body = json!({"body": {"contentType": "text", "content": text}});
        let path = if at.conversation.contains('/') {
            format!("{}/{}", in_channel(&at.conversation), at.message)
        } else {
            format!("/v1.0/chats/{}/messages/{}", at.conversation, at.message)
        };
        self.ask("PATCH", &path, Some(body)).await;
    }

    pub(super) async fn delete_in_teams(&self, at: &At) {
        let path = if at.conversation.contains('/') {
            format!("{}/{}/softDelete", in_channel(&at.conversation), at.message)
        } else {
            format!("/v1.0/users/{}/chats/{}/messages/{}/softDelete", self.id, at.conversation, at.message)
        };
        self.ask("POST", &path, None).await;
    }

    pub(super) async fn react_in_teams(&self, at: &At, emoji: &str, on: bool) {
        let what = if on { "setReaction" } else { "unsetReaction" };
        let messages = if at.conversation.contains('/') {
            in_channel(&at.conversation)
        } else {
            format!("/v1.0/chats/{}/messages", at.conversation)
        };
        let path = format!("{messages}/{}/{what}", at.message);
        self.ask("POST", &path, Some(json!({"reactionType": emoji}))).await;
    }

    pub(super) async fn sees_in_teams(&self, conversation: &str) -> Vec<Value> {
        if conversation.contains('/') {
            return self.threads(conversation).await;
        }
        let listed = self.ask("GET", &format!("/v1.0/chats/{conversation}/messages?$top=50"), None).await;
        listed["value"].as_array().cloned().unwrap_or_default()
    }

    /// What a channel holds, newest first, threads or not.
    async fn threads(&self, channel: &str) -> Vec<Value> {
        let path = format!("{}?$top=50&$expand=replies", in_channel(channel));
        let listed = self.ask("GET", &path, None).await;
        let mut all = Vec::new();
        for root in listed["value"].as_array().into_iter().flatten() {
            all.extend(root["replies"].as_array().into_iter().flatten().cloned());
            all.push(root.clone());
        }
        all.retain(|message| message["deletedDateTime"].is_null());
        all.sort_by_key(|message| std::cmp::Reverse(message["id"].as_str().unwrap_or_default().to_owned()));
        all
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

    pub(super) async fn chat_with(&self, email: &str) -> String {
        let body = json!({"chatType": "oneOnOne", "members": [member(&self.id), member(email)]});
        let chat = self.ask("POST", "/v1.0/chats", Some(body)).await;
        chat["id"].as_str().expect("a chat").to_owned()
    }

    pub(super) async fn open_group_chat(&self, topic: &str, accounts: &[String]) -> String {
        let members: Vec<_> = [&self.id].into_iter().chain(accounts).map(|who| member(who)).collect();
        let body = json!({"chatType": "group", "topic": topic, "members": members});
        let chat = self.ask("POST", "/v1.0/chats", Some(body)).await;
        chat["id"].as_str().expect("a chat").to_owned()
    }
}

/// Somebody as a member of a chat that is to be made.
fn member(who: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": ["owner"],
        "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{who}')"),
    })
}

/// A message of words alone.
fn words(text: &str) -> Value {
    json!({"body": {"contentType": "text", "content": text}})
}

/// Where a channel's messages are.
/// The path of a channel itself.
pub(super) fn about_channel(channel: &str) -> String {
    let (team, channel) = channel.split_once('/').unwrap_or((channel, ""));
    format!("/v1.0/teams/{team}/channels/{channel}")
}

fn in_channel(channel: &str) -> String {
    let (team, channel) = channel.split_once('/').unwrap_or((channel, ""));
    format!("/v1.0/teams/{team}/channels/{channel}/messages")
}
