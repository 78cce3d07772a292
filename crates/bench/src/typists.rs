//! Everybody who types: engineers on Webex, sales people on Teams, and whoever calls a floor.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::floor::wire::Wire;
use crate::judge::Platform;
use crate::load::Typist;
use crate::tally::{Said, Tally};

/// People who type in their own apps: in process, through the vendor's own API.
pub(crate) struct Apps {
    letter: char,
    hands: Vec<(Router, Hand)>,
}

/// How one of them types.
pub(crate) struct Hand {
    uri: Uri,
    token: HeaderValue,
    /// The body before and after the text, which needs no escaping.
    body: (String, String),
}

impl Hand {
    /// An engineer who writes to a colleague's bot. "Create a Message".
    pub(crate) fn webex(token: &str, bot: &str) -> anyhow::Result<Self> {
        let body = json!({"toPersonId": bot, "text": "@"}).to_string();
        Self::new("/v1/messages", token, &body)
    }

    /// A sales person who writes in a chat. Graph: "Send chatMessage in a channel or a chat".
    pub(crate) fn teams(token: &str, chat: &str) -> anyhow::Result<Self> {
        let body = json!({"body": {"contentType": "text", "content": "@"}}).to_string();
        Self::new(&format!("/v1.0/chats/{chat}/messages"), token, &body)
    }

    /// Somebody who writes into a conversation of Slack. "chat.postMessage".
    pub(crate) fn slack(token: &str, channel: &str) -> anyhow::Result<Self> {
        let body = json!({"channel": channel, "text": "@"}).to_string();
        Self::new("/api/chat.postMessage", token, &body)
    }

    /// Somebody who writes to a contact on Zoom, by address. "Send a chat message".
    pub(crate) fn zoom(token: &str, contact: &str) -> anyhow::Result<Self> {
        let body = json!({"to_contact": contact, "message": "@"}).to_string();
        Self::new("/v2/chat/users/me/messages", token, &body)
    }

    /// Somebody who writes in a channel of this platform, which is known by this id.
    pub(crate) fn channel(platform: Platform, token: &str, channel: &str) -> anyhow::Result<Self> {
        match platform {
            Platform::Webex => {
                let body = json!({"roomId": channel, "text": "@"}).to_string();
                Self::new("/v1/messages", token, &body)
            }
            Platform::Teams => {
                let (team, channel) = channel.split_once('/').context("a channel is in a team")?;
                let body = json!({"body": {"contentType": "text", "content": "@"}}).to_string();
                Self::new(&format!("/v1.0/teams/{team}/channels/{channel}/messages"), token, &body)
            }
            Platform::Slack => Self::slack(token, channel),
            Platform::Zoom => {
                let body = json!({"to_channel": channel, "message": "@"}).to_string();
                Self::new("/v2/chat/users/me/messages", token, &body)
            }
        }
    }

    fn new(path: &str, token: &str, body: &str) -> anyhow::Result<Self> {
        let (before, after) = body.split_once("\"@\"").context("a body has one place for the text")?;
        Ok(Self {
            uri: path.parse()?,
            token: HeaderValue::try_from(format!("Bearer {token}"))?,
            body: (before.to_owned(), after.to_owned()),
        })
    }
}

impl Apps {
    /// These people, by conversation, each with the platform on which they type.
    pub(crate) fn new(letter: char, hands: Vec<(Router, Hand)>) -> Self {
        Self { letter, hands }
    }
}

impl Typist for Apps {
    async fn say(&self, said: Said) -> anyhow::Result<()> {
        let (router, hand) = &self.hands[said.conversation];
        let body = format!("{}\"{}\"{}", hand.body.0, said.text(self.letter), hand.body.1);
        let request = Request::post(hand.uri.clone())
            .header(header::HOST, "127.0.0.1")
            .header(header::AUTHORIZATION, hand.token.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))?;
        let answer = router.clone().oneshot(request).await?;
        anyhow::ensure!(answer.status().is_success(), "typing was answered {}", answer.status());
        Ok(())
    }
}

/// The letter of messages through floors.
const FLOOR: char = 'f';

/// Those who call a floor, each over a connection of their own, and the place where it passes messages on to.
pub(crate) struct Callers {
    wires: Vec<Mutex<Wire>>,
    _sink: JoinSet<()>,
}

/// The place where floors pass messages on to; messages are told to `tally` when they are here.
pub(crate) async fn sink(tally: Arc<Tally>) -> anyhow::Result<(std::net::SocketAddr, JoinSet<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut running = JoinSet::new();
    running.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(take(stream, Arc::clone(&tally)));
        }
    });
    Ok((address, running))
}

async fn take(stream: TcpStream, tally: Arc<Tally>) -> anyhow::Result<()> {
    let mut wire = Wire::new(stream)?;
    while let Some(body) = wire.receive().await? {
        let said = std::str::from_utf8(&body).ok().and_then(|text| Said::parse(FLOOR, text));
        match said {
            Some(said) => tally.arrive(said),
            None => tally.note("a floor altered a message".to_owned()),
        }
        wire.ok().await?;
    }
    Ok(())
}

impl Callers {
    /// So many, connected to the floor at `address`.
    pub(crate) async fn connect(address: &str, count: usize, sink: JoinSet<()>) -> anyhow::Result<Self> {
        let mut wires = Vec::with_capacity(count);
        for _ in 0..count {
            wires.push(Mutex::new(Wire::new(TcpStream::connect(address).await?)?));
        }
        Ok(Self { wires, _sink: sink })
    }
}

impl Typist for Callers {
    async fn say(&self, said: Said) -> anyhow::Result<()> {
        let mut wire = self.wires[said.conversation].lock().await;
        wire.post("/in", &Bytes::from(said.text(FLOOR))).await?;
        wire.answered().await
    }
}
