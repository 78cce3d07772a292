//! The simulated platforms.
//!
//! Each simulator is written from its vendor's documents and knows nothing of the connectors: the crate depends on
//! none of ours, so a field misread on one side cannot cancel itself out on the other. Where a document is unsure,
//! the behaviour is a switch ([`webex::Switches`], [`teams::Switches`], [`slack::Switches`], [`zoom::Switches`]) and both
//! sides are tested.
//!
//! A simulator is an [`axum::Router`] on the vendor's own paths. The same router serves a TCP port (`entente sandbox`,
//! demos, vendors' clients) or is called in process under a paused clock. Beside the vendor's paths every simulator has
//! control paths under `/_sim`: [`faults`] to break it, the [`ledger`] to judge by, and what a person would do by hand
//! in the vendor's app.
//!
//! Shared by all: [`clock`] (time as a seam), [`ledger`] (every call in order), [`faults`] (what goes wrong),
//! [`limits`] (the vendors' rate limits), [`options`] (what it starts with), [`courier`] (webhooks on their way out), [`control`] (the paths under `/_sim`),
//! [`server`] (a port whose plug can be pulled), [`org`] (Acme, Inc.).

pub mod clock;
pub mod console;
pub mod control;
pub mod courier;
pub mod faults;
mod files;
pub mod ledger;
pub mod limits;
pub mod options;
pub mod org;
pub mod server;
pub mod slack;
pub mod teams;
pub mod webex;
pub mod zoom;
