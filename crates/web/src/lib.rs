//! Every HTTP surface, and how much each trusts who calls.
//!
//! | path | who | proof |
//! | --- | --- | --- |
//! | `POST /hooks/{platform}/{workspace}/{channel}` | a vendor | what the platform's receiver checks; nothing is believed before |
//! | `GET /connect/{token}` | the person it was sent to | the token, single purpose and short-lived |
//! | `GET /oauth/start/{workspace}?as=admin` | the operator | session cookie or bearer token |
//! | `GET /oauth/callback` | a browser sent back by a vendor | `state`, single use, bound to a cookie of that browser |
//! | `/api/v1/…` | the operator's programs | bearer token |
//! | `POST /lanes/{id}/release` | the operator's browser | session cookie, and only from pages of our own |
//! | `GET /` | the operator's browser | session cookie; without it a page that says nothing but whether the server is up |
//! | `GET /health/live`, `/health/ready` | anybody | none, and they say nothing |
//!
//! Webhooks do one thing, in `hooks`: hand over and answer. Pages carry no script; style is one file of our own. The accept
//! loop is ours ([`serve`]), so that the time-outs in front of the first handler are really on.

mod api;
mod error;
mod guard;
mod health;
mod hooks;
mod oauth;
mod operator;
mod pages;
mod serve;
mod surfaces;

pub use operator::Operator;
pub use serve::{Limits, serve};
pub use surfaces::{WebOptions, router};
