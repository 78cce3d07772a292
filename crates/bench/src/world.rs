//! The whole scene: both platforms, the running product, everybody in it, and whoever judges.

use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, ensure};
use http::Method;
use serde_json::{Value, json};

use crate::configuration::Configuration;
use crate::hosts::{Hosts, call};
use crate::judge::{Bench, Direction, Judge, Pair};
use crate::people::{self, Everybody, Somebody};
use crate::product::{Place, Product};
use crate::run::Settings;
use crate::tally::Tally;
use crate::typists::{Apps, Hand};

/// A running scene. Dropping it ends the product.
pub(crate) struct World {
    pub(crate) hosts: Hosts,
    pub(crate) product: Product,
    bench: Bench,
    everybody: Everybody,
}

/// Some conversations that can be loaded.
pub(crate) struct Talk {
    pub(crate) apps: Arc<Apps>,
    pub(crate) judge: Arc<Judge>,
}

impl Talk {
    /// The count.
    pub(crate) fn tally(&self) -> &Arc<Tally> {
        &self.judge.tally
    }
}

impl World {
    /// Starts the product with so many people and brings them all in.
    pub(crate) async fn start(settings: &Settings, count: usize) -> anyhow::Result<Self> {
        let hosts = Hosts::open(count)?;
        let place = Place::choose(&settings.folder)?;
        let (webex, teams) = people::register(&hosts, &place).await?;
        let log = settings.folder.join("product.log");
        let configuration = Configuration::new(place.listen)
            .webex(&format!("http://{}", hosts.webex_port.addr()), &webex)
            .teams(&format!("http://{}", hosts.teams_port.addr()), hosts.teams.tenant(), &teams);
        let product = Product::start(place, &settings.product, &log, configuration).await?;
        let everybody = people::represent(&hosts, &product, &teams).await?;
        hosts.acks.take();
        let bench = Bench::watch(&hosts);
        Ok(Self { hosts, product, bench, everybody })
    }

    /// Pairs of an engineer and a sales person, all different: number `n` is the same in every talk.
    fn pair(&self, number: usize) -> (&Somebody, &Somebody) {
        let Everybody { engineers, sales } = &self.everybody;
        let round = number / engineers.len();
        (&engineers[number % engineers.len()], &sales[(number + round) % sales.len()])
    }

    /// Conversations between the first `count` pairs, one way.
    pub(crate) async fn talk(&self, direction: Direction, count: usize) -> anyhow::Result<Talk> {
        self.talk_of(direction, 0..count, direction.letter()).await
    }

    /// Conversations between these pairs, one way, whose messages begin with this letter.
    pub(crate) async fn talk_of(
        &self,
        direction: Direction,
        which: std::ops::Range<usize>,
        letter: char,
    ) -> anyhow::Result<Talk> {
        let Everybody { engineers, sales } = &self.everybody;
        let count = which.len();
        ensure!(which.end <= engineers.len() * sales.len(), "there are not so many pairs");
        let router = match direction {
            Direction::WebexToTeams => &self.hosts.webex_router,
            Direction::TeamsToWebex => &self.hosts.teams_router,
        };
        let (mut hands, mut pairs) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for number in which {
            let (engineer, seller) = self.pair(number);
            let (hand, typist, speaker, reader) = match direction {
                Direction::WebexToTeams => (
                    Hand::webex(&engineer.webex.1, &seller.webex.0)?,
                    &engineer.webex.0,
                    &engineer.teams.0,
                    &seller.teams.0,
                ),
                Direction::TeamsToWebex => (
                    Hand::teams(&seller.teams.1, &self.chat(seller, engineer).await?)?,
                    &seller.teams.0,
                    &seller.webex.0,
                    &engineer.webex.0,
                ),
            };
            hands.push((router.clone(), hand));
            let (typist, speaker, reader) = (typist.clone(), speaker.clone(), reader.clone());
            pairs.push(Pair { typist, speaker, reader, place: OnceLock::new() });
        }
        let apps = Arc::new(Apps::new(letter, hands));
        let judge = Arc::new(Judge { direction, letter, tally: Arc::new(Tally::new(count)), pairs });
        Ok(Talk { apps, judge })
    }

    /// The chat of two, made by the first. Graph: "Create chat"; one that exists is found.
    async fn chat(&self, one: &Somebody, other: &Somebody) -> anyhow::Result<String> {
        let member = |somebody: &Somebody| {
            json!({
                "@odata.type": "#microsoft.graph.aadUserConversationMember",
                "roles": ["owner"],
                "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{}')", somebody.teams.0),
            })
        };
        let chat = json!({"chatType": "oneOnOne", "members": [member(one), member(other)]});
        let router = &self.hosts.teams_router;
        let made = call(router, Method::POST, "/v1.0/chats", Some(&one.teams.1), Some(&chat)).await?;
        made["id"].as_str().map(str::to_owned).context("a chat has no id")
    }

    /// These talks are judged from now on.
    pub(crate) fn seat(&self, talks: &[&Talk]) {
        self.bench.seat(talks.iter().map(|talk| Arc::clone(&talk.judge)).collect());
    }

    /// What a ledger does not show: that the rooms on Webex are those of the pairs and of nobody else.
    pub(crate) async fn check_rooms(&self, talk: &Talk) -> anyhow::Result<()> {
        if talk.judge.direction == Direction::WebexToTeams {
            return Ok(());
        }
        for pair in &talk.judge.pairs {
            let Some(place) = pair.place.get() else { continue };
            let path = format!("/_sim/conversations?person={}", pair.reader);
            let rooms = call(&self.hosts.webex_router, Method::GET, &path, None, None).await?;
            let mut rooms = rooms["items"].as_array().into_iter().flatten();
            let room = rooms.find(|room| room["room"] == **place).unwrap_or(&Value::Null);
            let members: Vec<&str> = room["members"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|one| one["id"].as_str())
                .collect();
            let private = members.len() == 2
                && members.contains(&pair.speaker.as_str())
                && members.contains(&pair.reader.as_str());
            if !private {
                talk.tally().note(format!("a room on Webex has {} members", members.len()));
            }
        }
        Ok(())
    }
}
