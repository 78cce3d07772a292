//! At Slack, in the direct conversation with the colleague of an address. Refusals come with status 200 there.

use serde_json::{Value, json};

use super::{Actor, At, person, place};
use crate::place::Place;

impl Actor {
    pub(super) async fn write_in_slack(&self, to: &str, text: &str) -> At {
        let other =
            person(&self.router, Place::Slack, to).await.unwrap_or_else(|| panic!("{to} is not at Slack"));
        self.write_to_user(other["id"].as_str().unwrap_or_default(), text).await
    }

    /// Writes to a user of Slack who may be a bot.
    pub async fn write_to_user(&self, user: &str, text: &str) -> At {
        let opened = self.slack("conversations.open", json!({"users": user})).await;
        let sent = json!({"channel": opened["channel"]["id"], "text": text});
        place(&self.slack("chat.postMessage", sent).await, "channel", "ts")
    }

    pub(super) async fn open_slack_channel(&self, name: &str) -> String {
        let made = self.slack("conversations.create", json!({"name": name})).await;
        made["channel"]["id"].as_str().expect("a channel").to_owned()
    }

    pub(super) async fn open_slack_group(&self, users: &[String]) -> String {
        let made = self.slack("conversations.open", json!({"users": users.join(",")})).await;
        made["channel"]["id"].as_str().expect("a group").to_owned()
    }

    pub(super) async fn invite_in_slack(&self, channel: &str, user: &str) {
        self.slack("conversations.invite", json!({"channel": channel, "users": user})).await;
    }

    /// Takes a user out of a channel.
    pub async fn put_out_in_slack(&self, channel: &str, user: &str) {
        self.slack("conversations.kick", json!({"channel": channel, "user": user})).await;
    }

    pub(super) async fn tell_in_slack(&self, channel: &str, text: &str) -> At {
        place(
            &self.slack("chat.postMessage", json!({"channel": channel, "text": text})).await,
            "channel",
            "ts",
        )
    }

    pub(super) async fn reply_in_slack(&self, to: &At, text: &str) -> At {
        let sent = json!({"channel": to.conversation, "thread_ts": to.message, "text": text});
        place(&self.slack("chat.postMessage", sent).await, "channel", "ts")
    }

    pub(super) async fn edit_in_slack(&self, at: &At, text: &str) {
        self.slack("chat.update", json!({"channel": at.conversation, "ts": at.message, "text": text})).await;
    }

    pub(super) async fn delete_in_slack(&self, at: &At) {
        self.slack("chat.delete", json!({"channel": at.conversation, "ts": at.message})).await;
    }

    pub(super) async fn react_in_slack(&self, at: &At, name: &str, on: bool) {
        let method = if on { "reactions.add" } else { "reactions.remove" };
        self.slack(method, json!({"channel": at.conversation, "timestamp": at.message, "name": name})).await;
    }

    pub(super) async fn sees_in_slack(&self, conversation: &str) -> Vec<Value> {
        let path = format!("/_sim/messages?channel={conversation}&person={}&max=1000", self.id);
        let mut shown = self.ask("GET", &path, None).await["items"].as_array().cloned().unwrap_or_default();
        shown.reverse();
        shown
    }

    pub(super) async fn slack(&self, method: &str, arguments: Value) -> Value {
        let answer = self.ask("POST", &format!("/api/{method}"), Some(arguments)).await;
        assert!(answer["ok"] == true, "{method}: {answer}");
        answer
    }
}
