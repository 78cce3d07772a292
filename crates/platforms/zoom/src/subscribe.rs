//! Reports of one login. There is nothing to make: the event subscription is the app's, is made by hand in the App
//! Marketplace together with the address that it reports to, and holds for everybody who authorized the app. "Using
//! webhooks", event subscriptions.
//!
//! Zoom has calls for subscriptions ("Create an event subscription"), each for ten people and at most twenty for an app, and
//! their list can only be asked for one person at a time; so they are no way for an organization, and nobody can see
//! whether the one made by hand is still there. What is missed is found by asking which conversations have something new
//! ([`entente_platform::Client::talks`]).

use std::time::Duration;

use entente_platform::{Listening, Rung};

/// How often what is there is compared with what was reported. Looking at a login costs nothing else.
const AGAIN: Duration = Duration::from_mins(5);

/// What is reported to every login.
pub(crate) const BY_HAND: Listening = Listening { rung: Rung::App, again: AGAIN, resumed: false };
