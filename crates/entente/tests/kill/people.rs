//! The load: every engineer and every sales person write to each other, in both directions at once, whether the product
//! lives or not. What they wrote is remembered in their order, for the judge.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use entente_sim::org;
use entente_testkit::Said;
use entente_testkit::setup::call;
use http::StatusCode;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::world::World;

/// How names of in-process calls' hosts read; nothing depends on them.
const WEBEX: &str = "webex.test";
const TEAMS: &str = "teams.test";

/// One direction between two people.
#[derive(Clone)]
struct Line {
    router: Router,
    at: &'static str,
    token: String,
    /// The bot's address, or the chat.
    to: String,
    author: String,
    name: String,
}

/// Everybody who writes.
pub(crate) struct Load {
    /// What was written so far towards Webex and towards Teams, in the writers' order.
    said: [Arc<Mutex<Vec<Said>>>; 2],
    /// The accounts that the product writes with on each.
    authors: [BTreeSet<String>; 2],
    pause: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Load {
    /// Lets everybody begin; a pair writes about every `pause` in each direction.
    pub(crate) async fn begin(world: &World, seed: u64, pause: Duration) -> Self {
        let mut load = Self {
            said: [Arc::default(), Arc::default()],
            authors: [BTreeSet::new(), BTreeSet::new()],
            pause: Arc::default(),
            stop: Arc::default(),
            tasks: JoinSet::new(),
        };
        load.pace(pause);
        for (number, (line, side)) in (0..).zip(lines(world).await) {
            load.authors[side].insert(line.author.clone());
            let dice = StdRng::seed_from_u64(seed * 1_000 + number);
            let (said, pause, stop) =
                (Arc::clone(&load.said[side]), Arc::clone(&load.pause), Arc::clone(&load.stop));
            load.tasks.spawn(write(line, number, dice, said, pause, stop));
        }
        load
    }

    /// From now on a pair writes about so often.
    pub(crate) fn pace(&self, pause: Duration) {
        self.pause.store(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Lets everybody finish what they are writing.
    pub(crate) async fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("people can write");
        }
    }

    /// What was written towards Webex (0) or Teams (1).
    pub(crate) fn said(&self, side: usize) -> Vec<Said> {
        self.said[side].lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this account on Webex (0) or Teams (1) is one that the product writes with.
    pub(crate) fn is_product(&self, side: usize, author: &str) -> bool {
        self.authors[side].contains(author)
    }
}

async fn lines(world: &World) -> Vec<(Line, usize)> {
    let (webex, teams) = (world.webex.router(), world.teams.router());
    let on_webex = call(&webex, WEBEX, "GET", "/_sim/people", None, None).await.1;
    let on_teams = call(&teams, TEAMS, "GET", "/_sim/people", None, None).await.1;
    let of = |people: &Value, email: &str, key: &str| {
        let one = people["items"].as_array().and_then(|all| all.iter().find(|p| p["email"] == email));
        one.and_then(|one| one[key].as_str()).unwrap_or_else(|| panic!("{email} has no {key}")).to_owned()
    };
    let (engineers, sales): (Vec<_>, Vec<_>) = org::acme().into_iter().partition(|person| person.on_webex);
    let mut lines = Vec::new();
    for engineer in engineers.iter().map(|person| &person.email) {
        for seller in sales.iter().map(|person| &person.email) {
            let bot = format!("{}.acme@webex.bot", seller.split('@').next().unwrap_or_default());
            let to_teams = Line {
                router: webex.clone(),
                at: WEBEX,
                token: of(&on_webex, engineer, "token"),
                to: bot.clone(),
                author: of(&on_teams, engineer, "id"),
                name: format!("{engineer} to {seller}"),
            };
            let (id, token) = (of(&on_teams, seller, "id"), of(&on_teams, seller, "token"));
            let to_webex = Line {
                router: teams.clone(),
                at: TEAMS,
                to: chat(&teams, &token, &id, engineer).await,
                token,
                author: of(&on_webex, &bot, "id"),
                name: format!("{seller} to {engineer}"),
            };
            lines.extend([(to_teams, 1), (to_webex, 0)]);
        }
    }
    lines
}

async fn chat(teams: &Router, token: &str, me: &str, email: &str) -> String {
    let member = |who: &str| {
        json!({
            "@odata.type": "#microsoft.graph.aadUserConversationMember",
            "roles": ["owner"],
            "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{who}')"),
        })
    };
    let body = json!({"chatType": "oneOnOne", "members": [member(me), member(email)]});
    let (status, chat) = call(teams, TEAMS, "POST", "/v1.0/chats", Some(token), Some(body)).await;
    assert!(status.is_success(), "a chat: {status} {chat}");
    chat["id"].as_str().expect("a chat has an id").to_owned()
}

async fn write(
    line: Line,
    number: u64,
    mut dice: StdRng,
    said: Arc<Mutex<Vec<Said>>>,
    pause: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) {
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        // Some write several lines in a row, as people do.
        if dice.random_bool(0.8) {
            let pause = pause.load(Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..=pause * 5 / 2))).await;
        }
        let text = format!("m{number}-{count} as it was written");
        count += 1;
        let (path, body) = if line.at == WEBEX {
            ("/v1/messages".to_owned(), json!({"toPersonEmail": line.to, "text": text}))
        } else {
            let body = json!({"body": {"contentType": "text", "content": text}});
            (format!("/v1.0/chats/{}/messages", line.to), body)
        };
        let written = call(&line.router, line.at, "POST", &path, Some(&line.token), Some(body)).await;
        assert!(matches!(written.0, StatusCode::OK | StatusCode::CREATED), "{} {}", written.0, written.1);
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.push(Said::once(&line.name, &line.author, &text));
    }
}
