//! Refresh tokens that are good once, as Zoom's are: what becomes of a consent whose renewal goes wrong.

use std::time::Duration;

use entente_model::StandInState;
use entente_sim::faults::{Fault, Rule, When};
use entente_store::{LoginState, Logins as _, People as _};
use entente_testkit::{Actor, Place, Said, Setup, World, judge::judge};
use serde_json::json;

const ADA: &str = "ada.okafor@acme.example";
const MARA: &str = "mara.silva@acme.example";
const SOON: Duration = Duration::from_mins(5);

/// Ada, who works on Webex and speaks on Zoom by her own account, and what she said.
struct Story {
    world: World,
    ada: Actor,
    bot: String,
    author: String,
    said: Vec<Said>,
}

impl Story {
    async fn new(seed: u64) -> Self {
        let mut setup = Setup::between(seed, &[Place::Webex, Place::Zoom]);
        setup.limits = 0.0;
        let world = World::synced(setup).await;
        let (ada, bot) = (world.at_webex(ADA).await, world.bot_of(MARA).await);
        let author = world.at(Place::Zoom, ADA).await.id;
        let mut story = Self { world, ada, bot, author, said: Vec::new() };
        story.write().await;
        assert!(story.world.settle(SOON).await);
        story.judge("before anything went wrong");
        story
    }

    async fn write(&mut self) {
        let text = format!("m{} as written", self.said.len());
        self.ada.write(&self.bot, &text).await;
        self.said.push(Said::once("one", &self.author, &text));
    }

    /// The vendor takes Ada's present token no more, so that her next call needs another one.
    async fn token_ends(&self) {
        self.world.control(Place::Zoom, "/_sim/expire", json!({"person": ADA})).await;
    }

    fn judge(&self, when: &str) {
        let verdict = judge(&self.said, self.world.zoom.ledger());
        assert!(verdict.is_clean(), "{when}: {verdict}");
    }

    async fn is_over(&self) -> bool {
        let counts = self.world.counts().await;
        counts.waiting == 0
            && counts.unrouted == 0
            && usize::try_from(counts.delivered).is_ok_and(|delivered| delivered == self.said.len())
    }

    /// Ada's stand-in on Zoom, and whether its login was refused.
    async fn consent(&self) -> (StandInState, bool) {
        let known = self.world.store.person_by_email(ADA).await.unwrap().unwrap();
        let at_zoom = |workspace: &str| workspace == Place::Zoom.workspace();
        let stand_in =
            known.stand_ins.into_iter().find(|stand_in| at_zoom(stand_in.workspace.id.as_str())).unwrap();
        let login = self.world.store.login(stand_in.login.unwrap()).await.unwrap().unwrap();
        (stand_in.state, login.state == LoginState::Refused)
    }

    /// How often a refresh token was refused.
    fn refusals(&self) -> usize {
        let all = self.world.zoom.ledger().read(0, usize::MAX);
        all.iter().filter(|entry| entry.path.starts_with("/oauth/token") && entry.status == 400).count()
    }
}

/// The next call for a token has its effect, and nobody hears of it.
fn silent() -> Vec<Rule> {
    vec![Rule {
        name: "silent".to_owned(),
        method: "POST".to_owned(),
        path: "/oauth/token".to_owned(),
        fault: Fault::Timeout { millis: 60_000 },
        when: When::After,
        share: 1.0,
        times: Some(1),
    }]
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_a_lost_consent_at_once_and_no_message_is_lost_by_it() {
    let mut story = Story::new(131).await;
    story.world.faults(Place::Zoom).set(silent());
    story.token_ends().await;
    story.write().await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(story.consent().await, (StandInState::Suspended, true), "everybody sees it");
    assert_eq!(story.refusals(), 1);
    tokio::time::sleep(Duration::from_hours(3)).await;
    assert_eq!(story.refusals(), 1, "nobody asks again and again");
    assert_eq!(story.world.counts().await.waiting, 1);
    story.world.represent_again(ADA, Place::Zoom).await;
    assert!(story.world.settle(SOON).await);
    assert!(story.is_over().await, "{:?}", story.world.counts().await);
    story.judge("after she consented again");
}

#[tokio::test(start_paused = true)]
async fn dying_anywhere_in_a_renewal_costs_the_consent_at_most() {
    let mut story = Story::new(132).await;
    let (mut lost, mut kept) = (0, 0);
    for point in 1.. {
        assert!(point < 500, "the story never ends before the process dies");
        let refusals = story.refusals();
        story.token_ends().await;
        story.world.gate().kill_after(point);
        story.write().await;
        let (mut over, mut died) = (false, false);
        for _ in 0..200 {
            died = story.world.wait_for_death(Duration::from_millis(100)).await;
            if died || over {
                break;
            }
            over = story.is_over().await;
        }
        if !died {
            break;
        }
        story.world.start(None, false).await;
        tokio::time::sleep(Duration::from_mins(2)).await;
        if story.consent().await.1 {
            lost += 1;
            assert_eq!(story.refusals(), refusals + 1, "after a death at point {point}");
            story.world.represent_again(ADA, Place::Zoom).await;
        } else {
            kept += 1;
            assert_eq!(story.refusals(), refusals, "after a death at point {point}");
        }
        assert!(story.world.settle(SOON).await, "never calm after a death at point {point}");
        assert!(story.is_over().await, "{:?} after a death at point {point}", story.world.counts().await);
        story.judge(&format!("after a death at point {point}"));
    }
    println!("consent was lost by {lost} deaths and kept through {kept}");
    assert!(lost > 0, "no death struck between the vendor's answer and the store");
    assert!(lost <= 4, "{lost} of {} deaths cost the consent", lost + kept);
}
