//! What leads nowhere: a mention of somebody whom nobody knows, a reaction to a message that is gone.

use entente_model::Loss;
use entente_testkit::judge::texts;
use entente_testkit::people::At;
use entente_testkit::{Place, Setup, World};
use serde_json::{Value, json};

use super::{settle, shows_clean};
use crate::channels::shown_as;
use crate::mentions::calling_as;
use crate::reactions::{Scene, standing, thumb};

/// Somebody of whom a platform knows and we do not: who came after the directory was read.
async fn stranger(world: &World, place: Place) -> String {
    let zed = json!({"name": "Zed Quill", "email": "zed@elsewhere.example"});
    let made = world.control(place, "/_sim/people", zed).await;
    made["id"].as_str().expect("an account").to_owned()
}

/// Whether a message that is shown somewhere calls anybody there.
fn calls_somebody(place: Place, shown: &Value) -> bool {
    let some = |key: &str| shown[key].as_array().is_some_and(|all| !all.is_empty());
    match place {
        Place::Webex => some("mentionedPeople") || some("mentionedGroups"),
        Place::Teams => some("mentions"),
        Place::Slack => shown["blocks"].to_string().contains(r#""type":"user""#),
        Place::Zoom => some("at_items"),
    }
}

/// Their name is what is left of it, in a plain line, and nobody is called. Teams itself refuses a mention of somebody who is not in its
/// directory, and on Zoom nobody is called in direct conversations.
#[tokio::test(start_paused = true)]
async fn a_mention_of_somebody_unknown_is_a_name_that_calls_nobody() {
    let name = format!("\u{202e}Chief{}\u{2066}", "\u{301}".repeat(1_000));
    for source in [Place::Webex, Place::Slack] {
        for target in Place::ALL.into_iter().filter(|target| *target != source) {
            let way = format!("{source:?} to {target:?}");
            let world = World::synced(Setup::between(211, &[source, target])).await;
            let (one, other) = (world.somebody_of(source), world.somebody_of(target));
            let (writer, reader) = (world.at(source, &one).await, world.at(target, &other).await);
            let to = world.address_at(source, &other).await;
            let unknown = stranger(&world, source).await;
            let said = writer.send(&to, calling_as(source, "ask", &unknown, &name)).await;
            settle(&world).await;
            let there = standing(world.ledger(target), "ask");
            let conversation = ["room", "chat", "channel"].iter().find_map(|key| there[*key].as_str());
            // On Zoom a conversation is named by whom it is with.
            let back = world.address_at(target, &one).await;
            let shown = reader.sees(conversation.unwrap_or(&back)).await;
            assert_eq!(shown.len(), 1, "{way}: {shown:?}");
            assert!(!calls_somebody(target, &shown[0]), "{way}: {shown:?}");
            let (_, text) = shown_as(target, &shown[0]).expect("it is there");
            // On Slack a mention is an account alone.
            shows_clean(&text, if source == Place::Slack { "somebody" } else { "Chief" });
            assert_eq!(world.lost.by(|of| of.id.as_str() == said.message), [Loss::Mention], "{way}");
            assert_eq!(world.counts().await.dead, 0, "{way}");
        }
    }
}

/// Its author takes a message back while somebody reacts to the copy.
#[tokio::test(start_paused = true)]
async fn a_reaction_to_a_message_that_was_just_taken_back_is_dropped() {
    for target in [Place::Teams, Place::Slack, Place::Zoom] {
        for source in Place::ALL.into_iter().filter(|source| *source != target) {
            let way = format!("{source:?} to {target:?}");
            let scene = Scene::new(212, source, target).await;
            scene.reader.react(&scene.arrived, thumb(target), true).await;
            scene.writer.delete(&scene.written).await;
            scene.settle().await;
            scene.nothing_is_left().await;
            for place in [source, target] {
                let stand = texts(scene.world.ledger(place));
                assert_eq!(stand, Vec::<String>::new(), "{way}: neither it nor a line about it");
            }
        }
    }
}

/// The copy is gone, because the account by which its author is there took it back by hand.
#[tokio::test(start_paused = true)]
async fn a_reaction_to_a_message_whose_copy_is_gone_is_dropped_and_counted() {
    for target in [Place::Teams, Place::Slack, Place::Zoom] {
        for source in [Place::Teams, Place::Slack, Place::Zoom].into_iter().filter(|source| *source != target)
        {
            let way = format!("{source:?} to {target:?}");
            let scene = Scene::new(213, source, target).await;
            let by_hand = scene.world.at(target, &scene.writer.email).await;
            let conversation = match target {
                // There a conversation is named by whom it is with.
                Place::Zoom => scene.reader.email.clone(),
                _ => scene.arrived.conversation.clone(),
            };
            by_hand.delete(&At { conversation, message: scene.arrived.message.clone() }).await;
            scene.settle().await;
            scene.writer.react(&scene.written, thumb(source), true).await;
            scene.writer.write(&scene.reader.email, "the-next").await;
            scene.settle().await;
            let counts = scene.world.counts().await;
            let dropped: u64 =
                ["gone", "no_counterpart"].iter().filter_map(|why| counts.dropped.get(*why)).sum();
            assert!(dropped >= 1, "{way}: {counts:?}");
            scene.nothing_is_left().await;
            standing(scene.world.ledger(target), "the-next");
        }
    }
}
