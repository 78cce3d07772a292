//! What people do to channels themselves: what they are called, what they are about, whether they are there.

use serde_json::{Value, json};

use super::Actor;
use super::teams::about_channel;
use crate::place::Place;

impl Actor {
    /// Joins a channel that everybody can find. Whoever is in a team is in its channels.
    pub async fn join(&self, channel: &str) {
        match self.place {
            Place::Webex => {
                self.ask("POST", "/_sim/join", Some(json!({"room": channel, "person": self.email}))).await;
            }
            Place::Slack => {
                self.slack("conversations.join", json!({"channel": channel})).await;
            }
            Place::Zoom => {
                self.ask("POST", &format!("/v2/chat/channels/{channel}/members/me"), None).await;
            }
            Place::Teams => {}
        }
    }

    /// Calls a channel otherwise.
    pub async fn rename(&self, channel: &str, name: &str) {
        match self.place {
            Place::Webex => {
                self.ask("PUT", &format!("/v1/rooms/{channel}"), Some(json!({"title": name}))).await;
            }
            Place::Slack => {
                self.slack("conversations.rename", json!({"channel": channel, "name": name})).await;
            }
            Place::Teams if channel.contains('/') => {
                self.ask("PATCH", &about_channel(channel), Some(json!({"displayName": name}))).await;
            }
            Place::Teams => {
                self.ask("PATCH", &format!("/v1.0/chats/{channel}"), Some(json!({"topic": name}))).await;
            }
            Place::Zoom => {
                let path = format!("/v2/chat/users/me/channels/{channel}");
                self.ask("PATCH", &path, Some(json!({"name": name}))).await;
            }
        }
    }

    /// Calls a group otherwise.
    pub async fn rename_group(&self, group: &str, name: &str) {
        self.rename(group, name).await;
    }

    /// Has a channel say that it is about this.
    ///
    /// # Panics
    /// On Zoom, where channels have no topic.
    pub async fn set_topic(&self, channel: &str, topic: &str) {
        match self.place {
            Place::Webex => {
                let path = format!("/v1/rooms/{channel}");
                let title = self.ask("GET", &path, None).await["title"].clone();
                self.ask("PUT", &path, Some(json!({"title": title, "description": topic}))).await;
            }
            Place::Slack => {
                self.slack("conversations.setTopic", json!({"channel": channel, "topic": topic})).await;
            }
            Place::Teams => {
                self.ask("PATCH", &about_channel(channel), Some(json!({"description": topic}))).await;
            }
            Place::Zoom => panic!("channels of Zoom have no topic"),
        }
    }

    /// Archives a channel, or brings it back; deletes it where there is no archive.
    ///
    /// # Panics
    /// When what is deleted should be brought back.
    pub async fn archive(&self, channel: &str, on: bool) {
        match (self.place, on) {
            (Place::Slack, _) => {
                let method = if on { "conversations.archive" } else { "conversations.unarchive" };
                self.slack(method, json!({"channel": channel})).await;
            }
            (Place::Teams, _) => {
                let what = if on { "archive" } else { "unarchive" };
                self.ask("POST", &format!("{}/{what}", about_channel(channel)), Some(json!({}))).await;
            }
            (Place::Webex, true) => {
                // Only a moderator deletes a room; anybody else leaves it.
                let path = format!("/v1/rooms/{channel}");
                let title = self.ask("GET", &path, None).await["title"].clone();
                self.ask("PUT", &path, Some(json!({"title": title, "isLocked": true}))).await;
                self.ask("DELETE", &path, None).await;
            }
            (Place::Zoom, true) => {
                self.ask("DELETE", &format!("/v2/chat/users/me/channels/{channel}"), None).await;
            }
            (Place::Webex | Place::Zoom, false) => panic!("what was deleted is gone"),
        }
    }

    /// Leaves a channel or a group; on Teams a chat, for owners take people out of teams.
    pub async fn leave(&self, group: &str) {
        match self.place {
            Place::Webex => {
                let path = format!("/v1/memberships?roomId={group}&personId={}", self.id);
                let seats = self.ask("GET", &path, None).await;
                let seat = seats["items"][0]["id"].as_str().unwrap_or_default().to_owned();
                self.ask("DELETE", &format!("/v1/memberships/{seat}"), None).await;
            }
            Place::Slack => {
                self.slack("conversations.leave", json!({"channel": group})).await;
            }
            Place::Teams => {
                let members = self.ask("GET", &format!("/v1.0/chats/{group}/members"), None).await;
                let all = members["value"].as_array().into_iter().flatten();
                let own = all.into_iter().find(|one| one["userId"] == self.id.as_str());
                let own = own.and_then(|one| one["id"].as_str()).unwrap_or_default().to_owned();
                self.ask("DELETE", &format!("/v1.0/chats/{group}/members/{own}"), None).await;
            }
            Place::Zoom => {
                self.ask("DELETE", &format!("/v2/chat/channels/{group}/members/me"), None).await;
            }
        }
    }

    /// What a channel is called, and what it says that it is about.
    pub async fn title_and_topic(&self, channel: &str) -> (String, String) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match self.place {
            Place::Webex => {
                let room = self.ask("GET", &format!("/v1/rooms/{channel}"), None).await;
                (text(&room["title"]), text(&room["description"]))
            }
            Place::Slack => {
                let info = self.ask("GET", &format!("/api/conversations.info?channel={channel}"), None).await;
                (text(&info["channel"]["name"]), text(&info["channel"]["topic"]["value"]))
            }
            Place::Teams => {
                let found = self.ask("GET", &about_channel(channel), None).await;
                (text(&found["displayName"]), text(&found["description"]))
            }
            Place::Zoom => {
                let found = self.ask("GET", &format!("/v2/chat/users/me/channels/{channel}"), None).await;
                (text(&found["name"]), String::new())
            }
        }
    }
}
