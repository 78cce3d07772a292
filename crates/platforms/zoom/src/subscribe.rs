//! Reports of one login. There is nothing to make: the event subscription is the app's, is made by hand in the App
//! Marketplace together with the address that it reports to, and holds for everybody who authorized the app. "Using
//! webhooks", event subscriptions.
//!
//! Zoom has calls for subscriptions ("Create an event subscription"), each for ten people and at most twenty for an app, and
//! their list can only be asked for one person at a time; so they are no way for an organization, and nobody can see
//! whether the one made by hand is still there. What is missed is found by asking which conversations have something new
//! ([`entente_platform::Client::talks`]).

use std::time::Duration;

use entente_platform::{Listening, Rung, Site};

use crate::profile::SUBSCRIPTION;

/// How often what is there is compared with what was reported. Looking at a login costs nothing else.
const AGAIN: Duration = Duration::from_mins(5);

/// By what right somebody's surroundings are reported. By webhook an app that people authorize reports what concerns those who
/// did, so it hangs on each login; by WebSocket it is an app of the whole account, and everybody is reported ("Using
/// `WebSockets`").
pub(crate) fn rung(site: &Site) -> Rung {
    if site.settings.contains_key(SUBSCRIPTION) { Rung::App } else { Rung::Own }
}

/// What is reported to a login.
pub(crate) fn by_hand(rung: Rung) -> Listening {
    Listening { rung, again: AGAIN, resumed: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_app_of_the_whole_account_hears_by_its_own_right() {
        let site = |settings: &[&str]| Site {
            workspace: entente_model::WorkspaceRef { platform: "zoom".into(), id: "acme".into() },
            addresses: [].into(),
            tenant: None,
            client_id: String::new(),
            client_secret: String::new().into(),
            secrets: [].into(),
            settings: settings.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect(),
        };
        assert_eq!(rung(&site(&[])), Rung::Own);
        assert_eq!(rung(&site(&[SUBSCRIPTION])), Rung::App);
    }
}
