//! A channel is heard from the moment it is linked, also when it is linked while others are being listened to.

use std::time::Duration;

use entente_model::Link;
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{Channels as _, Logins as _};
use entente_testkit::{Place, Setup};

use serde_json::json;

use super::limited::elsewhere;
use super::{Channels, texts};

#[tokio::test(start_paused = true)]
async fn a_link_that_is_made_while_others_are_listened_to_is_heard_soon() {
    let channels = Channels::new(Setup::between(43, &[Place::Teams, Place::Slack])).await;
    // Each subscription takes a while, and which ones there shall be was decided before.
    channels.world.faults(Place::Teams).set(vec![Rule {
        name: "slow".to_owned(),
        method: "POST".to_owned(),
        path: "/v1.0/subscriptions".to_owned(),
        fault: Fault::Slow { millis: 5_000 },
        when: When::Before,
        share: 1.0,
        times: None,
    }]);
    channels.link().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let meanwhile = elsewhere(&channels).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let [teams, slack] = &meanwhile[..] else { panic!("two rooms") };
    teams.host.tell(&teams.id, "heard?").await;
    channels.settle().await;
    let shown = slack.host.sees(&slack.id).await;
    let read: Vec<_> = shown.iter().filter_map(|message| super::shown_as(Place::Slack, message)).collect();
    assert_eq!(texts(&read), ["heard?"]);
}

/// When whoever heard in a channel takes their consent back, somebody else who is in it hears, and nothing is lost between.
#[tokio::test(start_paused = true)]
async fn somebody_else_hears_when_consent_is_lost() {
    let channels = Channels::new(Setup::between(44, &[Place::Zoom, Place::Teams])).await;
    let link = channels.link().await;
    let [zoom, teams] = &channels.rooms[..] else { panic!("two rooms") };
    let listener = |link: &Link| link.members[0].listener.expect("somebody hears");
    let before = listener(&link);
    // A colleague who works on Teams has an account there, and has consented.
    let colleague = &entente_testkit::options::at_home(teams.host.place)[0];
    let colleague = channels.world.account_at(Place::Zoom, &colleague.email).await;
    zoom.host.let_in(&zoom.id, &colleague).await;
    let account =
        channels.world.store.login(before).await.expect("the store works").expect("it is there").account;
    let gone = account.expect("it has an account").id;
    channels.world.control(Place::Zoom, "/_sim/revoke", json!({"person": gone.as_str()})).await;
    zoom.host.tell(&zoom.id, "still heard?").await;
    channels.settle().await;
    assert_eq!(texts(&channels.read(1).await), ["Mara Silva: still heard?"]);
    let link = channels.world.store.link(link.id).await.expect("the store works").expect("it is there");
    assert_ne!(listener(&link), before);
}
