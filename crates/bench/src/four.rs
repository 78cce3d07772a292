//! The scene with all four platforms: simulators, the running product, everybody in it, and whoever judges. As
//! [`crate::world`] has it with two, whose figures stay comparable by staying as they are.

use std::sync::{Arc, OnceLock};

use anyhow::ensure;
use serde_json::json;

use crate::judge::Platform;
use crate::people::text;
use crate::product::{Place, Product};
use crate::run::Settings;
use crate::tally::Tally;
use crate::typists::{self, Hand};
use hosts::Hosts;
use judge::{Bench, Judge, Talking, Target};
use people::{Everybody, Somebody};

mod apps;
mod channels;
pub(crate) mod hosts;
mod judge;
mod people;

/// A running scene. Dropping it ends the product.
pub(crate) struct Four {
    pub(crate) hosts: Hosts,
    pub(crate) product: Product,
    bench: Bench,
    everybody: Everybody,
    /// Whom each platform's ledger names where the app speaks in a channel.
    speakers: [String; 4],
    /// The account that hears in channels of Webex.
    listener: String,
}

/// Some conversations that can be loaded.
pub(crate) struct Talk {
    pub(crate) apps: Arc<typists::Apps>,
    judge: Arc<Judge>,
}

impl Talk {
    /// The count.
    pub(crate) fn tally(&self) -> &Arc<Tally> {
        &self.judge.tally
    }
}

impl Four {
    /// Starts the product with so many people, a quarter of whom works on each platform, and brings them all in.
    pub(crate) async fn start(settings: &Settings, count: usize) -> anyhow::Result<Self> {
        let hosts = Hosts::open(count)?;
        let place = Place::choose(&settings.folder)?;
        let apps = apps::register(&hosts, &place).await?;
        let configuration = apps.configuration(&hosts, &place);
        let log = settings.folder.join("product.log");
        let product = Product::start(place, &settings.product, &log, configuration).await?;
        let everybody = people::represent(&hosts, &product, &apps).await?;
        let (speakers, listener) = channels::speakers(&hosts, &apps).await?;
        let bench = Bench::watch(&hosts);
        Ok(Self { hosts, product, bench, everybody, speakers, listener })
    }

    /// These talks are judged from now on.
    pub(crate) fn seat(&self, talks: &[&Talk]) {
        self.bench.seat(talks.iter().map(|talk| Arc::clone(&talk.judge)).collect());
    }

    /// From now on `watcher` is told of the files that arrive on a platform: name, length, digest.
    pub(crate) fn see_files(&self, at: Platform, watcher: impl Fn(&str, u64, &str) + Send + 'static) {
        self.bench.watch_files(at, Box::new(watcher));
    }

    /// Somebody who works on one platform and somebody who works on another, the pair of this number.
    pub(crate) fn pair(&self, from: Platform, to: Platform, number: usize) -> (&Somebody, &Somebody) {
        let (here, there) = (&self.everybody[from.index()], &self.everybody[to.index()]);
        let round = number / here.len();
        (&here[number % here.len()], &there[(number + round) % there.len()])
    }

    /// Conversations of so many who work on one platform with those who work on another, one way.
    pub(crate) async fn talk(&self, from: Platform, to: Platform, count: usize) -> anyhow::Result<Talk> {
        const LETTER: char = 'd';
        let most = self.everybody[from.index()].len() * self.everybody[to.index()].len();
        ensure!(count <= most, "there are not so many pairs");
        let (mut hands, mut talking) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for number in 0..count {
            let (writer, reader) = self.pair(from, to, number);
            hands.push((self.hosts.router(from).clone(), self.hand(from, writer, reader).await?));
            let speaker = writer.accounts[to.index()].0.clone();
            let typist = writer.accounts[from.index()].0.clone();
            let targets = vec![Target { platform: to, speaker, place: OnceLock::new() }];
            talking.push(Talking { from, typist, targets });
        }
        let tally = Arc::new(Tally::new(count));
        Ok(Talk {
            apps: Arc::new(typists::Apps::new(LETTER, hands)),
            judge: Arc::new(Judge { letter: LETTER, tally, talking }),
        })
    }

    /// How somebody writes to the account that stands for a colleague where they work.
    async fn hand(&self, at: Platform, writer: &Somebody, reader: &Somebody) -> anyhow::Result<Hand> {
        let (me, token) = &writer.accounts[at.index()];
        let (other, _) = &reader.accounts[at.index()];
        match at {
            Platform::Webex => Hand::webex(token, other),
            Platform::Teams => {
                let member = |id: &str| {
                    json!({
                        "@odata.type": "#microsoft.graph.aadUserConversationMember",
                        "roles": ["owner"],
                        "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{id}')"),
                    })
                };
                let chat = json!({"chatType": "oneOnOne", "members": [member(me), member(other)]});
                let made = self.hosts.call(at, "/v1.0/chats", Some(token), &chat).await?;
                Hand::teams(token, &text(&made, "id")?)
            }
            Platform::Slack => {
                let opened = json!({"users": other});
                let opened = self.hosts.call(at, "/api/conversations.open", Some(token), &opened).await?;
                Hand::slack(token, &text(&opened["channel"], "id")?)
            }
            Platform::Zoom => Hand::zoom(token, &reader.email),
        }
    }
}
