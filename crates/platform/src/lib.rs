//! The contract every platform keeps, and what connectors share.
//!
//! A platform is three things, and a fourth where vendors wait for our connection ([`Feed`]). [`Platform`] is what is true of the vendor as such: its name, its limits, where its
//! sign-in is. [`Receiver`] takes what the vendor sends to us, for one workspace; it is pure, so fixtures, properties
//! and fuzzing test it without a mock. [`Client`] calls the vendor, as one login.
//!
//! # How to write a platform
//!
//! 1. Write its simulator from the vendor's documents, before the connector.
//! 2. `profile.rs`: what the platform can do, as data. The router degrades before anything is queued, so nothing is
//!    discovered by a failing call.
//! 3. `hook.rs` and `parse.rs`: [`Receiver::check`] proves where a webhook comes from, [`Receiver::heads`] reads its
//!    clear envelope, [`Receiver::open`] its content. Only [`Receiver::check`] may call [`Hook::vouch`].
//! 4. `text_in.rs`, `text_out.rs`: the vendor's markup to and from [`entente_model::Body`], by way of `entente-text`.
//! 5. `client.rs` and its neighbours: the calls. Every call goes through [`Http`], which limits, guards the address,
//!    and says of every failure whether the effect may have happened.
//! 6. Add one line to the binary's list of platforms.
//!
//! Nothing in here knows the store, the router or any platform.

pub mod backfill;
pub mod card;
pub mod classify;
pub mod client;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod content;
pub mod contract;
pub mod feed;
pub mod hook;
pub mod http;
pub mod limiter;
pub mod multipart;
pub mod profile;
pub mod receiver;
pub mod registry;
pub mod signature;
pub mod site;
pub mod socket;
pub mod steps;
pub mod threads;
pub mod tokens;
pub mod tongue;
pub mod transport;

pub use backfill::{Oldest, Piece, Span};
pub use card::{card, card_in};
pub use client::{
    BotRefused, CatchUp, Client, Listen, Listening, MadeBot, MadeGroup, Mark, Page, Rung, Talk, WantedBot,
    WantedChannel, WantedGroup,
};
pub use content::{Broken, Content, FileSource, OpenFile, Parts};
pub use contract::Platform;
pub use feed::{Fed, Feed, Inflow};
pub use hook::{Hook, Unverified, Verified};
pub use http::{Answer, Call, Effect, Failure, Http, Opened, Streamed, Verdict};
pub use limiter::{Limit, Limiter};
pub use multipart::{Filled, Form};
pub use profile::{
    Capabilities, Channels, DirectoryApp, Grant, Groups, Level, Maker, Mentions, OAuth, Presence, Profile,
    Reactions, Shown,
};
pub use receiver::{
    ChannelHead, Checked, Head, HeadKind, Item, Joined, Lifecycle, LifecycleKind, Place, Receiver, Refused,
};
pub use registry::Registry;
pub use signature::Signed;
pub use site::{AppSecrets, HookKey, PrivateKey, Site};
pub use socket::Socket;
pub use steps::{NoSteps, Step, Steps};
pub use threads::OneLevel;
pub use tokens::{Access, Credentials, LoginKind, Tokens};
pub use tongue::{Tongue, Written};
pub use transport::{InProcess, Tcp, Transport, Undelivered};
