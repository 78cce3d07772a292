//! People at work: each acts through the vendor's own API with their own token, as the vendor's app would.

use std::time::Duration;

use axum::Router;
use http::StatusCode;
use serde_json::Value;

use crate::place::Place;
use crate::setup::call;
use crate::world::World;

mod raw;
mod rooms;
mod slack;
mod teams;
mod webex;
mod zoom;

/// Somebody at their own app.
#[derive(Clone)]
pub struct Actor {
    /// Their address.
    pub email: String,
    /// Their account on the platform.
    pub id: String,
    /// Where.
    pub place: Place,
    token: String,
    router: Router,
}

/// Where a message stands on its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The room, chat or channel; on Zoom whoever the conversation is with, for it has no other name there.
    pub conversation: String,
    /// The message.
    pub message: String,
}

impl World {
    /// Somebody at their app on this platform.
    ///
    /// # Panics
    /// When they have no account there.
    pub async fn at(&self, place: Place, email: &str) -> Actor {
        let router = self.router(place);
        let me = person(&router, place, email).await.unwrap_or_else(|| panic!("{email} is not at {place:?}"));
        let text = |key: &str| me[key].as_str().unwrap_or_default().to_owned();
        Actor { email: email.to_owned(), id: text("id"), token: text("token"), place, router }
    }

    /// Whoever has this account on a platform, who may be a bot.
    ///
    /// # Panics
    /// When nobody has.
    pub async fn by_account(&self, place: Place, account: &str) -> Actor {
        let people = self.look(place, "/_sim/people").await;
        let has = |one: &&Value| one["id"] == account;
        let found = people["items"].as_array().and_then(|all| all.iter().find(has)).expect("somebody has it");
        self.at(place, found["email"].as_str().expect("an address")).await
    }

    /// The address of the first of those who work on this platform.
    ///
    /// # Panics
    /// When nobody does.
    pub fn somebody_of(&self, place: Place) -> String {
        let mut people = self.setup.people.iter();
        people.find(|one| one.department == place.department()).expect("somebody works there").email.clone()
    }

    /// Somebody at their Webex app.
    pub async fn at_webex(&self, email: &str) -> Actor {
        self.at(Place::Webex, email).await
    }

    /// Somebody at their Teams app.
    pub async fn at_teams(&self, email: &str) -> Actor {
        self.at(Place::Teams, email).await
    }

    /// The address at which somebody who works elsewhere is found on this platform: their own, or a bot's.
    pub async fn address_at(&self, place: Place, email: &str) -> String {
        match person(&self.router(place), place, email).await {
            Some(_) => email.to_owned(),
            None => self.bot_of(email).await,
        }
    }

    /// The account by which somebody is on this platform: their own, or that of the bot that stands in for them.
    ///
    /// # Panics
    /// When they have none there.
    pub async fn account_at(&self, place: Place, email: &str) -> String {
        let address = self.address_at(place, email).await;
        let found = person(&self.router(place), place, &address).await;
        found.and_then(|found| found["id"].as_str().map(str::to_owned)).expect("an account there")
    }

    /// The address of the bot that stands in for somebody.
    ///
    /// # Panics
    /// When there is none.
    pub async fn bot_of(&self, email: &str) -> String {
        use entente_store::People as _;
        let person =
            self.store.person_by_email(email).await.expect("the memory store answers").expect("a person");
        let bot = |stand_in: &&entente_model::StandIn| stand_in.mode == entente_model::StandInMode::Bot;
        let bot = person.stand_ins.iter().find(bot).and_then(|stand_in| stand_in.address.clone());
        bot.expect("a bot stands in")
    }

    /// The address of the Entente app on Webex, as the simulator lists it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn app_address(&self) -> String {
        let place = Place::Webex;
        let people = call(&self.router(place), place.authority(), "GET", "/_sim/people", None, None).await.1;
        let app = people["items"].as_array().and_then(|all| all.iter().find(|p| p["name"] == "Entente"));
        app.and_then(|app| app["email"].as_str()).expect("the app is a bot").to_owned()
    }

    /// The address that the bot of this colleague should have.
    pub fn address_of(&self, email: &str) -> String {
        format!("{}.acme@webex.bot", email.split('@').next().unwrap_or_default())
    }
}

/// Somebody as a simulator lists them.
async fn person(router: &Router, place: Place, email: &str) -> Option<Value> {
    let people = call(router, place.authority(), "GET", "/_sim/people", None, None).await.1;
    people["items"].as_array().and_then(|all| all.iter().find(|p| p["email"] == email)).cloned()
}

