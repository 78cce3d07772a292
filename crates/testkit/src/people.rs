//! People at work: each acts through the vendor's own API with their own token, as the vendor's app would.

use std::time::Duration;

use axum::Router;
use http::StatusCode;
use serde_json::{Value, json};

use crate::setup::call;
use crate::world::{TEAMS, WEBEX, World};

/// Somebody at their own app.
#[derive(Clone)]
pub struct Actor {
    /// Their address.
    pub email: String,
    /// Their account on the platform.
    pub id: String,
    /// `webex.test` or `teams.test`.
    pub at: &'static str,
    token: String,
    router: Router,
}

/// Where a message stands on its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The room or chat.
    pub conversation: String,
    /// The message.
    pub message: String,
}

impl World {
    /// Somebody at their Webex app.
    pub async fn at_webex(&self, email: &str) -> Actor {
        actor(self.webex.router(), WEBEX, email).await
    }

    /// Somebody at their Teams app.
    pub async fn at_teams(&self, email: &str) -> Actor {
        actor(self.teams.router(), TEAMS, email).await
    }

    /// The address of the bot that stands in for somebody.
    ///
    /// # Panics
    /// When there is none.
    pub async fn bot_of(&self, email: &str) -> String {
        use entente_store::People as _;
        let person =
            self.store.person_by_email(email).await.expect("the memory store answers").expect("a person");
        let bot = person.stand_ins.into_iter().find_map(|stand_in| stand_in.address);
        bot.expect("a bot stands in")
    }
}

impl World {
    /// The address of the Entente app on Webex, as the simulator lists it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn app_address(&self) -> String {
        let people = call(&self.webex.router(), WEBEX, "GET", "/_sim/people", None, None).await.1;
        let app = people["items"].as_array().and_then(|all| all.iter().find(|p| p["name"] == "Entente"));
        app.and_then(|app| app["email"].as_str()).expect("the app is a bot").to_owned()
    }

    /// The address that the bot of this colleague should have.
    pub fn address_of(&self, email: &str) -> String {
        format!("{}.acme@webex.bot", email.split('@').next().unwrap_or_default())
    }
}

async fn actor(router: Router, at: &'static str, email: &str) -> Actor {
    let people = call(&router, at, "GET", "/_sim/people", None, None).await.1;
    let me = people["items"].as_array().and_then(|all| all.iter().find(|p| p["email"] == email));
    let me = me.unwrap_or_else(|| panic!("{email} is not at {at}"));
    let text = |key: &str| me[key].as_str().unwrap_or_default().to_owned();
    Actor { email: email.to_owned(), id: text("id"), token: text("token"), at, router }
}

impl Actor {
    /// Writes to somebody: on Webex by address, on Teams to the colleague of this address.
    pub async fn write(&self, to: &str, text: &str) -> At {
        if self.at == WEBEX {
            let body = json!({"toPersonEmail": to, "text": text});
            let sent = self.ask("POST", "/v1/messages", Some(body)).await;
            return place(&sent, "roomId");
        }
        let chat = self.chat_with(to).await;
        let body = json!({"body": {"contentType": "text", "content": text}});
        let sent = self.ask("POST", &format!("/v1.0/chats/{chat}/messages"), Some(body)).await;
        place(&sent, "chatId")
    }

    /// Answers a message in its thread (Webex) or by quoting it (Teams).
    pub async fn reply(&self, to: &At, text: &str) -> At {
        if self.at == WEBEX {
            let body = json!({"roomId": to.conversation, "parentId": to.message, "text": text});
            let sent = self.ask("POST", "/v1/messages", Some(body)).await;
            return place(&sent, "roomId");
        }
        let body = json!({
            "messageIds": [to.message],
            "replyMessage": {"body": {"contentType": "text", "content": text}},
        });
        let path = format!("/v1.0/chats/{}/messages/replyWithQuote", to.conversation);
        let sent = self.ask("POST", &path, Some(body)).await;
        place(&sent, "chatId")
    }

    /// Changes what a message says.
    pub async fn edit(&self, at: &At, text: &str) {
        if self.at == WEBEX {
            let body = json!({"roomId": at.conversation, "text": text});
            self.ask("PUT", &format!("/v1/messages/{}", at.message), Some(body)).await;
        } else {
            let body = json!({"body": {"contentType": "text", "content": text}});
            let path = format!("/v1.0/chats/{}/messages/{}", at.conversation, at.message);
            self.ask("PATCH", &path, Some(body)).await;
        }
    }

    /// Takes a message back.
    pub async fn delete(&self, at: &At) {
        if self.at == WEBEX {
            self.ask("DELETE", &format!("/v1/messages/{}", at.message), None).await;
        } else {
            let path = format!(
                "/v1.0/users/{}/chats/{}/messages/{}/softDelete",
                self.id, at.conversation, at.message
            );
            self.ask("POST", &path, None).await;
        }
    }

    /// The messages this person sees in a conversation, as the vendor lists them.
    pub async fn sees(&self, conversation: &str) -> Vec<Value> {
        if self.at == WEBEX {
            let listed = self.ask("GET", &format!("/v1/messages?roomId={conversation}&max=100"), None).await;
            return listed["items"].as_array().cloned().unwrap_or_default();
        }
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

    /// People try again when their app is told to wait or fails; nobody types faster than the vendor lets them.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        for _ in 0..50 {
            let (status, answer) =
                call(&self.router, self.at, method, path, Some(&self.token), body.clone()).await;
            if status.is_success() {
                return answer;
            }
            let again = status == StatusCode::TOO_MANY_REQUESTS;
            assert!(again, "{method} {path}: {status} {answer}");
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        panic!("{method} {path} was limited for ever");
    }
}

fn place(sent: &Value, conversation: &str) -> At {
    let text = |key: &str| sent[key].as_str().unwrap_or_else(|| panic!("no {key} in {sent}")).to_owned();
    At { conversation: text(conversation), message: text("id") }
}
