//! Channels of all four platforms that are linked: made by people who work there, linked through the product's API.
//!
//! Nobody's stand-in is in them, so the app says everything, with the name of its author in front: that is what every
//! message of a linked channel costs at most.

use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use serde_json::json;

use super::judge::{Judge, Talking, Target};
use super::people::{LISTENER, Somebody};
use super::{Four, Talk};
use crate::judge::Platform::{self, Slack, Teams, Webex, Zoom};
use crate::people::{items, text};
use crate::tally::Tally;
use crate::typists::{Apps, Hand};

/// How many are made at a time.
const AT_ONCE: usize = 8;

/// A channel on each platform, linked with each other: their ids, in the order of [`Platform::ALL`].
pub(crate) struct Linked {
    ids: [String; 4],
    /// What the ledgers call them.
    places: [String; 4],
}

impl Four {
    /// Makes and links these, by number.
    pub(crate) async fn link(&self, which: std::ops::Range<usize>) -> anyhow::Result<Vec<Linked>> {
        let making = which.map(|number| self.one(number));
        futures_util::stream::iter(making).buffered(AT_ONCE).try_collect().await
    }

    async fn one(&self, number: usize) -> anyhow::Result<Linked> {
        let name = format!("subject-{number}");
        let ids = [
            self.on_webex(&name, self.host(Webex, number)).await?,
            self.on_teams(&name, self.host(Teams, number)).await?,
            self.on_slack(&name, self.host(Slack, number)).await?,
            self.on_zoom(&name, self.host(Zoom, number)).await?,
        ];
        let channels = Platform::ALL
            .map(|platform| json!({"workspace": platform.workspace(), "channel": ids[platform.index()]}));
        self.product.post("/links", &json!({"name": name, "channels": channels})).await?;
        let mut places = ids.clone();
        if let Some((_, channel)) = ids[Teams.index()].split_once('/') {
            channel.clone_into(&mut places[Teams.index()]);
        }
        Ok(Linked { ids, places })
    }

    /// Who made the channel of this number on a platform, and types in it there.
    fn host(&self, platform: Platform, number: usize) -> &Somebody {
        let home = &self.everybody[platform.index()];
        &home[number % home.len()]
    }

    /// A space with Entente's bot in it, and with the account that hears there.
    async fn on_webex(&self, name: &str, host: &Somebody) -> anyhow::Result<String> {
        let token = Some(host.accounts[Webex.index()].1.as_str());
        let room = self.hosts.call(Webex, "/v1/rooms", token, &json!({"title": name})).await?;
        let room = text(&room, "id")?;
        for member in [&self.speakers[Webex.index()], &self.listener] {
            let body = json!({"roomId": room, "personId": member});
            self.hosts.call(Webex, "/v1/memberships", token, &body).await?;
        }
        Ok(room)
    }

    /// A channel of a team of its own, in which the app is installed with the team.
    async fn on_teams(&self, name: &str, host: &Somebody) -> anyhow::Result<String> {
        let team = json!({"name": name, "channel": name, "members": [host.accounts[Teams.index()].0]});
        let made = self.hosts.call(Teams, "/_sim/teams", None, &team).await?;
        Ok(format!("{}/{}", text(&made, "team")?, text(&made, "channel")?))
    }

    /// A channel with Entente's app in it.
    async fn on_slack(&self, name: &str, host: &Somebody) -> anyhow::Result<String> {
        let token = Some(host.accounts[Slack.index()].1.as_str());
        let made = self.hosts.call(Slack, "/api/conversations.create", token, &json!({"name": name})).await?;
        let channel = text(&made["channel"], "id")?;
        let invited = json!({"channel": channel, "users": self.speakers[Slack.index()]});
        self.hosts.call(Slack, "/api/conversations.invite", token, &invited).await?;
        Ok(channel)
    }

    /// A private channel with the account that hears there. A chatbot writes without being a member.
    async fn on_zoom(&self, name: &str, host: &Somebody) -> anyhow::Result<String> {
        let token = Some(host.accounts[Zoom.index()].1.as_str());
        let channel = json!({"name": name, "type": 2, "members": [{"email": LISTENER}]});
        text(&self.hosts.call(Zoom, "/v2/chat/users/me/channels", token, &channel).await?, "id")
    }

    /// Somebody types in each of these channels: of four on Webex, on Teams, on Slack and on Zoom in turn.
    pub(crate) fn talk_in(&self, channels: &[Linked], first: usize, letter: char) -> anyhow::Result<Talk> {
        let (mut hands, mut talking) = (Vec::new(), Vec::new());
        for (number, channel) in (first..).zip(channels) {
            let from = Platform::ALL[number % 4];
            let (typist, token) = &self.host(from, number).accounts[from.index()];
            let hand = Hand::channel(from, token, &channel.ids[from.index()])?;
            hands.push((self.hosts.router(from).clone(), hand));
            let targets = Platform::ALL.into_iter().filter(|platform| *platform != from);
            let target = |platform: Platform| {
                let (speaker, place) =
                    (self.speakers[platform.index()].clone(), channel.places[platform.index()].clone());
                Target { platform, speaker, place: OnceLock::from(place) }
            };
            talking.push(Talking { from, typist: typist.clone(), targets: targets.map(target).collect() });
        }
        let tally = Arc::new(Tally::fanned(channels.len(), Platform::ALL.len() - 1));
        Ok(Talk {
            apps: Arc::new(Apps::new(letter, hands)),
            judge: Arc::new(Judge { letter, tally, talking }),
        })
    }
}

/// Whom each platform's ledger names where the app speaks in a channel, and the account that hears on Webex.
pub(super) async fn speakers(
    hosts: &super::hosts::Hosts,
    apps: &super::apps::Apps,
) -> anyhow::Result<([String; 4], String)> {
    let webex = hosts.look(Webex, "/_sim/people").await?;
    let slack = hosts.look(Slack, "/_sim/people").await?;
    let of = |listed: &serde_json::Value, key: &str, value: &str| {
        let found = items(listed, "items").find(|one| one[key] == value);
        text(found.with_context(|| format!("nobody's {key} is {value}"))?, "id")
    };
    let listener = of(&webex, "email", LISTENER)?;
    Ok((
        [of(&webex, "name", "Entente")?, apps.on_teams(), of(&slack, "name", "Entente")?, apps.robot.clone()],
        listener,
    ))
}
