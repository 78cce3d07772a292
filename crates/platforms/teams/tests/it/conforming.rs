//! The suite that every platform passes, against the simulated Teams: Ada is ours, Eva writes by hand.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use entente_model::{AccountRef, ConversationRef, MessageRef, Timestamp};
use entente_platform::conformance::{Fixed, Gathered, Seen, World as Conforming};
use entente_platform::{AppSecrets, Credentials, LoginKind, Platform, Site, Transport};
use entente_platform_teams::Teams;
use entente_text::{NoElements, html_in};
use serde_json::json;
use url::Url;

use crate::support::certificate;
use crate::support::{account, login, workspace};
use crate::world::{AUTHORITY, OURS, Person, World};

struct Sales {
    world: World,
    ada: Person,
    eva: Person,
    ours: Credentials,
    admin: Credentials,
    outsider: Credentials,
    founder: Credentials,
    addresses: Vec<String>,
}

async fn sales() -> Sales {
    let world = World::new(1.0, json!({"own_app_limited": false})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let token = world.sign_in(&ada).await;
    let app = world.as_app(Teams.profile().oauth.app_scope.unwrap()).await;
    let people = world.hand("GET", "/_sim/people", "", None).await;
    let people = people["items"].as_array().unwrap();
    let licensed = people.iter().filter(|one| one["licensed"] == true);
    let addresses = licensed.map(|one| one["email"].as_str().unwrap().to_owned()).collect();
    let credentials = |kind, account, token: String, app: Option<String>| Credentials {
        login: login(),
        kind,
        account,
        tokens: Arc::new(Fixed(token)),
        app_tokens: app.map(|app| Arc::new(Fixed(app)) as _),
    };
    let ours = credentials(LoginKind::Account, Some(ada.account()), token, Some(app.clone()));
    let admin = credentials(LoginKind::Admin, None, app, None);
    let dmitri = world.person("Dmitri");
    let token = world.sign_in(&dmitri).await;
    let outsider = credentials(LoginKind::Account, Some(dmitri.account()), token, None);
    let team = json!({"name": "Sales", "channel": "General", "members": [ada.id, eva.id]});
    world.hand("POST", "/_sim/teams", "", Some(team)).await;
    let bot = world.as_app("https://api.botframework.com/.default").await;
    let graph = world.as_app(Teams.profile().oauth.app_scope.unwrap()).await;
    let founder = credentials(LoginKind::App, None, bot, Some(graph));
    Sales { world, ada, eva, ours, admin, outsider, founder, addresses }
}

impl Sales {
    /// A path of a message, for Eva's hand.
    fn path(message: &MessageRef, behind: &str) -> String {
        format!("/v1.0/chats/{}/messages/{}{behind}", message.conversation.id, message.id)
    }
}

#[async_trait]
impl Conforming for Sales {
    fn platform(&self) -> Arc<dyn Platform> {
        Arc::new(Teams)
    }

    fn site(&self) -> Site {
        self.world.site.clone()
    }

    fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.world.transport.clone())
    }

    fn simulator(&self) -> Url {
        Url::parse(&format!("http://{AUTHORITY}")).unwrap()
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn ours(&self) -> Credentials {
        self.ours.clone()
    }

    fn admin(&self) -> Credentials {
        self.admin.clone()
    }

    fn person(&self) -> AccountRef {
        self.eva.account()
    }

    fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    async fn secrets(&self) -> AppSecrets {
        self.world.secrets().await
    }

    fn certificate(&self) -> Option<(String, Vec<u8>)> {
        Some(("entente-1".to_owned(), certificate()))
    }

    fn callback(&self) -> Url {
        Url::parse(&format!("http://{OURS}/hooks/sales")).unwrap()
    }

    fn hear(&self, router: Router) {
        self.world.courier.register(OURS, router);
    }

    async fn silence(&self) {
        self.world.hand("POST", "/_sim/subscriptions/lapse", "", Some(json!({}))).await;
    }

    async fn writes(&self, text: &str, thread: Option<&MessageRef>) -> MessageRef {
        let conversation = self.world.chat(&self.eva, &self.ada).await;
        let body = json!({"body": {"contentType": "text", "content": text}});
        let id = match thread {
            None => self.world.say(&self.eva, conversation.id.as_str(), text).await,
            Some(quoted) => {
                let path = format!("/v1.0/chats/{}/messages/replyWithQuote", conversation.id);
                let reply = json!({"messageIds": [quoted.id.as_str()], "replyMessage": body});
                let made = self.world.hand("POST", &path, &self.eva.hand, Some(reply)).await;
                made["id"].as_str().unwrap().to_owned()
            }
        };
        MessageRef { conversation, id: id.as_str().into() }
    }

    async fn edits(&self, message: &MessageRef, text: &str) {
        let body = json!({"body": {"contentType": "text", "content": text}});
        self.world.hand("PATCH", &Self::path(message, ""), &self.eva.hand, Some(body)).await;
    }

    async fn deletes(&self, message: &MessageRef) {
        self.world.hand("POST", &Self::path(message, "/softDelete"), &self.eva.hand, None).await;
    }

    async fn reacts(&self, message: &MessageRef, emoji: &str, on: bool) {
        let path = Self::path(message, if on { "/setReaction" } else { "/unsetReaction" });
        self.world.hand("POST", &path, &self.eva.hand, Some(json!({"reactionType": emoji}))).await;
    }

    async fn sees(&self, conversation: &ConversationRef) -> Vec<Seen> {
        assert_eq!(conversation.workspace, workspace());
        let path = format!("/v1.0/chats/{}/messages?$top=50", conversation.id);
        let page = self.world.hand("GET", &path, &self.eva.hand, None).await;
        let mut seen: Vec<Seen> = page["value"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["messageType"] == "message")
            .map(|one| Seen {
                text: html_in(one["body"]["content"].as_str().unwrap_or_default(), &mut NoElements).plain(),
                ours: one["from"]["user"]["id"] == json!(self.ada.id),
                edited: !one["lastEditedDateTime"].is_null(),
            })
            .collect();
        seen.reverse();
        seen
    }

    fn others(&self) -> Vec<AccountRef> {
        ["Hugo", "Farid", "Bruno"].map(|first| self.world.person(first).account()).to_vec()
    }

    fn nobody(&self) -> AccountRef {
        account("00000000-0000-4000-8000-00000000dead")
    }

    fn outsider(&self) -> Credentials {
        self.outsider.clone()
    }

    fn gathering(&self, _: usize) -> (&'static str, &'static str) {
        ("POST", "/v1.0/chats")
    }

    fn founder(&self) -> Credentials {
        self.founder.clone()
    }

    fn whole_name(&self, name: &str) -> String {
        format!("Sales/{}", name.replace('/', ""))
    }

    fn founding(&self) -> (&'static str, &'static str) {
        ("POST", "*/channels")
    }

    async fn gathered(&self, group: &ConversationRef) -> Option<Gathered> {
        let path = format!("/_sim/conversations?person={}", self.eva.id);
        let shown = self.world.hand("GET", &path, "", None).await;
        let shown = shown["items"].as_array().unwrap().iter().find(|one| one["chat"] == group.id.as_str())?;
        let people = shown["members"].as_array().unwrap().iter().filter(|one| one["is_bot"] == false);
        let mut members: Vec<_> = people.map(|one| account(one["id"].as_str().unwrap())).collect();
        members.sort();
        Some(Gathered { name: shown["title"].as_str().map(str::to_owned), members })
    }

    fn sending(&self) -> (&'static str, &'static str) {
        ("POST", "*/messages")
    }

    fn listing(&self) -> (&'static str, &'static str) {
        ("GET", "*/messages")
    }

    fn nowhere(&self, conversation: &ConversationRef) -> MessageRef {
        MessageRef { conversation: conversation.clone(), id: "1600000000000".into() }
    }
}

entente_platform::conformance!(crate::conforming::sales);
