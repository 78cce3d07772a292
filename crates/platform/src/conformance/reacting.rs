//! Reactions: made, taken back, reported, read. Where a platform has none for apps, it says so instead of trying.

use std::collections::BTreeSet;
use std::time::Duration;

use entente_model::{CallError, Emoji, MessageRef, Operation, Reaction};

use super::World;
use super::bench::{changes, draft, ours, said};
use super::ear::Ear;
use super::hearing::listen;
use crate::{HeadKind, Reactions};

/// What everybody has.
const THUMB: &str = "\u{1f44d}";

fn reason(world: &dyn World) -> Option<&'static str> {
    match world.platform().profile().capabilities.reactions {
        Reactions::Never(reason) => Some(reason),
        Reactions::Many | Reactions::One => None,
    }
}

fn react(target: &MessageRef, on: bool) -> Operation {
    Operation::React { target: target.clone(), emoji: Emoji::unicode(THUMB), on }
}

/// Whose reactions stand at a message, by what the simulator did.
async fn standing(world: &dyn World, message: &MessageRef) -> BTreeSet<String> {
    let mut standing = BTreeSet::new();
    for change in changes(world).await {
        let text = |key: &str| change[key].as_str().unwrap_or_default();
        if !text("message").eq_ignore_ascii_case(message.id.as_str()) {
            continue;
        }
        match text("kind") {
            "reaction.set" => _ = standing.insert(text("author").to_owned()),
            "reaction.unset" => _ = standing.remove(text("author")),
            _ => {}
        }
    }
    standing
}

/// A reaction stands at the message from our account and can be read back; it can be taken back; and either done twice is
/// as good as done once.
pub async fn a_reaction_stands_until_it_is_taken_back(world: &dyn World) {
    let client = ours(world);
    let message = world.writes("shall we?", None).await;
    if let Some(reason) = reason(world) {
        let refused = client.deliver(&draft(world, react(&message, true))).await;
        assert_eq!(refused, Err(CallError::Reject(reason.to_owned())));
        assert!(!world.platform().reacts_with(&Emoji::unicode(THUMB)));
        return;
    }
    assert!(world.platform().reacts_with(&Emoji::unicode(THUMB)));
    assert!(!world.platform().reacts_with(&Emoji::named("party")), "nobody else has it");
    let us = world.ours().account.expect("our login has an account");
    for _ in 0..2 {
        client.deliver(&draft(world, react(&message, true))).await.expect("it stands");
        assert_eq!(standing(world, &message).await, [us.id.to_string()].into());
    }
    let read = client.fetch(&message).await.unwrap().expect("it can be read");
    assert_eq!(read.reactions, Some(vec![Reaction { by: us, emoji: Emoji::unicode(THUMB) }]));
    assert_eq!(read.edited_at, None, "a reaction is no edit");
    for _ in 0..2 {
        client.deliver(&draft(world, react(&message, false))).await.expect("it is gone");
        assert!(standing(world, &message).await.is_empty());
    }
    assert_eq!(client.fetch(&message).await.unwrap().expect("it can be read").reactions, Some(Vec::new()));
}

/// What the person feels about a message that we received is reported, and stands when it is looked for.
pub async fn what_the_person_feels_is_reported(world: &dyn World) {
    if reason(world).is_some() {
        return;
    }
    let ear = Ear::open(world).await;
    listen(world).await;
    let message = world.writes("shall we?", None).await;
    assert_eq!(ear.head().await.1.kind, HeadKind::Created);
    let as_change = world.platform().profile().capabilities.reactions_are_changes;
    let expected = if as_change { HeadKind::Changed } else { HeadKind::Reacted };
    for on in [true, false] {
        // Not faster than a chat may be read.
        tokio::time::sleep(Duration::from_secs(2)).await;
        world.reacts(&message, THUMB, on).await;
        let (_, head) = ear.head().await;
        assert_eq!((&head.message, head.kind, head.watcher), (&message, expected, world.ours().login));
        let read = ours(world).fetch(&message).await.unwrap().expect("it can be read");
        let reaction = Reaction { by: world.person(), emoji: Emoji::unicode(THUMB) };
        assert_eq!(read.reactions, Some(if on { vec![reaction] } else { Vec::new() }));
    }
}

/// Nobody reacts to what is not there.
pub async fn a_reaction_to_what_is_not_there_finds_it_gone(world: &dyn World) {
    if reason(world).is_some() {
        return;
    }
    let client = ours(world);
    let (message, _) = said(world, &*client, "hello").await;
    let nowhere = world.nowhere(&message.conversation);
    for on in [true, false] {
        let refused = client.deliver(&draft(world, react(&nowhere, on))).await;
        assert_eq!(refused, Err(CallError::Gone), "{on}");
    }
}