impl Actor {
    /// Writes to the colleague of this address.
    pub async fn write(&self, to: &str, text: &str) -> At {
        match self.place {
            Place::Webex => self.write_in_webex(to, text).await,
            Place::Teams => self.write_in_teams(to, text).await,
            Place::Slack => self.write_in_slack(to, text).await,
            Place::Zoom => self.write_in_zoom(to, text).await,
        }
    }

    /// Makes a channel of this name, with this person in it. Its id.
    pub async fn open_channel(&self, name: &str) -> String {
        match self.place {
            Place::Webex => self.open_room(name).await,
            Place::Slack => self.open_slack_channel(name).await,
            Place::Zoom => self.open_zoom_channel(name).await,
            Place::Teams => self.open_team_channel(name).await,
        }
    }

    /// Makes a group of these accounts and this person. Its id.
    pub async fn open_group(&self, name: &str, accounts: &[String]) -> String {
        match self.place {
            Place::Webex => {
                let room = self.open_room(name).await;
                for account in accounts {
                    self.let_into_room(&room, account).await;
                }
                room
            }
            Place::Slack => self.open_slack_group(accounts).await,
            Place::Zoom => self.open_zoom_group(name, accounts).await,
            Place::Teams => self.open_group_chat(name, accounts).await,
        }
    }

    /// Lets an account into a channel.
    pub async fn let_in(&self, channel: &str, account: &str) {
        match self.place {
            Place::Webex => self.let_into_room(channel, account).await,
            Place::Slack => self.invite_in_slack(channel, account).await,
            Place::Zoom => self.invite_in_zoom(channel, account).await,
            Place::Teams => self.let_into_team(channel, account).await,
        }
    }

    /// Writes in a channel.
    pub async fn tell(&self, channel: &str, text: &str) -> At {
        match self.place {
            Place::Webex => self.tell_in_webex(channel, text).await,
            Place::Slack => self.tell_in_slack(channel, text).await,
            Place::Zoom => self.tell_in_zoom(channel, text).await,
            Place::Teams => self.tell_in_teams(channel, text).await,
        }
    }

    /// Answers a message in its thread, or on Teams by quoting it.
    pub async fn reply(&self, to: &At, text: &str) -> At {
        match self.place {
            Place::Webex => self.reply_in_webex(to, text).await,
            Place::Teams => self.reply_in_teams(to, text).await,
            Place::Slack => self.reply_in_slack(to, text).await,
            Place::Zoom => self.reply_in_zoom(to, text).await,
        }
    }

    /// Changes what a message says.
    pub async fn edit(&self, at: &At, text: &str) {
        match self.place {
            Place::Webex => self.edit_in_webex(at, text).await,
            Place::Teams => self.edit_in_teams(at, text).await,
            Place::Slack => self.edit_in_slack(at, text).await,
            Place::Zoom => self.edit_in_zoom(at, text).await,
        }
    }

    /// Takes a message back.
    pub async fn delete(&self, at: &At) {
        match self.place {
            Place::Webex => self.delete_in_webex(at).await,
            Place::Teams => self.delete_in_teams(at).await,
            Place::Slack => self.delete_in_slack(at).await,
            Place::Zoom => self.delete_in_zoom(at).await,
        }
    }

    /// Reacts to a message, or takes that back; on Slack by short name, elsewhere by the emoji.
    ///
    /// # Panics
    /// On Webex, where apps cannot.
    pub async fn react(&self, at: &At, emoji: &str, on: bool) {
        match self.place {
            Place::Webex => panic!("nobody can react by the API of Webex"),
            Place::Teams => self.react_in_teams(at, emoji, on).await,
            Place::Slack => self.react_in_slack(at, emoji, on).await,
            Place::Zoom => self.react_in_zoom(at, emoji, on).await,
        }
    }

    /// The messages this person sees in a conversation, newest first, as the vendor lists them.
    pub async fn sees(&self, conversation: &str) -> Vec<Value> {
        match self.place {
            Place::Webex => self.sees_in_webex(conversation).await,
            Place::Teams => self.sees_in_teams(conversation).await,
            Place::Slack => self.sees_in_slack(conversation).await,
            Place::Zoom => self.sees_in_zoom(conversation).await,
        }
    }

    /// People try again when their app is told to wait or fails; nobody types faster than the vendor lets them.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        for _ in 0..50 {
            let (status, answer) =
                call(&self.router, self.place.authority(), method, path, Some(&self.token), body.clone())
                    .await;
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

fn place(sent: &Value, conversation: &str, message: &str) -> At {
    let text = |key: &str| sent[key].as_str().unwrap_or_else(|| panic!("no {key} in {sent}")).to_owned();
    At { conversation: text(conversation), message: text(message) }
}
