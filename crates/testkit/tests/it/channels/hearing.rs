//! A channel is heard from the moment it is linked, also when it is linked while others are being listened to.

use std::time::Duration;

use entente_sim::faults::{Fault, Rule, When};
use entente_testkit::{Place, Setup};

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
